"""Reads the recipients for 確認用宛先一覧, and keeps who opened it: it is personal data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.audit.service import record
from eventmail.errors import NotFound, UserError
from eventmail.mailings import service as mailings
from eventmail.mailings.freezing import is_erased
from eventmail.mailings.models import Mailing, MailingState, Snapshot, SnapshotRecipient
from eventmail.mailings.snapshot import Recipient
from eventmail.offices.permissions import Action, Actor
from eventmail.papers.checklist import VOLUME, Head, Row, Sheet, rows_of, sheets, volumes

ERASED = "保存期間が過ぎたため、送信先を消去しました。件数と指紋だけが残っています。"
NOBODY = "送信先がありません。先にイベントの画面で参加者名簿を取り込んでください。"
DRAFT = "作成中の内容（確定していません）"
FIELDS = ("company", "department", "title", "name", "address")


@dataclass(frozen=True, slots=True)
class Printed:
    """One volume of the list: what stands on every sheet, and the sheets."""

    head: Head
    sheets: Sequence[Sheet]
    volume: int
    volumes: int


def printed(session: Session, actor: Actor, mailing: Mailing, volume: int) -> Printed:
    """The recipients as they are now: of the draft while it is written, else of the snapshot."""
    actor.require(Action.PRINT_RECIPIENTS)
    if mailing.state is not MailingState.DRAFT and is_erased(session, mailing):
        raise UserError(ERASED)
    snapshot = None if mailing.state is MailingState.DRAFT else mailing.latest
    before = (volume - 1) * VOLUME
    if snapshot is None:
        people = mailings.draft_content(session, mailing).recipients
        total = len(people)
        rows = rows_of(map(_fields, people[before : before + VOLUME]), before + 1)
    else:
        total, rows = snapshot.recipient_count, _stored(session, snapshot, before)
    if not total:
        raise UserError(NOBODY)
    if volume > volumes(total):
        raise NotFound
    head = _head(actor, mailing, snapshot, total)
    return Printed(head, sheets(rows, head, before), volume, volumes(total))


def note(session: Session, actor: Actor, mailing: Mailing, kind: str, volume: int) -> None:
    """Keep who opened the list, as a page or as a file."""
    snapshot = None if mailing.state is MailingState.DRAFT else mailing.latest
    record(
        session,
        "recipients.printed",
        f"mailing:{mailing.id}",
        office_id=mailing.office_id,
        staff_id=actor.id,
        kind=kind,
        volume=volume,
        digest=snapshot.digest if snapshot else "",
    )


def _head(actor: Actor, mailing: Mailing, snapshot: Snapshot | None, total: int) -> Head:
    version = f"第{snapshot.revision}版　指紋 {snapshot.digest[:12]}" if snapshot else DRAFT
    return Head(
        event=snapshot.event_name if snapshot else mailing.event.name,
        version=f"案件番号{mailing.id}　{version}",
        total=total,
        printed=f"{actor.staff.name}　{clock.japanese_moment(clock.now())}",
    )


def _stored(session: Session, snapshot: Snapshot, before: int) -> list[Row]:
    at = SnapshotRecipient.position
    columns = [getattr(SnapshotRecipient, name) for name in FIELDS]
    query = sa.select(*columns).where(
        SnapshotRecipient.snapshot_id == snapshot.id, at > before, at <= before + VOLUME
    )
    found = session.execute(query.order_by(at).execution_options(yield_per=1000))
    return rows_of(map(tuple, found), before + 1)


def _fields(each: Recipient) -> Sequence[str]:
    return [getattr(each, name) for name in FIELDS]
