"""What comes back: whether there is a mailbox for it, and whether it can be read."""

from __future__ import annotations

import os
from pathlib import Path

from eventmail.bounces.polling import Visit, account_of
from eventmail.config import Settings
from eventmail.doctor.finding import Finding, broken, good, look
from eventmail.language import said
from eventmail.wire.inbox import Mailbox, MailboxUnavailable

NONE = said("届かなかったメールの知らせを受け取る設定がありません。")
SET = said("EVENTMAIL_BOUNCE_ADDRESS と、IMAPかMaildirの設定をしてください（docs/bounces.md）。")
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


def bounces(settings: Settings, visit: Visit = Mailbox) -> Finding:
    """Whether the mailboxes for what comes back can be read; no mail of them is looked at."""
    if not settings.bounce_address and not settings.bounce_imap_server:
        return look(NONE, SET)
    if settings.bounce_maildir and not _can_move(Path(settings.bounce_maildir)):
        return broken(MAILDIR.format(folder=settings.bounce_maildir), ALLOW)
    if settings.bounce_imap_server:
        return _imap(settings, visit)
    if settings.bounce_maildir:
        return good(CAN_READ.format(place=settings.bounce_maildir))
    return good(PUSHED)


def _imap(settings: Settings, visit: Visit) -> Finding:
    place = f"{settings.bounce_imap_server}:{settings.bounce_imap_port}"
    try:
        with visit(account_of(settings)):
            return good(CAN_READ.format(place=place))
    except MailboxUnavailable as error:
        found, todo = CODES.get(error.code, CODES["connection"])
        return broken(found.format(place=place), todo)


def _can_move(folder: Path) -> bool:
    wanted = os.R_OK | os.W_OK | os.X_OK
    inside = [folder / "new", *([folder / "cur"] if (folder / "cur").exists() else [])]
    return all(each.is_dir() and os.access(each, wanted) for each in inside)
