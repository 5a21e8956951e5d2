"""A clean copy hides nothing, still opens, and says what the file said to the eye."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from openpyxl.chart import BarChart, Reference
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table

from eventmail.errors import UserError
from eventmail.scanning.cleaner import clean, cleaned
from eventmail.scanning.report import Scan, Trace
from eventmail.scanning.scanner import look
from tests.scanning import office, test_documents, test_slides, test_workbooks
from tests.scanning.office import A, W, paragraph, shape, slide, slides, word, workbook
from tests.scanning.packages import faults
from tests.scanning.test_scanner import taken_at
from tests.wire.files import locked_workbook

# Parts that nothing refers to go by themselves; what a person must see to is tried below.
LEFT = {"macros", "an embedded workbook", "what the embedded workbook hides"}
FILES: dict[str, tuple[bytes, str]] = {
    **{f"xlsx: {n}": (c, "a.xlsx") for n, (c, _, _) in test_workbooks.FIRES.items()},
    **{
        f"docx: {n}": (c, "a.docx")
        for n, (c, _, _) in test_documents.FIRES.items()
        if n not in LEFT
    },
    **{f"pptx: {n}": (c, "a.pptx") for n, (c, _, _) in test_slides.FIRES.items()},
    "docx: a picture with its place": (
        word("", {"word/media/image1.jpeg": taken_at(True)}, (("image", "media/image1.jpeg"),)),
        "a.docx",
    ),
}


def text_of(scan: Scan) -> list[str]:
    return [each.text for each in scan.passages]


def parts(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode("utf-8", "replace") for name in archive.namelist()}


def grid(content: bytes, *, values: bool = False) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content), data_only=values)


@pytest.mark.parametrize(("content", "name"), FILES.values(), ids=FILES)
def test_a_clean_copy_hides_nothing_and_hangs_together(content: bytes, name: str) -> None:
    made = cleaned(content, name)
    assert look(made.content, name).hidden == ()
    assert made.left == ()
    assert made.done
    assert faults(made.content) == []
    if name.endswith("xlsx"):
        assert grid(made.content).sheetnames[0] == "案内"


@pytest.mark.parametrize("name", ["a.xlsx", "a.docx", "a.pptx"])
def test_what_can_be_seen_stays(name: str) -> None:
    made = {
        "a.xlsx": workbook(),
        "a.docx": word(paragraph("会場")),
        "a.pptx": slides(slide(shape("会場"))),
    }
    before = look(made[name], name)
    after = look(cleaned(made[name], name).content, name)
    assert text_of(after) == text_of(before)


def test_the_child_makes_the_same_copy() -> None:
    content = workbook(office.hidden_sheet())
    assert clean(content, "a.xlsx") == cleaned(content, "a.xlsx")


def test_the_same_file_gives_the_same_copy() -> None:
    content = workbook(office.hidden_sheet())
    assert cleaned(content, "a.xlsx").content == cleaned(content, "a.xlsx").content


def test_what_was_on_a_hidden_sheet_is_nowhere_in_the_file() -> None:
    made = cleaned(workbook(office.hidden_sheet()), "a.xlsx").content
    assert not [name for name, text in parts(made).items() if "みなと電機" in text]


def test_what_was_in_a_hidden_row_is_nowhere_in_the_file() -> None:
    made = cleaned(workbook(test_workbooks.hide_row), "a.xlsx").content
    assert not [name for name, text in parts(made).items() if "開会" in text]
    assert grid(made)["案内"]["B2"].value == "受付"


def test_a_shared_text_that_nothing_shows_any_more_is_forgotten() -> None:
    """Excel keeps the texts of all sheets in one part, whoever shows them."""
    texts = "".join(f"<si><t>{each}</t></si>" for each in ("受付", "みなと電機", "開会"))
    row = '<row r="9"{}><c r="A9" t="s"><v>{}</v></c></row></sheetData>'
    link = f'<Relationship Id="rId98" Type="{office.R}/sharedStrings" Target="sharedStrings.xml"/>'

    kind = (
        '<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-'
        'officedocument.spreadsheetml.sharedStrings+xml"/>'
    )

    def shows(number: int) -> Callable[[str], str]:
        return lambda text: text.replace("</sheetData>", row.format("", number))

    content = office.with_parts(
        workbook(office.hidden_sheet()),
        {
            "xl/worksheets/sheet1.xml": shows(2),
            "xl/worksheets/sheet2.xml": shows(1),
            "xl/_rels/workbook.xml.rels": lambda text: text.replace("</Rel", f"{link}</Rel"),
            "[Content_Types].xml": lambda text: text.replace("</Types>", f"{kind}</Types>"),
        },
        {"xl/sharedStrings.xml": f'<sst xmlns="{office.X}">{texts}</sst>'},
    )
    assert "みなと電機" in look(content, "a.xlsx").hidden[0].detail
    made = cleaned(content, "a.xlsx").content
    assert grid(made)["案内"]["A9"].value == "開会"
    assert "みなと電機" not in parts(made)["xl/sharedStrings.xml"]


class TestFormulas:
    """Calculated once by Excel: the tests put the results there."""

    def book(self, formulas: dict[str, str], *changes: office.Change) -> bytes:
        """Formulas in the sheet 「案内」, each with the result 42."""

        def put(book: Any) -> None:
            for place, formula in formulas.items():
                book["案内"][place] = formula

        return self.calculated(workbook(put, *changes))

    def calculated(self, content: bytes) -> bytes:
        def put(text: str) -> str:
            return re.sub(r"<v\s*/>|<v></v>", "<v>42</v>", text)

        return office.with_parts(content, {"xl/worksheets/sheet1.xml": put}, {})

    def numbers(self, book: Any) -> None:
        for row in (6, 7, 8):
            book["案内"][f"D{row}"] = row
        book["案内"].row_dimensions[7].hidden = True

    @pytest.mark.parametrize(
        "formula",
        [
            "=内部!A1",
            "='内部'!A1&\"様\"",
            "=SUM(案内:内部!A1)",
            '=INDIRECT("内部!A1")',
            "=VLOOKUP(A1,内部!A:B,2,0)",
            "=秘密の名前",
        ],
    )
    def test_a_formula_that_looks_at_a_hidden_sheet_keeps_its_value(self, formula: str) -> None:
        def name(book: Any) -> None:
            book.defined_names["秘密の名前"] = DefinedName("秘密の名前", attr_text="内部!$A$1")

        made = cleaned(self.book({"F1": formula}, office.hidden_sheet(), name), "a.xlsx")
        assert grid(made.content)["案内"]["F1"].value == 42
        assert "数式1個を計算結果の値に置きかえました" in made.done
        assert "内部" not in parts(made.content)["xl/worksheets/sheet1.xml"]

    @pytest.mark.parametrize("formula", ["=SUM(D6:D8)", "=D7*2", "=SUM(D:D)", "=SUM(7:7)"])
    def test_a_formula_that_looks_at_a_hidden_cell_keeps_its_value(self, formula: str) -> None:
        made = cleaned(self.book({"F1": formula}, self.numbers), "a.xlsx")
        assert grid(made.content)["案内"]["F1"].value == 42
        assert grid(made.content)["案内"]["D7"].value is None

    @pytest.mark.parametrize("formula", ["=D6+D8", "=SUM(D8:D9)", "=TODAY()", '="7"&TRUE'])
    def test_any_other_formula_stays_one(self, formula: str) -> None:
        made = cleaned(self.book({"F1": formula}, self.numbers), "a.xlsx")
        assert grid(made.content)["案内"]["F1"].value == formula

    def test_a_formula_that_was_filled_down_keeps_its_values(self) -> None:
        def shared(text: str) -> str:
            row = (
                '<row r="9"><c r="F9"><f t="shared" ref="F9:G9" si="0">D7</f><v>1</v></c>'
                '<c r="G9"><f t="shared" si="0"/><v>2</v></c></row></sheetData>'
            )
            return text.replace("</sheetData>", row)

        content = office.with_parts(
            workbook(self.numbers), {"xl/worksheets/sheet1.xml": shared}, {}
        )
        sheet = grid(cleaned(content, "a.xlsx").content)["案内"]
        assert [sheet["F9"].value, sheet["G9"].value] == [1, 2]

    def test_a_formula_without_a_result_is_not_broken(self) -> None:
        def put(book: Any) -> None:
            book["案内"]["F1"] = "=内部!A1"

        with pytest.raises(UserError, match="F1の数式に計算結果が残っていない"):
            cleaned(workbook(put, office.hidden_sheet()), "a.xlsx")
        with pytest.raises(UserError, match="保存し直し"):
            clean(workbook(put, office.hidden_sheet()), "a.xlsx")


def test_names_and_sheets_keep_their_numbers() -> None:
    def change(book: Any) -> None:
        book.move_sheet("内部", -1)
        later = book.create_sheet("地図")
        later["A1"] = "駅"
        later.print_area = "A1:B2"
        book.active = 2

    made = grid(cleaned(workbook(office.hidden_sheet(), change), "a.xlsx").content)
    assert made.sheetnames == ["案内", "地図"]
    assert made["地図"].print_area == "'地図'!$A$1:$B$2"


def test_links_to_other_workbooks_become_values() -> None:
    def change(book: Any) -> None:
        book["案内"]["F1"] = "=[1]名簿!A1"
        book["案内"].add_table(Table(displayName="表", ref="A1:C3"))
        book.defined_names["外"] = DefinedName("外", attr_text="[1]名簿!$A$1")
        book.defined_names["列"] = DefinedName("列", attr_text="表[内容]")

    link = f'<Relationship Id="rId97" Type="{office.R}/externalLink" Target="externalLinks/e.xml"/>'
    content = office.with_parts(
        TestFormulas().calculated(workbook(change)),
        {"xl/_rels/workbook.xml.rels": lambda text: text.replace("</Rel", f"{link}</Rel")},
        {
            "xl/externalLinks/e.xml": (
                f'<externalLink xmlns="{office.X}"><externalBook><sheetDataSet><sheetData>'
                '<row r="1"><cell r="A1"><v>みなと電機</v></cell></row></sheetData></sheetDataSet>'
                "</externalBook></externalLink>"
            )
        },
    )
    made = cleaned(content, "a.xlsx").content
    assert grid(made)["案内"]["F1"].value == 42
    assert list(grid(made).defined_names) == ["列"]
    assert not [name for name, text in parts(made).items() if "みなと電機" in text]


def test_a_list_to_choose_from_on_a_hidden_sheet_goes_with_it() -> None:
    def change(book: Any) -> None:
        rule = DataValidation(type="list", formula1="=内部!$A$1:$A$2")
        rule.add("A9")
        book["案内"].add_data_validation(rule)

    made = cleaned(workbook(office.hidden_sheet(), change), "a.xlsx")
    assert "入力規則・条件付き書式1個を外しました" in made.done
    assert grid(made.content)["案内"].data_validations.dataValidation == []


def test_a_sheet_that_a_chart_needs_is_left_to_a_person() -> None:
    def change(book: Any) -> None:
        chart = BarChart()
        chart.add_data(Reference(book["内部"], min_col=1, min_row=1, max_row=2))
        book["案内"].add_chart(chart, "F2")

    made = cleaned(workbook(office.hidden_sheet(), change), "a.xlsx")
    assert len(made.left) == 1
    assert "「再表示」" in made.left[0]
    assert grid(made.content).sheetnames == ["案内", "内部"]


def test_a_hidden_column_of_a_table_is_left_to_a_person() -> None:
    def change(book: Any) -> None:
        book["案内"].add_table(Table(displayName="表", ref="A1:C3"))
        test_workbooks.hide_column(book)

    made = cleaned(workbook(change), "a.xlsx")
    assert "テーブルの一部です" in made.left[0]
    assert grid(made.content)["案内"].tables["表"].column_names == ["時刻", "内容", "会場"]
    assert "1階" not in parts(made.content)["xl/worksheets/sheet1.xml"]


def test_embedded_files_and_macros_are_left_to_a_person() -> None:
    content = word(
        "",
        {"word/embeddings/sheet1.xlsx": workbook(office.hidden_sheet())},
        (("package", "embeddings/sheet1.xlsx"),),
    )
    made = cleaned(content, "a.docx")
    assert any("埋め込まれたファイル" in each for each in made.left)


def test_changes_are_accepted() -> None:
    body = (
        f"<w:p><w:r><w:t>会場は</w:t></w:r><w:del {test_documents.BY}><w:r><w:delText>1階"
        f"</w:delText></w:r></w:del><w:ins {test_documents.BY}><w:r><w:t>2階</w:t></w:r></w:ins>"
        "</w:p>"
    )
    scan = look(cleaned(word(body), "a.docx").content, "a.docx")
    assert text_of(scan) == ["ご案内", "会場は2階"]


def test_a_paragraph_whose_end_was_deleted_goes_on_in_the_next() -> None:
    body = (
        f"<w:p><w:pPr><w:rPr><w:del {test_documents.BY}/></w:rPr></w:pPr><w:r><w:t>前半</w:t></w:r>"
        "</w:p><w:p><w:pPr/><w:r><w:t>後半</w:t></w:r></w:p>"
    )
    scan = look(cleaned(word(body), "a.docx").content, "a.docx")
    assert text_of(scan) == ["ご案内", "前半後半"]


def test_a_deleted_row_goes_whole() -> None:
    row = "<w:tr>{}<w:tc>{}</w:tc></w:tr>"
    mark = f"<w:trPr><w:del {test_documents.BY}/></w:trPr>"
    table = (
        f"<w:tbl>{row.format('', paragraph('残る'))}{row.format(mark, paragraph('消した'))}</w:tbl>"
    )
    scan = look(cleaned(word(table), "a.docx").content, "a.docx")
    assert [text.strip() for text in text_of(scan)] == ["ご案内", "残る"]


def test_blackened_letters_become_ink() -> None:
    content = word(paragraph("山田太郎", test_documents.BLACK))
    made = cleaned(content, "a.docx")
    assert text_of(look(made.content, "a.docx")) == ["ご案内", "■■■■"]
    assert "黒く塗った文字1か所を■に置きかえました" in made.done


def test_a_prefix_that_only_an_attribute_names_stays() -> None:
    own = (
        f'<w:document xmlns:w="{W}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility'
        '/2006" xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" '
        f'mc:Ignorable="w14"><w:body>{test_documents.DELETED}'
        '<w:p><w:r><w:t xml:space="preserve"> あ&#13;&lt; </w:t></w:r></w:p></w:body></w:document>'
    )
    made = cleaned(word(parts={"word/document.xml": own}), "a.docx").content
    assert faults(made) == []
    assert '<w:t xml:space="preserve"> あ&#13;&lt; </w:t>' in parts(made)["word/document.xml"]


def test_a_hidden_slide_leaves_its_section_and_its_links() -> None:
    link = f'<a:hlinkClick xmlns:a="{A}" r:id="rId1" action="ppaction://hlinksldjump"/>'
    first = slide(shape("案内").replace('name="枠"/>', f'name="枠">{link}</p:cNvPr>'))
    content = slides(first, slide(shape("裏"), show=False), beside={1: (("slide", "slide2.xml"),)})
    listed = '<p14:sldId id="256"/><p14:sldId id="257"/>'
    section = (
        f'<p14:sectionLst xmlns:p14="p14"><p14:sldIdLst>{listed}</p14:sldIdLst></p14:sectionLst>'
    )
    content = office.with_parts(
        content,
        {"ppt/presentation.xml": lambda text: text.replace("<p:sldSz", f"{section}<p:sldSz")},
        {},
    )
    made = cleaned(content, "a.pptx").content
    assert faults(made) == []
    assert "hlinkClick" not in parts(made)["ppt/slides/slide1.xml"]
    assert 'id="257"' not in parts(made)["ppt/presentation.xml"]
    assert text_of(look(made, "a.pptx")) == ["案内"]


def test_an_animation_goes_with_the_shape_it_moved() -> None:
    moved = f"{shape('裏', hidden=True)}"
    timing = '<p:timing><p:spTgt spid="2"/></p:timing></p:sld>'
    content = slides(
        slide(moved, shape("表").replace('id="2"', 'id="3"')).replace("</p:sld>", timing)
    )
    made = cleaned(content, "a.pptx")
    assert "timing" not in parts(made.content)["ppt/slides/slide1.xml"]
    assert "スライド1枚のアニメーションを外しました" in made.done


@pytest.mark.parametrize(
    ("content", "name"), [(b"%PDF-1.4", "a.pdf"), (locked_workbook(), "a.xlsx"), (b"x", "a.txt")]
)
def test_other_files_are_refused_with_a_way_out(content: bytes, name: str) -> None:
    with pytest.raises(UserError, match="もとのソフトで直して"):
        clean(content, name)


def test_a_trace_that_is_gone_is_named() -> None:
    made = cleaned(workbook(office.hidden_sheet(), office.commented), "a.xlsx")
    assert set(made.done) == {"非表示のシート", "コメント"}
    assert Trace.SHEET not in {each.what for each in look(made.content, "a.xlsx").hidden}
