"""More workbooks as offices have them: what is odd in their rows and cells.

The layouts stand in :mod:`tests.spreadsheet.books_of_offices`; both fill its ``BOOKS``.
"""

from __future__ import annotations

from typing import Any

from tests.spreadsheet.books_of_offices import AOZORA, HEADER, KURE, MINATO, book, changed, csv
from tests.spreadsheet.books_of_offices import BOOKS as BOOKS
from tests.spreadsheet.sheets import xlsx


@book
def lost_zeros_and_digits() -> bytes:
    """Numbers that Excel has spoilt: zeros put back and told, corporate numbers asked about."""
    return xlsx(
        [
            ("会社名", "法人番号", "電話", "メール"),
            (AOZORA[0], 7000012050002, 312345678, AOZORA[2]),
            (KURE[0], "7.00001E+12", 9012345678, KURE[2]),
            (MINATO[0], 7000012050003, "0123-11-0003", MINATO[2]),
            ("株式会社さくら", "123456", "", "info@sakura-kk.example"),
        ]
    )


@book
def honorifics_and_shifted_rows() -> bytes:
    """様 and 御中 would be doubled; a value in the wrong column means that the row has shifted."""
    return xlsx(
        [
            HEADER,
            ("株式会社あおぞら製作所御中", "青木 太郎様", AOZORA[2], AOZORA[3]),
            ("呉精機株式会社", "採用ご担当者様", KURE[2], KURE[3]),
            ("㈱みなと電機", "0123-11-0003", "saiyo@minato.example", ""),
            ("株式会社さくら", "info@sakura-kk.example", "", "0123-11-0004"),
            ("momo@momo.example", "桃 太郎", "momo@momo.example", ""),
        ]
    )


@book
def duplicates_of_every_kind() -> bytes:
    """Same address twice, one address for two companies, two spellings, a look-alike domain."""
    return xlsx(
        [
            HEADER,
            ("株式会社あおぞら製作所", "青木", "aoki@aozora-seisakusho.example", ""),
            ("㈱あおぞら製作所", "青山", "aoyama@aozora-seisakusyo.example", ""),
            ("株式会社あおぞら製作所", "青島", "aoshima@aozora-seisakusho.example", ""),
            ("呉精機株式会社", "呉", "jinji@kure.example", ""),
            ("呉精機株式会社", "呉 花子", "JINJI@kure.example", ""),
            ("㈱みなと電機", "港", "saiyo@minato.example", ""),
            ("みなと運輸㈱", "港", "saiyo@minato.example", ""),
            ("カフェ　こもれび", "", "info@komorebi.example", ""),
            ("カフェこもれび", "木森", "komori@komorebi.example", ""),
        ]
    )


@book
def one_company_in_and_out() -> bytes:
    """A company takes part or it does not: its rows that disagree name each other."""
    return xlsx(
        [
            ("会社名", "担当者", "メール", "出欠"),
            (*AOZORA[:3], "出席"),
            (AOZORA[0], "青山 次郎", "aoyama@aozora.example", "欠席"),
            (*KURE[:3], "参加を見送り"),
            (*MINATO[:3], "参加未定"),
        ]
    )


@book
def several_addresses_in_a_cell() -> bytes:
    """Never mailed as one: offered to be split."""
    return xlsx(
        [
            HEADER,
            (AOZORA[0], "青木、青山", "aoki@aozora.example\naoyama@aozora.example", ""),
            (KURE[0], KURE[1], "a@kure.example、b@kure.example、c@kure.example", ""),
        ]
    )


@book
def addresses_of_every_shape() -> bytes:
    """Full width, mailto, a name before it, a slip of the hand, a carrier's odd dots."""
    return xlsx(
        [
            HEADER,
            ("株式会社全角", "", "ｓａｉｙｏ＠zenkaku.example", ""),
            ("株式会社リンク", "", "mailto:info@link-kk.example", ""),
            ("株式会社名前付き", "", "名前 花子 <hanako@namae.example>", ""),
            ("株式会社打ち間違い", "", "saiyo@gmai.com", ""),
            ("株式会社携帯", "", "a..b.@docomo.ne.jp", ""),
            ("株式会社なし", "", "なし", ""),
        ]
    )


@book
def formulas_and_error_values() -> bytes:
    """A formula that no Excel has calculated, and Excel's own error values."""

    def broken(sheet: Any) -> None:
        sheet["C3"].data_type = "e"

    return changed([HEADER, (*AOZORA[:2], '=A2&"@x"', ""), (*KURE[:2], "#N/A", "")], broken)


@book
def names_of_odd_letters() -> bytes:
    """CP932 with letters that only Windows has: nothing is tidied."""
    return csv(
        "会社名,担当者,メール,備考",
        '"有限会社髙﨑建設","髙﨑 一郎","ichiro@takasaki.example","①番"',
        '"カフェ""こもれび""","木森　樹","komori@komorebi.example",',
        '"㈱大空, 小空","ｵｵｿﾞﾗ","info@oozora.example","電話\r\n連絡"',
    )


@book
def only_a_cover() -> bytes:
    """No roster at all: said in one sentence."""
    return xlsx([("参加企業一覧",), ("作成：姫里公共職業安定所",)])
