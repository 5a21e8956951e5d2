"""Reads what waits for one person. Every room is asked for its own; nothing is kept here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from eventmail import clock
from eventmail.bounces import showing as bounces
from eventmail.desk import incidents
from eventmail.desk.tasks import Kind, Task, by_urgency
from eventmail.events.models import Event
from eventmail.mailings import notices
from eventmail.mailings import service as mailings
from eventmail.mailings.models import Mailing, MailingState, Snapshot, Step
from eventmail.notices import listing as bureau_notices
from eventmail.notices.wording import named
from eventmail.offices.permissions import Action, Actor
from eventmail.outbox.listing import running
from eventmail.outbox.models import Attempt, DecisionRecord, Delivery, DeliveryState, Dispatch
from eventmail.proposals import service as proposals
from eventmail.proposals.history import told_of_all
from eventmail.roster.models import ImportState, RosterImport
from eventmail.training import figures
from eventmail.training import service as training
from eventmail.training.models import Purpose
from eventmail.training.papers import paper

AGAIN = "前回は合格点に届きませんでした。解説を読んで、もう一度受けてください。"
URGENT = "緊急の割り当てです。できるだけ早く答えてください。"
UNREAD = "労働局からのお知らせです。本文を読み、「読みました」を押してください。"
UNCONFIRMED = "{count}人の結果が、所の管理者の確認を待っています。"
ASKED_FOR = timedelta(days=30)  # after the event nobody finds out any more whether a mail came
# Why nothing of an office goes to its relay until a person acts; empty if it may.
Blocked = Callable[[Session, int], str]
WITH_MAILING = (joinedload(Snapshot.mailing).joinedload(Mailing.event),)
KINDS = {MailingState.CHECKING: Kind.CHECK, MailingState.APPROVING: Kind.APPROVE}


def waiting(session: Session, actor: Actor, blocked: Blocked) -> list[Task]:
    """All that waits for this person, the most pressing first."""
    return by_urgency(
        (
            *incidents.tasks(session, actor),
            *_relay(session, actor, blocked),
            *_reviews(session, actor),
            *_returned(session, actor),
            *_first_copies(session, actor),
            *_uncertain(session, actor),
            *_bounced(session, actor),
            *_imports(session, actor),
            *_settings(session, actor),
            *_training(session, actor),
            *_notices(session, actor),
        )
    )


def _reviews(session: Session, actor: Actor) -> Iterator[Task]:
    for mailing in mailings.waiting_for(session, actor):
        snapshot = mailing.latest
        assert snapshot is not None
        passed = [each.at for each in snapshot.reviews if each.step is Step.CHECK]
        since = passed[0] if passed else snapshot.submitted_at
        kind = KINDS[mailing.state]
        yield _of(kind, mailing, snapshot, since, occasion=f"{kind}:{snapshot.id}")


def _returned(session: Session, actor: Actor) -> Iterator[Task]:
    """The actor's own that came back, and what befell others that he had in hand."""
    told = {mailing.id: (mailing, each) for mailing, each in notices.concerning(session, actor)}
    returned = mailings.returned_to(session, actor)
    newest = notices.newest_of(session, returned) if returned else {}
    for mailing in returned:
        kind = Kind.HALTED if mailing.state is MailingState.HALTED else Kind.RETURNED
        _, news = told.pop(mailing.id, (mailing, None))
        last = news or newest.get(mailing.id)
        yield _of(
            kind,
            mailing,
            mailing.latest,
            last.at if last else None,
            mailing.notice,
            f"told:{news.id}" if news else "",
        )
    for mailing, each in told.values():
        yield _of(Kind.TOLD, mailing, mailing.latest, each.at, each.sentence, f"told:{each.id}")


def _first_copies(session: Session, actor: Actor) -> Iterator[Task]:
    """Copies in the office's mailbox that somebody has to look at before the rest goes."""
    if not actor.may(Action.RELEASE) or actor.office.first_copy_minutes is not None:
        return
    query = (
        sa.select(Snapshot, Attempt.settled_at)
        .join(Dispatch, Dispatch.snapshot_id == Snapshot.id)
        .join(Delivery, sa.and_(Delivery.snapshot_id == Snapshot.id, Delivery.first_copy))
        .join(
            Attempt,
            sa.and_(Attempt.delivery_id == Delivery.id, Attempt.number == Delivery.attempts),
        )
        .join(Mailing, Mailing.id == Snapshot.mailing_id)
        .where(
            Mailing.office_id == actor.office.id,
            Mailing.state == MailingState.SENDING,
            Dispatch.released_at.is_(None),
            Dispatch.finished_at.is_(None),
            Delivery.state == DeliveryState.ACCEPTED,
        )
        .options(*WITH_MAILING)
    )
    for snapshot, settled_at in session.execute(query):
        occasion = f"{Kind.FIRST_COPY}:{snapshot.id}"
        yield _of(Kind.FIRST_COPY, snapshot.mailing, snapshot, settled_at, occasion=occasion)


