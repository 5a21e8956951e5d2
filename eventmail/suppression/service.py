"""Who is not mailed any more: the rules, and the one condition that every query asks.

An address is compared as ``EmailAddress.key``. Once no roster of the office has it (erasure), only
its keyed digest stays; where the address comes back into a roster, :func:`recognise` knows it.
"""

from __future__ import annotations

import hmac
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.addresses import EmailAddress
from eventmail.audit.keys import keys_of
from eventmail.audit.service import address_digest, record
from eventmail.database import Asked, table_of
from eventmail.database import among as among_these
from eventmail.errors import NotFound, UserError
from eventmail.events.models import Contact, Event
from eventmail.language import said
from eventmail.offices.models import Office
from eventmail.offices.permissions import Action, Actor
from eventmail.suppression.models import (
    NOTHING_LEFT,
    STOPS_EVERYTHING,
    Kind,
    Source,
    Suppression,
    SuppressionLift,
    Way,
)

LONGEST_REASON = 200
LIFTED = said("この配信停止は、すでに解除されています。")
NO_CONSENT = said("だれから、どのような同意を得たかを1文で入力してください。")
NO_ADDRESS = said("メールアドレスは書かずに、名前や部署で入力してください。")
LATER = said("同意を得た日が先の日付です。今日までの日付を入力してください。")


@dataclass(frozen=True, slots=True)
class Consent:
    """With whose word mails go there again."""

    on: date
    way: Way
    told: str


def suppress(
    session: Session,
    office_id: int,
    event_id: int | None,
    address: EmailAddress,
    kind: Kind,
    *,
    source: Source,
    reason: str = "",
    actor: Actor | None = None,
) -> Suppression:
    """Mail this address no more: by one event, or (None) by the whole office.

    Said twice, it is written down once. Whoever is handing mails over now is waited for, so that
    none leaves after this is committed.
    """
    if actor is not None:
        actor.require(Action.SUPPRESS)
    lock_office(session, office_id)
    found = _standing(session, office_id, event_id, address.key, kind)
    if found is not None:
        return found
    made = Suppression(
        office_id=office_id,
        event_id=event_id,
        address_key=address.key,
        digest=_digests(session, address.key)[0],
        kind=kind,
        source=source,
        reason=_without_addresses(reason)[:LONGEST_REASON],
        staff_id=actor.id if actor else None,
        at=clock.now(),
    )
    session.add(made)
    session.flush()
    who = {"address": address_digest(session, address.key), "event": event_id}
    _audit(session, made, "address.suppressed", actor, why=kind.value, how=source.value, **who)
    return made


def lift(session: Session, actor: Actor, suppression_id: int, consent: Consent) -> SuppressionLift:
    """Mail an address again, because its owner said so.

    Raises :class:`UserError` where nobody's word is given, or it was lifted meanwhile.
    """
    actor.require(Action.LIFT_SUPPRESSION)
    lock_office(session, actor.office.id)
    found = get(session, actor, suppression_id)
    if session.get(SuppressionLift, found.id) is not None:
        raise UserError(LIFTED)
    if not consent.told.strip():
        raise UserError(NO_CONSENT)
    if "@" in unicodedata.normalize("NFKC", consent.told):
        raise UserError(NO_ADDRESS)
    if consent.on > clock.today():
        raise UserError(LATER)
    made = SuppressionLift(
        suppression_id=found.id,
        office_id=found.office_id,
        consented_on=consent.on,
        way=consent.way,
        consent=consent.told.strip(),
        staff_id=actor.id,
        at=clock.now(),
    )
    session.add(made)
    session.flush()
    _audit(session, found, "address.suppression_lifted", actor, how=consent.way.value)
    return made


