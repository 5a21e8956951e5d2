"""Signs that names and addresses no longer belong together (宛名ズレ, L7).

A list that was sorted in one column only, or in which a cell was deleted and the rest moved up,
still looks right row by row. Against what the office knew before, the pattern shows: addresses
that belonged to one company now stand beside another.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from eventmail.language import Said, said
from eventmail.spreadsheet.domain_tables import COMMON, FREE_MAIL
from eventmail.spreadsheet.rows import Row, company_key

SHOWN = 5
PROVIDERS = FREE_MAIL | frozenset(COMMON)
SHARED_BY = 3  # companies: a domain that so many have is a provider's, and says nothing of any


@dataclass(frozen=True, slots=True)
class Known:
    """A company and an address that belonged together; ``order`` counts within its roster."""

    company: str
    email: str
    order: int | None


@dataclass(frozen=True, slots=True)
class Moved:
    """One address (or domain) and the company it stood with before and stands with now."""

    row: str
    value: str
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class Alarm:
    """What was noticed, in one sentence, with the places that show it."""

    code: str
    message: str
    moved: tuple[Moved, ...]

    @property
    def key(self) -> str:
        """Its name together with what it says: looking at one alarm does not answer the next."""
        return f"{self.code}-{hashlib.sha256(repr(self).encode()).hexdigest()[:12]}"

    def to_json(self) -> dict[str, Any]:
        """Plain values for a JSON column."""
        return asdict(self)

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Alarm:
        """What :meth:`to_json` wrote."""
        return cls(told["code"], told["message"], tuple(Moved(**each) for each in told["moved"]))


def alarms(rows: Sequence[Row], known: Sequence[Known]) -> list[Alarm]:
    """Every alarm that the rows give against what was known before."""
    return [*_moved_addresses(rows, known), *_moved_domains(rows, known)]


def _moved_addresses(rows: Sequence[Row], known: Sequence[Known]) -> Iterator[Alarm]:
    before: dict[str, Known] = {}
    for each in known:
        before.setdefault(each.email.casefold(), each)
    moved = [
        (index, row, before[row.email.casefold()])
        for index, row in enumerate(rows)
        if row.email.casefold() in before
        and company_key(before[row.email.casefold()].company) != company_key(row.company)
    ]
    if not moved:
        return
    step = _step(rows, known, moved)
    shown = tuple(Moved(r.key, r.email, old.company, r.company) for _, r, old in moved)
    yield Alarm(
        "shifted" if step else "moved",
        _moved_words(step).format(
            count=len(moved), first=moved[0][1].number, last=moved[-1][1].number, step=abs(step)
        ),
        shown[:SHOWN] if step else shown[: 2 * SHOWN],
    )


def _moved_words(step: int) -> Said:
    """How moved addresses are told of: all of them down or up by some rows, or here and there."""
    if step > 0:
        return said(
            "{count}件のアドレスが、前とは別の事業所の行にあります"
            "（{first}行目から{last}行目まで、アドレスが{step}行ずつ下にずれています）。"
            "もとの名簿で、事業所名とアドレスの組み合わせを確かめてください。"
        )
    if step < 0:
        return said(
            "{count}件のアドレスが、前とは別の事業所の行にあります"
            "（{first}行目から{last}行目まで、アドレスが{step}行ずつ上にずれています）。"
            "もとの名簿で、事業所名とアドレスの組み合わせを確かめてください。"
        )
    return said(
        "{count}件のアドレスが、前とは別の事業所の行にあります。"
        "もとの名簿で、事業所名とアドレスの組み合わせを確かめてください。"
    )


def _step(rows: Sequence[Row], known: Sequence[Known], moved: list[tuple[int, Row, Known]]) -> int:
    """By how many rows most of the moved addresses stand below their own company; 0 if none."""
    place = {company_key(row.company): index for index, row in reversed(list(enumerate(rows)))}
    old = {company_key(each.company): each.order for each in reversed(known)}
    steps: Counter[int] = Counter()
    for index, row, was in moved:
        home = place.get(company_key(was.company))
        if home is None and was.order is not None:
            here = old.get(company_key(row.company))
            home = None if here is None else index + was.order - here
        if home is not None and home != index:
            steps[index - home] += 1
    if not steps:
        return 0
    step, count = steps.most_common(1)[0]
    return step if count >= 2 and count * 2 > len(moved) else 0


def _moved_domains(rows: Sequence[Row], known: Sequence[Known]) -> Iterator[Alarm]:
    """A domain that only one company had, and that now only another has."""
    before = _companies_of((each.email, each.company) for each in known)
    now = _companies_of((row.email, row.company) for row in rows)
    old_addresses = {each.email.casefold() for each in known}
    found = []
    for row in rows:
        domain = _domain(row.email)
        was, stands = before.get(domain, {}), now[domain]
        if domain in PROVIDERS:
            continue
        alone = len(was) == 1 and len(stands) < SHARED_BY and not set(was) & set(stands)
        if alone and row.email.casefold() not in old_addresses:
            found.append(Moved(row.key, domain, next(iter(was.values())), row.company))
    if found:
        yield Alarm(
            "domain",
            said(
                "{count}件で、アドレスの「@」より後ろが、前は別の事業所のものでした。"
                "事業所名とアドレスの組み合わせを確かめてください。",
                count=len(found),
            ),
            tuple(found[: 2 * SHOWN]),
        )


def _companies_of(pairs: Any) -> dict[str, dict[str, str]]:
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for email, company in pairs:
        found[_domain(email)].setdefault(company_key(company), company)
    return found


def _domain(email: str) -> str:
    return email.casefold().rpartition("@")[2]
