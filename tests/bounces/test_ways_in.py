"""The ways in: a mailbox over IMAP, a Maildir, a mail server's pipe, the built-in receiver."""

from __future__ import annotations

import dataclasses
import smtplib  # noqa: TID251
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from eventmail import cli_bounces
from eventmail.audit.keys import ChainKeys
from eventmail.bounces import polling
from eventmail.bounces.models import Source
from eventmail.cli import cli
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.mailings.models import Snapshot
from eventmail.outbox.models import Delivery, DeliveryState
from eventmail.outbox.returns import Returns
from eventmail.outbox.worker import Outbox
from eventmail.wire.inbox import Account, Mailbox, MailboxUnavailable
from eventmail.wire.inbox.receiving import Receiver, addressed
from eventmail.wire.returning import ReturnPattern
from tests.bounces.conftest import BOX, came_back
from tests.bounces.imap import ImapServer
from tests.bounces.reports import DSN
from tests.recorder import allow_port
from tests.wire.test_tls import certificate

First = tuple[Delivery, str]
PATTERN = ReturnPattern.parse("bounce@hirono.example")
TO = "bounce+d1-aaaaabbbbbcccccddddd@hirono.example"


class FakeIntake:
    """Keeps what it is given; fails for what it was told to."""

    def __init__(self, *, fails_on: bytes = b"") -> None:
        self.taken: list[tuple[bytes, Source]] = []
        self.fails_on = fails_on
        self.marked = 0

    def take(self, raw: bytes, source: Source) -> bool:
        if self.fails_on and self.fails_on in raw:
            raise RuntimeError("no database")
        new = raw not in [each for each, _ in self.taken]
        self.taken.append((raw, source))
        return new

    def mark_due(self) -> None:
        self.marked += 1


@pytest.fixture
def imap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ImapServer]:
    path = certificate(tmp_path, "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with ImapServer(path, [b"Subject: one\r\n\r\n1", b"Subject: two\r\n\r\n2"]) as server:
        yield server


def account(server: ImapServer) -> Account:
    return Account("127.0.0.1", server.port, "bounce", "a secret password")


def test_a_mailbox_is_read_and_each_mail_marked_once_it_is_taken(imap: ImapServer) -> None:
    intake = FakeIntake()
    assert polling.from_imap(account(imap), intake) == 2  # type: ignore[arg-type]
    assert intake.taken == [(each, Source.IMAP) for each in imap.mails]
    assert imap.seen == {1, 2}
    assert polling.from_imap(account(imap), intake) == 0  # type: ignore[arg-type]
    assert len(intake.taken) == 2


def test_what_could_not_be_taken_stays_unseen_and_keeps_no_other(imap: ImapServer) -> None:
    polling.from_imap(account(imap), FakeIntake(fails_on=b"one"))  # type: ignore[arg-type]
    assert imap.seen == {2}


TROUBLES: dict[str, tuple[dict[str, object], str]] = {
    "the password is wrong": ({"refuses": "LOGIN"}, "sign_in"),
    "there is no such folder": ({"refuses": "SELECT"}, "folder"),
    "it finds nothing": ({"refuses": "SEARCH"}, "reading"),
    "it hangs up in the middle": ({"hangs_up_at": "FETCH"}, "reading"),
    "it would send a mail without end": ({"claims": 1 << 40}, "reading"),
    "it cannot mark": ({"refuses": "STORE"}, "marking"),
}


@pytest.mark.parametrize(("trouble", "code"), TROUBLES.values(), ids=TROUBLES)
def test_trouble_is_one_word_of_ours(
    imap: ImapServer,
    caplog: pytest.LogCaptureFixture,
    trouble: dict[str, object],
    code: str,
) -> None:
    for name, value in trouble.items():
        setattr(imap, name, value)
    polling.from_imap(account(imap), FakeIntake())  # type: ignore[arg-type]
    assert f"cannot be read: {code}" in caplog.text
    assert "secret" not in caplog.text


def test_a_server_that_nobody_vouches_for_is_not_told_the_password(
    imap: ImapServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate(other, "127.0.0.1")))
    with pytest.raises(MailboxUnavailable) as caught, Mailbox(account(imap)):
        pass
    assert caught.value.code == "certificate"
    assert not any("LOGIN" in each for each in imap.commands)


def test_where_nobody_listens() -> None:
    allow_port(1)
    with pytest.raises(MailboxUnavailable) as caught, Mailbox(Account("127.0.0.1", 1, "a", "b")):
        pass
    assert caught.value.code == "connection"


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    folder = tmp_path / "Maildir"
    (folder / "new").mkdir(parents=True)
    (folder / "new" / "1.host").write_bytes(b"one")
    (folder / "new" / "2.host").write_bytes(b"two")
    return folder


def test_a_maildirs_new_mails_are_taken_and_moved(maildir: Path) -> None:
    intake = FakeIntake()
    assert polling.from_maildir(maildir, intake) == 2  # type: ignore[arg-type]
    assert intake.taken == [(b"one", Source.MAILDIR), (b"two", Source.MAILDIR)]
    assert sorted(each.name for each in (maildir / "cur").iterdir()) == [
        "1.host:2,S",
        "2.host:2,S",
    ]
    assert polling.from_maildir(maildir, intake) == 0  # type: ignore[arg-type]


def test_one_that_cannot_be_taken_stays_and_keeps_no_other(maildir: Path) -> None:
    intake = FakeIntake(fails_on=b"one")
    polling.from_maildir(maildir, intake)  # type: ignore[arg-type]
    assert [each for each, _ in intake.taken] == [b"two"]
    assert [each.name for each in (maildir / "new").iterdir()] == ["1.host"]


