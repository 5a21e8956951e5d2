"""Gathers what the papers of an incident tell, and what must not be read in the public ones.

Every number is asked of the room that counts it; nothing is counted a second time here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from eventmail import clock
from eventmail.events.models import Contact
from eventmail.incidents.calls import mails as calls_mails
from eventmail.incidents.calls import service as calls
from eventmail.incidents.calls.models import Outcome, Purpose
from eventmail.incidents.calls.standing import Line, progress_of
from eventmail.incidents.exposure import SHOWS, Exposure, Shown, exposure
from eventmail.incidents.models import Incident
from eventmail.incidents.papers.guarding import Secrets
from eventmail.incidents.papers.service import written
from eventmail.incidents.papers.values import (
    Duty,
    Facts,
    Handled,
    Happening,
    Level,
    Mail,
    Measure,
    Settled,
    Told,
    Wave,
)
from eventmail.incidents.record import reporting
from eventmail.incidents.record import service as record
from eventmail.incidents.record.chronology import (
    Names,
    names,
    public_words,
    timeline,
    without_hidden,
)
from eventmail.incidents.record.deadlines import Applies
from eventmail.incidents.record.models import Measure as Planned
from eventmail.incidents.record.sources import PAPER_MADE
from eventmail.offices.models import Bureau, BureauMembership, Office, Staff
from eventmail.offices.service import mailboxes, staff_names

# Lines that tell of our own doings, and measures, which have a section of their own.
NO_COURSE = ("audit:", "measure:", "opened")
# A shared address may have somebody's name beside it: family and given name, and no desk.
PERSON = re.compile("[\u3041-\u30ff\u3400-\u9fff々]{1,4}\\s+[\u3041-\u30ff\u3400-\u9fff々]{1,4}")
DESK = re.compile("課|係|担当|採用|人事|総務|庶務|営業|企画|管理|事務|窓口|代表|本社|支店|工場")
NO_DUTY = {Applies.YES: "", Applies.NO: "対象外：", Applies.UNKNOWN: "未定："}


def facts_and_secrets(session: Session, incident: Incident) -> tuple[Facts, Secrets]:
    """Both, of one look at who saw whose address."""
    shown, known = exposure(session, incident), names(session, incident)
    return _facts(session, incident, shown, known), _secrets(session, incident, shown, known)


def facts(session: Session, incident: Incident) -> Facts:
    """Every number and date of the papers, as they are now."""
    return _facts(session, incident, exposure(session, incident), names(session, incident))


def secrets(session: Session, incident: Incident) -> Secrets:
    """Whatever names a company, somebody of one, or a member of staff."""
    return _secrets(session, incident, exposure(session, incident), names(session, incident))


def _facts(session: Session, incident: Incident, shown: Exposure, known: Names) -> Facts:
    lines = calls.lines(session, incident, shown.parties)
    progress = progress_of(lines, clock.today())
    happened = timeline(session, incident, lines, known)
    public = public_words(known, happened)
    office = session.get_one(Office, incident.office_id)
    return Facts(
        office=office.name,
        bureau=session.get_one(Bureau, office.bureau_id).name,
        title=incident.title,
        law=incident.law,
        written_on=clock.today(),
        noticed_at=incident.noticed_at,
        noticed_how=_told(incident.noticed_how, public),
        mails=tuple(map(_mail, shown.mails)),
        companies=shown.companies,
        persons=shown.persons,
        others=shown.others,
        unconfirmed=shown.unconfirmed,
        settled=Settled(
            reached=progress.reached,
            explained=progress.explained,
            apologised=progress.apologised,
            deletion_agreed=progress.deletion_agreed,
            printouts_destroyed=progress.printouts_destroyed,
            unread=progress.unread,
        ),
        waves=tuple(_waves(session, incident)),
        causes=tuple(_told(each, public) for each in record.causes(session, incident)),
        measures=tuple(_measures(session, incident, public)),
        duties=tuple(_duties(session, incident)),
        chronology=tuple(
            Happening(each.at, Told(each.text, each.public), not each.key.startswith(NO_COURSE))
            for each in without_hidden(happened)
            if each.text != PAPER_MADE  # else each taking would change what is taken
        ),
        handled=tuple(map(_handled, lines)),
        written=written(session, incident),
    )


def _secrets(session: Session, incident: Incident, shown: Exposure, known: Names) -> Secrets:
    staff, companies = known
    office = session.get_one(Office, incident.office_id)
    bureau = session.get_one(Bureau, office.bureau_id)
    boxes = mailboxes(session, office.id)
    return Secrets(
        companies=tuple(companies),
        staff=tuple(dict.fromkeys([*staff, *_overseers(session, bureau)])),
        persons=tuple(dict.fromkeys(_persons(session, shown))),
        addresses=tuple(each.address for party in shown.parties for each in party.addresses),
        phones=tuple(dict.fromkeys(_phones(session, shown))),
        own=(bureau.name,),
        office=(office.name, *(own for box in boxes for own in (box.name, box.address))),
    )


def _told(text: str, public: Callable[[str], str]) -> Told:
    return Told(text, public(text))


def _mail(shown: Shown) -> Mail:
    places = tuple(place for place in shown.counts if place in SHOWS)
    return Mail(shown.mail.number, shown.mail.sent_at, shown.addresses, places)


def _waves(session: Session, incident: Incident) -> Iterator[Wave]:
    for each in calls_mails.waves(session, incident):
        if each.sent_at is not None:
            yield Wave(each.sent_at, each.count, each.purpose is Purpose.CORRECTION)


def _measures(
    session: Session, incident: Incident, public: Callable[[str], str]
) -> Iterator[Measure]:
    found = record.measures(session, incident)
    owners = staff_names(session, {each.owner_id for each in found if each.owner_id})
    for each in found:
        yield Measure(
            told=_told(each.text, public),
            level=Level(each.level.value),
            on=each.done_on or each.due_on,
            owner=_owner(each, owners),
            done=each.done_on is not None,
        )


def _owner(each: Planned, owners: dict[int, str]) -> str:
    return owners.get(each.owner_id, "") if each.owner_id else each.owner_name


def _duties(session: Session, incident: Incident) -> Iterator[Duty]:
    for each in reporting.standings(session, incident):
        due = each.deadline
        why = NO_DUTY[due.applies] + due.why
        day = due.due if due.applies is Applies.YES else None
        yield Duty(due.name, day, why, "、".join(text.cited for text in due.texts))


def _handled(line: Line) -> Handled:
    reached = [each.at for each in line.calls if each.stands and each.outcome is Outcome.REACHED]
    return Handled(
        company=line.party.company,
        reached_at=min(reached, default=None),
        deletion_agreed=line.ticked("deletion_agreed"),
        printouts_destroyed=line.ticked("printouts_destroyed"),
        wishes=line.followup.wishes if line.followup else "",
    )


def _overseers(session: Session, bureau: Bureau) -> list[str]:
    query = sa.select(Staff.name).join(BureauMembership, BureauMembership.staff_id == Staff.id)
    return list(session.scalars(query.where(BureauMembership.bureau_id == bureau.id)))


def _persons(session: Session, shown: Exposure) -> Iterator[str]:
    """Names beside the addresses that count as a person's or look like one's, and the contacts
    of the companies.
    """
    for each in (address for party in shown.parties for address in party.addresses):
        name = each.shown_name.strip()
        alike = PERSON.fullmatch(name) and not DESK.search(name)
        if name and (each.counts_as_person or alike):
            yield name
    yield from _of_contacts(session, shown, Contact.name)


def _phones(session: Session, shown: Exposure) -> Iterator[str]:
    """The companies' numbers, and those of their contacts."""
    yield from (each.phone for each in shown.parties if each.phone)
    yield from _of_contacts(session, shown, Contact.phone)


def _of_contacts(
    session: Session, shown: Exposure, what: InstrumentedAttribute[str]
) -> Iterator[str]:
    ids = [each.participant_id for each in shown.parties if each.participant_id is not None]
    query = sa.select(what).where(Contact.participant_id.in_(ids), what != "")
    yield from session.scalars(query.order_by(Contact.id))
