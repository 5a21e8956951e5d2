"""What a mailing is at this moment, and whether that is still what was submitted."""

from __future__ import annotations

import dataclasses

from sqlalchemy.orm import Session

from eventmail.language import said
from eventmail.mailings.findings import Finding
from eventmail.mailings.freezing import audience
from eventmail.mailings.models import Mailing, MailingState, SendMode, Snapshot
from eventmail.mailings.snapshot import Content, content_of_draft, content_of_snapshot
from eventmail.mailings.stored import shown_content
from eventmail.offices.models import Office

# What a part of a content is called where it is told that it has changed.
PARTS = {
    said("参加者名簿"): ("recipients",),
    said("資料"): ("materials",),
    said("イベントの内容"): ("event_name", "event_date", "event_hours", "event_place"),
    said("差出人・返信先"): ("sender_name", "sender_address", "reply_to"),
}
BATCH_NOT_ALLOWED = said(
    "この所ではBCC一括送信が認められていません。本文の編集画面で個別送信を選んでください。"
)


def draft_content(session: Session, mailing: Mailing) -> Content:
    """What the draft would be, were it submitted now."""
    session.expire(mailing, ["materials"])
    latest = mailing.latest
    revision = latest.revision + 1 if latest else 1
    return content_of_draft(mailing, audience(session, mailing), revision)


def current_content(session: Session, mailing: Mailing) -> Content:
    """What the mailing is now: the draft while it is written, afterwards what was submitted."""
    if mailing.state is MailingState.DRAFT or mailing.latest is None:
        return draft_content(session, mailing)
    return content_of_snapshot(mailing.latest)


def content_to_show(session: Session, mailing: Mailing) -> Content:
    """The same for a page, which reads of a snapshot's recipients no more than it shows."""
    if mailing.state is MailingState.DRAFT or mailing.latest is None:
        return draft_content(session, mailing)
    return shown_content(session, mailing.latest)


def is_current(session: Session, mailing: Mailing) -> bool:
    """Whether what was last submitted is what would be submitted now."""
    snapshot = mailing.latest
    if snapshot is None:
        return False
    live = _live(session, mailing, snapshot)
    # What was submitted before an upgrade is compared as its own time wrote it down.
    same = dataclasses.replace(
        live, format=snapshot.format, html=snapshot.html, stoppable=snapshot.stoppable
    )
    digests = same.digest, content_of_snapshot(snapshot).digest
    unchanged = _untold(live) == _untold(snapshot)
    return unchanged and digests == (snapshot.digest, snapshot.digest)


def _untold(each: Content | Snapshot) -> tuple[object, ...]:
    """What not every format's digest says."""
    return each.html, each.send_at, each.stoppable, each.by_link


def changed_parts(session: Session, mailing: Mailing) -> list[str]:
    """In what the mailing differs from what was submitted, in words."""
    snapshot = mailing.latest
    if snapshot is None:
        return []
    live, then = _live(session, mailing, snapshot), content_of_snapshot(snapshot)
    return [
        word
        for word, names in PARTS.items()
        if any(getattr(live, name) != getattr(then, name) for name in names)
    ]


def _live(session: Session, mailing: Mailing, snapshot: Snapshot) -> Content:
    session.expire(mailing, ["materials"])
    return content_of_draft(mailing, audience(session, mailing, snapshot), snapshot.revision)


def batches_allowed(session: Session, office_id: int) -> bool:
    """Whether the office lets its mailings go out as BCC一括."""
    return session.get_one(Office, office_id, populate_existing=True).batches_allowed


def of_mode(session: Session, mailing: Mailing) -> list[Finding]:
    """That the office does not (or no longer) allow the mode that was chosen."""
    forbidden = mailing.mode is SendMode.BATCH and not batches_allowed(session, mailing.office_id)
    return [Finding("batch_not_allowed", BATCH_NOT_ALLOWED)] if forbidden else []
