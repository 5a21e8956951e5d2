"""A person's second factors as a whole: what there is, what must be, what may go."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.accounts import sessions
from eventmail.accounts.factors import holders, passkeys, recovery, rules, totp
from eventmail.accounts.factors.means import Means
from eventmail.accounts.factors.models import Passkey, TotpOffer, TotpSecret
from eventmail.accounts.models import Ending
from eventmail.audit.service import record
from eventmail.errors import NotFound, UserError
from eventmail.language import said
from eventmail.offices import places
from eventmail.offices.models import Role, Staff
from eventmail.offices.permissions import Action, Actor

Lent = Iterable[tuple[int, Role]]
LAST_ONE = said(
    "あなたの役割には二段階認証が必要なため、最後の1つは削除できません。"
    "先に、別の認証アプリかパスキーを登録してください。"
)
ONESELF = said("自分の二段階認証は、ここでは取り消せません。ほかの管理者に依頼してください。")
ELSEWHERE = said(
    "{name}さんはほかの所や労働局の仕事もしているため、ここでは取り消せません。"
    "サーバーの管理者に依頼してください。"
)
NO_REASON = said("二段階認証を取り消す理由を入力してください。")


class Way(enum.StrEnum):
    """By what a person proved himself a second time."""

    TOTP = "totp"
    PASSKEY = "passkey"
    RECOVERY = "recovery"


@dataclass(frozen=True, slots=True)
class Standing:
    """What one person has."""

    totp_since: datetime | None
    passkeys: tuple[Passkey, ...]
    codes_left: int

    @property
    def usable_passkeys(self) -> int:
        """How many passkeys still count."""
        return sum(each.blocked_at is None for each in self.passkeys)

    @property
    def count(self) -> int:
        """How many factors there are; recovery codes only stand in for one."""
        return (self.totp_since is not None) + self.usable_passkeys


def standing(session: Session, staff_id: int) -> Standing:
    """What this person has."""
    since = session.scalar(sa.select(TotpSecret.since).where(TotpSecret.staff_id == staff_id))
    own = tuple(passkeys.of(session, staff_id))
    return Standing(since, own, recovery.remaining(session, staff_id))


def has_any(session: Session, staff_id: int) -> bool:
    """Whether a password alone is not enough for this person.

    A blocked passkey still counts here: what may be a copy never turns into no question at all.
    """
    app = sa.exists().where(TotpSecret.staff_id == staff_id)
    key = sa.exists().where(Passkey.staff_id == staff_id)
    return bool(session.scalar(sa.select(sa.or_(app, key))))


def must_enrol(session: Session, means: Means, staff: Staff, lent: Lent = ()) -> bool:
    """Whether this person must set one up before anything else."""
    if not rules.is_required(session, staff, means.required, lent):
        return holders.must_enrol(session, staff.id)
    return holders.must_enrol(session, staff.id) or not has_any(session, staff.id)


def prove(session: Session, means: Means, staff_id: int, code: str) -> Way | None:
    """By what this code proves the person, if it does: an app's code or one of the sheet."""
    if len(totp.digits(code)) == totp.DIGITS:
        return Way.TOTP if totp.verify(session, means.sealer, staff_id, code) else None
    return Way.RECOVERY if recovery.verify(session, means.sealer, staff_id, code) else None


def confirm_totp(session: Session, means: Means, staff: Staff, code: str) -> list[str] | None:
    """None if the code is wrong; else the app counts. With the first factor come the codes."""
    if not totp.confirm(session, means.sealer, staff, code):
        return None
    return first_codes(session, means, staff.id)


def first_codes(session: Session, means: Means, staff_id: int) -> list[str]:
    """Recovery codes for who has none yet."""
    if recovery.remaining(session, staff_id):
        return []
    return recovery.renew(session, means.sealer, staff_id)


def remove_totp(session: Session, means: Means, staff: Staff, lent: Lent = ()) -> None:
    """Do without the app. Raises :class:`UserError` if it is the last one, and one is needed."""
    holders.lock(session, staff.id)
    found = standing(session, staff.id)
    if found.totp_since is None:
        raise NotFound
    _may_go(session, means, staff, lent, found.count - 1)
    totp.remove(session, staff)
    _tidy(session, staff.id)


def remove_passkey(
    session: Session, means: Means, staff: Staff, passkey_id: int, lent: Lent = ()
) -> None:
    """Do without one passkey, like :func:`remove_totp`."""
    holders.lock(session, staff.id)
    counts = passkeys.own(session, staff, passkey_id).blocked_at is None
    _may_go(session, means, staff, lent, standing(session, staff.id).count - counts)
    passkeys.remove(session, staff, passkey_id)
    _tidy(session, staff.id)


def reset(session: Session, actor: Actor | None, staff: Staff, reason: str) -> None:
    """Take every factor of somebody away who lost them all; he sets up anew at next sign-in.

    ``actor`` is None at the command line.
    """
    if actor is not None:
        _require_own_person(actor, staff)
    if not reason.strip():
        raise UserError(NO_REASON)
    for table in (TotpSecret, TotpOffer, Passkey):
        session.execute(sa.delete(table).where(table.staff_id == staff.id))
    recovery.remove(session, staff.id)
    holders.holder_of(session, staff.id).must_enrol = True
    # Whoever has the lost device may still be signed in with it.
    sessions.end_all(session, staff.id, Ending.FACTORS)
    session.flush()
    record(
        session,
        "factor.reset",
        f"staff:{staff.id}",
        office_id=actor.office.id if actor else places.at_work(session, staff),
        staff_id=actor.id if actor else None,
        reason=reason.strip(),
    )


def _require_own_person(actor: Actor, staff: Staff) -> None:
    """Nobody takes over somebody who has rights beyond the office, or resets himself."""
    actor.require(Action.MANAGE_STAFF)
    if not staff.roles_in(actor.office.id):
        raise NotFound
    if staff.id == actor.id:
        raise UserError(ONESELF)
    if places.serves(staff) - {actor.office.id} or staff.administrator or staff.oversight:
        raise UserError(ELSEWHERE.format(name=staff.name))


def _may_go(session: Session, means: Means, staff: Staff, lent: Lent, left: int) -> None:
    if left < 1 and rules.is_required(session, staff, means.required, lent):
        raise UserError(LAST_ONE)


def _tidy(session: Session, staff_id: int) -> None:
    """Recovery codes stand in for something: without it they go too."""
    if not has_any(session, staff_id):
        recovery.remove(session, staff_id)
