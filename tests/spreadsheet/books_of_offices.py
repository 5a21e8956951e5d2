"""Small lists as offices keep them: one function for each odd layout.

Each gives a file's content; ``BOOKS`` is all of them by the name of their golden result. The
docstrings say what a careful person would want of the reading.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font

from tests.spreadsheet.sheets import saved, xlsx

STRUCK = Font(strike=True)
HEADER = ("事業所名", "担当者名", "メールアドレス", "電話番号")
AOZORA = ("株式会社あおぞら製作所", "青木 太郎", "aoki@aozora.example", "0123-11-0001")
KURE = ("呉精機株式会社", "呉 花子", "jinji@kure.example", "0123-11-0002")
MINATO = ("㈱みなと電機", "港 一郎", "saiyo@minato.example", "0123-11-0003")
Rows = Sequence[Sequence[Any]]
BOOKS: dict[str, Callable[[], bytes]] = {}


def book(make: Callable[[], bytes]) -> Callable[[], bytes]:
    """Register a workbook under its function's name."""
    BOOKS[make.__name__] = make
    return make


def csv(*lines: str, encoding: str = "cp932") -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode(encoding)


def changed(rows: Rows, *changes: Callable[[Any], object], name: str = "名簿") -> bytes:
    def change(sheet: Any) -> None:
        for each in changes:
            each(sheet)

    return xlsx(rows, change, name)


def merge(*ranges: str) -> Callable[[Any], object]:
    return lambda sheet: [sheet.merge_cells(each) for each in ranges]


def strike(*cells: str) -> Callable[[Any], object]:
    def change(sheet: Any) -> None:
        for each in cells:
            sheet[each].font = STRUCK

    return change


@book
def title_date_groups_totals_notes() -> bytes:
    """Titles above, groups within, a repeated header per page, totals and notes below."""
    return changed(
        [
            ("令和8年度　企業説明会　参加企業一覧",),
            ("", "", "令和8年11月20日現在"),
            (),
            HEADER,
            ("【製造業】",),
            AOZORA,
            KURE,
            ("小計", 2),
            HEADER,
            ("２．電気・ガス",),
            MINATO,
            ("合　計", "3社"),
            ("※ 変更は学卒部門（内線12）まで",),
            ("以上",),
        ],
        merge("A1:D1", "A10:D10"),
    )


@book
def header_of_two_rows_merged() -> bytes:
    """「担当者」 over 「氏名」 and 「メール」; 「代表者」 is somebody else."""
    return changed(
        [
            ("№", "事業所", "", "代表者", "担当者", "", "", "備考"),
            ("", "名称", "所在地", "氏名", "部署", "氏名", "メール", ""),
            (1, "株式会社あおぞら製作所", "姫里市1", "青空 社長", "総務課", *AOZORA[1:3], ""),
            (2, "呉精機株式会社", "姫里市2", "呉 社長", "人事課", *KURE[1:3], "車2台"),
        ],
        merge("A1:A2", "B1:C1", "E1:G1", "H1:H2"),
    )


@book
def header_words_split_over_rows() -> bytes:
    """Words broken over two cells: 「事業」 over 「所名」."""
    return xlsx([("事業", "担当者", "メール"), ("所名", "", "アドレス"), AOZORA[:3], KURE[:3]])


@book
def header_unmerged_groups() -> bytes:
    """A group's name stands over its first column only, and nothing is merged."""
    return xlsx(
        [
            ("会社名", "担当者", "", "", "参加"),
            ("", "氏名", "メール", "TEL", ""),
            (*AOZORA, "○"),
            (*KURE, "×"),
        ]
    )


@book
def company_merged_over_contacts() -> bytes:
    """A merged company is each contact's; a merged address is nobody's but the first's."""
    return changed(
        [
            HEADER,
            AOZORA,
            ("", "青山 次郎", "aoyama@aozora.example", "0123-11-0011"),
            KURE,
            ("呉精機株式会社", "呉 三郎", "", "0123-11-0012"),
        ],
        merge("A2:A3", "C4:C5"),
    )


@book
def company_written_once() -> bytes:
    """The company stands only in the first of its rows: asked, and never filled in silently."""
    return xlsx(
        [
            HEADER,
            AOZORA,
            ("", "青山 次郎", "aoyama@aozora.example", ""),
            ("〃", "青島 三郎", "aoshima@aozora.example", "同上"),
            (),
            ("", "どこの 誰", "dare@doko.example", ""),
        ]
    )


@book
def hidden_rows_and_columns() -> bytes:
    """What cannot be seen in Excel is shown and asked about."""

    def hide(sheet: Any) -> None:
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["C"].hidden = True

    return changed([HEADER, AOZORA, KURE], hide)


@book
def filtered_rows() -> bytes:
    """A filter hides some rows."""

    def filtered(sheet: Any) -> None:
        sheet.auto_filter.ref = "A1:E4"
        sheet.auto_filter.add_filter_column(4, ["参加"])
        sheet.row_dimensions[3].hidden = True

    rows = [(*HEADER, "参加"), (*AOZORA, "参加"), (*KURE, "辞退"), (*MINATO, "参加")]
    return changed(rows, filtered)


@book
def struck_rows_and_cells() -> bytes:
    """A whole row, a contact alone, an address alone."""
    return changed([HEADER, AOZORA, KURE, MINATO], strike("A2", "B2", "C2", "D2", "B3", "C4"))


