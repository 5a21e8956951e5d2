"""CSV and TSV: the encoding is a rule, the delimiter is found, no quote swallows the file."""

from __future__ import annotations

import pytest

from eventmail.spreadsheet import limits
from eventmail.spreadsheet.refusal import UnreadableFile
from eventmail.spreadsheet.workbook import read_workbook

LIST = (
    "会社名,担当者,メール\r\n株式会社学校,電話 花子,a@x.example\r\n㈱髙﨑①ｶﾅ,山田,b@x.example\r\n"
)


def table(content: bytes | str) -> list[list[str]]:
    """The texts of all rows."""
    told = read_workbook(content.encode() if isinstance(content, str) else content)
    return [[cell.text for cell in row.cells] for row in told.sheets[0].rows]


def code_of(content: bytes | str) -> str:
    """Why it is refused."""
    with pytest.raises(UnreadableFile) as caught:
        table(content)
    return caught.value.code


def jis(text: str) -> bytes:
    """ISO-2022-JP as Windows writes it, with the characters that Python's codec lacks."""
    found = b""
    for char in text:
        sjis = char.encode("cp932")
        if len(sjis) == 2:
            lead, trail = sjis[0] - (0x70 if sjis[0] < 0xA0 else 0xB0), sjis[1]
            odd = trail < 0x9F
            row = lead * 2 - odd
            cell = trail - ((0x1F if trail < 0x7F else 0x20) if odd else 0x7E)
            found += b"\x1b$B" + bytes((row, cell)) + b"\x1b(B"
        else:
            found += sjis if sjis[0] < 0x80 else b"\x1b(I" + bytes((sjis[0] & 0x7F,)) + b"\x1b(B"
    return found


def euc(text: str) -> bytes:
    """EUC-JP as Windows writes it (code page 51932)."""
    found = b""
    for char in text:
        piece = jis(char)
        if piece.startswith(b"\x1b$B"):
            found += bytes(each | 0x80 for each in piece[3:5])
        else:
            found += b"\x8e" + char.encode("cp932") if piece.startswith(b"\x1b(I") else piece
    return found


PLAIN = LIST.replace("﨑", "崎").replace("髙", "高")  # what JIS X 0208 and its neighbours have
ENCODED = {
    "UTF-8": (LIST.encode(), "utf-8", LIST),
    "UTF-8 with its mark": (LIST.encode("utf-8-sig"), "utf-8-sig", LIST),
    "UTF-16, little end first": (b"\xff\xfe" + LIST.encode("utf-16-le"), "utf-16", LIST),
    "UTF-16, big end first": (b"\xfe\xff" + LIST.encode("utf-16-be"), "utf-16", LIST),
    "UTF-16 without its mark": (LIST.encode("utf-16-le"), "utf-16-le", LIST),
    "UTF-16 without its mark, big end": (LIST.encode("utf-16-be"), "utf-16-be", LIST),
    "CP932": (LIST.encode("cp932"), "cp932", LIST),
    "EUC-JP": (euc(PLAIN), "euc_jp", PLAIN),
    "EUC-JP by Python": (
        "会社名,学校\r\n電話,花子\r\n".encode("euc_jp"),
        "euc_jp",
        "会社名,学校\r\n電話,花子\r\n",
    ),
    "EUC-JP of everyday kanji": ("学校,電話\n".encode("euc_jp"), "euc_jp", "学校,電話\n"),
    "EUC-JP with a rare kanji": (
        b"\x8f\xe9\xae,\xa4\xd2\xa4\xe9\r\n",
        "euc_jp",
        "駪,ひら\r\n",
    ),
    "ISO-2022-JP": (jis(PLAIN), "iso2022_jp", PLAIN),
    "ISO-2022-JP by Python": (
        "会社名,電話\r\n".encode("iso2022_jp"),
        "iso2022_jp",
        "会社名,電話\r\n",
    ),
    "ASCII": (b"name,mail\r\na,a@x.example\r\n", "utf-8", "name,mail\r\na,a@x.example\r\n"),
    "half-width kana alone": (
        "ｶﾌﾞｼｷｶﾞｲｼｬ,ﾔﾏﾀﾞ ﾀﾛｳ\r\n".encode("cp932"),
        "cp932",
        "ｶﾌﾞｼｷｶﾞｲｼｬ,ﾔﾏﾀﾞ ﾀﾛｳ\r\n",
    ),
    "half-width kana in CP932, short": ("ﾃﾞﾝﾜ\r\n".encode("cp932"), "cp932", "ﾃﾞﾝﾜ\r\n"),
    "full-width katakana in EUC-JP": (
        "カタカナ,デンワ\r\n".encode("euc_jp"),
        "euc_jp",
        "カタカナ,デンワ\r\n",
    ),
    "a character of the office's own in CP932": (
        "会社\ue000\r\n".encode("cp932"),
        "cp932",
        "会社\ue000\r\n",
    ),
}


