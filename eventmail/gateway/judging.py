"""The decision itself, once for all targets: how many external addresses, and if too many."""

from __future__ import annotations

from dataclasses import dataclass

from eventmail.gateway.reading import Line, Reading, read_here
from eventmail.gateway.rule import compared
from eventmail.language import listed, said
from eventmail.privacy.masking import masked

REFUSED = said("外部の宛先が{shown}（あわせて{count}件）あり、{limit}件を超えるので、止まります。")
PASSED = said("外部の宛先は{shown}（あわせて{count}件）で、{limit}件を超えないので、止まりません。")
NONE = said("ToにもCcにも、外部の宛先はありません。止まりません。")
UNREADABLE = said("ヘッダーを終わりまで読めないので、判定できません。止めるものとして扱います。")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rule says of a mail; ``external`` are the addresses that count, masked."""

    count: int
    external: tuple[str, ...]
    refuse: bool
    why: str
    in_to: int = 0
    in_cc: int = 0


def judged(raw: bytes, own: tuple[str, ...], limit: int) -> Verdict:
    """What the rule says of these bytes, read in this process."""
    return verdict(read_here(raw), own, limit)


def verdict(found: Reading, own: tuple[str, ...], limit: int) -> Verdict:
    """What the rule says of a mail that was read. What cannot be read is refused."""
    if not found.readable:
        return Verdict(0, (), True, UNREADABLE)
    shown = [f"{local}@{domain}" for line in found.lines for local, domain in outside(line, own)]
    in_to, in_cc = (_in(found, name, own) for name in ("to", "cc"))
    count = in_to + in_cc
    words = REFUSED if count > limit else PASSED if count else NONE
    why = words.format(shown=where(in_to, in_cc), count=count, limit=limit)
    return Verdict(count, tuple(map(masked, shown)), count > limit, why, in_to, in_cc)


def outside(line: Line, own: tuple[str, ...]) -> list[tuple[str, str]]:
    """The addresses of one header that lie outside of the own domains."""
    return [each for each in line.addresses if is_outside(each[1], own)]


def is_outside(domain: str, own: tuple[str, ...]) -> bool:
    """Whether a domain is none of one's own. A subdomain of an own one is another domain."""
    return compared(domain) not in own


def where(in_to: int, in_cc: int) -> str:
    """``To に12件、Cc に3件``."""
    counts = [(name, count) for name, count in (("To", in_to), ("Cc", in_cc)) if count]
    parts = [said("{name}に{count}件", name=name, count=count) for name, count in counts]
    return listed(parts, said("、")) if parts else said("0件")


def _in(found: Reading, name: str, own: tuple[str, ...]) -> int:
    return sum(len(outside(line, own)) for line in found.lines if line.name == name)