@book
def hidden_sheet_with_last_years_list() -> bytes:
    """This year's sheet is read; last year's is hidden and named."""
    made = Workbook()
    made.active.title = "今年"
    for row in (HEADER, AOZORA):
        made.active.append(row)
    old = made.create_sheet("昨年")
    old.sheet_state = "hidden"
    for row in (HEADER, KURE):
        old.append(row)
    return saved(made)


@book
def several_likely_sheets() -> bytes:
    """A sheet for companies and one for schools: the longer is read, the other named."""
    made = Workbook()
    made.active.title = "企業"
    for row in (HEADER, AOZORA, KURE):
        made.active.append(row)
    schools = made.create_sheet("学校")
    for row in (("学校名", "担当者", "メール"), ("姫里高校", "大野", "shinro@himesato-h.example")):
        schools.append(row)
    made.create_sheet("リスト")["A1"] = "参加"
    return saved(made)


@book
def two_tables_side_by_side() -> bytes:
    """Companies on the left, schools on the right: the right table is named, not misread."""
    return xlsx(
        [
            ("企業名", "メール", "", "学校名", "メール"),
            (AOZORA[0], AOZORA[2], "", "姫里高校", "shinro@himesato-h.example"),
            (KURE[0], KURE[2], "", "若葉高校", "career@wakaba-h.example"),
            ("", "", "", "姫里商業高校", "shinro@himesato-ch.example"),
        ]
    )


@book
def two_tables_one_below_the_other() -> bytes:
    """The second table has its columns in another order: every row of it is asked about."""
    return xlsx(
        [
            HEADER,
            AOZORA,
            (),
            ("学校名", "メールアドレス", "担当者名", "電話番号"),
            ("姫里高校", "shinro@himesato-h.example", "大野 修", "0123-22-0001"),
        ]
    )


@book
def no_header_at_all() -> bytes:
    """The columns are told by what is in them."""
    rows = [(*AOZORA[:2], AOZORA[3], AOZORA[2]), (*KURE[:2], KURE[3], KURE[2])]
    return xlsx([*rows, (*MINATO[:2], MINATO[3], MINATO[2])])


@book
def unknown_header_words() -> bytes:
    """Headers that nobody knows: phone, company, contact and address by their content."""
    return xlsx([("ア", "イ", "ウ", "エ"), AOZORA, KURE, MINATO])


@book
def compound_headers() -> bytes:
    """Headers are read by their words: no reading aid, fax, web page or postal address is taken."""
    return xlsx(
        [
            (
                "企業名（フリガナ）",
                "企業名（正式名称）",
                "住所",
                "ホームページアドレス",
                "担当者 所属部署",
                "担当者 役職",
                "ご担当者様のお名前",
                "FAX番号",
                "電話番号（ハイフンあり）",
                "連絡先（メール）",
                "参加（○×）",
                "その他ご要望",
            ),
            (
                "アオゾラセイサクショ",
                AOZORA[0],
                "姫里市1-1",
                "https://aozora.example/",
                "総務部",
                "課長",
                AOZORA[1],
                "0123-11-9999",
                AOZORA[3],
                AOZORA[2],
                "○",
                "机を2台",
            ),
        ]
    )


@book
def english_headers() -> bytes:
    """An English list in UTF-8."""
    return csv(
        "No.,Company Name,Department,Job Title,Contact Person,E-mail Address,Phone,Attendance",
        "1,Aozora Works,HR,Manager,Taro Aoki,aoki@aozora.example,0123-11-0001,yes",
        "2,Kure Seiki,HR,,Hanako Kure,jinji@kure.example,0123-11-0002,no",
        encoding="utf-8-sig",
    )


@book
def family_and_given_name() -> bytes:
    """Two columns are joined with a full-width space; their readings are left alone."""
    return changed(
        [
            ("会社名", "担当者", "", "", "", "メール"),
            ("", "姓", "名", "セイ", "メイ", ""),
            (AOZORA[0], "青木", "太郎", "アオキ", "タロウ", AOZORA[2]),
            (KURE[0], "髙﨑", "", "タカサキ", "", KURE[2]),
        ],
        merge("A1:A2", "B1:E1", "F1:F2"),
    )


@book
def two_address_columns() -> bytes:
    """The contact's address is better than the company's; the other column is named."""
    return xlsx(
        [
            ("会社名", "代表メール", "担当者名", "担当者メール"),
            (AOZORA[0], "info@aozora.example", AOZORA[1], AOZORA[2]),
            (KURE[0], "info@kure.example", KURE[1], ""),
        ]
    )


@book
def address_above_the_header() -> bytes:
    """The office's own address stands in the title: told, and no participant."""
    return xlsx([("提出先：gakusotsu@hellowork.example",), ("学卒部門",), HEADER, AOZORA])


@book
def notes_with_an_address() -> bytes:
    """A row that has an address is never skipped, even if it is only a note."""
    return xlsx([HEADER, AOZORA, ("※ 問い合わせは gakusotsu@hellowork.example まで",)])


@book
def example_row_and_numbers_beforehand() -> bytes:
    """The form's example is asked about; rows that are only numbered are passed over."""
    return xlsx(
        [
            ("番号", *HEADER, "参加"),
            ("例", "○○株式会社", "山田 太郎", "yamada@example.example", "000-000-0000", "○"),
            (1, *AOZORA, "○"),
            (2, *KURE, "○"),
            (3, "", "", "", "", ""),
            (4, "", "", "", "", "○"),
        ]
    )
