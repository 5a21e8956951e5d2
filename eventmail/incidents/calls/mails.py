"""The incident's mails: begun from the contact list, then on the ordinary way of all mails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.audit.service import record
from eventmail.errors import UserError
from eventmail.events import service as events
from eventmail.events.models import Contact, Participant, ParticipantStatus
from eventmail.incidents import service as incidents
from eventmail.incidents.calls.models import IncidentMailing, Purpose
from eventmail.incidents.calls.standing import Line, State, lines
from eventmail.incidents.models import Incident
from eventmail.language import said
from eventmail.mailings import service as mailings
from eventmail.mailings.models import Audience, Mailing, SendMode, Snapshot
from eventmail.mailings.service import Draft
from eventmail.offices.permissions import Action, Actor
from eventmail.outbox.models import Delivery, DeliveryState, Dispatch
from eventmail.wordings import service as wordings
from eventmail.wordings.models import WordingKind

NO_EVENT = said(
    "この事案は、まだイベントとつながっていません。"
    "どのイベントの名簿で送るかを選んでから、もう一度お試しください。"
)
NOBODY = said(
    "いま送る相手の事業所がありません。電話の記録と、名簿との結びつきを確かめてください。"
)
PURPOSE_NAMES = {
    Purpose.HANDLING: said("取り扱いについてのメール"),
    Purpose.CORRECTION: said("訂正メール"),
    Purpose.APOLOGY: said("おわびのメール"),
}
AUDIENCES = {
    Purpose.HANDLING: Audience.ABSENT,
    Purpose.CORRECTION: Audience.REACHED,
    Purpose.APOLOGY: Audience.REACHED,
}
WORDINGS = {
    Purpose.HANDLING: WordingKind.INCIDENT_HANDLING,
    Purpose.CORRECTION: WordingKind.INCIDENT_CORRECTION,
    Purpose.APOLOGY: WordingKind.INCIDENT_APOLOGY,
}
WHY = {
    Purpose.HANDLING: "電話がつながらない事業所へ、お詫びとメールの取り扱いをお願いするため",
    Purpose.CORRECTION: "電話で説明が済んだ事業所へ、正しいメールを送り直すため",
    Purpose.APOLOGY: "電話で説明が済んだ事業所へ、書面でお詫びするため",
}
MAY_HAVE_ARRIVED = (
    *(DeliveryState.QUEUED, DeliveryState.CLAIMED, DeliveryState.DEFERRED),
    *(DeliveryState.ACCEPTED, DeliveryState.UNCERTAIN),
)


@dataclass(frozen=True, slots=True)
class Wave:
    """One mailing of the incident. ``count``: how many mails the relay has taken."""

    mailing: Mailing
    purpose: Purpose
    sent_at: datetime | None
    count: int


@dataclass(frozen=True, slots=True)
class Offer:
    """A mail that can be begun: for how many companies, and how many the roster does not know."""

    purpose: Purpose
    companies: int
    unknown: int

    @property
    def label(self) -> str:
        """As the button says it."""
        name = PURPOSE_NAMES[self.purpose]
        if self.purpose is Purpose.HANDLING:
            return said(
                "電話がつながらない{count}社に、{name}を書く", count=self.companies, name=name
            )
        return said("説明が済んだ{count}社に、{name}を書く", count=self.companies, name=name)


def offers(
    session: Session, incident: Incident, found: Sequence[Line] | None = None
) -> list[Offer]:
    """What can be begun now; whoever got such a mail before is not counted again.

    ``found``: the contact list, for whoever has it at hand.
    """
    found = lines(session, incident) if found is None else found
    known = _in_roster(session, incident)
    made = []
    for purpose in Purpose:
        before = _mailed(session, incident, purpose)
        fitting = [
            each.party.participant_id
            for each in found
            if _fits(each, purpose) and each.party.participant_id not in before
        ]
        count = sum(each in known for each in fitting)
        made.append(Offer(purpose, count, len(fitting) - count))
    return made


def begin(session: Session, actor: Actor, incident: Incident, purpose: Purpose) -> Mailing:
    """A draft of the incident's event with a ready wording, for one audience, individually.

    How many it is for is typed by its author, like for any other mail.
    """
    actor.require(Action.EDIT_MAILING)
    if incident.event_id is None:
        raise UserError(NO_EVENT)
    incidents.require_open(incident)
    if not any(each.companies for each in offers(session, incident) if each.purpose is purpose):
        raise UserError(NOBODY)
    event = events.get_event(session, actor, incident.event_id)
    text = wordings.offer_for(session, actor.office, WORDINGS[purpose]).text
    draft = Draft(
        purpose=WHY[purpose],
        subject=text.subject,
        body=text.body,
        material_ids=frozenset(),
        version=1,
        mode=SendMode.INDIVIDUAL,
        audience=AUDIENCES[purpose],
    )
    mailing = mailings.add_mailing(session, actor, event, draft)
    _link(session, actor, incident, mailing, purpose)
    return mailing


def waves(session: Session, incident: Incident) -> list[Wave]:
    """The incident's mailings, oldest first."""
    query = (
        sa.select(Mailing, IncidentMailing.purpose)
        .join(IncidentMailing, IncidentMailing.mailing_id == Mailing.id)
        .where(IncidentMailing.incident_id == incident.id)
        .order_by(Mailing.id)
    )
    return [
        Wave(mailing, purpose, *_sent(session, mailing.id))
        for mailing, purpose in session.execute(query)
    ]


