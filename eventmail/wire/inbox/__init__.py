"""The way in: a mailbox is read over IMAP (RFC 9051) with TLS. Nothing is ever sent from here.

Everything is bounded: each answer's size, the number of mails, the time of a visit. A mail is
marked as seen only after it was taken, so a crash in between only reads it once more.
"""

from __future__ import annotations

import contextlib
import imaplib
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

LARGEST = 10 * 1024 * 1024
MOST = 200  # mails a visit; the next one goes on
TIMEOUT = 30.0
A_VISIT = 120.0  # seconds


class MailboxUnavailable(Exception):
    """The mailbox cannot be read now; ``code`` says why, and no word of the server is in it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Account:
    """Where the mailbox is, and who may read it."""

    host: str
    port: int
    username: str
    password: str = field(repr=False)
    folder: str = "INBOX"


class _Bounded(imaplib.IMAP4_SSL):
    """Reads no answer that is larger than the largest mail that was asked for."""

    def read(self, size: int) -> bytes:
        if size > LARGEST + 4096:
            raise imaplib.IMAP4.abort("too large an answer")
        return super().read(size)


class Mailbox:
    """One visit to the mailbox, in a ``with`` block. Raises :class:`MailboxUnavailable`."""

    def __init__(
        self, account: Account, context: ssl.SSLContext | None = None, timeout: float = TIMEOUT
    ) -> None:
        self._account = account
        self._timeout = timeout
        self._context = context or ssl.create_default_context()
        self._until = 0.0

    def __enter__(self) -> Self:
        self._until = time.monotonic() + A_VISIT
        account = self._account
        with _told("connection"):
            self._line = _Bounded(
                account.host, account.port, ssl_context=self._context, timeout=self._timeout
            )
        try:
            with _told("sign_in"):
                self._line.login(account.username, account.password)
            with _told("folder"):
                self._expect(self._line.select(f'"{account.folder}"'))
        except MailboxUnavailable:
            self._leave()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._leave()

    def unseen(self) -> Iterator[tuple[str, bytes]]:
        """Mails that nobody has seen yet: each one's number in the mailbox, and its bytes."""
        with _told("reading"):
            found = self._expect(self._line.uid("SEARCH", "UNSEEN"))
        numbers = [each.decode() for each in b" ".join(_bytes(found)).split() if each.isdigit()]
        for number in numbers[:MOST]:
            if time.monotonic() > self._until:
                return
            with _told("reading"):
                told = self._expect(self._line.uid("FETCH", number, f"(BODY.PEEK[]<0.{LARGEST}>)"))
            literals = [each[1] for each in told if isinstance(each, tuple)]
            if literals:
                yield number, bytes(literals[0])

    def seen(self, number: str) -> None:
        """Mark a mail as seen: it was taken."""
        with _told("marking"):
            self._expect(self._line.uid("STORE", number, "+FLAGS.SILENT", r"(\Seen)"))

    def _expect(self, answer: tuple[str, Any]) -> list[Any]:
        if answer[0] != "OK":
            raise imaplib.IMAP4.error("refused")
        return list(answer[1])

    def _leave(self) -> None:
        with contextlib.suppress(OSError, imaplib.IMAP4.error):
            self._line.logout()
        with contextlib.suppress(OSError):
            self._line.shutdown()


def _bytes(found: list[Any]) -> list[bytes]:
    return [each for each in found if isinstance(each, bytes)]


@contextlib.contextmanager
def _told(code: str) -> Iterator[None]:
    """Whatever goes wrong is our own word: a server's may quote a password or an address."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise MailboxUnavailable("certificate") from error
    except TimeoutError as error:
        raise MailboxUnavailable("connection") from error
    except (OSError, imaplib.IMAP4.error, ValueError) as error:
        raise MailboxUnavailable(code) from error