def _uncertain(session: Session, actor: Actor) -> Iterator[Task]:
    """Sendings with mails of which nobody has found out yet whether they came."""
    if not actor.may(Action.DECIDE_FATE):
        return
    decided = sa.exists().where(
        DecisionRecord.delivery_id == Delivery.id, DecisionRecord.attempt == Delivery.attempts
    )
    open_mails = (
        sa.select(sa.func.count())
        .where(
            Delivery.snapshot_id == Snapshot.id,
            Delivery.state == DeliveryState.UNCERTAIN,
            ~Delivery.first_copy,
            ~decided,
        )
        .correlate(Snapshot)
        .scalar_subquery()
    )
    query = (
        sa.select(Snapshot, open_mails)
        .join(Dispatch, Dispatch.snapshot_id == Snapshot.id)
        .join(Event, Event.id == Snapshot.event_id)
        .where(
            Dispatch.office_id == actor.office.id,
            Event.held_on >= clock.today() - ASKED_FOR,
            open_mails > 0,
        )
        .options(*WITH_MAILING, selectinload(Snapshot.reviews))
    )
    for snapshot, count in session.execute(query):
        since = snapshot.reviews[-1].at if snapshot.reviews else None
        note = f"送信サーバーに渡したあと、届いたかどうかわからないメールが{count}通あります。"
        occasion = f"{Kind.UNCERTAIN}:{snapshot.id}"
        yield _of(Kind.UNCERTAIN, snapshot.mailing, snapshot, since, note, occasion)


def _bounced(session: Session, actor: Actor) -> Iterator[Task]:
    """Sendings that have not reached some companies, until their addresses are put right."""
    if not actor.may(Action.DECIDE_FATE):
        return
    since = clock.today() - ASKED_FOR
    for snapshot, count in bounces.unmended(session, actor.office.id, since):
        note = f"{count}社に届いていません。電話番号と理由は、送信の状況の画面で確かめられます。"
        occasion = f"{Kind.BOUNCED}:{snapshot.id}"
        yield _of(Kind.BOUNCED, snapshot.mailing, snapshot, None, note, occasion)


def _relay(session: Session, actor: Actor, blocked: Blocked) -> Iterator[Task]:
    """The relay refuses to let us in while something of the office wants to be sent."""
    reason = blocked(session, actor.office.id) if actor.may(Action.RESUME) else ""
    for mailing in running(session, actor.office.id)[:1] if reason else []:
        yield _of(Kind.RELAY, mailing, mailing.latest, None, reason)


def _imports(session: Session, actor: Actor) -> Iterator[Task]:
    """Workbooks that the actor put in, and that wait for his answers or his confirmation."""
    if not actor.may(Action.IMPORT_ROSTER):
        return
    query = (
        sa.select(RosterImport, Event)
        .join(Event, Event.id == RosterImport.event_id)
        .where(
            RosterImport.office_id == actor.office.id,
            RosterImport.uploaded_by == actor.id,
            RosterImport.state == ImportState.PENDING,
        )
    )
    for each, event in session.execute(query):
        yield Task(
            kind=Kind.IMPORT,
            event_id=event.id,
            event=event.name,
            held_on=event.held_on,
            since=each.uploaded_at,
            import_id=each.id,
            subject=each.filename,
        )


def _settings(session: Session, actor: Actor) -> Iterator[Task]:
    """Changes of settings that another proposed and this person may confirm."""
    found = proposals.waiting(session, actor.office.id)
    mine = [each for each in found if proposals.may_decide(actor, each)]
    for each, told in zip(mine, told_of_all(session, mine) if mine else (), strict=True):
        yield Task(
            kind=Kind.SETTING,
            since=each.at,
            until=each.expires_at,
            proposal_id=each.id,
            subject=told.name,
            note=f"{told.through}の提案です。理由：{told.reason}",
        )


def _training(session: Session, actor: Actor) -> Iterator[Task]:
    """The papers that the actor has not answered yet, and the answers that he is to confirm."""
    for each in training.open_tasks(session, actor):
        made = each.assignment
        late = made.due_on < clock.today()
        yield Task(
            kind=Kind.OVERDUE if late else Kind.TRAINING,
            since=made.made_at,
            due_on=made.due_on,
            training_id=each.id,
            subject=paper(made.sort, made.edition).title,
            note=AGAIN if each.results else URGENT if made.purpose is Purpose.URGENT else "",
        )
    for made, count in figures.unconfirmed(session, actor):
        yield Task(
            kind=Kind.RESULTS,
            training_id=made.id,
            subject=paper(made.sort, made.edition).title,
            note=UNCONFIRMED.format(count=count),
        )


def _notices(session: Session, actor: Actor) -> Iterator[Task]:
    """What the bureau told this person and he has not said that he read."""
    for each in bureau_notices.unread(session, actor):
        late = each.due_on is not None and each.due_on < clock.today()
        yield Task(
            kind=Kind.UNREAD if late else Kind.NOTICE,
            since=each.sent_at,
            due_on=each.due_on,
            notice_id=each.id,
            subject=f"{named(each)}：{each.title}",
            note=UNREAD,
        )


def _of(
    kind: Kind,
    mailing: Mailing,
    snapshot: Snapshot | None,
    since: datetime | None,
    note: str = "",
    occasion: str = "",
) -> Task:
    event = mailing.event
    return Task(
        kind=kind,
        event_id=event.id,
        event=event.name,
        held_on=event.held_on,
        since=since,
        mailing_id=mailing.id,
        revision=snapshot.revision if snapshot else None,
        subject=mailing.subject_shown,
        mode=mailing.mode,
        count=snapshot.recipient_count if snapshot else None,
        send_at=mailing.send_at,
        note=note,
        occasion=occasion,
    )
