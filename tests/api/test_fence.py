"""What the API reaches of the rooms in which something goes out: only what is named here.

Like the fence around the one way out: the source is read, so that a route that somebody adds later
is held as well. ``mailings.service`` has submitting and approving beside reading, so an import
contract alone (pyproject.toml) would not do.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import eventmail.api

FOLDER = Path(eventmail.api.__file__).parent
FILES = sorted(FOLDER.rglob("*.py"))
ROOMS = ("mailings", "outbox", "letters", "roster", "proposals", "suppression", "relays", "wire")
REACHED = {
    *("mailings.service.add_mailing", "mailings.service.get_mailing"),
    "mailings.service.list_mailings",
    *("outbox.service.progress", "outbox.service.sendings", "outbox.listing.after"),
    *("outbox.listing.Line", "roster.listing.Entry"),
    *("letters.forms.BUSINESS", "letters.forms.Choices", "letters.forms.INVITATION"),
    "letters.forms.LetterForm",
    *("roster.exporting.note", "roster.listing.count_addressees"),
    *("roster.listing.count_participants", "roster.listing.entries_after"),
    *("roster.service.get_import", "roster.service.open_import", "roster.service.upload"),
    "roster.views.common.carry_on",  # reads a workbook that was handed in
}


def reached(source: str) -> Iterator[str]:
    """What a file takes of those rooms: imported by name, or as an attribute of their modules."""
    tree = ast.parse(source)
    modules = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names if each.name.startswith("eventmail"))
        if not isinstance(node, ast.ImportFrom) or not _is_watched(node.module or ""):
            continue
        for each in node.names:
            whole = f"{node.module}.{each.name}".removeprefix("eventmail.")
            if whole.count(".") == 1:
                modules[each.asname or each.name] = whole
            elif not (node.module or "").endswith(".models"):
                yield whole
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") in modules:
            yield f"{modules[node.value.id]}.{node.attr}"  # type: ignore[attr-defined]


def _is_watched(module: str) -> bool:
    return any(f"{module}.".startswith(f"eventmail.{room}.") for room in ROOMS)


def test_the_api_reaches_nothing_by_which_something_goes_out() -> None:
    found = {each for path in FILES for each in reached(path.read_text(encoding="utf-8"))}
    assert found == REACHED


def test_a_way_around_is_seen() -> None:
    ways = {
        "from eventmail.mailings import service as m\nm.submit(s, a, m)": "mailings.service.submit",
        "from eventmail.mailings.deciding import approve": "mailings.deciding.approve",
        "from eventmail.outbox import service\nservice.start(s, x)": "outbox.service.start",
        "import eventmail.outbox.control": "eventmail.outbox.control",
    }
    for source, told in ways.items():
        assert told in set(reached(source)), source