def get(session: Session, actor: Actor, suppression_id: int) -> Suppression:
    """One suppression of the actor's office."""
    query = sa.select(Suppression).where(
        Suppression.id == suppression_id, Suppression.office_id == actor.office.id
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound
    return found


def applies(
    address_key: sa.SQLColumnExpression[str],
    office_id: sa.SQLColumnExpression[int],
    event_id: sa.SQLColumnExpression[int],
    *,
    stoppable: sa.ColumnElement[bool] | bool,
) -> sa.ColumnElement[bool]:
    """The condition that an address is suppressed for a mail of this event.

    ``stoppable``: whether the mail is an invitation, which whoever unsubscribed does not get.
    """
    told = sa.literal(stoppable) if isinstance(stoppable, bool) else stoppable
    query = sa.exists().where(
        Suppression.office_id == office_id,
        Suppression.address_key == address_key,
        sa.or_(Suppression.event_id.is_(None), Suppression.event_id == event_id),
        sa.or_(told, Suppression.kind.in_(STOPS_EVERYTHING)),
        is_standing(),
    )
    return query.correlate_except(Suppression)


def is_standing() -> sa.ColumnElement[bool]:
    """The condition that a suppression was not lifted."""
    return ~sa.exists().where(SuppressionLift.suppression_id == Suppression.id)


def _keys(office_id: Asked, event_id: Asked, kinds: Asked) -> sa.Select[str]:
    return sa.select(Suppression.address_key).where(
        Suppression.office_id == office_id,
        Suppression.address_key != NOTHING_LEFT,
        sa.or_(Suppression.event_id.is_(None), Suppression.event_id == event_id),
        Suppression.kind.in_(kinds),
        is_standing(),
    )


def stopped_keys(office_id: int, event_id: int, *, stoppable: bool) -> sa.Select[str]:
    """The addresses to which no such mail of this event goes: to be asked of a whole roster.

    Each row is looked up in them, where :func:`applies` may go through all of them for each row.
    """
    return _keys(office_id, event_id, _kinds(stoppable=stoppable))


def _kinds(*, stoppable: bool) -> tuple[Kind, ...]:
    return tuple(Kind) if stoppable else STOPS_EVERYTHING


# Built once: it is asked with every handful of mails.
_SUPPRESSED = _keys(
    sa.bindparam("office"), sa.bindparam("event"), sa.bindparam("kinds", expanding=True)
)
_SUPPRESSED_AMONG = _SUPPRESSED.where(among_these(table_of(Suppression).c.address_key, "keys"))


def suppressed_keys(
    session: Session,
    office_id: int,
    event_id: int,
    *,
    stoppable: bool,
    among: Collection[str] | None = None,
) -> frozenset[str]:
    """The keys of all addresses, or those ``among`` these, that get no such mail of this event."""
    wanted: dict[str, object] = {"office": office_id, "event": event_id}
    wanted["kinds"] = _kinds(stoppable=stoppable)
    if among is None:
        return frozenset(session.scalars(_SUPPRESSED, wanted))
    return frozenset(session.scalars(_SUPPRESSED_AMONG, wanted | {"keys": among}))


def standing(
    session: Session, event: Event, keys: Collection[str]
) -> dict[str, tuple[Suppression, ...]]:
    """What stands against mails of an event to these addresses, what stops most first."""
    query = sa.select(Suppression).where(
        Suppression.office_id == event.office_id,
        Suppression.address_key.in_(keys),
        sa.or_(Suppression.event_id.is_(None), Suppression.event_id == event.id),
        is_standing(),
    )
    least = Suppression.kind == Kind.UNSUBSCRIBED
    found: defaultdict[str, list[Suppression]] = defaultdict(list)
    for each in session.scalars(query.order_by(least, Suppression.id)):
        found[each.address_key].append(each)
    return {key: tuple(each) for key, each in found.items()}


def recognise(session: Session, office_id: int, keys: Iterable[str]) -> None:
    """Addresses that come into a roster: those whose suppression lost them get them back."""
    bare = sa.select(Suppression).where(
        Suppression.office_id == office_id, Suppression.address_key == NOTHING_LEFT
    )
    waiting = list(session.scalars(bare))
    if not waiting:
        return
    digests = {digest: key for key in keys for digest in _digests(session, key)}
    for each in waiting:
        each.address_key = digests.get(each.digest, NOTHING_LEFT)
    session.flush()


def forget_strangers(session: Session, office_id: int) -> None:
    """Keep only the digests of addresses that no roster of the office has any more."""
    known = sa.select(Contact.address_key).where(Contact.office_id == office_id)
    session.execute(
        sa.update(Suppression)
        .where(
            Suppression.office_id == office_id,
            Suppression.address_key != NOTHING_LEFT,
            Suppression.address_key.not_in(known),
        )
        .values(address_key=NOTHING_LEFT)
        .execution_options(synchronize_session=False)
    )


def lock_office(session: Session, office_id: int) -> None:
    """Wait for whoever hands mails of the office over, and let nobody begin meanwhile."""
    # As an UPDATE would: rows that only name the office are not in its way.
    query = sa.select(Office.id).where(Office.id == office_id)
    session.execute(query.with_for_update(key_share=True))


def _standing(
    session: Session, office_id: int, event_id: int | None, key: str, kind: Kind
) -> Suppression | None:
    query = sa.select(Suppression).where(
        Suppression.office_id == office_id,
        Suppression.event_id.is_(None) if event_id is None else Suppression.event_id == event_id,
        Suppression.digest.in_(_digests(session, key)),
        Suppression.kind == kind,
        is_standing(),
    )
    found = session.scalars(query.order_by(Suppression.id).limit(1)).first()
    if found is not None:
        found.address_key = key  # it may have been forgotten
    return found


def _without_addresses(text: str) -> str:
    """The words outlive the address."""
    words = unicodedata.normalize("NFKC", text).split()
    return " ".join("（アドレス）" if "@" in word else word for word in words)


def _digests(session: Session, key: str) -> tuple[str, ...]:
    """What may stand for an address: under the newest key first, then under each former one."""
    said = b"suppressed:" + key.encode()
    return tuple(hmac.digest(each, said, "sha256").hex() for each in keys_of(session).keys)


def _audit(
    session: Session, found: Suppression, action: str, actor: Actor | None, **details: object
) -> None:
    record(
        session,
        action,
        f"suppression:{found.id}",
        office_id=found.office_id,
        staff_id=actor.id if actor else None,
        **details,
    )