def _link(
    session: Session, actor: Actor, incident: Incident, mailing: Mailing, purpose: Purpose
) -> None:
    session.add(
        IncidentMailing(
            mailing_id=mailing.id,
            office_id=mailing.office_id,
            event_id=mailing.event_id,
            incident_id=incident.id,
            purpose=purpose,
        )
    )
    session.flush()
    record(
        session,
        "incident.mail_begun",
        f"incident:{incident.id}",
        office_id=incident.office_id,
        staff_id=actor.id,
        mailing=mailing.id,
        purpose=PURPOSE_NAMES[purpose],
    )


def _fits(each: Line, purpose: Purpose) -> bool:
    if purpose is not Purpose.HANDLING:
        return each.state is State.DONE
    return each.state is State.ABSENT and not each.was_reached


def _in_roster(session: Session, incident: Incident) -> set[int]:
    """The event's participants who take part and have an address."""
    query = (
        sa.select(Participant.id)
        .join(Contact, Contact.participant_id == Participant.id)
        .where(
            Participant.event_id == incident.event_id,
            Participant.office_id == incident.office_id,
            Participant.status == ParticipantStatus.ATTENDING,
            Contact.active,
            Contact.address != "",
        )
    )
    return set(session.scalars(query))


def _mailed(session: Session, incident: Incident, purpose: Purpose) -> set[int]:
    """The participants to whom such a mail went, or may have gone."""
    query = (
        sa.select(Delivery.participant_id)
        .join(Snapshot, Snapshot.id == Delivery.snapshot_id)
        .join(IncidentMailing, IncidentMailing.mailing_id == Snapshot.mailing_id)
        .where(
            IncidentMailing.incident_id == incident.id,
            IncidentMailing.purpose == purpose,
            Delivery.participant_id.is_not(None),
            Delivery.state.in_(MAY_HAVE_ARRIVED),
        )
    )
    return {each for each in session.scalars(query) if each is not None}


def _sent(session: Session, mailing_id: int) -> tuple[datetime | None, int]:
    sent = (
        sa.select(sa.func.min(Dispatch.created_at))
        .join(Snapshot, Snapshot.id == Dispatch.snapshot_id)
        .where(Snapshot.mailing_id == mailing_id)
    )
    count = (
        sa.select(sa.func.count())
        .select_from(Delivery)
        .join(Snapshot, Snapshot.id == Delivery.snapshot_id)
        .where(
            Snapshot.mailing_id == mailing_id,
            ~Delivery.first_copy,
            Delivery.state == DeliveryState.ACCEPTED,
        )
    )
    return session.scalar(sent), session.scalars(count).one()
