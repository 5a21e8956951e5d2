"""Puts the sample meeting of ``sample_data/`` into a database, through the ordinary services."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import files
from eventmail.administration import service as administration
from eventmail.events import service as events
from eventmail.events import shelf
from eventmail.events.models import Event
from eventmail.events.service import EventFacts
from eventmail.mailings import answers, checking
from eventmail.mailings import service as mailings
from eventmail.mailings.models import Mailing
from eventmail.mailings.service import Draft
from eventmail.offices import service as offices
from eventmail.offices.models import Mailbox, Office, Role, Staff
from eventmail.offices.permissions import Actor, Standing
from eventmail.offices.settings import Value
from eventmail.proposals import service as proposals
from eventmail.proposals.kinds import Place
from eventmail.roster import jobs
from eventmail.roster import service as roster
from eventmail.scanning.paging import pages_to_see

FOLDER = files.SAMPLE  # tests lay another in its place


def story() -> dict[str, Any]:
    """The sample office, its people, event and letter."""
    text = (FOLDER / "office.json").read_text(encoding="utf-8")
    read: dict[str, Any] = json.loads(text)
    return read


@dataclass(frozen=True, slots=True)
class People:
    """The people of the sample office: three who send, one who manages, one who audits."""

    author: Actor
    checker: Actor
    approver: Actor
    manager: Actor
    auditor: Actor


def is_loaded(session: Session) -> bool:
    """Whether the database holds any office yet."""
    return session.scalar(sa.select(Office.id).limit(1)) is not None


def load_office(session: Session) -> People:
    """The office with its mailboxes and people; the first copy is looked at by hand."""
    told = story()
    office = offices.add_office(session, told["bureau"], told["office"])
    # Somebody looks at the office's own copy before the rest goes: the demo shows it.
    offices.set_sending(session, office, 0, None)
    for box in told["mailboxes"]:
        offices.add_mailbox(session, office, box["name"], box["address"])
    actors = {}
    # Two who could confirm settings end the setting-up of the office: the second comes last.
    for each in sorted(told["staff"], key=lambda each: each["role"] == Role.MANAGER):
        role = Role(each["role"])
        staff = offices.add_staff(
            session, office, each["login"], each["name"], each["password"], [role]
        )
        actors[role.value] = Actor(staff, office)
    return People(**actors)


def decide(session: Session, people: People, place: Place, after: Value) -> None:
    """A setting changed as it must be: one proposes, another confirms."""
    approver = people.approver
    made = proposals.propose(session, people.manager, place, after, "見本の設定にするため")
    proposals.confirm(session, approver, made, made.digest)


def load_outside(session: Session) -> dict[Standing, Staff]:
    """Who stands outside the office: the bureau's overseer, the installation's administrator."""
    told = story()
    people = {}
    for each in told["outside"]:
        staff = offices.add_person(session, None, each["login"], each["name"], each["password"])
        people[Standing(each["standing"])] = staff
    bureau = administration.bureau_named(session, told["bureau"])
    administration.make_overseer(session, people[Standing.OVERSEER], bureau)
    administration.make_administrator(session, people[Standing.ADMINISTRATOR])
    return people


def make_event(session: Session, author: Actor) -> Event:
    """The meeting, its roster imported from the workbook, its materials on the shelf."""
    told = story()
    event = make_empty_event(session, author)
    content = (FOLDER / told["workbook"]).read_bytes()
    upload = roster.upload(session, author, event, told["workbook"], content)
    jobs.run(jobs.in_session(session), upload.id, mailings.refresh)
    roster.confirm(session, author, upload, upload.stamp)
    jobs.run(jobs.in_session(session), upload.id, mailings.refresh)
    for filename in told["materials"]:
        content = (FOLDER / filename).read_bytes()
        events.put_material(session, author, event, filename, content)
    return event


def make_empty_event(session: Session, author: Actor) -> Event:
    """The meeting without participants."""
    told = story()
    box = session.scalars(
        sa.select(Mailbox).where(Mailbox.office_id == author.office.id).order_by(Mailbox.id)
    ).first()
    assert box is not None
    facts = dict(told["event"], held_on=date.fromisoformat(told["event"]["held_on"]))
    return events.add_event(
        session, author, EventFacts(**facts, sender_id=box.id, reply_to_id=box.id)
    )


def draft_letter(session: Session, author: Actor, event: Event) -> Mailing:
    """The letter, with all materials of the shelf."""
    letter = story()["letter"]
    draft = Draft(
        purpose=letter["purpose"],
        subject=letter["subject"],
        body=(FOLDER / letter["body"]).read_text(encoding="utf-8"),
        material_ids=frozenset(each.id for each in events.shelf(session, event)),
        version=1,
        expected_count=letter["expected_count"],
    )
    return mailings.add_mailing(session, author, event, draft)


def answer_warnings(session: Session, author: Actor, mailing: Mailing) -> None:
    """A reason for whatever wants one; what is warned of may depend on the hour."""
    found = mailings.find(session, mailings.draft_content(session, mailing))
    waiting = answers.unanswered(session, mailing, found)
    given = {each.key: "内容を確かめ、このまま送ってよいと判断しました。" for each in waiting}
    answers.answer(session, author, mailing, found, given)


def look_through(session: Session, checker: Actor, mailing: Mailing) -> None:
    """Every task of the checker, one after the other, and his yes."""
    snapshot = mailing.latest
    assert snapshot is not None
    digest = snapshot.digest
    checking.count(session, checker, mailing, digest, len(snapshot.recipients))
    for material in snapshot.materials:
        _turn_the_pages(session, checker, snapshot.office_id, material.sha256)
        checking.see_material(session, checker, mailing, digest, material.sha256)
    found = checking.tasks(session, snapshot, checker.id)
    for recipient in found.open_letters:
        checking.see_letter(session, checker, mailing, digest, recipient.contact_id)
    for finding in found.open_findings:
        checking.accept_answer(session, checker, mailing, digest, finding.position)
    mailings.check(session, checker, mailing, digest)


def _turn_the_pages(session: Session, checker: Actor, office_id: int, sha256: str) -> None:
    pages = pages_to_see(shelf.scan_of(session, office_id, sha256))
    for page in range(1, pages + 1):
        shelf.note_opening(session, checker.id, office_id, sha256, page)