@pytest.mark.parametrize(("content", "encoding", "text"), ENCODED.values(), ids=ENCODED)
def test_the_encoding_is_found(content: bytes, encoding: str, text: str) -> None:
    told = read_workbook(content, "求人.csv")
    rows = [[cell.text for cell in row.cells] for row in told.sheets[0].rows]
    assert (told.encoding, told.format, told.sheets[0].name) == (encoding, "csv", "求人")
    assert rows == [line.split(",") for line in text.splitlines()]


UNREADABLE = {
    "no known encoding": (b"a,\xff\xff\x81\n", "encoding"),
    "no known encoding, other bytes": (b"\xff\x80\xff\x81,\x8e", "encoding"),
    "a sign that only other countries' files have": (b"a,10\x80\nb,20\x80\n", "encoding"),
    "UTF-8 with a broken character inside": (
        LIST.encode().replace("担".encode(), b"\xe6\x8b", 1),
        "encoding",
    ),
    "cut UTF-8": (LIST.encode()[: LIST.encode().rindex("山田".encode()) + 2], "cut_off"),
    "cut CP932": ("会社,学校".encode("cp932")[:-1], "cut_off"),
    "cut EUC-JP": ("会社ひらがな".encode("euc_jp")[:-1], "cut_off"),
    "cut UTF-16": (LIST.encode("utf-16")[:-1], "cut_off"),
    "cut ISO-2022-JP": ("会社名".encode("iso2022_jp")[:-4], "cut_off"),
    "ISO-2022-JP with a control sign in a pair": (b"\x1b$B\x01\x02\x1b(B", "encoding"),
    "zeros, and no UTF-16": (b"a\0\0\0b,\0\0c\n\0", "unknown"),
    "UTF-16 without a mark, too short to be sure": ("一丁".encode("utf-16-le"), "unknown"),
    "UTF-16 of nothing that one types": ("\u0e01\u0e02\n".encode("utf-16-le") * 9, "unknown"),
    "UTF-16 with a zero inside": ("a,b\0c\n".encode("utf-16"), "unknown"),
    "a quote that is never closed": ('a,"b\nc,d\ne,f\n', "broken_quotes"),
    "a quote that swallows lines until the next": (
        'a,"株式会社甲,x\nb,乙,y\nc,"株式会社丙",z\n',
        "broken_quotes",
    ),
    "a quote left open in the last line": ('a,b\nc,"d', "broken_quotes"),
    "too many lines": (b"a@x.example\n" * (limits.MOST_ROWS + 1), "too_many_rows"),
}


