"""What comes out of the printer: each page that is a paper, on A4, without what is for screens."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
import pytest

from eventmail.events.models import Contact
from eventmail.links import service as links
from eventmail.sealing import Sealer
from tests.accessibility.conftest import Screen
from tests.web.test_matrix import World, world  # noqa: F401 - a fixture

SHORT, LONG = 595, 842  # A4 in points
# What a person presses, and the way through the pages: of no use on paper.
SCREEN_ONLY = (
    "本文へ移動",
    "サインアウト",
    "所の送信をすべて止める",
    "Show in English",
    "保存する",
)


@dataclass(frozen=True)
class Paper:
    """A page that people print: who, what must stand on it, and whether it lies on its side."""

    path: str
    who: str
    says: tuple[str, ...]
    lying: bool = False


PAPERS = {
    "drafting": Paper("/mailings/1/drafting-paper", "author", ("起案伺い", "個別送信", "送信先")),
    "recipients": Paper(
        "/mailings/1/recipient-list", "checker", ("確認用宛先一覧", "みなと電機"), True
    ),
    "calls": Paper("/incidents/1/calls", "author", ("電話連絡表", "そのほかの事業所")),
    "press": Paper("/incidents/1/papers/press", "author", ("公表",)),
    "report": Paper("/incidents/1/papers/internal", "author", ("顛末書",)),
    "first report": Paper("/incidents/1/papers/first", "author", ("個人情報保護委員会",)),
    "final report": Paper("/incidents/1/papers/final", "author", ("個人情報保護委員会",)),
    "circular": Paper("/incidents/1/papers/circular", "author", ("注意喚起",)),
    "chronology": Paper("/incidents/1/chronology", "author", ("経過",)),
    "audit": Paper("/audit", "auditor", ("監査記録", "だれが")),
    "delivery": Paper("/mailings/1/progress", "author", ("送信", "30")),
    "record": Paper("/mailings/1/record", "author", ("送信",)),
    "own page": Paper("own", "nobody", ("雇用情報交換会",)),
}


def path_of(world: World, paper: Paper) -> str:  # noqa: F811
    if paper.path != "own":
        return paper.path
    services = world.app.extensions["eventmail"]
    with services.database.writing() as session:
        contact = session.get_one(Contact, world.ids["contact_id"])
        return f"/p/{links.token_for(session, Sealer.of(services.settings), contact)}"


@pytest.fixture
def folder(request: pytest.FixtureRequest) -> Path | None:
    kept = request.config.getoption("--pictures")
    return Path(kept) if kept else None


def sheets(content: bytes) -> Iterator[pypdfium2.PdfPage]:
    with pypdfium2.PdfDocument(io.BytesIO(content)) as document:
        for page in document:
            yield page
            page.close()


@pytest.mark.parametrize("name", PAPERS)
def test_a_paper_is_printed(
    world: World,  # noqa: F811
    screen: Screen,
    folder: Path | None,
    name: str,
) -> None:
    paper = PAPERS[name]
    person = world.clients[paper.who]
    path = path_of(world, paper)
    assert person.get(path).status_code == 200
    screen.show(path, person)
    content = screen.page.pdf(prefer_css_page_size=True)
    text, sizes = "", set()
    for number, page in enumerate(sheets(content), 1):
        text += page.get_textpage().get_text_range()
        sizes.add(tuple(round(each) for each in page.get_size()))
        if folder:
            page.render(scale=1.2).to_pil().save(folder / f"print-{name}-{number}.png")
    assert sizes == {(LONG, SHORT) if paper.lying else (SHORT, LONG)}
    assert [each for each in paper.says if each not in text] == []
    assert [each for each in SCREEN_ONLY if each in text] == []
