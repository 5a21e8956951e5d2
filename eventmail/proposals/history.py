"""What an office's settings are, since when and through whom; and who has looked at the changes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, lazyload

from eventmail import clock
from eventmail.database import insert_new
from eventmail.language import said
from eventmail.offices import service as offices
from eventmail.offices import settings
from eventmail.offices.models import Staff
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
from eventmail.proposals.roles import ROLES

SHOWN = 50
ADMINISTRATOR = said("サーバーの管理者")
VERDICTS = {
    Verdict.CONFIRMED: said("認められました"),
    Verdict.DECLINED: said("認められませんでした"),
    Verdict.WITHDRAWN: said("取り下げられました"),
    Verdict.LAPSED: said("失効しました"),
}
EXPIRED = said("期限が切れました")


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
        if not self.about:
            return self.title
        return said("{title}（{about}）", title=self.title, about=self.about)


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
    return standings(session, place.office_id, [place])[0]


def standings(session: Session, office_id: int | None, places: Sequence[Place]) -> list[Standing]:
    """How some settings of an office stand; what has changed and what waits is asked once."""
    newest = settings.newest(session, office_id)
    keys = [(each.kind.name, each.subject) for each in places]
    changed = {each.id: each for each in told(session, (newest[k] for k in keys if k in newest))}
    waiting = {
        (each.kind, each.subject): each
        for each in reversed(service.waiting(session, office_id, known_only=False))
        if each.office_id == office_id
    }
    found = []
    for place, key in zip(places, keys, strict=True):
        now, last = place.now(session), newest.get(key)
        about, rows = place.kind.about(session, place), place.kind.describe(now, now)
        made_so = changed.get(last.id) if last else None
        found.append(Standing(place, about, rows, made_so, waiting.get(key)))
    return found


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
    return told_of_all(session, [proposal])[0]


def told_of_all(session: Session, found: Sequence[Proposal]) -> list[Told]:
    """Proposals in words, however many they are with as many statements."""
    names = _names(session, [who for each in found for who in (each.proposer_id, *_decider(each))])
    _kept = _people(session, found)
    return [_told_proposal(session, each, names) for each in found]


def _people(
    session: Session, found: Sequence[Proposal] | Sequence[SettingChange]
) -> Sequence[Staff]:
    """Whom roles are about: looked up at once, so that none of them is asked for by itself."""
    about = {int(each.subject) for each in found if each.kind == ROLES.name}
    plain = (lazyload(Staff.memberships), lazyload(Staff.oversight))  # their names are shown
    query = sa.select(Staff).where(Staff.id.in_(about)).options(*plain)
    return session.scalars(query).all() if about else ()


def _told_proposal(session: Session, proposal: Proposal, names: dict[int, str]) -> Told:
    place = service.place_of(proposal)
    return Told(
        id=proposal.id,
        title=place.kind.title,
        about=place.kind.about(session, place),
        rows=_rows(place, proposal),
        at=proposal.at,
        through=_who(names, proposal.proposer_id),
        reason=_reason(proposal.reason),
        outcome=_outcome(proposal, names),
    )


def _outcome(proposal: Proposal, names: dict[int, str]) -> str:
    decision = proposal.decision
    if decision is None:
        return EXPIRED if proposal.expires_at <= clock.now() else ""
    outcome = VERDICTS[decision.verdict]
    if decision.staff_id:
        outcome = said("{name}さん：{outcome}", name=names[decision.staff_id], outcome=outcome)
    if not decision.reason:
        return outcome
    return said("{outcome}（{reason}）", outcome=outcome, reason=_reason(decision.reason))


def _reason(text: str) -> str:
    """What somebody wrote, as it is; what the service wrote by itself, as a sentence of ours."""
    return next((each for each in service.OWN_REASONS if each == text), text)


def told(session: Session, found: Iterable[SettingChange]) -> list[Told]:
    """Changes in words."""
    known = [each for each in found if each.kind in KINDS]
    ids = [each.staff_id for each in known]
    ids += [each.proposal.proposer_id for each in known if each.proposal]
    names = _names(session, ids)
    _kept = _people(session, known)
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
        reason=_reason(change.proposal.reason) if change.proposal else "",
    )


def _through(change: SettingChange, names: dict[int, str]) -> str:
    who = _who(names, change.staff_id)
    if change.basis is Basis.SETUP:
        return said("設置のときに管理者が決めました")
    if change.basis is Basis.SAFER:
        return said("{who}が変えました（危険を減らす変更）", who=who)
    assert change.proposal is not None
    return said(
        "{proposer}が提案し、{who}が認めました",
        proposer=_who(names, change.proposal.proposer_id),
        who=who,
    )


def _rows(place: Place, row: Proposal | SettingChange) -> list[Row]:
    return place.kind.describe(json.loads(row.before), json.loads(row.after))


def _who(names: dict[int, str], staff_id: int | None) -> str:
    return said("{name}さん", name=names[staff_id]) if staff_id is not None else ADMINISTRATOR


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