@pytest.mark.parametrize(("content", "code"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_told(content: bytes | str, code: str) -> None:
    assert code_of(content) == code


def test_exactly_a_hundred_thousand_participants_below_their_header_are_read() -> None:
    assert len(table("会社名,メール\n" + "甲,a@x.example\n" * 100_000)) == 100_001


TABLES = {
    "commas": ("会社名,メール\n甲,a\n", [["会社名", "メール"], ["甲", "a"]]),
    "tabs": ("会社名\tメール\n甲\ta\n", [["会社名", "メール"], ["甲", "a"]]),
    "semicolons": ("会社名;メール\n甲;a\n", [["会社名", "メール"], ["甲", "a"]]),
    "commas in a text between tabs": (
        "会社名\tメール\n甲, 乙, 丙, 丁\ta\n戊, 己, 庚\tb\n",
        [["会社名", "メール"], ["甲, 乙, 丙, 丁", "a"], ["戊, 己, 庚", "b"]],
    ),
    "semicolons between addresses": (
        "会社名,メール\n甲,a;b;c\n乙,d;e\n",
        [["会社名", "メール"], ["甲", "a;b;c"], ["乙", "d;e"]],
    ),
    "titles above": (
        "参加企業一覧\n令和8年12月\n会社名,メール\n甲,a\n乙,b\n",
        [["参加企業一覧"], ["令和8年12月"], ["会社名", "メール"], ["甲", "a"], ["乙", "b"]],
    ),
    "one column": ("a@x.example\nb@x.example\n", [["a@x.example"], ["b@x.example"]]),
    "one column with a comma in a name": (
        "会社名\n株式会社大空, 小空\n乙\n丙\n",
        [["会社名"], ["株式会社大空, 小空"], ["乙"], ["丙"]],
    ),
    "one column with a comma in some names": (
        "大空, 小空\n乙\n丙\n丁\n戊, 己\n庚\n",
        [["大空, 小空"], ["乙"], ["丙"], ["丁"], ["戊, 己"], ["庚"]],
    ),
    "one column, two addresses in the last": (
        "a@x.example\nb@x.example\nc@x.example, d@x.example\n",
        [["a@x.example"], ["b@x.example"], ["c@x.example, d@x.example"]],
    ),
    "one line": ("甲,a", [["甲", "a"]]),
    "one line of one column": ("甲", [["甲"]]),
    "line break in quotes": ('"a\nb",c\r\nd,e\r\n', [["a\nb", "c"], ["d", "e"]]),
    "quotes in quotes": ('"カフェ""こもれび""",c\nd,e\n', [['カフェ"こもれび"', "c"], ["d", "e"]]),
    "quotes inside a text": ('カフェ"こもれび",c\nd,e\n', [['カフェ"こもれび"', "c"], ["d", "e"]]),
    "text after a quote": ('"カフェ"こもれび,c\nd,e\n', [["カフェこもれび", "c"], ["d", "e"]]),
    "quotes on tabs": ('"a\nb"\tc\nd\te\n', [["a\nb", "c"], ["d", "e"]]),
    "line ends of an old Mac": ("甲,a\r乙,b\r", [["甲", "a"], ["乙", "b"]]),
    "blank cells at the end": ("甲,a,,\n乙,b,,\n", [["甲", "a"], ["乙", "b"]]),
    "Excel's own line of the delimiter": (
        "sep=;\r\n甲;a,b\r\n乙;c\r\n",
        [["甲", "a,b"], ["乙", "c"]],
    ),
}


@pytest.mark.parametrize(("text", "rows"), TABLES.values(), ids=TABLES)
def test_the_delimiter_is_found(text: str, rows: list[list[str]]) -> None:
    assert table(text) == rows


NUMBERS = {
    "blank lines count": ("甲,a\n\n乙,b\n", [1, 3]),
    "a record of two lines counts once": ('"甲\n1",a\n乙,b\n', [1, 2]),
    "Excel's own line does not count": ("sep=,\n甲,a\n乙,b\n", [1, 2]),
}


@pytest.mark.parametrize(("text", "numbers"), NUMBERS.values(), ids=NUMBERS)
def test_rows_have_the_numbers_that_excel_gives_them(text: str, numbers: list[int]) -> None:
    assert [row.number for row in read_workbook(text.encode()).sheets[0].rows] == numbers


def test_tabs_make_a_tsv() -> None:
    assert read_workbook(b"a\tb\n").format == "tsv"
