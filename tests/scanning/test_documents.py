"""What a Word document hides, and the nearest one with nothing to hide."""

from __future__ import annotations

import pytest

from eventmail.scanning.report import Trace
from eventmail.scanning.scanner import look
from tests.scanning import office
from tests.scanning.office import W, paragraph, relations, word, workbook

SECRET = "みなと電機は不採用"
BY = 'w:id="1" w:author="森下 あかり" w:date="2026-11-20T09:00:00Z"'
DELETED = f"<w:p><w:del {BY}><w:r><w:delText>{SECRET}</w:delText></w:r></w:del></w:p>"
INSERTED = f"<w:p><w:ins {BY}><w:r><w:t>{SECRET}</w:t></w:r></w:ins></w:p>"
REFORMATTED = (
    f"<w:p><w:r><w:rPr><w:rPrChange {BY}><w:rPr/></w:rPrChange></w:rPr><w:t>あ</w:t></w:r></w:p>"
)
COMMENTS = f'<w:comments xmlns:w="{W}"><w:comment {BY}>{paragraph(SECRET)}</w:comment></w:comments>'
STYLES = (
    f'<w:styles xmlns:w="{W}"><w:style w:styleId="Ura"><w:rPr><w:vanish/></w:rPr></w:style>'
    "</w:styles>"
)
MERGE = (
    f'<w:settings xmlns:w="{W}"><w:mailMerge><w:connectString w:val="Data Source=C:\\名簿.xlsx"/>'
    '<w:query w:val="SELECT * FROM [参加企業$]"/></w:mailMerge></w:settings>'
)
WHITE = '<w:color w:val="FFFFFF"/>'
FILLED = '<w:shd w:val="clear" w:fill="003366"/>'
BLACK = '<w:highlight w:val="black"/>'


def in_table(inner: str, style: str = "", cell: str = "") -> str:
    return (
        f"<w:tbl><w:tblPr>{style}</w:tblPr><w:tr><w:tc><w:tcPr>{cell}</w:tcPr>{inner}</w:tc>"
        "</w:tr></w:tbl>"
    )


FIRES: dict[str, tuple[bytes, Trace, str]] = {
    "deleted, and still there": (
        word(DELETED),
        Trace.TRACKED_CHANGE,
        "本文の削除（森下 あかり）",
    ),
    "inserted": (word(INSERTED), Trace.TRACKED_CHANGE, "本文の挿入（森下 あかり）"),
    "a change of format": (word(REFORMATTED), Trace.TRACKED_CHANGE, "本文の書式の変更履歴1件"),
    "deleted in a header": (
        word("", {"word/header1.xml": f'<w:hdr xmlns:w="{W}">{DELETED}</w:hdr>'}),
        Trace.TRACKED_CHANGE,
        "ヘッダーの削除（森下 あかり）",
    ),
    "moved": (
        word(f"<w:p><w:moveFrom {BY}><w:r><w:t>{SECRET}</w:t></w:r></w:moveFrom></w:p>"),
        Trace.TRACKED_CHANGE,
        "本文の移動（森下 あかり）",
    ),
    "comment": (
        word("", {"word/comments.xml": COMMENTS}, (("comments", "comments.xml"),)),
        Trace.COMMENT,
        "コメント（森下 あかり）",
    ),
    "comment that nothing refers to": (
        word("", {"word/comments7.xml": COMMENTS}),
        Trace.COMMENT,
        "コメント（森下 あかり）",
    ),
    "hidden letters": (
        word(paragraph(SECRET, "<w:vanish/>")),
        Trace.HIDDEN_TEXT,
        "本文の2段落目の隠し文字",
    ),
    "hidden by a style": (
        word(paragraph(SECRET, "", "Ura"), {"word/styles.xml": STYLES}),
        Trace.HIDDEN_TEXT,
        "本文の2段落目の隠し文字",
    ),
    "white on white": (
        word(paragraph(SECRET, WHITE)),
        Trace.HIDDEN_TEXT,
        "本文の2段落目の白い文字",
    ),
    "a letter of one point": (
        word(paragraph(SECRET, '<w:sz w:val="2"/>')),
        Trace.HIDDEN_TEXT,
        "本文の2段落目の読めないほど小さい文字",
    ),
    "blackened with the highlighter": (
        word(paragraph(SECRET, BLACK)),
        Trace.COVERED_TEXT,
        "本文の2段落目の黒く塗った文字",
    ),
    "blackened with a shade": (
        word(paragraph(SECRET, '<w:color w:val="000000"/><w:shd w:val="clear" w:fill="000000"/>')),
        Trace.COVERED_TEXT,
        "本文の2段落目の黒く塗った文字",
    ),
    "a list for mail merge": (
        word("", {"word/settings.xml": MERGE}),
        Trace.EXTERNAL_LINK,
        "差し込み印刷のデータの場所",
    ),
    "a link to a folder of one's own": (
        word("", beside=(("hyperlink", "file:///C:\\Users\\morishita\\名簿.xlsx"),)),
        Trace.EXTERNAL_LINK,
        "「file:///C:\\Users\\morishita\\名簿.xlsx」",
    ),
    "an embedded workbook": (
        word("", {"word/embeddings/sheet1.xlsx": workbook(office.hidden_sheet())}),
        Trace.EMBEDDED,
        "「sheet1.xlsx」",
    ),
    "what the embedded workbook hides": (
        word("", {"word/embeddings/sheet1.xlsx": workbook(office.hidden_sheet())}),
        Trace.SHEET,
        "「sheet1.xlsx」のシート「内部」",
    ),
    "macros": (word("", {"word/vbaProject.bin": b"\0"}), Trace.MACRO, "マクロ（VBA）"),
    "creator": (
        word("", {"docProps/core.xml": office.CORE.format("<dc:creator>森下</dc:creator>")}),
        Trace.PROPERTY,
        "プロパティの「作成者」",
    ),
    "company": (
        word("", {"docProps/app.xml": office.APP.format("<Company>姫里所</Company>")}),
        Trace.PROPERTY,
        "プロパティの「会社名」",
    ),
    "a property of one's own": (
        word("", {"docProps/custom.xml": office.CUSTOM.format("送付先", "みなと電機")}),
        Trace.PROPERTY,
        "ユーザー設定のプロパティ「送付先」",
    ),
}
STAYS_QUIET: dict[str, bytes] = {
    "an ordinary document": word(paragraph("会場は2階です。")),
    "a switch that is off": word(paragraph("あ", '<w:vanish w:val="0"/>')),
    "white on blue": word(paragraph("見出し", WHITE + FILLED)),
    "white in a blue cell": word(in_table(paragraph("見出し", WHITE), cell=FILLED)),
    "white in a table with a style": word(
        in_table(paragraph("見出し", WHITE), style='<w:tblStyle w:val="a"/>')
    ),
    "white in a shape": word(
        f"<w:p><w:r><w:pict><w:txbxContent>{paragraph('あ', WHITE)}</w:txbxContent></w:pict>"
        "</w:r></w:p>"
    ),
    "white letters on the highlighter": word(paragraph("見出し", WHITE + BLACK)),
    "letters without a colour on a black shade": word(
        paragraph("見出し", '<w:shd w:val="clear" w:fill="000000"/>')
    ),
    "a hidden mark at a paragraph's end": word(
        "<w:p><w:pPr><w:rPr><w:vanish/></w:rPr></w:pPr><w:r><w:t>あ</w:t></w:r></w:p>"
    ),
    "a table of contents": word(paragraph("1", "<w:webHidden/>")),
    "ink in the place of a name": word(paragraph("■■■■", BLACK)),
    "yellow highlighter": word(paragraph("重要", '<w:highlight w:val="yellow"/>')),
    "a link to a web page": word("", beside=(("hyperlink", "https://www.mhlw.go.jp/"),)),
    "what a program writes for itself": word(
        "", {"docProps/custom.xml": office.CUSTOM.format("ContentTypeId", "0x0101")}
    ),
    "an empty comment": word(
        "", {"word/comments.xml": f'<w:comments xmlns:w="{W}"><w:comment {BY}/></w:comments>'}
    ),
}


