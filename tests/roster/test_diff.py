"""A new reading against the roster as it stands."""

from __future__ import annotations

from eventmail.roster.diff import Change, Current, Kind, compare
from tests.spreadsheet.books import row


def current(
    number: int, company: str, email: str, contact: str = "", phone: str = "", status: str = ""
) -> Current:
    status = status or "attending"
    return Current(number, number, company, "", "", contact, email, phone, status)


def told(changes: list[Change]) -> list[tuple[Kind, int | None, list[tuple[str, str, str]]]]:
    return [
        (
            change.kind,
            change.current.contact_id if change.current else None,
            [(f.field, f.old, f.new) for f in change.fields],
        )
        for change in changes
    ]


def test_same() -> None:
    changes = compare([current(1, "一番", "a@b.example")], [row(5, "一番", "a@b.example")])
    assert told(changes) == [(Kind.SAME, 1, [])]


def test_new_and_gone() -> None:
    changes = compare([current(1, "一番", "a@b.example")], [row(5, "二番", "c@d.example")])
    assert told(changes) == [(Kind.NEW, None, []), (Kind.GONE, 1, [])]
    assert changes[1].row is None


def test_a_quiet_change() -> None:
    (change,) = compare(
        [current(1, "一番", "a@b.example", phone="1")], [row(5, "一番", "a@b.example", phone="2")]
    )
    assert told([change]) == [(Kind.CHANGED, 1, [("phone", "1", "2")])]
    assert not change.loud


def test_an_address_changed_is_loud() -> None:
    (change,) = compare([current(1, "㈱一番", "a@b.example")], [row(5, "㈱一番", "c@b.example")])
    assert told([change]) == [(Kind.CHANGED, 1, [("email", "a@b.example", "c@b.example")])]
    assert change.loud


def test_an_address_with_another_company_is_loud() -> None:
    (change,) = compare([current(1, "一番", "a@b.example")], [row(5, "二番", "a@b.example")])
    assert told([change]) == [(Kind.CHANGED, 1, [("company", "一番", "二番")])]
    assert change.loud


def test_addresses_shifted_by_one_row_are_all_loud() -> None:
    old = [current(1, "一番", "a@b.example"), current(2, "二番", "c@d.example")]
    changes = compare(old, [row(5, "一番", "c@d.example"), row(6, "二番", "a@b.example")])
    assert [change.loud for change in changes] == [True, True]


def test_a_company_with_two_desks_is_matched_by_contact() -> None:
    old = [current(1, "一番", "a@b.example", "山田"), current(2, "一番", "c@b.example", "佐藤")]
    new = [row(5, "一番", "c@b.example", "佐藤"), row(6, "一番", "x@b.example", "山田")]
    assert told(compare(old, new)) == [
        (Kind.SAME, 2, []),
        (Kind.CHANGED, 1, [("email", "a@b.example", "x@b.example")]),
    ]


def test_two_new_desks_of_one_company_are_not_guessed() -> None:
    old = [current(1, "一番", "a@b.example", "山田")]
    new = [row(5, "一番", "x@b.example", "田中"), row(6, "一番", "y@b.example", "鈴木")]
    kinds = [change.kind for change in compare(old, new)]
    assert kinds == [Kind.NEW, Kind.NEW, Kind.GONE]
