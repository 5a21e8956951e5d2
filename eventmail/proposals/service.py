"""One proposes, another confirms exactly what he saw, and only then the setting changes.

A proposal is open until somebody confirms, declines or withdraws it, it expires, or it lapses
because the value that it starts from is no longer there. Nothing is ever half applied: the
decision, the change and what it changes are one transaction.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import timedelta
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from eventmail import clock
from eventmail.audit.service import record
from eventmail.database import Asked, UtcDateTime
from eventmail.errors import NotFound, UserError
from eventmail.language import said
from eventmail.offices import settings
from eventmail.offices.permissions import Action, Actor, Forbidden
from eventmail.offices.setting_models import (
    Basis,
    Proposal,
    ProposalDecision,
    SettingChange,
    Verdict,
)
from eventmail.offices.settings import Value, canonical
from eventmail.proposals.kinds import KINDS, Place, known

EXPIRES_AFTER = timedelta(days=14)

NO_REASON = said("変更する理由を入力してください。")
NO_CHANGE = said("いまの設定と同じです。変更する内容を入力してください。")
WAITING = said(
    "この設定には、認められるのを待っている変更がすでにあります。そちらを先に決めてください。"
)
NOT_SAFER = said("この変更は危険が増えるため、ひとりではできません。変更の提案をしてください。")
OWN = said("自分が提案した変更を、自分で認めることはできません。ほかの職員に依頼してください。")
NOT_OWN = said("この提案を取り下げられるのは、提案した本人だけです。")
OVER = said("この変更の提案は、もう終わっています。")
EXPIRED = said("この変更の提案は、14日のあいだに決まらなかったため期限が切れました。")
NO_GROUNDS = said("認めない理由を入力してください。")
OTHER_DIGEST = said(
    "画面を開いたあとで内容が変わりました。もう一度、いまの内容を確かめてください。"
)
LAPSED = said(
    "提案のあとで設定が別の値に変わったため、この提案は失効しました。何も変更していません。"
)
# Reasons that nobody typed; the rooms that write others add them here.
OWN_REASONS: list[str] = [LAPSED]


def propose(
    session: Session, actor: Actor | None, place: Place, after: Value, reason: str
) -> Proposal:
    """Ask for a change; nothing changes yet. ``actor`` is None at the command line."""
    _require(place, actor)
    settings.lock(session, place.office_id)
    before, after = _values(session, place, after)
    if not reason.strip():
        raise UserError(NO_REASON)
    if open_at(session, place) is not None:
        raise UserError(WAITING)
    now = clock.now()
    made = Proposal(
        office_id=place.office_id,
        kind=place.kind.name,
        subject=place.subject,
        before=before,
        after=after,
        reason=reason.strip(),
        proposer_id=actor.id if actor else None,
        at=now,
        expires_at=now + EXPIRES_AFTER,
    )
    made.digest = digest_of(made)
    session.add(made)
    session.flush()
    _audit(session, actor, "setting.proposed", made)
    return made


def confirm(session: Session, actor: Actor, proposal: Proposal, digest: str) -> Verdict:
    """The other person's yes to what he saw: the setting changes now.

    Answers LAPSED, with nothing changed, if the setting is no longer what the proposal says.
    """
    place = _decidable(session, actor, proposal, digest)
    if canonical(place.now(session)) != proposal.before:
        _lapse(session, proposal)
        return Verdict.LAPSED
    after = json.loads(proposal.after)
    place.kind.check(session, place, after)
    _decide(session, actor, proposal, Verdict.CONFIRMED)
    change = SettingChange(basis=Basis.CONFIRMED, proposal_id=proposal.id, staff_id=actor.id)
    _make(session, place, change, proposal.before, after)
    return Verdict.CONFIRMED


def decline(session: Session, actor: Actor, proposal: Proposal, digest: str, reason: str) -> None:
    """The other person's no, with the reason that the proposer sees."""
    _decidable(session, actor, proposal, digest)
    if not reason.strip():
        raise UserError(NO_GROUNDS)
    _decide(session, actor, proposal, Verdict.DECLINED, reason.strip())


