"""What the service sends by itself, mails and calls, in every table where it waits."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.alerts import postbag
from eventmail.alerts.models import Alert
from eventmail.notices.models import NoticeMail, NoticeReminder
from eventmail.observing.models import TroubleMail
from eventmail.own_page.models import LinkMail
from eventmail.staffmail.models import StaffNotice
from eventmail.training.models import Reminder
from eventmail.webhooks import marks
from eventmail.webhooks.models import WebhookCall

# The column that says how far a mail is, and what becomes of one that is not sent from here.
# An alert has no word for that: it may have left from elsewhere, and stays on the office's pages.
BAGS: tuple[tuple[Any, str], ...] = (
    (Alert.mail, postbag.UNCERTAIN),
    (LinkMail.state, postbag.DROPPED),
    (NoticeMail.state, postbag.DROPPED),
    (NoticeReminder.state, postbag.DROPPED),
    (Reminder.state, postbag.DROPPED),
    (StaffNotice.state, postbag.DROPPED),
    (TroubleMail.state, postbag.DROPPED),
    (WebhookCall.state, postbag.DROPPED),
)
DROPPED = (
    "バックアップから戻したため、送りませんでした。元のサーバーから送られているかもしれません。"
)
IN_HAND = "送っている最中の写しのため、届いたかどうかわかりません。"


def drop(session: Session) -> int:
    """Send nothing that waited: it may have left from elsewhere since. Says how many there were."""
    marks.all_to_the_end(session)  # what webhooks were not told yet, they may have been told by now
    waiting = (postbag.QUEUED, postbag.CLAIMED)
    return sum(_settle(session, state, waiting, fate, DROPPED) for state, fate in BAGS)


def judge_claims(session: Session) -> None:
    """Nobody is at work in a copy: what a worker had in hand may have left, and goes no more."""
    for state, _ in BAGS:
        _settle(session, state, (postbag.CLAIMED,), postbag.UNCERTAIN, IN_HAND)


def any_in_hand(session: Session) -> bool:
    """Whether a worker is at one of them now."""
    claimed = (sa.select(sa.literal(1)).where(state == postbag.CLAIMED) for state, _ in BAGS)
    return session.execute(sa.union_all(*claimed).limit(1)).first() is not None


def _settle(session: Session, state: Any, waiting: tuple[str, ...], fate: str, reply: str) -> int:
    change = sa.update(state.class_).where(state.in_(waiting))
    found = session.execute(change.values({state.key: fate, "reply": reply}))
    return int(found.rowcount)  # type: ignore[attr-defined]
