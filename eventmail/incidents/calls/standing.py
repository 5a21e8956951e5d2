"""How each company stands: from its calls and what was said, one read for the whole list."""

from __future__ import annotations

import enum
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.incidents.calls.models import Call, Followup, Outcome
from eventmail.incidents.companies import Company, named
from eventmail.incidents.models import Incident, Party
from eventmail.language import listed, said
from eventmail.language.days import said_day
from eventmail.offices.models import Staff


class State(enum.StrEnum):
    """``PARTLY``: somebody answered, and the explanation is not done."""

    UNTRIED = "untried"
    ABSENT = "absent"
    PARTLY = "partly"
    DONE = "done"


STATE_NAMES = {
    State.UNTRIED: said("まだかけていない"),
    State.ABSENT: said("不在"),
    State.PARTLY: said("途中（説明がまだ）"),
    State.DONE: said("完了"),
}
STATE_KINDS = {
    State.UNTRIED: "neutral",
    State.ABSENT: "warn",
    State.PARTLY: "info",
    State.DONE: "ok",
}
OUTCOME_NAMES = {
    Outcome.REACHED: said("つながった"),
    Outcome.ABSENT: said("不在"),
    Outcome.STRUCK: said("取り消し"),
}
# What is ticked on the telephone, in the order in which it is said.
TICKS = {
    "explained": said("起きたことを説明した"),
    "apologised": said("おわびした"),
    "deletion_agreed": said("メールの削除に同意をもらった"),
    "printouts_destroyed": said("印刷物を廃棄した、または印刷していないと確かめた"),
    "unread": said("相手は、届いたメールを開いていなかった"),
}

SHORT = {
    "explained": said("説明"),
    "apologised": said("おわび"),
    "deletion_agreed": said("削除の同意"),
    "printouts_destroyed": said("印刷物の廃棄"),
    "unread": said("未読"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One call as the list and the chronology say it. ``struck``: why it was a mistake."""

    id: int
    at: datetime
    party_id: int
    company: str
    by: str
    outcome: Outcome
    struck: str | None = None
    note: str = ""

    @property
    def stands(self) -> bool:
        """Whether it is a call, and nobody said that it was a mistake."""
        return self.outcome is not Outcome.STRUCK and self.struck is None


@dataclass(frozen=True, slots=True)
class Line:
    """One company of the contact list."""

    party: Company
    followup: Followup | None
    calls: tuple[Told, ...]
    begun_on: date

    @property
    def state(self) -> State:
        """What the calls and the ticks say."""
        standing = [each.outcome for each in self.calls if each.stands]
        if self.was_reached and self.ticked("explained"):
            return State.DONE
        if not standing:
            return State.UNTRIED
        return State.PARTLY if standing[-1] is Outcome.REACHED else State.ABSENT

    @property
    def was_reached(self) -> bool:
        """Whether somebody there was spoken to at any time."""
        return any(each.stands and each.outcome is Outcome.REACHED for each in self.calls)

    @property
    def due_on(self) -> date | None:
        """On which day to call; None: no more. Nobody has called yet: since it is known."""
        return self.followup.due_on if self.followup else self.begun_on

    @property
    def version(self) -> int:
        """Grows with everything that is written down of this company."""
        return self.followup.version if self.followup else 0

    @property
    def unread_and_deleted(self) -> bool:
        """Whether the mail was surely deleted there before anybody read it."""
        return self.state is State.DONE and self.ticked("unread") and self.ticked("deletion_agreed")

    def ticked(self, name: str) -> bool:
        """Whether this was said or agreed."""
        return self.followup is not None and bool(getattr(self.followup, name))

    @property
    def said(self) -> str:
        """What is ticked, in a few words."""
        return listed((short for name, short in SHORT.items() if self.ticked(name)), said("・"))


def short_day(day: date) -> str:
    """``6月7日``, as it is said on the telephone."""
    return said_day(f"{day.month}月{day.day}日", day)


@dataclass(frozen=True, slots=True)
class Progress:
    """The numbers of the contact list: ``total`` is reached + absent + untried."""

    total: int
    reached: int
    absent: int
    untried: int
    explained: int
    apologised: int
    deletion_agreed: int
    printouts_destroyed: int
    unread: int
    unread_and_deleted: int
    due_today: int


def lines(
    session: Session, incident: Incident, parties: Sequence[Company] | None = None
) -> list[Line]:
    """Every company in the order of the list. ``parties``: all of them, for whoever has them."""
    parties = named(session, incident) if parties is None else parties
    followups = {
        each.party_id: each
        for each in session.scalars(
            sa.select(Followup)
            .where(Followup.incident_id == incident.id)
            .execution_options(populate_existing=True)
        )
    }
    by_party: dict[int, list[Told]] = defaultdict(list)
    for each in calls(session, incident):
        by_party[each.party_id].append(each)
    begun = clock.in_tokyo(incident.noticed_at).date()
    return [Line(each, followups.get(each.id), tuple(by_party[each.id]), begun) for each in parties]


def calls(session: Session, incident: Incident) -> list[Told]:
    """Every entry in the order of time, those struck out included, each marked."""
    query = (
        sa.select(Call, Party.company, Staff.name)
        .join(Party, Party.id == Call.party_id)
        .join(Staff, Staff.id == Call.called_by)
        .where(Call.incident_id == incident.id, Call.office_id == incident.office_id)
        .order_by(Call.at, Call.id)
    )
    rows = session.execute(query).all()
    struck = {call.strikes_id: call.note for call, _, _ in rows if call.strikes_id}
    return [
        Told(
            *(call.id, call.at, call.party_id, company, name, call.outcome),
            struck.get(call.id),
            call.note,
        )
        for call, company, name in rows
    ]


def progress_of(found: Sequence[Line], today: date) -> Progress:
    """The numbers of these lines."""
    standing = [(each, each.state) for each in found]
    states = Counter(state for _, state in standing)
    spoken = [each for each, state in standing if state in (State.DONE, State.PARTLY)]

    def ticked(name: str) -> int:
        return sum(each.ticked(name) for each in spoken)

    return Progress(
        total=len(found),
        reached=len(spoken),
        absent=states[State.ABSENT],
        untried=states[State.UNTRIED],
        explained=states[State.DONE],
        **{name: ticked(name) for name in TICKS if name != "explained"},
        unread_and_deleted=sum(each.unread_and_deleted for each in spoken),
        due_today=len(due_by(found, today)),
    )


def due_by(found: Iterable[Line], day: date) -> list[Line]:
    """Whom to call by that day: who has waited longest comes first."""
    due = [each for each in found if each.due_on is not None and each.due_on <= day]
    return sorted(due, key=lambda each: (each.due_on or day, each.party.position))