def withdraw(session: Session, actor: Actor, proposal: Proposal) -> None:
    """The proposer takes it back."""
    settings.lock(session, proposal.office_id)
    _require_open(session, proposal)
    if proposal.proposer_id != actor.id:
        raise UserError(NOT_OWN)
    _decide(session, actor, proposal, Verdict.WITHDRAWN)


def make_safer(session: Session, actor: Actor, place: Place, after: Value) -> SettingChange:
    """Take danger away at once: one person who may propose is enough, and all are shown it."""
    actor.require(Action.CONFIRM_SETTING)
    _require(place, actor)
    settings.lock(session, place.office_id)
    before, text = _values(session, place, after)
    after = json.loads(text)
    if not place.kind.safer(json.loads(before), after):
        raise UserError(NOT_SAFER)
    made = _make(session, place, SettingChange(basis=Basis.SAFER, staff_id=actor.id), before, after)
    record(
        session,
        "setting.made_safer",
        f"setting_change:{made.id}",
        office_id=place.office_id,
        staff_id=actor.id,
        setting=place.kind.title,
        about=place.subject,
        **_in_words(made),
    )
    return made


def set_up(session: Session, place: Place, after: Value) -> SettingChange:
    """Whoever sets an office up decides alone, until two people there could; the caller has asked
    for his right. Raises :class:`UserError` from then on, and for what is no change.
    """
    assert place.office_id is not None
    settings.lock(session, place.office_id)
    before, text = _values(session, place, after)
    count = len(settings.confirmers(session, place.office_id))
    if count >= settings.ENOUGH:
        raise UserError(settings.IS_SET_UP.format(count=count))
    return _make(session, place, SettingChange(basis=Basis.SETUP), before, json.loads(text))


def get(session: Session, actor: Actor, proposal_id: int) -> Proposal:
    """A proposal of this office or of the installation; anything else is not found."""
    found = session.get(Proposal, proposal_id, populate_existing=True)
    if found is None or found.office_id not in (None, actor.office.id):
        raise NotFound
    return found


def open_at(session: Session, place: Place) -> Proposal | None:
    """The proposal that waits about this very setting."""
    for each in waiting(session, place.office_id, known_only=False):
        same = (each.office_id, each.kind, each.subject)
        if same == (place.office_id, place.kind.name, place.subject):
            return each
    return None


def waiting(session: Session, office_id: int | None, *, known_only: bool = True) -> list[Proposal]:
    """What waits for a decision in an office and for the whole installation, oldest first."""
    found = session.scalars(_waiting(), {"office": office_id, "now": clock.now()}).all()
    return [each for each in found if not known_only or each.kind in KINDS]


@lru_cache(maxsize=1)
def _waiting() -> sa.Select[Proposal]:
    """Built once: building it takes longer than asking it, and most pages ask it."""
    now = sa.bindparam("now", type_=UtcDateTime)
    query = query_waiting(sa.bindparam("office"), now).order_by(Proposal.id)
    return query.options(joinedload(Proposal.decision))


def query_waiting(office_id: Asked, now: Asked) -> sa.Select[Proposal]:
    """The same at a moment, of every kind."""
    return sa.select(Proposal).where(
        sa.or_(Proposal.office_id == office_id, Proposal.office_id.is_(None)),
        Proposal.expires_at > now,
        ~sa.exists().where(ProposalDecision.proposal_id == Proposal.id),
    )


def place_of(row: Proposal | SettingChange) -> Place:
    """The setting that a row is about."""
    return known(row.kind).at(row.office_id, row.subject)


def values_of(proposal: Proposal) -> tuple[Value, Value]:
    """From what to what."""
    return json.loads(proposal.before), json.loads(proposal.after)


def may_decide(actor: Actor, proposal: Proposal) -> bool:
    """Whether this person could say yes or no to it."""
    return proposal.proposer_id != actor.id and place_of(proposal).kind.may_confirm(actor)


