"""What comes back: whether there is a mailbox for it, and whether it can be read."""

from __future__ import annotations

import os
from pathlib import Path

from eventmail.bounces.polling import Visit, account_of
from eventmail.config import Settings
from eventmail.doctor.finding import Finding, broken, good, look
from eventmail.language import said
from eventmail.wire.inbox import Account, Mailbox, MailboxUnavailable

PATIENCE = 3.0  # seconds for each step
NONE = said("届かなかったメールの知らせを受け取る設定がありません。")
SET = said("EVENTMAIL_BOUNCE_ADDRESS と、IMAPかMaildirの設定をしてください（docs/bounces.md）。")
NO_ADDRESS = said(
    "届かなかったメールの知らせは所のアドレスに戻り、受信箱（{place}）には入りません"
    "（EVENTMAIL_BOUNCE_ADDRESS がないため）。"
)
SET_ADDRESS = said(
    "EVENTMAIL_BOUNCE_ADDRESS に、その受信箱に届くアドレスを設定してください（docs/bounces.md）。"
)
PUSHED = said(
    "届かなかったメールの知らせは、コマンド read-bounce か receive-bounces で受け取る設定です。"
)
CAN_READ = said("届かなかったメールの知らせの受信箱（{place}）を読めます。")
MAILDIR = said("Maildir {folder} を読めないか、ファイルを動かせません。")
ALLOW = said("サービスの利用者が、このフォルダーの new と cur を読み書きできるようにしてください。")
CODES = {
    "connection": (
        said("受信箱のIMAPサーバー {place} につながりません。"),
        said("EVENTMAIL_BOUNCE_IMAP_SERVER と EVENTMAIL_BOUNCE_IMAP_PORT を確かめてください。"),
    ),
    "certificate": (
        said("受信箱のIMAPサーバー {place} の証明書を確認できません。"),
        said("サーバー名が証明書の名前と同じか確かめてください。"),
    ),
    "sign_in": (
        said("受信箱のIMAPサーバー {place} にサインインできません。"),
        said(
            "EVENTMAIL_BOUNCE_IMAP_USERNAME と EVENTMAIL_BOUNCE_IMAP_PASSWORD を"
            "入れ直してください。"
        ),
    ),
    "folder": (
        said("IMAPサーバー {place} に、設定したフォルダーがありません。"),
        said("EVENTMAIL_BOUNCE_IMAP_FOLDER の名前を確かめてください。"),
    ),
}


def quickly(account: Account) -> Mailbox:
    """A visit that gives a dead host up before the check's own time is over."""
    return Mailbox(account, timeout=PATIENCE)


def bounces(settings: Settings, visit: Visit = quickly) -> Finding:
    """Whether the mailboxes for what comes back can be read; no mail of them is looked at."""
    folder, server = settings.bounce_maildir, settings.bounce_imap_server
    place = f"{server}:{settings.bounce_imap_port}" if server else folder
    if folder and not _can_move(Path(folder)):
        return broken(MAILDIR.format(folder=folder), ALLOW)
    fault = _imap(settings, visit, place) if server else None
    if fault is not None:
        return fault
    if settings.bounce_address:
        return good(CAN_READ.format(place=place) if place else PUSHED)
    return look(NO_ADDRESS.format(place=place), SET_ADDRESS) if place else look(NONE, SET)


def _imap(settings: Settings, visit: Visit, place: str) -> Finding | None:
    """What keeps the mailbox from being read; None if nothing does."""
    try:
        with visit(account_of(settings)):
            return None
    except MailboxUnavailable as error:
        found, todo = CODES.get(error.code, CODES["connection"])
        return broken(found.format(place=place), todo)


def _can_move(folder: Path) -> bool:
    wanted = os.R_OK | os.W_OK | os.X_OK
    inside = [folder / "new", *([folder / "cur"] if (folder / "cur").exists() else [])]
    return all(each.is_dir() and os.access(each, wanted) for each in inside)
