"""A token's life: made by a manager within his own rights, shown once, used, revoked or over."""

from __future__ import annotations

import enum
import hashlib
import re
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.api.models import SCOPE_NAMES, ApiToken, Scope
from eventmail.audit.service import record
from eventmail.errors import NotFound, UserError
from eventmail.language import listed, said
from eventmail.offices import places
from eventmail.offices import service as offices
from eventmail.offices.models import Staff
from eventmail.offices.permissions import NOT_BY_PROGRAM, Action, Actor, Hold

PREFIX, BYTES, HINT = "em_", 32, 7  # em_ and four letters are shown again
SHAPE = re.compile(r"em_[A-Za-z0-9_-]{43}")
DAYS = (30, 90, 180, 365)
SEEN_EVERY = timedelta(minutes=1)
MOST = 50  # that are of use, in one office
NEEDS: dict[Scope, frozenset[Action]] = {
    Scope.READ: frozenset({Action.SEE}),
    Scope.IMPORT: frozenset({Action.IMPORT_ROSTER}),
    Scope.DRAFT: frozenset({Action.EDIT_MAILING}),
}
WHOLE = Action.SEE_ADDRESSES  # what reading whole addresses needs besides
NO_NAME = said("トークンの名前を入力してください（60文字以内、「@」は使えません）。")
NO_SCOPE = said("できることをひとつ以上選んでください。")
NO_DAYS = said("有効な期間を選び直してください（最長1年）。")
ONLY_READING = said("連絡先を含められるのは、読み取りができるトークンだけです。")
NOT_YOURS = said(
    "あなたの役割ではできないことは、トークンにもさせられません（{rights}）。"
    "選び直すか、その役割も持つ所の管理者に依頼してください。"
)
WHOLE_NAME = said("連絡先を伏せずに読む")
TOO_MANY = said(
    "使えるトークンが{most}件あります。使っていないものを取り消してから作ってください。"
)


class Over(enum.StrEnum):
    """Why a token that there was is of no use."""

    EXPIRED = "expired"
    REVOKED = "revoked"
    GONE = "gone"  # whose it was has left


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a token is to be."""

    name: str
    scopes: Collection[Scope]
    contacts: bool
    days: int


def make(session: Session, actor: Actor, wanted: Wanted) -> tuple[ApiToken, str]:
    """A new token and its secret, which is nowhere else.

    Raises :class:`UserError` for more than its maker may do himself.
    """
    actor.require(Action.MANAGE_API)
    _require_sound(actor, wanted)
    _require_room(session, actor)
    secret, now = PREFIX + secrets.token_urlsafe(BYTES), clock.now()
    made = ApiToken(
        office_id=actor.office.id,
        staff_id=actor.id,
        name=wanted.name.strip(),
        digest=digest_of(secret),
        hint=secret[:HINT],
        reads=Scope.READ in wanted.scopes,
        contacts=wanted.contacts,
        imports=Scope.IMPORT in wanted.scopes,
        drafts=Scope.DRAFT in wanted.scopes,
        created_at=now,
        expires_at=now + timedelta(days=wanted.days),
    )
    session.add(made)
    session.flush()
    told = sorted(wanted.scopes), wanted.contacts
    _audit(session, actor.id, "api.token_made", made, scopes=told[0], whole=told[1])
    return made, secret


def revoke(session: Session, actor: Actor, token_id: int) -> ApiToken:
    """End a token of the office, for good. One that has ended already stays as it is."""
    actor.require(Action.MANAGE_API)
    query = sa.select(ApiToken).where(
        ApiToken.id == token_id, ApiToken.office_id == actor.office.id
    )
    found = session.scalar(query.with_for_update())
    if found is None:
        raise NotFound
    if found.revoked_at is None:
        _end(session, found, actor.id)
    return found


def end_all_of(session: Session, staff_id: int, by: int) -> int:
    """End all tokens of somebody who leaves; how many there were."""
    query = sa.select(ApiToken).where(ApiToken.staff_id == staff_id, ApiToken.revoked_at.is_(None))
    found = session.scalars(query.with_for_update()).all()
    for each in found:
        _end(session, each, by)
    return len(found)


def listed_of(session: Session, actor: Actor) -> Sequence[ApiToken]:
    """The office's tokens: those of use first, the newest first."""
    actor.require(Action.MANAGE_API)
    query = sa.select(ApiToken).where(ApiToken.office_id == actor.office.id)
    found = session.scalars(query.order_by(ApiToken.id.desc())).all()
    return sorted(found, key=lambda each: over(each) is not None)


