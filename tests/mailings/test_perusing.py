"""The checker goes through the recipients: the flagged first, and few at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from eventmail.database import Database
from eventmail.mailings import perusing
from eventmail.mailings.models import Snapshot
from eventmail.mailings.perusing import sheet
from eventmail.remembering import Remembered
from tests.counting import selects_of
from tests.pages import Pages

SignIn = Callable[[str], Pages]


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(perusing, "_walked_lately", Remembered(16))


@pytest.fixture
def twelve(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(perusing, "ROWS", 12)


@pytest.fixture
def snapshot(database: Database, submitted: Snapshot) -> Iterator[Snapshot]:
    with database.reading() as session:
        yield session.get_one(Snapshot, submitted.id)


@pytest.mark.usefixtures("twelve")
def test_the_flagged_come_first_in_the_order_of_their_flags(
    database: Database, snapshot: Snapshot
) -> None:
    people = snapshot.recipients
    flags = {people[20].contact_id: ["a", "b"], people[3].contact_id: ["c"]}
    with database.reading() as session:
        pages = [sheet(session, snapshot, flags, number) for number in (1, 2, 3, 9)]
    shown = [each for page in pages[:3] for each in page.rows]
    order = [20, 3, *(place for place in range(30) if place not in (3, 20))]
    assert [each.recipient.contact_id for each in shown] == [people[i].contact_id for i in order]
    assert [each.flags for each in shown[:3]] == [("a", "b"), ("c",), ()]
    assert [(page.page, page.pages, page.companies) for page in pages] == [
        (1, 3, 30),
        (2, 3, 30),
        (3, 3, 30),
        (3, 3, 30),
    ]


ROWS = [(7, 70, 1), (8, 80, 2), (7, 71, 3), (9, 90, 4)]
ORDERS = {
    "none flagged": ([], [[1, 3], [2], [4]]),
    "a company's second": ([90, 71], [[4], [1, 3], [2]]),
    "both of a company, the second first": ([71, 90, 70], [[1, 3], [4], [2]]),
    "both of a company, the first first": ([70, 90, 71], [[1, 3], [4], [2]]),
    "somebody else": ([5], [[1, 3], [2], [4]]),
}


@pytest.mark.parametrize(("flags", "order"), ORDERS.values(), ids=ORDERS)
def test_a_companys_people_stand_together(flags: list[int], order: list[list[int]]) -> None:
    assert perusing.in_order(ROWS, flags) == order


@pytest.mark.usefixtures("twelve")
def test_each_on_any_page_leads_to_his_mail(submitted: Snapshot, sign_in: SignIn) -> None:
    path = f"/mailings/{submitted.mailing_id}/check"
    checker = sign_in("checker")
    page = checker.get(f"{path}?page=3")
    assert "3ページに分けています" in page.text
    names = [" ".join(each.company.split()) for each in submitted.recipients]
    assert [each for each in names if f"届くメール（{each}）" in page.text] == names[24:]
    last = submitted.recipients[29]
    assert last.address in checker.get(f"{path}/letter?contact={last.contact_id}").text


def test_a_page_asks_as_often_for_many_as_for_few(
    database: Database, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For the order once, as long as the process remembers it; for the rows each time."""
    with database.reading() as session:
        assert selects_of(lambda: sheet(session, snapshot, {}, 1)) == 2
        for rows in (100, 3):
            monkeypatch.setattr(perusing, "ROWS", rows)
            assert selects_of(lambda: sheet(session, snapshot, {}, 1)) == 1


def test_with_other_flags_it_is_another_order(database: Database, snapshot: Snapshot) -> None:
    last = snapshot.recipients[-1].contact_id
    with database.reading() as session:
        plain, flagged = (sheet(session, snapshot, flags, 1) for flags in ({}, {last: ["新規"]}))
    assert flagged.rows[0].recipient.contact_id == last
    assert plain.rows[0].recipient.contact_id == snapshot.recipients[0].contact_id
