"""Names and addresses that no longer belong together raise an alarm that shows the pattern."""

from __future__ import annotations

import pytest

from eventmail.errors import UserError
from eventmail.roster.alarms import Alarm, Known, alarms
from tests.roster.importer import A, B, C, Importer
from tests.spreadsheet.books import row

COMPANIES = [f"株式会社{name}" for name in "甲乙丙丁戊己庚辛"]
ADDRESSES = [f"saiyo@{name}.example" for name in ("ko", "otsu", "hei", "tei", "bo", "ki", "k", "s")]
KNOWN = [Known(c, a, n) for n, (c, a) in enumerate(zip(COMPANIES, ADDRESSES, strict=True))]


def found(companies: list[str], addresses: list[str]) -> list[Alarm]:
    pairs = zip(companies, addresses, strict=True)
    return alarms([row(n, *pair) for n, pair in enumerate(pairs, start=2)], KNOWN)


def moved(addresses: list[str], start: int, by: int) -> list[str]:
    """The addresses from ``start`` on moved down by ``by`` rows (up, if less than 0)."""
    if by > 0:
        return addresses[:start] + ["x@new.example"] * by + addresses[start:-by]
    return addresses[:start] + addresses[start - by :] + ["x@new.example"] * -by


def test_nothing_moved() -> None:
    assert found(COMPANIES, ADDRESSES) == []


def test_another_order_of_whole_rows_is_no_alarm() -> None:
    assert found(COMPANIES[::-1], ADDRESSES[::-1]) == []


def test_new_companies_and_new_addresses_are_no_alarm() -> None:
    assert found([*COMPANIES, "株式会社壬"], [*ADDRESSES, "a@jin.example"]) == []
    assert found(COMPANIES, ["jinji@ko.example", *ADDRESSES[1:]]) == []


SHIFTS = {
    "down by one from the top": (0, 1, "2行目", "9行目", "1行ずつ下"),
    "down by one in the middle": (3, 1, "6行目", "9行目", "1行ずつ下"),
    "down by two": (2, 2, "6行目", "9行目", "2行ずつ下"),
    "up by one, a cell deleted": (2, -1, "4行目", "8行目", "1行ずつ上"),
    "up by two": (1, -2, "3行目", "7行目", "2行ずつ上"),
}


@pytest.mark.parametrize(("start", "by", "_first", "last", "pattern"), SHIFTS.values(), ids=SHIFTS)
def test_a_shifted_column_shows_its_pattern(
    start: int, by: int, _first: str, last: str, pattern: str
) -> None:
    (alarm,) = [a for a in found(COMPANIES, moved(ADDRESSES, start, by)) if a.code != "domain"]
    assert alarm.code == "shifted"
    assert f"アドレスが{pattern}にずれています" in alarm.message
    assert f"から{last}まで" in alarm.message
    assert alarm.moved[0].before != alarm.moved[0].now


def test_a_shift_shows_over_rows_in_another_order_too() -> None:
    companies = [COMPANIES[n] for n in (2, 0, 1, 5, 3, 4, 7, 6)]
    own = [ADDRESSES[n] for n in (2, 0, 1, 5, 3, 4, 7, 6)]
    (alarm,) = [a for a in found(companies, moved(own, 0, 1)) if a.code != "domain"]
    assert "1行ずつ下" in alarm.message


def test_two_that_were_swapped_are_named_without_a_pattern() -> None:
    swapped = [ADDRESSES[1], ADDRESSES[0], *ADDRESSES[2:]]
    (alarm,) = found(COMPANIES, swapped)
    assert alarm.code == "moved"
    assert "2件のアドレスが、前とは別の事業所の行に" in alarm.message
    assert [(m.row, m.value, m.before, m.now) for m in alarm.moved] == [
        ("2", ADDRESSES[1], COMPANIES[1], COMPANIES[0]),
        ("3", ADDRESSES[0], COMPANIES[0], COMPANIES[1]),
    ]


def test_a_sorted_column_of_addresses_is_an_alarm() -> None:
    (alarm,) = found(COMPANIES, sorted(ADDRESSES))
    assert alarm.code in ("moved", "shifted")


def test_a_domain_that_belonged_to_another_company() -> None:
    (alarm,) = found([*COMPANIES[1:], "株式会社壬"], [*ADDRESSES[1:], "new@ko.example"])
    assert alarm.code == "domain"
    assert [(m.value, m.before, m.now) for m in alarm.moved] == [
        ("ko.example", COMPANIES[0], "株式会社壬")
    ]


PROVIDERS = ["gmail.com", "yahoo.co.jp", "docomo.ne.jp"]


@pytest.mark.parametrize("domain", PROVIDERS)
def test_a_providers_domain_says_nothing(domain: str) -> None:
    known = [Known("株式会社甲", f"kou@{domain}", 0)]
    assert alarms([row(2, "株式会社乙", f"otsu@{domain}")], known) == []


def test_a_company_spelt_anew_is_the_same() -> None:
    assert found(["㈱甲", *COMPANIES[1:]], ADDRESSES) == []


class TestInAnImport:
    def test_the_alarm_stops_the_import_until_somebody_has_looked(self, bring: Importer) -> None:
        bring(A, B, C)
        shifted = [(*a[:3], b[3], a[4]) for a, b in zip((A, B, C), (B, C, A), strict=True)]
        bring.open(*shifted)
        (alarm,) = bring.alarms()
        with pytest.raises(UserError, match="警告が1件"):
            bring.confirm()
        with pytest.raises(UserError, match="内容が変わりました"):
            bring.notice("alarm", "no such alarm")
        bring.notice("alarm", alarm.key)
        bring.confirm()
        assert (A[0], B[3]) in bring.addressees()

    def test_the_first_list_of_an_event_is_held_against_the_offices_other_events(
        self, bring: Importer
    ) -> None:
        bring(A, B)
        other = Importer(bring.database, bring.people, bring.another_event())
        other.open((*A[:3], B[3], A[4]), (*B[:3], A[3], B[4]))
        assert [each.code for each in other.alarms()] == ["moved"]

    def test_looking_at_one_alarm_does_not_answer_the_next(self, bring: Importer) -> None:
        bring(A, B, C)
        bring.open((*A[:3], B[3], A[4]), (*B[:3], A[3], B[4]), C)
        (first,) = bring.alarms()
        bring.notice("alarm", first.key)
        bring.correct("4", company="株式会社丁")
        (second,) = bring.alarms()
        assert first.key != second.key
        with pytest.raises(UserError, match="警告が1件"):
            bring.confirm()
