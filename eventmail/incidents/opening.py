"""An incident that begins here: with a mailing that was sent, or with one that the gate refused."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.addresses import EmailAddress
from eventmail.alerts.models import Alert
from eventmail.errors import NotFound, UserError
from eventmail.events.models import Contact
from eventmail.incidents import service, taking
from eventmail.incidents.models import (
    Evidence,
    Incident,
    IncidentMail,
    Origin,
    Party,
    Place,
    Sighting,
)
from eventmail.incidents.reading.values import Listed
from eventmail.incidents.service import Opening
from eventmail.language import said
from eventmail.mailings.models import Mailing, Snapshot, SnapshotRecipient
from eventmail.offices.permissions import Action, Actor
from eventmail.outbox.models import Attempt, Delivery, DeliveryState

READ = (DeliveryState.ACCEPTED, DeliveryState.UNCERTAIN)
NOBODY = said(
    "このメール案件は、まだだれにも届いていません。"
    "止めるときは、送信の状況の画面で送信を取りやめてください。"
)
GONE = said("このメール案件のあて先は、保存期間が過ぎたため消去しました。")
NOT_OF_A_MAILING = said("この警告は、止まった送信についてのものではありません。")
Reader = tuple[SnapshotRecipient, str]  # and the telephone number


def find_mailing(session: Session, actor: Actor, mailing_id: int) -> Mailing:
    """A mailing of the office."""
    query = sa.select(Mailing).where(Mailing.id == mailing_id, Mailing.office_id == actor.office.id)
    found = session.scalar(query)
    if found is None:
        raise NotFound
    return found


def find_alert(session: Session, actor: Actor, alert_id: int) -> Alert:
    """An alert of the office that is about a sending which was stopped."""
    query = sa.select(Alert).where(Alert.id == alert_id, Alert.office_id == actor.office.id)
    found = session.scalar(query)
    if found is None:
        raise NotFound
    if found.mailing_id is None or not found.is_of_sending:
        raise UserError(NOT_OF_A_MAILING)
    return found


def of_alert(session: Session, actor: Actor, alert_id: int) -> Incident | None:
    """The incident that was opened from an alert before."""
    query = sa.select(Incident).where(
        Incident.alert_id == alert_id, Incident.office_id == actor.office.id
    )
    return session.scalars(query.order_by(Incident.id)).first()


def from_mailing(session: Session, actor: Actor, mailing: Mailing, opening: Opening) -> Incident:
    """Everybody whom it reached got a mail of his own and saw nobody. What it showed is said later.

    Raises :class:`UserError` if it has reached nobody.
    """
    actor.require(Action.RESPOND)
    readers = _readers(session, mailing)
    incident = service.begin(
        session,
        actor,
        opening,
        Origin.MAILING,
        event_id=mailing.event_id,
        mailing_id=mailing.id,
    )
    mail = _mail(session, actor, incident, mailing)
    _take(session, incident, mail, readers)
    service.audit(
        session, incident, "incident.mail_added", actor, kind="mailing", addresses=len(readers)
    )
    return incident


def from_alert(session: Session, actor: Actor, alert: Alert, opening: Opening) -> Incident:
    """The gate refused it and nothing has left: written down, so that somebody looks and closes."""
    actor.require(Action.RESPOND)
    mailing = find_mailing(session, actor, alert.mailing_id or 0)
    # Of two at once the second waits, and finds the first's.
    session.execute(sa.select(Alert.id).where(Alert.id == alert.id).with_for_update())
    earlier = of_alert(session, actor, alert.id)
    if earlier is not None:
        return earlier
    return service.begin(
        session,
        actor,
        opening,
        Origin.REFUSAL,
        event_id=mailing.event_id,
        mailing_id=mailing.id,
        alert_id=alert.id,
    )


def say_shown(
    session: Session,
    actor: Actor,
    incident: Incident,
    mail: IncidentMail,
    ids: Collection[int],
    beside: Sequence[Listed] = (),
) -> None:
    """The companies whose address or data a mail of ours showed to those who got it.

    ``beside``: companies that did not get it themselves.
    """
    service.touch(session, actor, incident)
    if mail.evidence is not Evidence.MAILING:
        raise NotFound
    known = set(session.scalars(sa.select(Party.id).where(Party.incident_id == incident.id)))
    if not set(ids) <= known:
        raise NotFound
    owner = {
        each.id: each.party_id for each in taking.book_of(session, incident).addresses.values()
    }
    for each in mail.sightings:
        if each.place is Place.SHOWN:
            continue
        is_shown = owner[each.address_id] in ids
        each.place = Place.TO if is_shown else Place.BCC
    session.flush()
    taking.show(session, incident, mail, beside)
    session.expire_all()
    count = len(set(ids)) + len(beside)
    service.audit(session, incident, "incident.shown_told", actor, count=count)


def find_mail(session: Session, incident: Incident, mail_id: int) -> IncidentMail:
    """One of the incident's mails."""
    query = sa.select(IncidentMail).where(
        IncidentMail.id == mail_id, IncidentMail.incident_id == incident.id
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound
    return found


def _readers(session: Session, mailing: Mailing) -> list[Reader]:
    """Who has it, or may have it, of all rounds; each address once."""
    query = (
        sa.select(SnapshotRecipient, Contact.phone)
        .join(
            Delivery,
            sa.and_(
                Delivery.snapshot_id == SnapshotRecipient.snapshot_id,
                Delivery.contact_id == SnapshotRecipient.contact_id,
            ),
        )
        .join(Snapshot, Snapshot.id == SnapshotRecipient.snapshot_id)
        .join(Contact, Contact.id == SnapshotRecipient.contact_id)
        .where(Snapshot.mailing_id == mailing.id, Delivery.state.in_(READ))
        .order_by(SnapshotRecipient.snapshot_id, SnapshotRecipient.position)
    )
    found = {each.address_key: (each, phone) for each, phone in session.execute(query)}
    if not found:
        raise UserError(NOBODY)
    if not any(each.address for each, _ in found.values()):
        raise UserError(GONE)
    return [each for each in found.values() if each[0].address]


def _mail(session: Session, actor: Actor, incident: Incident, mailing: Mailing) -> IncidentMail:
    latest = mailing.latest
    sent = (
        sa.select(sa.func.min(Attempt.handed_over_at))
        .join(Delivery, Delivery.id == Attempt.delivery_id)
        .join(Snapshot, Snapshot.id == Delivery.snapshot_id)
        .where(Snapshot.mailing_id == mailing.id, ~Delivery.first_copy)
    )
    made = IncidentMail(
        office_id=incident.office_id,
        incident_id=incident.id,
        number=1,
        evidence=Evidence.MAILING,
        subject=mailing.subject_shown[: taking.LONGEST["subject"]],
        sender=latest.sender_address if latest else "",
        sent_at=session.scalar(sent),
        added_by=actor.id,
        added_at=clock.now(),
    )
    session.add(made)
    session.flush()
    return made


def _take(
    session: Session, incident: Incident, mail: IncidentMail, readers: Iterable[Reader]
) -> None:
    book = taking.book_of(session, incident)
    parties: dict[int, Party] = {}
    for position, (each, phone) in enumerate(readers):
        party = parties.get(each.participant_id)
        if party is None:
            party = parties[each.participant_id] = taking.new_party(
                session, book, each.company, phone
            )
            party.event_id, party.participant_id = each.event_id, each.participant_id
        email = EmailAddress.parse(each.address)
        address = taking.address_of(session, book, email, each.name, party)
        session.add(
            Sighting(
                office_id=mail.office_id,
                incident_id=mail.incident_id,
                mail_id=mail.id,
                address_id=address.id,
                place=Place.BCC,
                position=position,
            )
        )
    session.flush()
    session.expire(incident, ["mails", "parties"])
