"""What the confined child looks into, called in this very process: every kind of file we attach."""

from __future__ import annotations

import pytest

from eventmail.wire.searchable import in_child, search
from eventmail.wire.sites import Site, shows
from tests.attacks.hiding import HIDING
from tests.slim import REAL
from tests.wire import files
from tests.wire.test_searchable import REASONS, nested

OTHER = "jinji@kure.example"
HOLDERS = {
    "plain text": f"連絡先：{OTHER}".encode(),
    "Shift_JIS text": f"連絡先：{OTHER}".encode("cp932"),
    "UTF-16 text": f"連絡先：{OTHER}".encode("utf-16"),
    "strings of a binary file": b"\xff\0\xfd" + OTHER.encode() + b"\0\xff",
    "a link in a binary file": b"\xff\0\xfdmailto:"
    + OTHER.replace("@", "%40").encode()
    + b"\0\xff",
    "entities in a binary file": b"\xff\0\xfd" + OTHER.replace("@", "&#64;").encode() + b"\0\xff",
    "what begins like UTF-16": b"\xff\xfe\xfd\0" + OTHER.encode() + b"\0\xff",
    "a CSV": f"会社,メール\r\n呉,{OTHER}\r\n".encode("cp932"),
    "a zip": files.zipped(("一覧.txt", OTHER.encode())),
    "the name of a file in a zip": files.zipped((f"{OTHER}.txt", b"x")),
    "a name in Shift_JIS": files.zip_named_in_windows(f"{OTHER}.txt"),
    "zips in zips": nested(3),
    "a workbook's cell": files.workbook(OTHER),
    "a hidden sheet": files.workbook("表", hidden=OTHER),
    "a comment": files.workbook("表", comment=OTHER),
    "a document property": files.workbook("表", title=OTHER),
    "Word's runs": files.word_with_split_runs("jinji", "@kure", ".example"),
    "a PDF's text": files.pdf(OTHER),
}


@pytest.mark.parametrize("content", HOLDERS.values(), ids=HOLDERS)
def test_an_address_is_found_wherever_it_stands(content: bytes) -> None:
    answer = in_child(content)
    assert answer["unsearchable"] == ""
    assert any("kure.example" in str(site) for site in answer["sites"])


@pytest.mark.parametrize("content", HIDING.values(), ids=HIDING)
def test_an_address_is_found_where_few_people_look(content: bytes) -> None:
    answer = in_child(content)
    assert answer["unsearchable"] == ""
    found = [Site.from_json(each) for each in answer["sites"]]
    assert any(shows(site, {"jinji@kure-seiki.example"}, ()) for site in found)


@pytest.mark.parametrize(("content", "reason"), REASONS.values(), ids=REASONS)
def test_what_cannot_be_looked_into_says_why(content: bytes, reason: str) -> None:
    assert in_child(content)["unsearchable"] == reason


@pytest.mark.parametrize(
    "name", ["当日スケジュール.pdf", "ご来場のご案内.pdf", "参加企業一覧.xlsx"]
)
def test_the_child_answers_as_the_function_does(name: str) -> None:
    content = (REAL / name).read_bytes()
    answer = in_child(content)
    found = search(content)
    assert [site.to_json() for site in found.sites] == answer["sites"]
    assert found.unsearchable == answer["unsearchable"] == ""


def test_the_samples_own_roster_is_full_of_addresses() -> None:
    assert len(in_child((REAL / "参加企業一覧.xlsx").read_bytes())["sites"]) >= 30
