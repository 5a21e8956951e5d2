"""The sample office as its people leave it, made by the services: one object of each kind.

Its meeting was really sent (to the built-in sink), so there is a mail to be looked at. The rest of
the database is copied from these rows (``filling/``).
"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta

import pyotp
import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock, processes, sample
from eventmail.accounts import invitations
from eventmail.accounts.factors import totp
from eventmail.addresses import EmailAddress
from eventmail.alerts import service as alerts
from eventmail.allowed import service as allowed
from eventmail.answers import asking
from eventmail.answers.asking import Wording
from eventmail.answers.models import QuestionKind
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.events.models import Contact, Event, MaterialVersion
from eventmail.incidents import service as incidents
from eventmail.incidents import taking
from eventmail.incidents.models import Incident
from eventmail.incidents.own import own_of
from eventmail.incidents.reading.values import Kind, Listed, Seen, SentMail, Where
from eventmail.incidents.record import service as record
from eventmail.incidents.record.service import Plan
from eventmail.mailings import service as mailings
from eventmail.mailings.models import Snapshot
from eventmail.notices import addressing
from eventmail.notices import service as notices
from eventmail.notices.drafting import Draft
from eventmail.notices.models import Kind as NoticeKind
from eventmail.offices import deputies
from eventmail.offices.models import Office, Role, Staff
from eventmail.offices.permissions import Actor, Standing
from eventmail.outbox import control
from eventmail.outbox import service as outbox
from eventmail.outbox.models import Delivery, DeliveryState
from eventmail.outbox.worker import Outbox
from eventmail.proposals import service as proposals
from eventmail.proposals.kinds import Place, known
from eventmail.roster import jobs
from eventmail.roster import service as roster
from eventmail.sample import People
from eventmail.sealing import Sealer
from eventmail.suppression import models as stopping
from eventmail.suppression import service as suppression
from eventmail.training import service as training
from eventmail.training.models import Purpose
from eventmail.training.papers import Sort
from eventmail.webhooks import service as webhooks
from eventmail.wordings import service as wordings
from eventmail.wordings.builtin import Text
from eventmail.wordings.models import WordingKind

PATIENCE_SECONDS = 120
Ids = dict[str, object]


def make(settings: Settings, database: Database, companies: int) -> Ids:
    """Make everything; returns the ids of what the pages' addresses name."""
    with database.writing() as session:
        people = sample.load_office(session)
        outside = sample.load_outside(session)
        _with_second_factors(session, settings)
        event = sample.make_event(session, people.author)
        mailing = sample.draft_letter(session, people.author, event)
    snapshot_id = _approve(database, people, mailing.id)
    _send(settings, database, people.approver, snapshot_id)
    with database.writing() as session:
        event = session.get_one(Event, event.id)
        return {
            "sample_event": event.id,
            "sample_mailing": mailing.id,
            **_of_the_sending(session, event),
            **_of_the_office(session, people, event),
            **_of_a_webhook(session, settings, people.manager),
            **_of_the_bureau(session, people, outside[Standing.OVERSEER]),
            **_of_an_incident(session, people, companies),
        }


def _with_second_factors(session: Session, settings: Settings) -> None:
    """Everybody has an app with codes: without one a production lets approvers see nothing."""
    sealer = Sealer.of(settings)
    for staff in session.scalars(sa.select(Staff)):
        totp.offer(session, sealer, staff.id)
        secret = totp.offered(session, sealer, staff.id)
        totp.confirm(session, sealer, staff, pyotp.TOTP(secret).now())


def _approve(database: Database, people: People, mailing_id: int) -> int:
    with database.writing() as session:
        mailing = mailings.get_mailing(session, people.author, mailing_id, lock=True)
        sample.answer_warnings(session, people.author, mailing)
        snapshot = mailings.submit(session, people.author, mailing)
    with database.writing() as session:
        mailing = mailings.get_mailing(session, people.checker, mailing_id, lock=True)
        sample.look_through(session, people.checker, mailing)
    with database.writing() as session:
        mailing = mailings.get_mailing(session, people.approver, mailing_id, lock=True)
        snapshot = mailings.approve(session, people.approver, mailing, snapshot.digest)
        outbox.start(session, snapshot)
    return snapshot.id


def _send(settings: Settings, database: Database, approver: Actor, snapshot_id: int) -> None:
    """Send it as in service, by a worker of its own."""
    children = [processes.start(settings, ["sink"])]
    try:
        time.sleep(2)
        children.append(processes.start(settings, ["worker"]))
        _wait(database, snapshot_id, first=True)
        with database.writing() as session:
            control.release(session, approver, session.get_one(Snapshot, snapshot_id))
        worker = Outbox(settings, database)
        worker.wake(snapshot_id)
        worker.huey.storage.close()
        _wait(database, snapshot_id, first=False)
    finally:
        processes.end(children)


def _wait(database: Database, snapshot_id: int, *, first: bool) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with database.reading() as session:
            snapshot = session.get_one(Snapshot, snapshot_id)
            progress = outbox.progress(session, snapshot)
        if first and progress.first_copy.state is DeliveryState.ACCEPTED:
            return
        if progress.finished_at:
            return
        time.sleep(0.2)
    raise SystemExit("the sample mailing was not sent")


