"""Who is told, sending, taking back, mending, and 読みました: the rules."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.audit.service import record
from eventmail.errors import NotFound, UserError
from eventmail.notices import posting
from eventmail.notices.drafting import Draft, check
from eventmail.notices.models import (
    KIND_NAMES,
    About,
    Notice,
    NoticeReading,
    NoticeRecipient,
    NoticeWithdrawal,
)
from eventmail.offices import places
from eventmail.offices.models import Bureau, Mailbox, Office, Role, Staff
from eventmail.offices.permissions import ROLE_NAMES, Actor

NO_OFFICE = "送る所を、ひとつ以上選んでください。"
NOBODY = "選んだ所と役割に当てはまる職員がいません。所か役割を選び直してください。"
CHANGED = (
    "確認の画面を開いてから、送る職員か所が変わりました。まだ送っていません。"
    "下の人数をもう一度確かめてから、送ってください。"
)
OVER = "このお知らせは、すでに取り下げたか訂正しているため、{deed}。"
PARTLY = (
    "このお知らせは、あなたの担当でない局の所にも送られているため、{deed}。"
    "送った人に依頼してください。"
)
NO_REASON = "取り下げる理由を入力してください。"
IN_REASON = "理由に「@」が入っています。メールアドレスは書かないでください。"
NEEDLESS = "このお知らせは取り下げられたか訂正されたため、確認は必要なくなりました。"


@dataclass(frozen=True, slots=True)
class Addressed:
    """Exactly who would get a draft, by office; ``writing``: the offices that can send mails."""

    people: tuple[tuple[Office, tuple[Staff, ...]], ...]
    writing: frozenset[int]

    @property
    def offices(self) -> list[tuple[Office, int]]:
        """The offices in which somebody gets it, with how many."""
        return [(office, len(them)) for office, them in self.people if them]

    @property
    def empty(self) -> list[Office]:
        """The offices in which nobody is to get it."""
        return [office for office, them in self.people if not them]

    @property
    def example(self) -> Office:
        """An office whose mail can be shown, rather one that can send mails."""
        found = [office for office, _ in self.offices]
        return next((each for each in found if each.id in self.writing), found[0])

    @property
    def count(self) -> int:
        """How many people get it; who serves in two offices counts in each."""
        return sum(len(them) for _, them in self.people)

    @property
    def mailed(self) -> int:
        """How many of them get a mail besides."""
        return sum(
            office.id in self.writing and bool(each.address) and each.notices
            for office, them in self.people
            for each in them
        )


def addressed(session: Session, overseer: Staff, draft: Draft) -> Addressed:
    """Whoever has the roles in the offices; a correction goes to those of the first as well."""
    if draft.corrects:
        people = [
            (each.office, _asked_or_in_charge(session, each))
            for each in _open_batch(session, overseer, draft.corrects, "訂正できません")
        ]
    else:
        people = [
            (office, places.serving(session, office.id, draft.roles))
            for office in _chosen(session, overseer, draft.office_ids)
        ]
    ids = [office.id for office, _ in people]
    boxes = session.scalars(sa.select(Mailbox.office_id).where(Mailbox.office_id.in_(ids)))
    return Addressed(tuple((o, tuple(them)) for o, them in people), frozenset(boxes))


def stamp(draft: Draft, to: Addressed) -> str:
    """Names exactly what was shown before it is sent: every word and every person."""
    told = {
        "kind": draft.kind,
        "title": draft.title,
        "text": draft.text,
        "due": draft.due_on.isoformat() if draft.due_on else None,
        "roles": sorted(draft.roles),
        "corrects": draft.corrects,
        "people": [[office.id, sorted(s.id for s in them)] for office, them in to.people],
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def prepared(
    session: Session, overseer: Staff, draft: Draft, domains: Collection[str] = ()
) -> Addressed:
    """Who would get a draft that can be sent. Raises :class:`UserError` if it cannot."""
    to = addressed(session, overseer, draft)
    check(draft, _own_domains(session, overseer) | set(domains))
    if not to.people:
        raise UserError(NO_OFFICE)
    if not to.count:
        raise UserError(NOBODY)
    return to


def send(
    session: Session,
    overseer: Staff,
    draft: Draft,
    batch: str,
    seen: str,
    domains: Collection[str] = (),
) -> list[Notice]:
    """Send what was seen, once: a ``batch`` that was sent already is given back as it is."""
    _one_at_a_time(session, overseer)
    sent = _batch(session, overseer, batch)
    if sent:
        return sent
    if session.scalar(sa.select(Notice.id).where(Notice.batch == batch).limit(1)) is not None:
        raise NotFound
    to = prepared(session, overseer, draft, domains)
    if stamp(draft, to) != seen:
        raise UserError(CHANGED)
    mends = {each.office_id: each.id for each in _batch(session, overseer, draft.corrects)}
    return [
        _write(session, overseer, draft, batch, office, them, mends.get(office.id))
        for office, them in to.people
        if them
    ]


def withdraw(session: Session, overseer: Staff, batch: str, reason: str) -> list[Notice]:
    """取り下げ: nobody has to read it any more; whoever was told by mail is told of that."""
    _one_at_a_time(session, overseer)
    found = _open_batch(session, overseer, batch, "取り下げられません")
    if not reason.strip():
        raise UserError(NO_REASON)
    if "@" in unicodedata.normalize("NFKC", reason):
        raise UserError(IN_REASON)
    for each in found:
        each.withdrawal = NoticeWithdrawal(
            office_id=each.office_id,
            overseer_id=overseer.id,
            reason=reason.strip(),
            at=clock.now(),
        )
        session.flush()
        posting.queue(session, each, About.WITHDRAWN)
        _audit(session, "notice.withdrawn", each, overseer.id)
    return found


def sent_batch(session: Session, overseer: Staff, batch: str) -> list[Notice]:
    """What the overseer's offices got at once; anything else is not found."""
    found = _batch(session, overseer, batch)
    if not found:
        raise NotFound
    return found


