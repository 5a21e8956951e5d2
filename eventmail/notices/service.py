"""Sending what was seen, taking it back, and 読みました: the rules."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.audit.service import record
from eventmail.errors import NotFound, UserError
from eventmail.language import said
from eventmail.notices import posting
from eventmail.notices.addressing import prepared, stamp
from eventmail.notices.batches import of_overseer, open_batch
from eventmail.notices.drafting import Draft
from eventmail.notices.models import (
    KIND_NAMES,
    About,
    Notice,
    NoticeReading,
    NoticeRecipient,
    NoticeWithdrawal,
)
from eventmail.offices.models import Bureau, Office, Role, Staff
from eventmail.offices.permissions import ROLE_NAMES, Actor

CHANGED = said(
    "確認の画面を開いてから、送る職員か所が変わりました。まだ送っていません。"
    "下の人数をもう一度確かめてから、送ってください。"
)
NO_REASON = said("取り下げる理由を入力してください。")
# Where nobody is left to get the correction, the mistake must not stand either.
REPLACED = said("訂正のお知らせを送ったため（この所には、訂正を受け取る職員がいませんでした）。")
IN_REASON = said("理由に「@」が入っています。メールアドレスは書かないでください。")
NEEDLESS = said("このお知らせは取り下げられたか訂正されたため、確認は必要なくなりました。")


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
    sent = of_overseer(session, overseer, batch)
    if sent:
        return sent
    if session.scalar(sa.select(Notice.id).where(Notice.batch == batch).limit(1)) is not None:
        raise NotFound
    to = prepared(session, overseer, draft, domains)
    if stamp(draft, to) != seen:
        raise UserError(CHANGED)
    mended = {each.office_id: each for each in of_overseer(session, overseer, draft.corrects)}
    for office in to.empty if mended else ():
        _take_back(session, overseer, mended[office.id], REPLACED)
    ids = {office_id: each.id for office_id, each in mended.items()}
    return [
        _write(session, overseer, draft, batch, office, them, ids.get(office.id))
        for office, them in to.people
        if them
    ]


def withdraw(session: Session, overseer: Staff, batch: str, reason: str) -> list[Notice]:
    """取り下げ: nobody has to read it any more; whoever was told by mail is told of that."""
    _one_at_a_time(session, overseer)
    found = open_batch(session, overseer, batch, said("取り下げられません"))
    if not reason.strip():
        raise UserError(NO_REASON)
    if "@" in unicodedata.normalize("NFKC", reason):
        raise UserError(IN_REASON)
    for each in found:
        _take_back(session, overseer, each, reason.strip())
    return found


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


def _take_back(session: Session, overseer: Staff, notice: Notice, reason: str) -> None:
    notice.withdrawal = NoticeWithdrawal(
        office_id=notice.office_id, overseer_id=overseer.id, reason=reason, at=clock.now()
    )
    session.flush()
    posting.queue(session, notice, About.WITHDRAWN)
    _audit(session, "notice.withdrawn", notice, overseer.id)


def _one_at_a_time(session: Session, overseer: Staff) -> None:
    """Two windows of one bureau neither send twice nor both withdraw and correct."""
    ids = [each.bureau_id for each in overseer.oversight]
    session.execute(
        sa.select(Bureau.id).where(Bureau.id.in_(ids)).order_by(Bureau.id).with_for_update()
    )


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
