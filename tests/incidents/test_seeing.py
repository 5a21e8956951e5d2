"""Who saw whose address, by the fields in which they stood: pure, without a database."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from eventmail.incidents.companies import Address, Company
from eventmail.incidents.exposure import Exposure, compute
from eventmail.incidents.models import IncidentMail, Place

# Company to its addresses: a and b have one each, c has two, d one.
PARTIES = {"a": (1,), "b": (2,), "c": (3, 4), "d": (5,)}
TO, CC, BCC, SHOWN = Place.TO, Place.CC, Place.BCC, Place.SHOWN


def seen(*mails: dict[int, Place], confirmed: Mapping[int, bool] | None = None) -> Exposure:
    """The exposure of mails, each address to the field where it stood. The first looks like a
    person's; ``confirmed``: what somebody said of it.
    """
    told = confirmed or {}
    parties = [
        Company(
            number,
            number,
            name,
            phone="",
            participant_id=None,
            addresses=tuple(
                Address(each, number, f"{each}@{name}.example", "", each == 1, told.get(each))
                for each in addresses
            ),
        )
        for number, (name, addresses) in enumerate(PARTIES.items(), 1)
    ]
    return compute(
        parties,
        [
            (IncidentMail(id=number, number=number), list(mail.items()))
            for number, mail in enumerate(mails, 1)
        ],
    )


def views(found: Exposure) -> dict[str, tuple[int, int, int]]:
    return {
        each.party.company: (each.addresses, each.companies, each.seen_by)
        for each in found.views
        if each.addresses or each.seen_by
    }


CASES = {
    "all in To": (
        [{1: TO, 2: TO, 3: TO}],
        (3, 3),
        {"a": (2, 2, 2), "b": (2, 2, 2), "c": (2, 2, 2)},
    ),
    "Cc shows as To does": ([{1: TO, 2: CC}], (2, 2), {"a": (1, 1, 1), "b": (1, 1, 1)}),
    "Bcc saw, and was not seen": ([{1: TO, 2: BCC}], (1, 1), {"a": (0, 0, 1), "b": (1, 1, 0)}),
    "all in Bcc: nobody saw anybody": ([{1: BCC, 2: BCC, 3: BCC}], (0, 0), {}),
    "one alone in To": ([{1: TO}], (0, 0), {}),
    "colleagues of one company saw each other": ([{3: TO, 4: TO}], (0, 0), {}),
    "two of one company and a third": (
        [{3: TO, 4: TO, 1: BCC}],
        (2, 1),
        {"a": (2, 1, 0), "c": (0, 0, 1)},
    ),
    "named in a file and not a reader": (
        [{1: BCC, 2: BCC, 5: SHOWN}],
        (1, 1),
        {"a": (1, 1, 0), "b": (1, 1, 0), "d": (0, 0, 2)},
    ),
    "who is named in a file sees nobody": (
        [{1: BCC, 2: TO, 5: SHOWN}],
        (2, 2),
        {"a": (2, 2, 0), "b": (1, 1, 1), "d": (0, 0, 2)},
    ),
    "two mails, nobody sees the other's": (
        [{1: TO, 2: TO}, {3: TO, 5: TO}],
        (4, 4),
        {"a": (1, 1, 1), "b": (1, 1, 1), "c": (1, 1, 1), "d": (1, 1, 1)},
    ),
    "who got both sees all, each address once": (
        [{1: TO, 2: TO}, {1: TO, 3: TO, 4: CC}],
        (4, 3),
        {"a": (3, 2, 2), "b": (1, 1, 1), "c": (1, 1, 1)},
    ),
    "no mail": ([], (0, 0), {}),
}


@pytest.mark.parametrize(("mails", "sums", "expected"), CASES.values(), ids=CASES)
def test_who_saw_whom(
    mails: list[dict[int, Place]], sums: tuple[int, int], expected: dict[str, tuple[int, int, int]]
) -> None:
    found = seen(*mails)
    assert (found.total, found.companies) == sums
    assert views(found) == expected
    assert found.persons == sum(each.id == 1 for each in found.addresses)
    assert found.persons + found.others == found.total
    assert found.readers == sum(companies > 0 for _, companies, _ in expected.values())


def test_what_one_company_saw_is_told_by_address() -> None:
    found = seen({1: TO, 2: BCC, 3: CC, 4: BCC}, {5: TO, 4: TO})
    assert [each.id for each in found.seen_by(1)] == [3]
    assert [each.id for each in found.seen_by(2)] == [1, 3]
    assert [each.id for each in found.seen_by(3)] == [1, 5]


def test_companies_that_got_the_same_are_one_row_of_the_matrix() -> None:
    found = seen({1: TO, 2: TO, 3: BCC}, {5: TO, 3: CC})
    assert [[each.company for each in group.parties] for group in found.groups] == [
        ["a", "b"],
        ["c"],
        ["d"],
    ]
    assert found.matrix == ((1, 0, 0), (2, 0, 1), (0, 1, 0))


def test_a_confirmed_answer_counts_instead_of_the_classifiers() -> None:
    found = seen({1: TO, 2: TO})
    assert (found.persons, found.unconfirmed) == (1, 2)
    again = seen({1: TO, 2: TO}, confirmed={1: False, 2: True})
    assert [each.counts_as_person for each in again.addresses] == [False, True]
    assert (again.persons, again.unconfirmed) == (1, 0)


def test_a_thousand_companies_are_counted_by_what_they_share() -> None:
    parties = [
        Company(n, n, str(n), "", None, (Address(n, n, f"{n}@{n}.example", "", False, None),))
        for n in range(1, 1001)
    ]
    stood = [(n, TO if n <= 900 else BCC) for n in range(1, 1001)]
    found = compute(parties, [(IncidentMail(id=1, number=1), stood)])
    assert [each.size for each in found.groups] == [900, 100]
    assert found.matrix == ((899, 0), (900, 0))
    assert found.total == 900
