"""起案伺い says on paper exactly what it says on the page, whatever was written."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from eventmail.mailings.snapshot import Content
from eventmail.papers import pdf
from eventmail.papers.drafting import Frozen, Kinds, paper_of
from eventmail.papers.paper import REPLACED, Paper, Style
from tests.mailings.contents import BATCH
from tests.papers.reading import body, feet, letters, opened
from tests.papers.samples import BODIES, CONTENTS, FROZEN, FROZENS, ORDINARY

SCALE = 5


def said(paper: Paper) -> str:
    return letters("".join(paper.texts()))


def section(paper: Paper, style: Style) -> str:
    return "\n".join(
        f"{line.label} {line.text}"
        for each in paper.sections
        if each.style is style
        for line in each.lines
    )


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_the_pdf_says_what_the_paper_says_to_the_letter(content: Content) -> None:
    paper = paper_of(content, FROZEN)
    document = opened(pdf.drawn(paper))
    assert letters("".join(body(document))) == said(paper)
    total = len(document)
    assert feet(document) == [f"{paper.foot}　{n}/{total}" for n in range(1, total + 1)]


@pytest.mark.parametrize("frozen", FROZENS.values(), ids=FROZENS)
def test_so_it_does_whoever_decided_whatever(frozen: Frozen) -> None:
    paper = paper_of(ORDINARY, frozen)
    assert letters("".join(body(opened(pdf.drawn(paper))))) == said(paper)


def test_the_same_snapshot_gives_the_same_file() -> None:
    first, second = (pdf.drawn(paper_of(ORDINARY, FROZEN)).read() for _ in range(2))
    assert first == second


def test_a_long_letter_goes_over_pages_that_are_numbered() -> None:
    paper = paper_of(CONTENTS["a very long letter"], FROZEN)
    document = opened(pdf.drawn(paper))
    assert len(document) > 30
    assert feet(document)[1].endswith(f"2/{len(document)}")


@pytest.mark.parametrize("name", ["tabs", "rare kanji and marks", "decomposed kana", "long lines"])
def test_the_letter_is_whole(name: str) -> None:
    """Every character of it stands in the paper, or its number does."""
    shown = section(paper_of(CONTENTS[name], FROZEN), Style.LETTER)
    for char in "".join(BODIES[name].split()):
        if char not in "\u3099\u309a":
            assert char in shown or f"〔U+{ord(char):04X}〕" in shown or char in "かきハ"


def test_what_no_font_draws_is_named_on_the_paper() -> None:
    paper = paper_of(CONTENTS["emoji and other scripts"], FROZEN)
    (note,) = [each for each in paper.sections if each.title == REPLACED]
    assert [line.label for line in note.lines][:2] == ["〔U+1F600〕", "〔U+1F469〕"]
    assert note.lines[0].text == "GRINNING FACE"
    assert "番号（〔U+…〕）" in note.note
    assert REPLACED not in [each.title for each in paper_of(ORDINARY, FROZEN).sections]


class TestMode:
    """送信方法 stands in the largest type of the paper and says what it means."""

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (ORDINARY, ("個別送信", "34件の送信先に1通ずつ", "CCとBCCは使いません")),
            (BATCH, ("BCC一括送信（BCC）", "34件の送信先へ", "BCC", "所のアドレスだけ")),
        ],
        ids=["individual", "batch"],
    )
    def test_it_says(self, content: Content, words: tuple[str, ...]) -> None:
        shown = section(paper_of(content, FROZEN), Style.MODE)
        assert all(word in shown for word in words)

    def test_the_other_mode_is_not_named(self) -> None:
        assert "個別送信" not in said(paper_of(BATCH, FROZEN))
        assert "BCC一括" not in said(paper_of(ORDINARY, FROZEN))

    def test_its_type_is_the_largest(self) -> None:
        sizes = [each.size for each in (pdf.HEAD, pdf.TITLE, pdf.MEANS, pdf.PLAIN, pdf.LABEL)]
        assert pdf.MODE.size > max(sizes)


class TestFacts:
    def test_recipients_by_kind_and_count(self) -> None:
        shown = section(paper_of(ORDINARY, FROZEN), Style.FACTS)
        for words in ("件数 34件", "30社", "個人名のアドレス 4件", "部署などのアドレス 30件"):
            assert words in shown

    def test_how_they_were_chosen_and_how_many_the_author_expected(self) -> None:
        told = section(paper_of(ORDINARY, FROZEN), Style.FACTS)
        assert "選び方 参加する事業所の全員\n起案者が見込んだ件数 未入力" in told
        chosen = replace(ORDINARY, audience="まだ回答していない担当者", expected_count=34)
        told = section(paper_of(chosen, FROZEN), Style.FACTS)
        assert "選び方 まだ回答していない担当者\n起案者が見込んだ件数 34件" in told

    def test_one_contact_a_company_is_said_plainly(self) -> None:
        paper = paper_of(ORDINARY, replace(FROZEN, kinds=Kinds(30, 30, 0)))
        assert "参加事業所 30社\n" in section(paper, Style.FACTS)

    def test_each_material_by_name_size_and_whole_digest(self) -> None:
        (map_of_place,) = ORDINARY.materials
        shown = section(paper_of(ORDINARY, FROZEN), Style.FACTS)
        assert f"1 {map_of_place.filename}\n3バイト\nSHA-256 {map_of_place.sha256}" in shown

    def test_who_submitted_checked_and_returned_what_and_why(self) -> None:
        shown = section(paper_of(ORDINARY, FROZENS["returned"]), Style.FACTS)
        assert "提出 起案 太郎　令和8年11月26日（木）12:00" in shown
        assert "確認 確認 花子　令和8年11月26日（木）12:00　数えた件数 34件" in shown
        assert (
            "決裁で差し戻し 決裁 次郎　令和8年11月26日（木）12:00\n理由：日付が\n違います。"
            in shown
        )

    def test_what_the_checker_went_through_and_who_rejected_it_in_whose_place(self) -> None:
        shown = section(paper_of(ORDINARY, FROZENS["rejected"]), Style.FACTS)
        assert "数えた件数 34件\n見たもの：送信先の一覧、資料2件を最後のページまで" in shown
        assert "却下 決裁 次郎（決裁 三郎の代理）" in shown

    def test_a_material_that_nobody_could_look_into_and_who_let_it_go(self) -> None:
        name = "approved in another's place, with a material that nobody could look into"
        paper = paper_of(ORDINARY, FROZENS[name])
        shown = section(paper, Style.FACTS)
        assert "送信を認めた資料 暗号.zip（中身を調べられない資料）\n代理 四郎" in shown
        assert "理由：中身を見ました。" in shown
        assert paper.sections[0].lines[2].text.startswith("代理 四郎（決裁 三郎の代理）\n")

    def test_findings_with_their_answers(self) -> None:
        shown = section(paper_of(ORDINARY, FROZENS["with findings"]), Style.FACTS)
        assert "要回答 曜日が合いません。\n回答：確かめました。（起案 太郎）" in shown
        assert "参考 名簿という名前のファイルがあります。\n回答はありません。" in shown


class TestStamps:
    @pytest.mark.parametrize(
        ("name", "signed"),
        {
            "just submitted": ["起案者"],
            "checked": ["起案者", "確認者"],
            "approved": ["起案者", "確認者", "決裁者"],
            "returned": ["起案者", "確認者"],
            "rejected": ["起案者", "確認者"],
        }.items(),
    )
    def test_only_who_said_yes_stands_in_the_box(self, name: str, signed: list[str]) -> None:
        paper = paper_of(ORDINARY, FROZENS[name])
        lines = paper.sections[0].lines
        assert [line.label for line in lines] == ["起案者", "確認者", "決裁者"]
        assert [line.label for line in lines if line.text] == signed


class TestCode:
    """The QR code names the snapshot and opens nothing."""

    def test_what_it_says(self) -> None:
        code = paper_of(ORDINARY, FROZEN).code
        assert code == f"EVENTMAIL mailing 3 revision 4 sha256 {FROZEN.digest}"

    def test_its_modules_stand_on_the_paper(self) -> None:
        paper = paper_of(ORDINARY, FROZEN)
        document = opened(pdf.drawn(paper))
        page = document[len(document) - 1]
        picture = page.render(scale=SCALE, grayscale=True).to_pil()
        wanted = pdf.matrix(paper.code)
        lowest = picture.height - int(len(wanted) * pdf.MODULE * SCALE)
        assert any(_modules(picture, len(wanted), top) == wanted for top in range(0, lowest, 3))


def _modules(picture: Any, count: int, top: int) -> list[list[bool]]:
    side, left = pdf.MODULE * SCALE, pdf.MARGIN * SCALE
    middles = [(number + 0.5) * side for number in range(count)]
    return [
        [picture.getpixel((int(left + x), int(top + y))) < 128 for x in middles] for y in middles
    ]