def test_a_link_in_a_maildir_shows_no_other_file(maildir: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (maildir / "new" / "0.link").symlink_to(tmp_path / "secret")
    (maildir / "new" / "0.folder").mkdir()
    intake = FakeIntake()
    polling.from_maildir(maildir, intake)  # type: ignore[arg-type]
    assert [each for each, _ in intake.taken] == [b"one", b"two"]


def test_a_maildir_that_is_not_there_is_said_and_nothing_more(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert polling.from_maildir(tmp_path / "nowhere", FakeIntake()) == 0  # type: ignore[arg-type]
    assert "Maildir cannot be read" in caplog.text


def test_a_visit_asks_only_where_it_was_told_to_and_marks_what_was_early(maildir: Path) -> None:
    intake = FakeIntake()
    polling.poll(Settings(bounce_maildir=str(maildir)), intake)  # type: ignore[arg-type]
    polling.poll(Settings(), intake)  # type: ignore[arg-type]
    assert (len(intake.taken), intake.marked) == (2, 2)


@pytest.fixture
def receiver() -> Iterator[tuple[Receiver, list[bytes]]]:
    taken: list[bytes] = []

    def take(raw: bytes) -> None:
        if b"fails" in raw:
            raise RuntimeError
        taken.append(raw)

    with Receiver(pattern=PATTERN, take=take) as server:
        allow_port(server.port)
        yield server, taken


def test_the_receiver_takes_what_goes_to_a_return_address(
    receiver: tuple[Receiver, list[bytes]],
) -> None:
    server, taken = receiver
    with smtplib.SMTP("127.0.0.1", server.port) as line:
        line.sendmail("", [TO], b"Subject: x\r\n\r\nbody\r\n")
    assert taken == [f"X-Original-To: {TO}\r\nSubject: x\r\n\r\nbody\r\n".encode()]


REFUSED = {
    "another address": (["saiyo@hirono.example"], b"x", 550),
    "the bare mailbox": (["bounce@hirono.example"], b"x", 550),
    "what cannot be kept now": ([TO], b"Subject: fails\r\n\r\n", 451),
}


@pytest.mark.parametrize(("to", "content", "code"), REFUSED.values(), ids=REFUSED)
def test_the_receiver_refuses(
    receiver: tuple[Receiver, list[bytes]], to: list[str], content: bytes, code: int
) -> None:
    server, taken = receiver
    with (
        smtplib.SMTP("127.0.0.1", server.port) as line,
        pytest.raises(smtplib.SMTPException) as caught,
    ):
        line.sendmail("", to, content)
    told = caught.value
    codes = (
        [each[0] for each in told.recipients.values()]
        if isinstance(told, smtplib.SMTPRecipientsRefused)
        else [told.smtp_code]  # type: ignore[attr-defined]
    )
    assert codes == [code]
    assert taken == []


def test_an_envelope_recipient_cannot_bring_a_header_with_it() -> None:
    assert addressed(b"x", "a@b\r\nBcc: c@d") == b"x"


def piped(monkeypatch: pytest.MonkeyPatch, intake: FakeIntake, *arguments: str) -> Result:
    """Run ``read-bounce --take`` with this intake in place of the installation's."""
    monkeypatch.setattr(cli_bounces.Intake, "of", lambda *_: intake)
    return CliRunner().invoke(cli, ["read-bounce", "--take", *arguments], input=DSN)


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An installation in the environment, with its database."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EVENTMAIL_MODE", "test")
    monkeypatch.setenv("EVENTMAIL_DATA_DIR", str(tmp_path))
    CliRunner().invoke(cli, ["migrate"], catch_exceptions=False)


def test_a_mail_server_hands_a_mail_over(monkeypatch: pytest.MonkeyPatch, installed: None) -> None:
    intake = FakeIntake()
    done = piped(monkeypatch, intake, "--to", TO)
    assert (done.exit_code, done.output) == (0, "")
    assert intake.taken == [(addressed(DSN, TO), Source.PIPE)]


def test_a_mail_that_cannot_be_taken_stays_with_the_mail_server(
    monkeypatch: pytest.MonkeyPatch, installed: None
) -> None:
    done = piped(monkeypatch, FakeIntake(fails_on=b"Final-Recipient"))
    assert done.exit_code == 75
    assert "minato" not in done.output


def test_without_a_database_it_stays_there_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EVENTMAIL_MODE", "test")
    monkeypatch.setenv("EVENTMAIL_DATA_DIR", str(tmp_path))
    assert piped(monkeypatch, FakeIntake()).exit_code == 75


def test_the_receiver_does_not_start_without_an_address(installed: None) -> None:
    done = CliRunner().invoke(cli, ["receive-bounces"])
    assert isinstance(done.exception, UserError)
    assert "EVENTMAIL_BOUNCE_ADDRESS" in str(done.exception)


def test_the_worker_takes_what_lies_in_the_maildir_and_marks_it(
    database: Database, settings: Settings, sent: Snapshot, first: First, tmp_path: Path
) -> None:
    """From the file to the delivery: the whole way, with the installation's own settings."""
    folder = tmp_path / "box"
    (folder / "new").mkdir(parents=True)
    chosen = dataclasses.replace(settings, bounce_address=BOX, bounce_maildir=str(folder))
    delivery, address = first
    returns = Returns.of(BOX, ChainKeys.of(settings))
    assert returns is not None
    (folder / "new" / "1").write_bytes(came_back(str(returns.of_delivery(delivery.id)), address))
    outbox = Outbox(chosen, database)
    outbox.fetch_bounces()
    outbox.huey.storage.close()
    with database.reading() as session:
        assert session.get_one(Delivery, delivery.id).state is DeliveryState.BOUNCED
    assert [each.name for each in (folder / "cur").iterdir()] == ["1:2,S"]