def _of_the_sending(session: Session, event: Event) -> Ids:
    delivery = session.scalars(sa.select(Delivery).where(~Delivery.first_copy).limit(1)).one()
    version = session.scalars(sa.select(MaterialVersion).limit(1)).one()
    contact = session.get_one(Contact, delivery.contact_id)
    stopped = suppression.suppress(
        session,
        event.office_id,
        None,
        EmailAddress.parse("yameru@yameru.example"),
        stopping.Kind.ASKED_BY_PHONE,
        source=stopping.Source.PHONE,
    )
    return {
        "delivery_id": delivery.id,
        "sample_contact": contact.id,
        "version_id": version.id,
        "material_id": version.material_id,
        "suppression_id": stopped.id,
    }


def _of_the_office(session: Session, people: People, event: Event) -> Ids:
    day = clock.today() + timedelta(days=1)
    wording = wordings.add_wording(
        session,
        people.author,
        WordingKind.OWN,
        Text("お礼", "ご参加のお礼", "ありがとうございました。"),
    )
    alerts.raise_alert(session, event.reply_to, "test", f"event:{event.id}", "止まりました。")
    allowed.allow(session, people.author, "kaijo@kaikan.example")
    deputies.appoint(session, people.approver, people.checker.id, day, day, "出張")
    place = Place(people.manager.office.id, known("hold"))
    proposal = proposals.propose(session, people.manager, place, 5, "試し")
    office = session.get_one(Office, people.manager.office.id)
    invitee = invitations.Invitee("shinjin", "新人 一郎", {Role.AUTHOR})
    invitations.invite(session, people.manager, office, invitee)
    due = training.Wanted(frozenset({Sort.CHECKLIST}), Purpose.REGULAR, day)
    training.assign(session, people.manager, due, [people.author.id])
    (task,) = training.own_tasks(session, people.author)
    yes = {each.id: "yes" for each in training.paper_of(task.assignment).questions}
    result = training.take(session, people.author, task.id, yes)
    question = asking.add(
        session, people.author, event, Wording(QuestionKind.NUMBER, "車の台数", False)
    )
    return {
        "wording_id": wording.id,
        "proposal_id": proposal.id,
        "task_id": task.id,
        "assignment_id": task.assignment_id,
        "result_id": result.id,
        "sample_question": question.id,
        "staff_id": people.checker.id,
        **_of_an_import(session, people.author, event),
    }


def _of_a_webhook(session: Session, settings: Settings, manager: Actor) -> Ids:
    """One that leads nowhere: its page is measured, and nobody is called."""
    named = replace(settings, webhook_hosts=("https://hooks.example:443",))
    wanted = webhooks.Wanted("統計", "https://hooks.example/", ["sending.finished"], False)
    made, _ = webhooks.make(session, manager, named, wanted)
    return {"webhook_id": made.id}


def _of_an_import(session: Session, author: Actor, event: Event) -> Ids:
    """The workbook once more, in an event of its own, waiting for somebody's answers."""
    other = sample.make_empty_event(session, author)
    told = sample.story()
    content = (sample.FOLDER / told["workbook"]).read_bytes()
    upload = roster.upload(session, author, other, told["workbook"], content)
    jobs.run(jobs.in_session(session), upload.id, mailings.refresh)
    return {"open_event": other.id, "open_import": upload.id}


def _of_the_bureau(session: Session, people: People, overseer: Staff) -> Ids:
    draft = Draft(
        NoticeKind.CAUTION, "あて先の確かめ方", "送る前に確かめてください。", None, frozenset(Role)
    )
    seen = addressing.stamp(draft, addressing.prepared(session, overseer, draft))
    told = notices.send(session, overseer, draft, "0" * 32, seen)
    return {"notice_id": told[0].id, "batch": told[0].batch}


def _of_an_incident(session: Session, people: People, companies: int) -> Ids:
    """A mail with everybody in To, and a measure that was decided."""
    listed = tuple(
        Listed(
            f"株式会社みほん{n}", EmailAddress.parse(f"saiyo@rouei{n}.example"), f"06-0000-{n:04}"
        )
        for n in range(companies)
    )
    leak = _leak(session, people.manager, listed)
    measure = Plan("会議を開く", owner_name="所長", due_on=clock.today() + timedelta(days=9))
    record.add_measure(session, people.manager, leak, measure)
    return {
        "incident_id": leak.id,
        "mail_id": leak.mails[0].id,
        "party_id": leak.parties[0].id,
    }


def _leak(session: Session, actor: Actor, listed: tuple[Listed, ...]) -> Incident:
    own = own_of(session, actor.office.id)
    now = clock.now()
    opening = incidents.Opening(
        title="当日資料のメールを、全員のアドレスが見える形で送った",
        noticed_at=now - timedelta(hours=3),
        noticed_how="送信済みのメールを見直して気づいた。",
        happened_at=now - timedelta(hours=5),
    )
    leak = incidents.open_outside(session, actor, opening)
    taking.add_mail(session, actor, leak, own, _mail(listed))
    taking.name_parties(session, actor, leak, own, listed)
    session.flush()
    return leak


def _mail(listed: tuple[Listed, ...]) -> SentMail:
    seen = tuple(Seen(Where.TO, each.email) for each in listed if each.email)
    sent_at = clock.now() - timedelta(hours=5)
    return SentMail(
        Kind.HEADER, seen, "当日資料の送付", "gakusotsu@here.example", sent_at, "0" * 64
    )
