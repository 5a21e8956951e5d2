"""What an office's settings are, since when and through whom; and who has looked at the changes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.database import insert_new
from eventmail.offices import service as offices
from eventmail.offices import settings
from eventmail.offices.permissions import Action, Actor
from eventmail.offices.setting_models import (
    Basis,
    Proposal,
    ProposalDecision,
    SettingChange,
    SettingLook,
    Verdict,
)
from eventmail.proposals import service
from eventmail.proposals.kinds import KINDS, Place, Row

SHOWN = 50
ADMINISTRATOR = "サーバーの管理者"
VERDICTS = {
    Verdict.CONFIRMED: "認められました",
    Verdict.DECLINED: "認められませんでした",
    Verdict.WITHDRAWN: "取り下げられました",
    Verdict.LAPSED: "失効しました",
}
EXPIRED = "期限が切れました"


@dataclass(frozen=True, slots=True)
class Told:
    """A change or a proposal in words: what, from what to what, through whom and when."""

    id: int
    title: str
    about: str
    rows: Sequence[Row]
    at: datetime
    through: str
    reason: str = ""
    outcome: str = ""

    @property
    def name(self) -> str:
        """What it is about, in one phrase."""
        return f"{self.title}（{self.about}）" if self.about else self.title


@dataclass(frozen=True, slots=True)
class Standing:
    """One setting as it is: its value in words, the change that made it so, and what waits."""

    place: Place
    about: str
    rows: Sequence[Row]
    changed: Told | None
    waiting: Proposal | None


def standing(session: Session, place: Place) -> Standing:
    """How a setting stands now."""
    now = place.now(session)
    newest = settings.latest(session, place.office_id, place.kind.name, place.subject)
    return Standing(
        place,
        place.kind.about(session, place),
        place.kind.describe(now, now),
        next(iter(told(session, [newest])), None) if newest else None,
        service.open_at(session, place),
    )


def changes(session: Session, office_id: int) -> list[Told]:
    """The newest changes of an office's settings and of the installation's."""
    return told(session, session.scalars(_changes(office_id).limit(SHOWN)).all())


def unseen(session: Session, actor: Actor) -> list[Told]:
    """The changes that this person, who decides on settings, had no part in and has not seen."""
    if not actor.may(Action.CONFIRM_SETTING):
        return []
    looked = sa.exists().where(
        SettingLook.change_id == SettingChange.id, SettingLook.staff_id == actor.id
    )
    proposed = sa.exists().where(
        Proposal.id == SettingChange.proposal_id, Proposal.proposer_id == actor.id
    )
    query = _changes(actor.office.id).where(
        ~looked, ~proposed, SettingChange.staff_id.is_distinct_from(actor.id)
    )
    return told(session, session.scalars(query).all())


def look(session: Session, actor: Actor, ids: Iterable[int]) -> int:
    """Note that this person has seen these changes; how many of them were new to him."""
    actor.require(Action.CONFIRM_SETTING)
    seen = {each.id for each in unseen(session, actor)} & set(ids)
    for change_id in sorted(seen):
        values = {"change_id": change_id, "staff_id": actor.id, "at": clock.now()}
        insert_new(session, SettingLook, values)
    return len(seen)


def ended(session: Session, office_id: int) -> list[Told]:
    """The proposals that changed nothing, newest first."""
    over = sa.or_(
        ProposalDecision.verdict != Verdict.CONFIRMED,
        sa.and_(ProposalDecision.verdict.is_(None), Proposal.expires_at <= clock.now()),
    )
    query = (
        sa.select(Proposal)
        .outerjoin(ProposalDecision, ProposalDecision.proposal_id == Proposal.id)
        .where(sa.or_(Proposal.office_id == office_id, Proposal.office_id.is_(None)), over)
        .order_by(Proposal.id.desc())
        .limit(SHOWN)
    )
    found = [each for each in session.scalars(query) if each.kind in KINDS]
    return told_of_all(session, found)


def told_of(session: Session, proposal: Proposal) -> Told:
    """A proposal in words, and how it ended."""
    (told,) = told_of_all(session, [proposal])
    return told


def told_of_all(session: Session, found: Sequence[Proposal]) -> list[Told]:
    """The same of several; their people are asked for once."""
    ids = [staff_id for each in found for staff_id in (each.proposer_id, *_decider(each))]
    names = _names(session, ids)
    return [_proposed(session, each, names) for each in found]


def _proposed(session: Session, proposal: Proposal, names: dict[int, str]) -> Told:
    place = service.place_of(proposal)
    decision = proposal.decision
    outcome = ""
    if decision is not None:
        by = f"{names[decision.staff_id]}さん：" if decision.staff_id else ""
        why = f"（{decision.reason}）" if decision.reason else ""
        outcome = f"{by}{VERDICTS[decision.verdict]}{why}"
    elif proposal.expires_at <= clock.now():
        outcome = EXPIRED
    return Told(
        id=proposal.id,
        title=place.kind.title,
        about=place.kind.about(session, place),
        rows=_rows(place, proposal),
        at=proposal.at,
        through=_who(names, proposal.proposer_id),
        reason=proposal.reason,
        outcome=outcome,
    )


def told(session: Session, found: Iterable[SettingChange]) -> list[Told]:
    """Changes in words."""
    known = [each for each in found if each.kind in KINDS]
    ids = [each.staff_id for each in known]
    ids += [each.proposal.proposer_id for each in known if each.proposal]
    names = _names(session, ids)
    return [_told(session, each, names) for each in known]


def _told(session: Session, change: SettingChange, names: dict[int, str]) -> Told:
    place = service.place_of(change)
    return Told(
        id=change.id,
        title=place.kind.title,
        about=place.kind.about(session, place),
        rows=_rows(place, change),
        at=change.at,
        through=_through(change, names),
        reason=change.proposal.reason if change.proposal else "",
    )


def _through(change: SettingChange, names: dict[int, str]) -> str:
    who = _who(names, change.staff_id)
    if change.basis is Basis.SETUP:
        return "設置のときに管理者が決めました"
    if change.basis is Basis.SAFER:
        return f"{who}が変えました（危険を減らす変更）"
    assert change.proposal is not None
    return f"{_who(names, change.proposal.proposer_id)}が提案し、{who}が認めました"


def _rows(place: Place, row: Proposal | SettingChange) -> list[Row]:
    return place.kind.describe(json.loads(row.before), json.loads(row.after))


def _who(names: dict[int, str], staff_id: int | None) -> str:
    return f"{names[staff_id]}さん" if staff_id is not None else ADMINISTRATOR


def _names(session: Session, ids: Iterable[int | None]) -> dict[int, str]:
    return offices.staff_names(session, [each for each in ids if each is not None])


def _decider(proposal: Proposal) -> list[int | None]:
    return [proposal.decision.staff_id] if proposal.decision else []


def _changes(office_id: int) -> sa.Select[SettingChange]:
    return (
        sa.select(SettingChange)
        .where(sa.or_(SettingChange.office_id == office_id, SettingChange.office_id.is_(None)))
        .order_by(SettingChange.id.desc())
    )