@pytest.mark.parametrize(("content", "what", "where"), FIRES.values(), ids=FIRES)
def test_what_is_hidden_is_found(content: bytes, what: Trace, where: str) -> None:
    scan = look(content, "案内.docx")
    assert (what, where) in {(each.what, each.where) for each in scan.hidden}
    assert not scan.unscannable


@pytest.mark.parametrize("content", STAYS_QUIET.values(), ids=STAYS_QUIET)
def test_nothing_hidden_is_nothing_found(content: bytes) -> None:
    scan = look(content, "案内.docx")
    assert not scan.unscannable
    assert scan.hidden == ()


def test_a_workbook_that_feeds_a_chart_is_in_every_chart() -> None:
    parts: office.Parts = {
        "word/charts/chart1.xml": "<c/>",
        "word/charts/_rels/chart1.xml.rels": relations(("package", "../embeddings/figures.xlsx")),
        "word/embeddings/figures.xlsx": workbook(),
    }
    scan = look(word("", parts), "案内.docx")
    assert [(each.where, each.usual) for each in scan.hidden] == [("「figures.xlsx」", True)]


def test_a_row_of_a_table_is_one_passage() -> None:
    row = f"<w:tr><w:tc>{paragraph('山田')}</w:tc><w:tc>{paragraph('太郎')}</w:tc></w:tr>"
    scan = look(word(f"<w:tbl>{row}</w:tbl>"), "案内.docx")
    assert [each.text for each in scan.passages] == ["ご案内", "山田\t 太郎"]


def test_an_address_cut_into_runs_is_one_address() -> None:
    runs = "".join(f"<w:r><w:t>{each}</w:t></w:r>" for each in ("sai", "yo@minato-denki", ".jp"))
    assert look(word(f"<w:p>{runs}</w:p>"), "a.docx").addresses == ("saiyo@minato-denki.jp",)


def test_what_was_deleted_is_searched_for_addresses() -> None:
    gone = DELETED.replace(SECRET, "saiyo@minato-denki.jp")
    assert look(word(gone), "a.docx").addresses == ("saiyo@minato-denki.jp",)
