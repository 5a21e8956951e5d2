"""Where a sending stands, in the largest words of its page: what is so, since when, what now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.language import retold, said
from eventmail.mailings.models import Mailing, MailingState, SendMode, Snapshot
from eventmail.mailings.review import STATE_NAMES as MAILING_STATES
from eventmail.offices.models import Staff
from eventmail.outbox import estimate
from eventmail.outbox.listing import NEEDS
from eventmail.outbox.models import DeliveryState, Dispatch
from eventmail.outbox.service import STATE_NAMES, Progress, first_copy
from eventmail.outbox.standing import GOING, Hold, Standing, release_at, standing

UNSENT = (DeliveryState.WITHHELD, DeliveryState.CANCELLED)
SAFE = {
    SendMode.INDIVIDUAL: said("1件ずつ別々のメールで、送信サーバーが受け取りました。"),
    SendMode.BATCH: said("あて先を表示しない同じメールとして、送信サーバーが受け取りました。"),
}
MAILING_KINDS = {
    MailingState.DRAFT: "neutral",
    MailingState.CHECKING: "info",
    MailingState.APPROVING: "info",
    MailingState.SENDING: "info",
    MailingState.SENT: "ok",
    MailingState.HALTED: "error",
}
WAITING_WORDS = {
    Hold.LOCKED: (said("バックアップから戻したため停止中"), "error"),
    Hold.STOPPED: (said("所の送信を停止中"), "error"),
    Hold.NO_LEAVE: (said("BCC一括を認めていないため停止中"), "error"),
    Hold.PAUSED: (said("一時停止中"), "warn"),
    Hold.CANCELLED: (said("取りやめ"), "error"),
}


@dataclass(frozen=True, slots=True)
class Situation:
    """``name`` says which buttons belong to it; ``until``: when it is over by itself."""

    name: str
    kind: str
    title: str
    text: str = ""
    until: datetime | None = None
    is_over: bool = False

    @property
    def key(self) -> str:
        """Changes when the page has to be shown anew, not with every mail."""
        return f"{self.name}:{self.until.isoformat() if self.until else ''}"


def situation(session: Session, snapshot: Snapshot, progress: Progress, blocked: str) -> Situation:
    """How it stands now; ``blocked`` is why the relay is not asked at all."""
    dispatch = session.get_one(Dispatch, snapshot.id)
    hold = standing(session, snapshot.id).hold
    if dispatch.cancelled_at is not None:
        hold = Hold.CANCELLED
    elif hold is Hold.FINISHED and progress.notice:
        hold = Hold.HALTED
    if blocked and hold in GOING:
        return Situation(
            "blocked", "error", said("送信サーバーに接続していません"), retold(blocked)
        )
    return TELLS[hold](_Facts(session, snapshot, dispatch, progress))


@dataclass(frozen=True, slots=True)
class _Facts:
    session: Session
    snapshot: Snapshot
    dispatch: Dispatch
    progress: Progress


def tag_of(session: Session, mailing: Mailing) -> tuple[str, str]:
    """How a mailing stands in a list: a word, and how it looks. A sending that waits says so."""
    snapshot = mailing.latest
    if mailing.state is not MailingState.SENDING or snapshot is None:
        return MAILING_STATES[mailing.state], MAILING_KINDS[mailing.state]
    found = standing(session, snapshot.id)
    waits = found.hold is Hold.FIRST_COPY
    taken = waits and first_copy(session, snapshot.id).state is DeliveryState.ACCEPTED
    return tag_of_sending(found, taken)


def tag_of_sending(found: Standing, copy_taken: bool) -> tuple[str, str]:
    """The same of a sending, for whoever knows already where it stands."""
    if found.until is not None:
        return said("送信待ち（{until}から）", until=when(found.until)), "warn"
    if found.hold is Hold.FIRST_COPY:
        return (said("控えの確認待ち") if copy_taken else said("控えを送信中")), "warn"
    return WAITING_WORDS.get(found.hold, (MAILING_STATES[MailingState.SENDING], "info"))


def when(moment: datetime) -> str:
    """``10:25``, with the day if it is another one than today."""
    at = clock.in_tokyo(moment)
    if at.date() == clock.today():
        return f"{at.hour}:{at.minute:02}"
    return clock.japanese_moment(moment)


def left(until: datetime) -> str:
    """``4分12秒``: what the page's countdown says at first."""
    seconds = max(0, int((until - clock.now()).total_seconds()))
    days, rest = divmod(seconds, 86400)
    hours, rest = divmod(rest, 3600)
    minutes, seconds = divmod(rest, 60)
    if days:
        return said("{days}日{hours}時間", days=days, hours=hours)
    if hours:
        return said("{hours}時間{minutes}分", hours=hours, minutes=minutes)
    return (
        said("{minutes}分{seconds}秒", minutes=minutes, seconds=seconds)
        if minutes
        else said("{seconds}秒", seconds=seconds)
    )


def _cancelled(facts: _Facts) -> Situation:
    return _ended("cancelled", said("送信を取りやめました"), facts.progress)


def _halted(facts: _Facts) -> Situation:
    return _ended("halted", said("送信が止まりました"), facts.progress)


def _ended(name: str, title: str, progress: Progress) -> Situation:
    over = progress.finished_at is not None
    unsent = sum(progress.counts.get(state, 0) for state in UNSENT)
    text = retold(progress.notice) + said(
        "{accepted}件は送信済み、{unsent}件は送っていません。",
        accepted=progress.accepted,
        unsent=unsent,
    )
    if not over:
        text += said("送信サーバーに渡したメールの結果を待っています。")
    return Situation(name, "error", title, text + _needs(progress), is_over=over)