def find(session: Session, secret: str) -> ApiToken | None:
    """The token of a secret, whether it is of use or not."""
    if not SHAPE.fullmatch(secret):
        return None
    return session.scalar(sa.select(ApiToken).where(ApiToken.digest == digest_of(secret)))


def over(token: ApiToken) -> Over | None:
    """Why a token has ended by itself; None while it has not."""
    if token.revoked_at is not None:
        return Over.REVOKED
    return Over.EXPIRED if token.expires_at <= clock.now() else None


def actor_of(session: Session, token: ApiToken) -> Actor | Over:
    """Its maker as he may act by it: no more than he may himself, and no more than its scopes."""
    ended = over(token)
    staff = session.get_one(Staff, token.staff_id)
    if ended is not None or not staff.active or token.office_id not in places.serves(staff):
        return ended or Over.GONE
    found = offices.actor_of(session, staff, token.office_id)
    hold = Hold(frozenset(Action) - _rights(token.scopes, token.contacts), NOT_BY_PROGRAM, "", "")
    return replace(found, holds_on=(*found.holds_on, hold), by_token=token.name)


def wants_seen(token: ApiToken) -> bool:
    """Whether it is time to write down that it is in use."""
    return token.used_at is None or clock.now() - token.used_at >= SEEN_EVERY


def saw(session: Session, token: ApiToken) -> None:
    """Write down that it is in use."""
    statement = sa.update(ApiToken).where(ApiToken.id == token.id, ApiToken.revoked_at.is_(None))
    unseen = {"synchronize_session": False}
    session.execute(statement.values(used_at=clock.now()), execution_options=unseen)


def digest_of(secret: str) -> str:
    """What is stored of a token; it has enough bits of its own."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _rights(scopes: Collection[Scope], contacts: bool) -> frozenset[Action]:
    found = frozenset[Action]().union(*(NEEDS[each] for each in scopes))
    return found | ({WHOLE} if contacts else frozenset()) | {Action.SEE}


def _require_sound(actor: Actor, wanted: Wanted) -> None:
    name = wanted.name.strip()
    faults = {
        NO_NAME: not name or len(name) > 60 or "@" in name or "＠" in name,
        NO_SCOPE: not wanted.scopes,
        NO_DAYS: wanted.days not in DAYS,
        ONLY_READING: wanted.contacts and Scope.READ not in wanted.scopes,
    }
    for sentence, is_wrong in faults.items():
        if is_wrong:
            raise UserError(sentence)
    beyond = [
        SCOPE_NAMES[scope] for scope in wanted.scopes if not all(map(actor.holds, NEEDS[scope]))
    ]
    beyond += [WHOLE_NAME] if wanted.contacts and not actor.holds(WHOLE) else []
    if beyond:
        raise UserError(NOT_YOURS.format(rights=listed(beyond, said("・"))))


def _require_room(session: Session, actor: Actor) -> None:
    query = sa.select(sa.func.count()).where(
        ApiToken.office_id == actor.office.id,
        ApiToken.revoked_at.is_(None),
        ApiToken.expires_at > clock.now(),
    )
    if session.scalars(query).one() >= MOST:
        raise UserError(TOO_MANY.format(most=MOST))


def _end(session: Session, token: ApiToken, by: int) -> None:
    token.revoked_at, token.revoked_by = clock.now(), by
    session.flush()
    _audit(session, by, "api.token_revoked", token)


def _audit(session: Session, by: int, action: str, token: ApiToken, **details: object) -> None:
    record(
        session,
        action,
        f"api_token:{token.id}",
        office_id=token.office_id,
        staff_id=by,
        name=token.name,
        **details,
    )
