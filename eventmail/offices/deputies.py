"""代理決裁: an approver names who decides in his place, from one day to another, and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.audit.service import record
from eventmail.database import Asked, UtcDateTime
from eventmail.errors import NotFound, UserError
from eventmail.language import said
from eventmail.offices.models import Deputy, DeputyRevocation, Membership, Role, Staff
from eventmail.offices.permissions import Action, Actor

LONGEST = timedelta(days=92)
NOBODY = said("代理にする職員を、この所の職員から選んでください。")
ONESELF = said("自分を代理にすることはできません。ほかの職員を選んでください。")
NO_REASON = said("代理を置く理由を入力してください。")
WRONG_DAYS = said("終わりの日は、始まりの日以後で、きょう以後の日にしてください。")
TOO_LONG = said("代理の期間は{days}日以内にしてください。", days=LONGEST.days)
OVER = said("この代理の指定は、もう終わっています。")


def appoint(
    session: Session, actor: Actor, deputy_id: int, first: date, last: date, reason: str
) -> Deputy:
    """Let a colleague of the office approve in the actor's place, from ``first`` to ``last``."""
    actor.require(Action.APPOINT)
    if deputy_id == actor.id:
        raise UserError(ONESELF)
    if deputy_id not in {each.id for each in colleagues(session, actor)}:
        raise UserError(NOBODY)
    if not reason.strip():
        raise UserError(NO_REASON)
    if last < first or last < clock.today():
        raise UserError(WRONG_DAYS)
    if last - first >= LONGEST:
        raise UserError(TOO_LONG)
    made = Deputy(
        office_id=actor.office.id,
        approver_id=actor.id,
        deputy_id=deputy_id,
        begins_at=_midnight(first),
        ends_at=_midnight(last + timedelta(days=1)),
        reason=reason.strip(),
        at=clock.now(),
    )
    session.add(made)
    session.flush()
    _audit(session, actor, "deputy.appointed", made, after=_recordable(made))
    return made


def revoke(session: Session, actor: Actor, appointment_id: int) -> Deputy:
    """Take an appointment back from now on. Any approver of the office may."""
    actor.require(Action.APPOINT)
    # Locked: a decision in another's place shares this lock, and one of the two comes first.
    found = session.scalar(
        sa.select(Deputy)
        .where(Deputy.id == appointment_id, Deputy.office_id == actor.office.id)
        .with_for_update()
    )
    if found is None:
        raise NotFound
    if found.ends_at <= clock.now() or session.get(DeputyRevocation, found.id) is not None:
        raise UserError(OVER)
    session.add(DeputyRevocation(appointment_id=found.id, staff_id=actor.id, at=clock.now()))
    session.flush()
    _audit(session, actor, "deputy.revoked", found, before=_recordable(found))
    return found


def standing_in(
    session: Session, office_id: int, staff_id: int, *, lock: bool = False
) -> Sequence[Deputy]:
    """The appointments by which this person may approve in another's place now.

    ``lock`` holds them against a revocation until the end of the transaction.
    """
    query = _standing_in()
    values = {"office": office_id, "staff": staff_id, "now": clock.now()}
    if lock:  # and then ask: a revocation that this waited for is another row
        session.scalars(query.with_for_update(of=Deputy, key_share=True), values).all()
    return session.scalars(query, values).all()


@lru_cache(maxsize=1)
def _standing_in() -> sa.Select[Deputy]:
    """Built once: building it takes longer than asking it, and every page asks it."""
    now = sa.bindparam("now", type_=UtcDateTime)
    office: Asked = sa.bindparam("office")
    staff: Asked = sa.bindparam("staff")
    return (
        sa.select(Deputy)
        .join(
            Membership,
            sa.and_(
                Membership.office_id == Deputy.office_id,
                Membership.staff_id == Deputy.approver_id,
                Membership.role == Role.APPROVER,
            ),
        )
        .where(Deputy.office_id == office, Deputy.deputy_id == staff)
        .where(Deputy.begins_at <= now, Deputy.ends_at > now, ~_revoked())
        .order_by(Deputy.id)
    )


def appointments(session: Session, office_id: int) -> list[tuple[Deputy, DeputyRevocation | None]]:
    """All appointments of an office, newest first, each with its end before time."""
    query = (
        sa.select(Deputy, DeputyRevocation)
        .outerjoin(DeputyRevocation, DeputyRevocation.appointment_id == Deputy.id)
        .where(Deputy.office_id == office_id)
        .order_by(Deputy.id.desc())
    )
    return [(made, revoked) for made, revoked in session.execute(query)]


def colleagues(session: Session, actor: Actor) -> list[Staff]:
    """The other members of the office's staff, by name."""
    query = (
        sa.select(Staff)
        .where(
            Staff.active,
            Staff.id != actor.id,
            Staff.memberships.any(Membership.office_id == actor.office.id),
        )
        .order_by(Staff.name, Staff.id)
    )
    return list(session.scalars(query))


def first_day(made: Deputy) -> date:
    """The first day on which an appointment holds."""
    return clock.in_tokyo(made.begins_at).date()


def last_day(made: Deputy) -> date:
    """The last day on which an appointment holds."""
    return clock.in_tokyo(made.ends_at - timedelta(seconds=1)).date()


def standing_of(made: Deputy, revoked: DeputyRevocation | None) -> str:
    """How an appointment stands, in a word."""
    now = clock.now()
    if revoked is not None:
        return said("取り消し")
    if now < made.begins_at:
        return said("これから")
    return said("代理中") if now < made.ends_at else said("終わり")


def _revoked() -> sa.ColumnElement[bool]:
    return sa.exists().where(DeputyRevocation.appointment_id == Deputy.id)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), clock.TOKYO)


def _recordable(made: Deputy) -> dict[str, object]:
    return {
        "approver": made.approver_id,
        "deputy": made.deputy_id,
        "begins_at": made.begins_at.isoformat(),
        "ends_at": made.ends_at.isoformat(),
        "reason": made.reason,
    }


def _audit(session: Session, actor: Actor, action: str, made: Deputy, **sides: object) -> None:
    subject = f"deputy:{made.id}"
    record(session, action, subject, office_id=made.office_id, staff_id=actor.id, **sides)