def _finished(facts: _Facts) -> Situation:
    progress = facts.progress
    total, accepted = progress.total, progress.accepted
    if accepted == total:
        title = said("{total}件すべてを送信しました", total=total)
        return Situation("done", "success", title, SAFE[facts.snapshot.mode], is_over=True)
    unsent = sum(progress.counts.get(state, 0) for state in UNSENT)
    text = said("{unsent}件は、名簿が変わったため送っていません。", unsent=unsent) if unsent else ""
    back = progress.counts.get(DeliveryState.BOUNCED, 0)
    text += (
        said("{back}件は、届かなかったという知らせが返ってきました。", back=back) if back else ""
    )
    kind = "error" if back or _needs(progress) else "warning"
    title = said("{total}件のうち{accepted}件を送信しました", total=total, accepted=accepted)
    return Situation("trouble", kind, title, _needs(progress) + text, is_over=True)


def _needs(progress: Progress) -> str:
    found = [(STATE_NAMES[each], progress.counts.get(each, 0)) for each in NEEDS]
    told = said("と").join(
        said("{state}が{count}件", state=name, count=count) for name, count in found if count
    )
    return (
        said("{states}あります。下の一覧で、会社と、することを確かめてください。", states=told)
        if told
        else ""
    )


def _so_far(progress: Progress) -> str:
    return said(
        "この送信は、{accepted}件を送信したところで止まっています。", accepted=progress.accepted
    )


def _locked(facts: _Facts) -> Situation:
    title = said("バックアップから戻した写しのため、送信していません")
    return Situation("locked", "error", title, _so_far(facts.progress))


def _stopped(facts: _Facts) -> Situation:
    title = said("所の送信をすべて止めています")
    return Situation("stopped", "error", title, _so_far(facts.progress))


def _no_leave(facts: _Facts) -> Situation:
    text: str = said(
        "所の設定でBCC一括送信がまた認められると、続きを送ります。送らないときは、取りやめてください。"
    )
    text = _so_far(facts.progress) + text
    return Situation("no_leave", "error", said("所がBCC一括送信を認めていません"), text)


def _paused(facts: _Facts) -> Situation:
    dispatch = facts.dispatch
    staff = facts.session.get(Staff, dispatch.paused_by) if dispatch.paused_by else None
    assert dispatch.paused_at is not None
    at = when(dispatch.paused_at)
    text = (
        said("{name}さんが{at}に一時停止しました。", name=staff.name, at=at)
        if staff
        else said(
            "バックアップから戻したため、{at}に一時停止しました。バックアップを取ったあとに、"
            "元のサーバーから送られたメールがあるかもしれません。"
            "送信サーバーの記録などで確かめてから、再開するか取りやめてください。",
            at=at,
        )
    ) + _so_far(facts.progress)
    return Situation("paused", "warning", said("送信を一時停止しています"), text)


def _waiting(facts: _Facts) -> Situation:
    dispatch = facts.dispatch
    assert dispatch.starts_at is not None
    if dispatch.starts_at == facts.snapshot.send_at:
        why = said("予定の時刻まで送信を始めません。")
    else:
        held = round((dispatch.starts_at - dispatch.created_at).total_seconds() / 60)
        why = said("決裁から{held}分間は送信を始めません。", held=held)
    text = why + said("{starts_at}に始まります。", starts_at=when(dispatch.starts_at))
    return Situation("waiting", "warning", said("まだ送信していません"), text, dispatch.starts_at)


def _first_copy(facts: _Facts) -> Situation:
    progress = facts.progress
    if progress.first_copy.state is DeliveryState.DEFERRED:
        text = said(
            "所のアドレスへの送信控えを、送信サーバーがまだ受け取っていません。自動で送り直します。"
        )
        return Situation("copy_going", "warning", said("送信控えの再送を待っています"), text)
    if progress.first_copy.state is not DeliveryState.ACCEPTED:
        text = said(
            "はじめに、所のアドレスへ控えを1通送ります。参加事業所へは、まだ送信していません。"
        )
        return Situation("copy_going", "info", said("送信控えを送っています"), text)
    until = release_at(facts.session, facts.snapshot.id)
    text = said(
        "所のアドレスに送信控えを送りました。"
        "届いた控えを開いて、宛先・件名・添付を確かめてください。"
    )
    title = said("送信控えを確かめてください")
    if until is None:
        return Situation("copy_here", "warning", title, text)
    begins = said("{until}に残りの送信を始めます。", until=when(until))
    return Situation("copy_here", "warning", title, text + begins, until)


def _going(facts: _Facts) -> Situation:
    again = estimate.next_try_at(facts.session, facts.snapshot.id, facts.progress)
    if again is not None:
        text = said("いま受け取れないと返ってきたメールを、自動で送り直します。")
        return Situation("retrying", "info", said("再送を待っています"), text)
    return Situation("sending", "info", said("送信しています"))


TELLS: dict[Hold, Callable[[_Facts], Situation]] = {
    Hold.FINISHED: _finished,
    Hold.CANCELLED: _cancelled,
    Hold.HALTED: _halted,
    Hold.LOCKED: _locked,
    Hold.STOPPED: _stopped,
    Hold.NO_LEAVE: _no_leave,
    Hold.PAUSED: _paused,
    Hold.WAITING: _waiting,
    Hold.FIRST_COPY: _first_copy,
    Hold.NOTHING: _going,
}
