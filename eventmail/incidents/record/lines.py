"""The lines that write themselves: what is known of an incident, told as a chronology. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from eventmail.clock import TOKYO, in_tokyo


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened. ``key`` stays the same however often it is derived."""

    at: datetime
    text: str
    key: str
    all_day: bool = False


@dataclass(frozen=True, slots=True)
class SentMail:
    """A mail that showed addresses: its number, and how many stood in which field, in words."""

    id: int
    number: int
    sent_at: datetime | None
    fields: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Talk:
    """One call to one company that stands."""

    at: datetime
    party_id: int
    reached: bool


@dataclass(frozen=True, slots=True)
class Agreed:
    """What one company was told, and agreed to."""

    explained: bool = False
    apologised: bool = False
    deletion_agreed: bool = False


@dataclass(frozen=True, slots=True)
class Wave:
    """A mailing of the incident that went out: what it was for, and to how many."""

    mailing_id: int
    purpose: str
    sent_at: datetime
    count: int


@dataclass(frozen=True, slots=True)
class Known:
    """All that the chronology follows from. ``acts``: (at, what, key), in words already."""

    noticed_at: datetime
    noticed_how: str
    opened_at: datetime
    happened_at: datetime | None = None
    mails: Sequence[SentMail] = ()
    talks: Sequence[Talk] = ()
    agreed: Mapping[int, Agreed] = field(default_factory=dict)
    waves: Sequence[Wave] = ()
    acts: Sequence[Line] = ()


WAVES = {
    "handling": "電話がつながらない{count}社に、今後の対応を知らせるメールを個別に送信した。",
    "correction": "電話で説明した{count}社に、あらためて正しい方法（個別送信）でメールを送信した。",
    "apology": "電話で説明した{count}社に、おわびのメールを個別に送信した。",
}
OTHER_WAVE = "{count}社に、この件についてのメールを個別に送信した。"
SAID = (("explained", "説明"), ("apologised", "謝罪"), ("deletion_agreed", "削除の了承"))
ALL_SAID = "{count}社に説明・謝罪・削除依頼（了承）"


def lines(known: Known) -> list[Line]:
    """Everything in the order in which it happened."""
    found = [*_before(known), *_of_calls(known), *map(_of_wave, known.waves), *known.acts]
    return sorted(found, key=lambda each: each.at)


def at_noon(day: date) -> datetime:
    """A day of which the hour is not known stands in its middle."""
    return datetime.combine(day, time(12), TOKYO)


def _before(known: Known) -> Iterator[Line]:
    dated = [each for each in known.mails if each.sent_at is not None]
    for each in dated:
        assert each.sent_at is not None
        yield Line(each.sent_at, _sent(each, len(known.mails)), f"mail:{each.id}")
    if known.happened_at is not None and not dated:
        yield Line(known.happened_at, "メールを送信した。", "happened")
    yield Line(known.noticed_at, known.noticed_how or "アドレスの表示に気づいた。", "noticed")
    yield Line(known.opened_at, "漏えい等事案として記録し、対応を始めた。", "opened")


def _sent(mail: SentMail, count: int) -> str:
    where = "・".join(f"{name}欄に{number}件" for name, number in mail.fields if number)
    which = f"（{count}通のうち{mail.number}通目）" if count > 1 else ""
    how = f"、{where}のアドレスを入れて" if where else ""
    return f"メール{which}を{how}送信した。"


def _of_calls(known: Known) -> Iterator[Line]:
    days: dict[date, list[Talk]] = defaultdict(list)
    for each in sorted(known.talks, key=lambda each: each.at):
        days[in_tokyo(each.at).date()].append(each)
    for day, talks in days.items():
        yield Line(talks[-1].at, _called(talks, known.agreed), f"calls:{day.isoformat()}")


def _called(talks: Iterable[Talk], agreed: Mapping[int, Agreed]) -> str:
    """A company that was absent in the morning and reached in the afternoon was reached."""
    reached: dict[int, bool] = {}
    for each in talks:
        reached[each.party_id] = reached.get(each.party_id, False) or each.reached
    spoken = [party for party, yes in reached.items() if yes]
    absent = len(reached) - len(spoken)
    told = _said([agreed.get(each, Agreed()) for each in spoken]) if spoken else ""
    parts = [told, f"{absent}社は不在" if absent else ""]
    return f"{len(reached)}社に電話し、{'、'.join(each for each in parts if each)}。"


def _said(told: Sequence[Agreed]) -> str:
    counts = [(sum(getattr(each, name) for each in told), word) for name, word in SAID]
    if all(count == len(told) for count, _ in counts):
        return ALL_SAID.format(count=len(told))
    listed = "、".join(f"{word}{count}社" for count, word in counts)
    return f"{len(told)}社とつながり（{listed}）"


def _of_wave(wave: Wave) -> Line:
    text = WAVES.get(wave.purpose, OTHER_WAVE).format(count=wave.count)
    return Line(wave.sent_at, text, f"wave:{wave.mailing_id}")
