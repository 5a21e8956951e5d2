"""A webhook's life: made by a manager, its secret shown once, switched off and on, ended."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.audit.service import record
from eventmail.config import Settings
from eventmail.errors import NotFound, UserError
from eventmail.language import said
from eventmail.offices.permissions import Action, Actor
from eventmail.sealing import Sealer
from eventmail.webhooks import allowing, marks, signing
from eventmail.webhooks.kinds import KINDS
from eventmail.webhooks.models import CallState, OffWhy, Webhook, WebhookCall
from eventmail.webhooks.targets import Target

MOST = 20  # that have not ended, in one office
SHOWN = 30
WAITING = (CallState.QUEUED, CallState.CLAIMED)
NO_NAME = said("Webhookの名前を入力してください（60文字以内、「@」は使えません）。")
NO_KIND = said("知らせることをひとつ以上選んでください。")
NOT_ALLOWED = said(
    "この所では、Webhookで連絡先を渡すことを認めていません。"
    "「所の設定」で変更を提案し、別の職員に認めてもらってから選んでください。"
)
NOT_YOURS = said(
    "連絡先を含められるのは、連絡先を伏せずに見られる役割（起案者・確認者・決裁者）も持つ"
    "所の管理者だけです。その役割を持つ人に依頼してください。"
)
TOO_MANY = said("Webhookが{most}件あります。使っていないものを終わらせてから作ってください。")
ENDED = said("このWebhookは終わっています。新しいものを作ってください。")
DROPPED = "switched off"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a webhook is to be."""

    name: str
    url: str
    kinds: Collection[str]
    contacts: bool


def make(session: Session, actor: Actor, settings: Settings, wanted: Wanted) -> tuple[Webhook, str]:
    """A new webhook and its secret, which nobody is shown again."""
    actor.require(Action.MANAGE_API)
    _require_sound(session, actor, wanted)
    target = Target.parse(wanted.url, settings.webhook_hosts)
    _require_room(session, actor)
    secret = signing.new_secret()
    made = Webhook(
        office_id=actor.office.id,
        made_by=actor.id,
        name=wanted.name.strip(),
        url=wanted.url,
        sealed="",
        kinds=" ".join(each for each in KINDS if each in wanted.kinds),
        contacts=wanted.contacts,
        made_at=clock.now(),
        audit_mark=marks.end_of_chain(session, actor.office.id),
    )
    marks.begin(session)
    session.add(made)
    session.flush()
    made.sealed = Sealer.of(settings).seal(secret, made.place)  # to its number, known only now
    session.flush()
    told = {"kinds": sorted(wanted.kinds), "whole": wanted.contacts}
    _audit(session, actor.id, "webhook.made", made, host=target.host_header, **told)
    return made, secret


def switch_off(session: Session, actor: Actor, webhook_id: int) -> Webhook:
    """It calls nobody from now on, and what waited is dropped."""
    found = get(session, actor, webhook_id, lock=True)
    if found.off_at is None:
        turn_off(session, found, OffWhy.BY_HAND, actor.id)
    return found


def switch_on(session: Session, actor: Actor, webhook_id: int) -> Webhook:
    """It is told again, of what happens from now on."""
    found = get(session, actor, webhook_id, lock=True)
    if found.ended_at is not None:
        raise UserError(ENDED)
    if found.off_at is not None:
        marks.begin(session)
        drop(session, WebhookCall.webhook_id == found.id)  # filed just as it was switched off
        found.audit_mark = marks.end_of_chain(session, found.office_id)
        found.off_at = found.off_why = found.off_by = found.rest_until = None
        session.flush()
        _audit(session, actor.id, "webhook.switched_on", found)
    return found


def end(session: Session, actor: Actor, webhook_id: int) -> Webhook:
    """It is over for good, and its secret goes."""
    found = get(session, actor, webhook_id, lock=True)
    if found.ended_at is None:
        now = clock.now()
        if found.off_at is None:
            found.off_at, found.off_why, found.off_by = now, OffWhy.BY_HAND, actor.id
        found.ended_at, found.ended_by, found.sealed = now, actor.id, ""
        session.flush()
        drop(session, WebhookCall.webhook_id == found.id)
        _audit(session, actor.id, "webhook.ended", found)
    return found


def turn_off(session: Session, found: Webhook, why: OffWhy, by: int | None) -> None:
    """Switch a locked webhook off: by a person, or by the service itself."""
    found.off_at, found.off_why, found.off_by = clock.now(), why, by
    session.flush()
    drop(session, WebhookCall.webhook_id == found.id)
    _audit(session, by, "webhook.switched_off", found, why=why.value)


def drop(session: Session, which: sa.ColumnElement[bool]) -> None:
    """What waits of these is not called."""
    session.execute(
        sa.update(WebhookCall)
        .where(which, WebhookCall.state.in_(WAITING))
        .values(state=CallState.DROPPED, settled_at=clock.now(), reply=DROPPED)
        .execution_options(synchronize_session=False)
    )


def get(session: Session, actor: Actor, webhook_id: int, *, lock: bool = False) -> Webhook:
    """A webhook of the office; another's is not found."""
    actor.require(Action.MANAGE_API)
    query = sa.select(Webhook).where(Webhook.id == webhook_id, Webhook.office_id == actor.office.id)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound
    return found


def listed_of(session: Session, actor: Actor) -> Sequence[Webhook]:
    """The office's webhooks: those that are not over first, the newest first."""
    actor.require(Action.MANAGE_API)
    query = sa.select(Webhook).where(Webhook.office_id == actor.office.id)
    found = session.scalars(query.order_by(Webhook.id.desc())).all()
    return sorted(found, key=lambda each: each.ended_at is not None)


def last_calls(session: Session, webhook: Webhook) -> Sequence[WebhookCall]:
    """Its newest calls, the newest first."""
    query = sa.select(WebhookCall).where(WebhookCall.webhook_id == webhook.id)
    return session.scalars(query.order_by(WebhookCall.id.desc()).limit(SHOWN)).all()


def waiting_of(session: Session, webhooks: Collection[int]) -> dict[int, int]:
    """How many calls each of them has still to make."""
    query = sa.select(WebhookCall.webhook_id, sa.func.count()).where(
        WebhookCall.webhook_id.in_(webhooks), WebhookCall.state.in_(WAITING)
    )
    rows = session.execute(query.group_by(WebhookCall.webhook_id))
    return {key: count for key, count in rows}


def _require_sound(session: Session, actor: Actor, wanted: Wanted) -> None:
    name = wanted.name.strip()
    faults = {
        NO_NAME: not name or len(name) > 60 or "@" in name or "＠" in name,
        NO_KIND: not wanted.kinds or not set(wanted.kinds) <= set(KINDS),
        NOT_ALLOWED: wanted.contacts and not allowing.is_allowed(session, actor.office.id),
        NOT_YOURS: wanted.contacts and not actor.holds(Action.SEE_ADDRESSES),
    }
    for sentence, is_wrong in faults.items():
        if is_wrong:
            raise UserError(sentence)


def _require_room(session: Session, actor: Actor) -> None:
    query = sa.select(sa.func.count()).where(
        Webhook.office_id == actor.office.id, Webhook.ended_at.is_(None)
    )
    if session.scalars(query).one() >= MOST:
        raise UserError(TOO_MANY.format(most=MOST))


def _audit(session: Session, by: int | None, action: str, about: Webhook, **more: object) -> None:
    record(
        session,
        action,
        f"webhook:{about.id}",
        office_id=about.office_id,
        staff_id=by,
        name=about.name,
        **more,
    )