def digest_of(proposal: Proposal) -> str:
    """Names everything that the person who confirms is shown."""
    names = ("office_id", "kind", "subject", "before", "after", "reason", "proposer_id")
    content = {name: getattr(proposal, name) for name in names} | {"at": proposal.at.isoformat()}
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def _values(session: Session, place: Place, after: Value) -> tuple[str, str]:
    """From what to what, checked and cleaned."""
    before = canonical(place.now(session))
    wanted = canonical(place.kind.check(session, place, after))
    if before == wanted:
        raise UserError(NO_CHANGE)
    return before, wanted


def _require(place: Place, actor: Actor | None) -> None:
    if actor is None:
        return
    if place.office_id not in (None, actor.office.id):
        raise NotFound
    if not place.kind.may_propose(actor):
        actor.require(Action.PROPOSE_SETTING)
        raise Forbidden(said("この設定の変更を提案する権限がありません。"))


def _decidable(session: Session, actor: Actor, proposal: Proposal, digest: str) -> Place:
    """Holds everything else back, and asks whether this person may decide on just this."""
    place = place_of(proposal)
    if not place.kind.may_confirm(actor):
        actor.require(Action.CONFIRM_SETTING)
        raise Forbidden(said("この設定の変更を認める権限がありません。"))
    settings.lock(session, proposal.office_id)
    _require_open(session, proposal)
    if proposal.proposer_id == actor.id:
        raise UserError(OWN)
    if digest != proposal.digest or digest != digest_of(proposal):
        raise UserError(OTHER_DIGEST)
    return place


def _require_open(session: Session, proposal: Proposal) -> None:
    session.refresh(proposal, ["decision"])
    if proposal.decision is not None:
        raise UserError(OVER)
    if proposal.expires_at <= clock.now():
        raise UserError(EXPIRED)


def _make(
    session: Session, place: Place, change: SettingChange, before: str, after: Value
) -> SettingChange:
    """Write the change down, make it, and let lapse what started from the old value."""
    change.office_id, change.kind, change.subject = place.office_id, place.kind.name, place.subject
    change.before, change.after = before, canonical(after)
    settings.write(session, change)
    place.kind.apply(session, place, after)
    _lapse_all(session, waiting(session, place.office_id), change)
    return change


def _lapse_all(session: Session, found: Iterable[Proposal], change: SettingChange) -> None:
    for each in found:
        same = (each.office_id, each.kind, each.subject)
        if same == (change.office_id, change.kind, change.subject) and each.id != (
            change.proposal_id
        ):
            _lapse(session, each)


def _lapse(session: Session, proposal: Proposal) -> None:
    _decide(session, None, proposal, Verdict.LAPSED, LAPSED)


def _decide(
    session: Session, actor: Actor | None, proposal: Proposal, verdict: Verdict, reason: str = ""
) -> None:
    session.add(
        ProposalDecision(
            proposal_id=proposal.id,
            digest=proposal.digest,
            verdict=verdict,
            staff_id=actor.id if actor else None,
            reason=reason,
            at=clock.now(),
        )
    )
    session.flush()
    session.expire(proposal, ["decision"])
    _audit(session, actor, f"setting.{verdict.value}", proposal, reason)


def _in_words(row: Proposal | SettingChange) -> dict[str, dict[str, str]]:
    """Before and after as people were shown them: no sealed password is among that."""
    rows = place_of(row).kind.describe(json.loads(row.before), json.loads(row.after))
    return {
        "before": {each.what: each.now for each in rows},
        "after": {each.what: each.then for each in rows},
    }


def _audit(
    session: Session, actor: Actor | None, action: str, about: Proposal, reason: str = ""
) -> None:
    record(
        session,
        action,
        f"proposal:{about.id}",
        office_id=about.office_id,
        staff_id=actor.id if actor else None,
        setting=place_of(about).kind.title,
        about=about.subject,
        **_in_words(about),
        reason=reason or about.reason,
        digest=about.digest,
    )
