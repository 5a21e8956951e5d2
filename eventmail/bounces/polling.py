"""Fetching what has come in: from a Maildir, and from a mailbox over IMAP.

Every mail is taken before it is marked, and taken once however often it is met. One that cannot be
taken does not keep the others.
"""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from eventmail.bounces.intake import Intake
from eventmail.bounces.models import Source
from eventmail.config import Settings
from eventmail.wire.inbox import LARGEST, MOST, Account, Mailbox, MailboxUnavailable

log = logging.getLogger(__name__)

Visit = Callable[[Account], Mailbox]


def poll(settings: Settings, intake: Intake, visit: Visit = Mailbox) -> int:
    """Take what has come in on all ways that are set; returns how many mails were new."""
    new = 0
    if settings.bounce_maildir:
        new += from_maildir(Path(settings.bounce_maildir), intake)
    if settings.bounce_imap_server:
        new += from_imap(account_of(settings), intake, visit)
    intake.mark_due()
    return new


def from_maildir(folder: Path, intake: Intake) -> int:
    """Take the new mails of a Maildir, and move each to those that were seen."""
    new = 0
    for path in _new_mails(folder):
        try:
            new += intake.take(_content(path), Source.MAILDIR)
            path.replace(folder / "cur" / f"{path.name}:2,S")
        except OSError as error:
            log.warning("a mail of the Maildir cannot be read or moved: %s", error.strerror)
        except Exception:
            log.exception("a mail of the Maildir has to wait")
    return new


def from_imap(account: Account, intake: Intake, visit: Visit = Mailbox) -> int:
    """Take the unseen mails of a mailbox, and mark each as seen."""
    new = 0
    try:
        with visit(account) as mailbox:
            for number, raw in mailbox.unseen():
                try:
                    new += intake.take(raw, Source.IMAP)
                except Exception:
                    log.exception("a mail of the mailbox has to wait")
                    continue
                mailbox.seen(number)
    except MailboxUnavailable as error:
        log.warning("the mailbox for what comes back cannot be read: %s", error.code)
    return new


def account_of(settings: Settings) -> Account:
    """The mailbox of the settings."""
    return Account(
        settings.bounce_imap_server,
        settings.bounce_imap_port,
        settings.bounce_imap_username,
        settings.bounce_imap_password,
        settings.bounce_imap_folder,
    )


def _new_mails(folder: Path) -> Iterator[Path]:
    """Ordinary files only: a link could show us any file of the machine."""
    try:
        names = sorted(os.listdir(folder / "new"))
        (folder / "cur").mkdir(exist_ok=True)
    except OSError as error:
        log.warning("the Maildir cannot be read: %s", error.strerror)
        return
    found = 0
    for name in names:
        path = folder / "new" / name
        if found < MOST and not name.startswith(".") and _is_file(path):
            found += 1
            yield path


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def _content(path: Path) -> bytes:
    with path.open("rb") as source:
        return source.read(LARGEST)
