"""Domains that look alike: one of them is likely mistyped."""

from __future__ import annotations

from itertools import combinations

from eventmail.spreadsheet.domain_tables import COMMON, FREE_MAIL

MOST_COMPARED = 30  # domains of one company
WELL_KNOWN = FREE_MAIL.union(COMMON)  # a company may use several providers
SHORTEST = 5  # letters of a name below which two letters' difference says nothing


def near_pairs(domains: list[str]) -> list[tuple[str, str]]:
    """The pairs among one company's domains that differ by a slip of the hand."""
    return [
        (first, second)
        for first, second in combinations(domains[:MOST_COMPARED], 2)
        if are_near(first, second)
    ]


def are_near(first: str, second: str) -> bool:
    """Whether two different domains differ in one or two letters, or only in the ending."""
    if first in WELL_KNOWN and second in WELL_KNOWN:
        return False
    one, _, ending = first.partition(".")
    two, _, other = second.partition(".")
    if min(len(one), len(two)) < SHORTEST:
        return one == two and ending != other and len(one) > 2
    return one == two or (ending == other and _distance(one, two) <= 2)


def _distance(first: str, second: str) -> int:
    """How many letters must be put in, taken out, replaced, or swapped with their neighbour."""
    if abs(len(first) - len(second)) > 2:
        return 3
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, start=1):
        before, last, row = row, before, [i]
        for j, b in enumerate(second, start=1):
            least = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == second[j - 2] and first[i - 2] == b:
                least = min(least, last[j - 2] + 1)
            row.append(least)
    return row[-1]