def corrected_by(session: Session, notice: Notice) -> Notice | None:
    """The earlier notice whose mistake this one mends."""
    return session.get(Notice, notice.corrects_id) if notice.corrects_id else None


def why_fixed(session: Session, found: list[Notice], deed: str) -> str:
    """Why a batch can be neither withdrawn nor corrected; empty if it can."""
    if not all(each.holds for each in found):
        return OVER.format(deed=deed)
    everywhere = sa.select(sa.func.count()).where(Notice.batch == found[0].batch)
    return "" if session.scalar(everywhere) == len(found) else PARTLY.format(deed=deed)


def read(session: Session, actor: Actor, notice_id: int) -> Notice:
    """読みました, by one who was asked. To say it twice changes nothing."""
    query = sa.select(NoticeRecipient).where(
        NoticeRecipient.notice_id == notice_id,
        NoticeRecipient.office_id == actor.office.id,
        NoticeRecipient.staff_id == actor.id,
    )
    asked = session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if asked is None:
        raise NotFound
    notice = session.get_one(Notice, notice_id)
    if asked.reading is not None:
        return notice
    if not notice.holds:
        raise UserError(NEEDLESS)
    asked.reading = NoticeReading(office_id=asked.office_id, at=clock.now())
    session.flush()
    _audit(session, "notice.read", notice, actor.id)
    return notice


def _one_at_a_time(session: Session, overseer: Staff) -> None:
    """Two windows of one bureau neither send twice nor both withdraw and correct."""
    ids = [each.bureau_id for each in overseer.oversight]
    session.execute(
        sa.select(Bureau.id).where(Bureau.id.in_(ids)).order_by(Bureau.id).with_for_update()
    )


def _chosen(session: Session, overseer: Staff, ids: frozenset[int] | None) -> list[Office]:
    own = places.overseen(session, overseer)
    if ids is None:
        return own
    if not ids <= {each.id for each in own}:
        raise NotFound
    return [each for each in own if each.id in ids]


def _batch(session: Session, overseer: Staff, batch: str) -> list[Notice]:
    own = [each.id for each in places.overseen(session, overseer)]
    query = (
        sa.select(Notice)
        .join(Office, Office.id == Notice.office_id)
        .where(Notice.batch == batch, Notice.office_id.in_(own))
        .order_by(Office.name)
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(query))


def _open_batch(session: Session, overseer: Staff, batch: str, deed: str) -> list[Notice]:
    found = sent_batch(session, overseer, batch)
    fault = why_fixed(session, found, deed)
    if fault:
        raise UserError(fault)
    return found


def _asked_or_in_charge(session: Session, first: Notice) -> list[Staff]:
    """Those of the first notice who still serve, and whoever has come into its roles since."""
    asked = set(
        session.scalars(
            sa.select(NoticeRecipient.staff_id).where(NoticeRecipient.notice_id == first.id)
        )
    )
    roles = frozenset(map(Role, first.roles))
    return [
        each
        for each in places.serving(session, first.office_id)
        if each.id in asked or each.roles_in(first.office_id) & roles
    ]


def _own_domains(session: Session, overseer: Staff) -> set[str]:
    ids = [each.id for each in places.overseen(session, overseer)]
    boxes = session.scalars(sa.select(Mailbox).where(Mailbox.office_id.in_(ids)))
    return {each.email.domain for each in boxes}


def _write(
    session: Session,
    overseer: Staff,
    draft: Draft,
    batch: str,
    office: Office,
    people: Collection[Staff],
    corrects_id: int | None,
) -> Notice:
    made = Notice(
        office_id=office.id,
        batch=batch,
        kind=draft.kind,
        title=draft.title,
        text=draft.text,
        due_on=draft.due_on,
        roles=[role.value for role in Role if role in draft.roles],
        people=len(people),
        corrects_id=corrects_id,
        overseer_id=overseer.id,
        sent_at=clock.now(),
    )
    session.add(made)
    session.flush()
    session.add_all(
        NoticeRecipient(office_id=office.id, notice_id=made.id, staff_id=each)
        for each in sorted(one.id for one in people)
    )
    session.flush()
    posting.queue(session, made, About.SENT)
    _audit(
        session,
        "notice.corrected" if corrects_id else "notice.sent",
        made,
        overseer.id,
        people=made.people,
        roles=[ROLE_NAMES[Role(each)] for each in made.roles],
        due=made.due_on.isoformat() if made.due_on else "",
        words=hashlib.sha256(f"{made.title}\n{made.text}".encode()).hexdigest(),
    )
    return made


def _audit(session: Session, action: str, notice: Notice, by: int, **details: object) -> None:
    record(
        session,
        action,
        f"notice:{notice.id}",
        office_id=notice.office_id,
        staff_id=by,
        sort=KIND_NAMES[notice.kind],
        **details,
    )
