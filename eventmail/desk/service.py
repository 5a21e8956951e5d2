"""Reads what waits for one person. Every room is asked for its own; nothing is kept here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from sqlalchemy.orm import Session, joinedload, selectinload

from eventmail import clock
from eventmail.bounces import showing as bounces
from eventmail.desk import asking, incidents
from eventmail.desk.asking import ASKED_FOR, query_first_copies, query_imports, query_uncertain
from eventmail.desk.tasks import Kind, Task, by_urgency
from eventmail.language import said
from eventmail.mailings import notices
from eventmail.mailings import service as mailings
from eventmail.mailings.models import Mailing, MailingState, Snapshot, Step
from eventmail.notices import listing as bureau_notices
from eventmail.notices.wording import named
from eventmail.offices.permissions import Action, Actor
from eventmail.outbox.listing import running
from eventmail.proposals import service as proposals
from eventmail.proposals.history import told_of_all
from eventmail.sendlock import service as sendlock
from eventmail.training import figures
from eventmail.training import service as training
from eventmail.training.models import Purpose
from eventmail.training.papers import paper

AGAIN = said("前回は合格点に届きませんでした。解説を読んで、もう一度受けてください。")
URGENT = said("緊急の割り当てです。できるだけ早く答えてください。")
UNREAD = said("労働局からのお知らせです。本文を読み、「読みました」を押してください。")
UNCONFIRMED = said("{count}人の結果が、所の管理者の確認を待っています。")
# Why nothing of an office goes to its relay until a person acts; empty if it may.
Blocked = Callable[[Session, int], str]
KINDS = {MailingState.CHECKING: Kind.CHECK, MailingState.APPROVING: Kind.APPROVE}


def waiting(session: Session, actor: Actor, blocked: Blocked) -> list[Task]:
    """All that waits for this person, the most pressing first."""
    rooms, busy = _rooms(blocked), asking.rooms_with_something(session, actor)
    return by_urgency(
        task for name, each in rooms.items() if name in busy for task in each(session, actor)
    )


def count(session: Session, actor: Actor, blocked: Blocked) -> int:
    """How many of them there are to do, for the head of every page."""
    rooms, (counted, busy) = _rooms(blocked), asking.at_a_glance(session, actor)
    return counted + sum(each.waits for name in busy for each in rooms[name](session, actor))


def _rooms(blocked: Blocked) -> dict[str, Callable[[Session, Actor], Iterable[Task]]]:
    return {
        "incidents": incidents.tasks,
        "measures": incidents.measures,
        "relay": lambda session, actor: _relay(session, actor, blocked),
        "reviews": _reviews,
        "returned": _returned,
        "first_copies": _first_copies,
        "uncertain": _uncertain,
        "bounced": _bounced,
        "imports": _imports,
        "settings": _settings,
        "training": _training,
        "results": _results,
        "notices": _notices,
    }


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
    own = mailings.returned_to(session, actor)
    newest = notices.newest_of(session, [each.id for each in own])
    for mailing in own:
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
    if not actor.may(Action.RELEASE):
        return
    query = query_first_copies(actor.office.id).options(
        joinedload(Snapshot.mailing).joinedload(Mailing.event)
    )
    for snapshot, settled_at in session.execute(query):
        occasion = f"{Kind.FIRST_COPY}:{snapshot.id}"
        yield _of(Kind.FIRST_COPY, snapshot.mailing, snapshot, settled_at, occasion=occasion)


def _uncertain(session: Session, actor: Actor) -> Iterator[Task]:
    """Sendings with mails of which nobody has found out yet whether they came."""
    if not actor.may(Action.DECIDE_FATE):
        return
    query = query_uncertain(actor.office.id, clock.today() - ASKED_FOR).options(
        joinedload(Snapshot.mailing).joinedload(Mailing.event),
        selectinload(Snapshot.reviews),
    )
    for snapshot, count in session.execute(query):
        since = snapshot.reviews[-1].at if snapshot.reviews else None
        note = said(
            "送信サーバーに渡したあと、届いたかどうかわからないメールが{count}通あります。",
            count=count,
        )
        occasion = f"{Kind.UNCERTAIN}:{snapshot.id}"
        yield _of(Kind.UNCERTAIN, snapshot.mailing, snapshot, since, note, occasion)


def _bounced(session: Session, actor: Actor) -> Iterator[Task]:
    """Sendings that have not reached some companies, until their addresses are put right."""
    if not actor.may(Action.DECIDE_FATE):
        return
    since = clock.today() - ASKED_FOR
    for snapshot, count in bounces.unmended(session, actor.office.id, since):
        note = said(
            "{count}社に届いていません。電話番号と理由は、送信の状況の画面で確かめられます。",
            count=count,
        )
        occasion = f"{Kind.BOUNCED}:{snapshot.id}"
        yield _of(Kind.BOUNCED, snapshot.mailing, snapshot, None, note, occasion)


def _relay(session: Session, actor: Actor, blocked: Blocked) -> Iterator[Task]:
    """The relay refuses to let us in while something of the office wants to be sent.

    That all sending is locked stands above every page; there is nothing for this person to do.
    """
    asked = actor.may(Action.RESUME) and sendlock.current(session) is None
    reason = blocked(session, actor.office.id) if asked else ""
    for mailing in running(session, actor.office.id)[:1] if reason else []:
        yield _of(Kind.RELAY, mailing, mailing.latest, None, reason)


def _imports(session: Session, actor: Actor) -> Iterator[Task]:
    """Workbooks that the actor put in, and that wait for his answers or his confirmation."""
    if not actor.may(Action.IMPORT_ROSTER):
        return
    for each, event in session.execute(query_imports(actor.office.id, actor.id)):
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
    found = [
        each
        for each in proposals.waiting(session, actor.office.id)
        if proposals.may_decide(actor, each)
    ]
    for each, told in zip(found, told_of_all(session, found), strict=True):
        yield Task(
            kind=Kind.SETTING,
            since=each.at,
            until=each.expires_at,
            proposal_id=each.id,
            subject=told.name,
            note=said(
                "{through}の提案です。理由：{reason}", through=told.through, reason=told.reason
            ),
        )


def _training(session: Session, actor: Actor) -> Iterator[Task]:
    """The papers that the actor has not answered yet."""
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


def _results(session: Session, actor: Actor) -> Iterator[Task]:
    """Others' answers that a manager is to confirm."""
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
