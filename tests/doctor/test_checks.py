"""Each check says what is good, what to look at and what is broken, and the next step."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from eventmail import clock
from eventmail.addresses import EmailAddress
from eventmail.audit.keys import open_database
from eventmail.config import Mode, Settings
from eventmail.doctor import backups, configured, domains, machine, relaying, returning, rows, work
from eventmail.doctor.finding import Finding, State
from eventmail.outbox import queue
from eventmail.outbox.queue import make_huey
from eventmail.scanning.picturing import NoPicture
from eventmail.wire import Relay, Security
from eventmail.wire.extensions import Extensions
from tests.bounces.imap import ImapServer
from tests.doctor.dns_server import DnsServer
from tests.recorder import DROP, Recorder
from tests.wire.scripted import scripted
from tests.wire.test_tls import certificate, relay_to

GOOD, LOOK, BROKEN = State.GOOD, State.LOOK, State.BROKEN
MB = 1024 * 1024
SENDER = EmailAddress.parse("info@minato.jp")
STRONG = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
REAL = Settings(secret_key=STRONG, https=True, public_url="https://mail.minato.jp")
Case = tuple[State, str, str]


def holds(finding: Finding, state: State, found: str, todo: str = "") -> None:
    assert (finding.state, found in finding.found, todo in finding.todo) == (state, True, True), (
        finding
    )


CONFIGURED: dict[str, tuple[Callable[[Settings], Finding], dict[str, object], Case]] = {
    "a strong secret": (configured.secret, {}, (GOOD, "推測されにくい", "")),
    "a short one": (configured.secret, {"secret_key": STRONG[:20]}, (BROKEN, "短い", "token_hex")),
    "one letter": (configured.secret, {"secret_key": "x" * 64}, (BROKEN, "推測", "SEALING")),
    "a repeated word": (configured.secret, {"secret_key": "himitsu!" * 8}, (BROKEN, "推測", "")),
    "an example": (configured.secret, {"secret_key": f"change-me-{STRONG}"}, (BROKEN, "推測", "")),
    "fit for real mails": (configured.production, {}, (GOOD, "そろって", "")),
    "a test": (configured.production, {"mode": Mode.TEST}, (LOOK, "EVENTMAIL_MODE", "production")),
    "nothing is sent": (
        configured.production, {"mail_suppress_send": True}, (BROKEN, "止めています", "false"),
    ),
    "open to all in the clear": (
        configured.production,
        {"https": False, "public_url": "", "host": "0.0.0.0"},
        (BROKEN, "暗号化されない", "プロキシー"),
    ),
    "no HTTPS yet": (
        configured.production, {"https": False, "public_url": ""}, (LOOK, "HTTPS", "HTTPS"),
    ),
    "no public address": (
        configured.production, {"public_url": ""}, (LOOK, "PUBLIC_URL", "参加者"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CONFIGURED)
def test_settings(name: str) -> None:
    check, changes, (state, found, todo) = CONFIGURED[name]
    settings = replace(REAL, **changes)  # type: ignore[arg-type]
    finding = check(settings)
    holds(finding, state, found, todo)
    assert settings.secret_key not in finding.found + finding.todo


DISKS: dict[str, tuple[int, Case]] = {
    "room": (5_000 * MB, (GOOD, "5,000MB", "")),
    "little": (500 * MB, (LOOK, "少なく", "片付ける")),
    "hardly any": (50 * MB, (BROKEN, "ほとんど", "片付ける")),
}


@pytest.mark.parametrize("name", DISKS)
def test_disk(name: str, tmp_path: Path) -> None:
    free, (state, found, todo) = DISKS[name]
    holds(machine.disk(Settings(data_dir=tmp_path), lambda path: free), state, found, todo)


def test_the_fuller_of_two_disks_counts(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    url = f"sqlite:///{tmp_path}/eventmail.sqlite3"
    settings = Settings(data_dir=tmp_path / "data", database_url=url)
    rooms = {tmp_path / "data": 9_000 * MB, tmp_path: 10 * MB}
    holds(machine.disk(settings, rooms.__getitem__), BROKEN, "10MB")


def test_no_folder_for_data(tmp_path: Path) -> None:
    holds(machine.disk(Settings(data_dir=tmp_path / "none")), BROKEN, "ありません", "migrate")


MODES: dict[str, tuple[int, int, State, str]] = {
    "closed": (0o700, 0o600, GOOD, "読めません"),
    "for the group": (0o750, 0o640, GOOD, "読めません"),
    "the folder is open": (0o755, 0o600, BROKEN, "data"),
    "the settings are open": (0o700, 0o644, BROKEN, ".env"),
}


@pytest.mark.parametrize("name", MODES)
def test_files(name: str, tmp_path: Path) -> None:
    folder, dotenv = tmp_path / "data", tmp_path / ".env"
    folder.mkdir()
    dotenv.touch()
    of_folder, of_file, state, found = MODES[name]
    folder.chmod(of_folder)
    dotenv.chmod(of_file)
    finding = machine.files(Settings(data_dir=folder), dotenv)
    holds(finding, state, found, "chmod" if state is BROKEN else "")


def test_a_database_beside_the_folder_is_looked_at(tmp_path: Path) -> None:
    folder, file = tmp_path / "data", tmp_path / "eventmail.sqlite3"
    folder.mkdir(mode=0o700)
    file.touch()
    file.chmod(0o644)
    settings = Settings(data_dir=folder, database_url=f"sqlite:///{file}")
    holds(machine.files(settings, tmp_path / ".env"), BROKEN, str(file), f"chmod 600 {file}")


def _no_picture(content: bytes, number: int) -> bytes:
    raise NoPicture


FONTS: dict[str, tuple[Callable[[bytes, int], bytes], State]] = {
    "each word its picture": (lambda content, number: content, GOOD),
    "boxes": (lambda content, number: b"the same", BROKEN),
    "nothing": (_no_picture, BROKEN),
}


@pytest.mark.parametrize("name", FONTS)
def test_fonts(name: str) -> None:
    painted, state = FONTS[name]
    assert machine.fonts(painted).state is state


def test_this_machine_has_fonts() -> None:
    holds(machine.fonts(), GOOD, "絵にできます")


class TestDatabase:
    def test_it_answers_is_current_and_agrees_about_the_time(self, settings: Settings) -> None:
        database = open_database(settings)
        holds(rows.reachable(database), GOOD, "つながります")
        holds(rows.migrations(database), GOOD, "最新の形")
        holds(rows.time(database), GOOD, "差は0秒")
        database.dispose()

    def test_it_does_not_answer(self, tmp_path: Path) -> None:
        database = open_database(Settings(database_url=f"sqlite:///{tmp_path}/none/x.sqlite3"))
        holds(rows.reachable(database), BROKEN, "つながりません", "EVENTMAIL_DATABASE_URL")

    @pytest.mark.parametrize(
        ("revision", "found", "todo"),
        [("0031", "古い形", "migrate"), ("9999", "新しい形", "入れ替え"), (None, "空", "migrate")],
    )
    def test_another_form(
        self, settings: Settings, revision: str | None, found: str, todo: str
    ) -> None:
        database = open_database(settings)
        with database.writing() as session:
            newest = session.scalar(sa.text("SELECT version_num FROM alembic_version"))
            session.execute(sa.text("DELETE FROM alembic_version"))
            asked = sa.text("INSERT INTO alembic_version VALUES (:it)")
            if revision:
                session.execute(asked, {"it": revision})
        holds(rows.migrations(database), BROKEN, found, todo)
        with database.writing() as session:
            session.execute(sa.text("DELETE FROM alembic_version"))
            session.execute(asked, {"it": newest})
        database.dispose()

    @pytest.mark.parametrize(("seconds", "state"), [(20, LOOK), (300, BROKEN), (-300, BROKEN)])
    def test_clocks_apart(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch, seconds: int, state: State
    ) -> None:
        wrong = clock.now() + timedelta(seconds=seconds)
        monkeypatch.setattr(rows, "_now_of", lambda database: wrong)
        database = open_database(settings)
        holds(rows.time(database), state, "ずれています", "NTP")
        database.dispose()


BEATS: dict[str, tuple[timedelta | None, Case]] = {
    "a moment ago": (timedelta(seconds=30), (GOOD, "動いています", "")),
    "some minutes ago": (timedelta(minutes=5), (LOOK, "5分", "worker")),
    "long ago": (timedelta(hours=2), (BROKEN, "120分", "worker")),
    "never": (None, (BROKEN, "跡がありません", "worker")),
}


@pytest.mark.parametrize("name", BEATS)
def test_worker(name: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    ago, (state, found, todo) = BEATS[name]
    if ago is not None:
        with monkeypatch.context() as then:
            moment = clock.now() - ago
            then.setattr(queue.clock, "now", lambda: moment)
            queue.beat(make_huey(settings))
    holds(work.worker(settings), state, found, todo)


WAITS: dict[str, tuple[timedelta | None, Case]] = {
    "nothing": (None, (GOOD, "ありません", "")),
    "shortly": (timedelta(minutes=2), (GOOD, "2分", "")),
    "too long": (timedelta(minutes=10), (LOOK, "10分", "worker")),
    "for ages": (timedelta(hours=3), (BROKEN, "180分", "worker")),
}


@pytest.mark.parametrize("name", WAITS)
def test_queue(name: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    ago, (state, found, todo) = WAITS[name]
    moment = None if ago is None else clock.now() - ago
    monkeypatch.setattr(work, "oldest_due", lambda session: moment)
    database = open_database(settings)
    holds(work.queue(settings, database), state, found, todo)
    database.dispose()


def test_no_queue(settings: Settings, tmp_path: Path) -> None:
    nowhere = replace(settings, data_dir=tmp_path / "none", database_url="sqlite:///none.sqlite3")
    database = open_database(settings)
    holds(work.queue(nowhere, database), BROKEN, "開けません", "書き込める")
    database.dispose()


@dataclass(frozen=True)
class Record:
    at: object
    path: Path = Path("backup")
    is_good: bool = True
    told: str = "鎖が切れています。"


BACKUPS: dict[str, tuple[object, Case]] = {
    "last night": (Record(clock.now() - timedelta(hours=7)), (GOOD, "7時間前", "")),
    "two days ago": (Record(clock.now() - timedelta(days=2)), (LOOK, "2日", "毎日")),
    "last month": (Record(clock.now() - timedelta(days=30)), (BROKEN, "30日", "毎日")),
    "a bad one": (Record(clock.now(), is_good=False), (BROKEN, "鎖が切れて", "取り直して")),
    "none": (None, (LOOK, "記録がありません", "毎日")),
}


@pytest.mark.parametrize("name", BACKUPS)
def test_backup(name: str) -> None:
    kept, (state, found, todo) = BACKUPS[name]
    holds(backups.backup(Settings(), lambda settings: kept), state, found, todo)  # type: ignore[arg-type,return-value]


ZONES: dict[str, tuple[str, dict[tuple[str, str], list[str]], Case]] = {
    "mx": ("mx", {("minato.jp", "MX"): ["10 mx.minato.jp."]}, (GOOD, "mx.minato.jp", "")),
    "no mx": ("mx", {("minato.jp", "TXT"): ['"x"']}, (BROKEN, "返信が届きません", "MXレコード")),
    "null mx": ("mx", {("minato.jp", "MX"): ["0 ."]}, (BROKEN, "返信が届きません", "MX")),
    "spf": (
        "spf", {("minato.jp", "TXT"): ['"v=spf1 mx -all"', '"x"']}, (GOOD, "SPFがあります", ""),
    ),
    "spf in pieces": (
        "spf", {("minato.jp", "TXT"): ['"v=spf1 mx" " ~all"']}, (GOOD, "v=spf1 mx ~all", ""),
    ),
    "no spf": (
        "spf",
        {("minato.jp", "TXT"): ['"x"']},
        (LOOK, "SPFがありません", "v=spf1 mx a:relay.jp -all"),
    ),
    "two spf": (
        "spf",
        {("minato.jp", "TXT"): ['"v=spf1 mx -all"', '"v=spf1 a -all"']},
        (BROKEN, "2つ", "1つにまとめ"),
    ),
    "spf for all": (
        "spf", {("minato.jp", "TXT"): ['"v=spf1 +all"']}, (BROKEN, "だれからの", "relay.jp"),
    ),
    "spf without an end": (
        "spf", {("minato.jp", "TXT"): ['"v=spf1 mx ?all"']}, (LOOK, "断っていません", "~all"),
    ),
    "spf with too many lookups": (
        "spf",
        {("minato.jp", "TXT"): [f'"v=spf1 {" ".join(["include:a.jp"] * 11)} -all"']},
        (BROKEN, "11個", "10個まで"),
    ),
    "dkim": (
        "dkim",
        {("selector1._domainkey.minato.jp", "TXT"): ['"v=DKIM1; k=rsa; p=MIGf"']},
        (GOOD, "selector1", ""),
    ),
    "dkim revoked": (
        "dkim",
        {("google._domainkey.minato.jp", "TXT"): ['"v=DKIM1; p="']},
        (LOOK, "取り消され", "公開鍵"),
    ),
    "dkim under another name": (
        "dkim",
        {("x7._domainkey.minato.jp", "TXT"): ['"v=DKIM1; p=MIGf"']},
        (LOOK, "selector1", "--selector"),
    ),
    "no dkim": ("dkim", {("minato.jp", "TXT"): ['"x"']}, (LOOK, "見つかりません", "relay.jp")),
    "dmarc": (
        "dmarc",
        {("_dmarc.minato.jp", "TXT"): ['"v=DMARC1; p=reject"']},
        (GOOD, "DMARCがあります", ""),
    ),
    "dmarc only watches": (
        "dmarc",
        {("_dmarc.minato.jp", "TXT"): ['"v=DMARC1; p=none"']},
        (LOOK, "見るだけ", "p=quarantine"),
    ),
    "two dmarc": (
        "dmarc",
        {("_dmarc.minato.jp", "TXT"): ['"v=DMARC1; p=none"', '"v=DMARC1; p=reject"']},
        (BROKEN, "2つ", "_dmarc.minato.jp"),
    ),
    "no dmarc": ("dmarc", {("minato.jp", "TXT"): ['"x"']}, (LOOK, "DMARCがありません", "v=DMARC1")),
}  # fmt: skip


def _asked(kind: str, domain: str, server: DnsServer, seconds: float = 2.0) -> Finding:
    resolver = server.resolver(seconds)
    table: dict[str, Callable[[], Finding]] = {
        "mx": lambda: domains.mx(domain, resolver),
        "spf": lambda: domains.spf(domain, resolver, "relay.jp"),
        "dkim": lambda: domains.dkim(domain, resolver, "relay.jp"),
        "dmarc": lambda: domains.dmarc(domain, resolver),
    }
    return table[kind]()


@pytest.mark.parametrize("name", ZONES)
def test_domain(name: str) -> None:
    kind, zone, (state, found, todo) = ZONES[name]
    with DnsServer(zone) as server:
        holds(_asked(kind, "minato.jp", server), state, found, todo)


def test_a_domain_above_watches_for_those_below() -> None:
    with DnsServer({("_dmarc.minato.jp", "TXT"): ['"v=DMARC1; p=reject"']}) as server:
        holds(_asked("dmarc", "mail.kyoku.minato.jp", server), GOOD, "p=reject")


def test_the_selectors_that_were_named_are_the_ones_that_are_tried() -> None:
    zone = {("x7._domainkey.minato.jp", "TXT"): ['"v=DKIM1; p=MIGf"']}
    with DnsServer(zone) as server:
        finding = domains.dkim("minato.jp", server.resolver(), "relay.jp", ("x7",))
        holds(finding, GOOD, "x7")
        assert [each for each, _ in server.asked] == ["x7._domainkey.minato.jp"]


@pytest.mark.parametrize("kind", ["mx", "spf", "dkim", "dmarc"])
def test_no_dns(kind: str) -> None:
    with DnsServer(silent=True) as server:
        holds(_asked(kind, "minato.jp", server, 0.2), LOOK, "応答がありません", "DNSの設定")
        assert not [each for each in [_asked(kind, "a.example", server, 0.2)] if each.todo]


@pytest.fixture
def cleanup() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


class TestRelay:
    def test_it_takes_our_sender_and_gets_no_mail(self, relay: Relay, recorder: Recorder) -> None:
        holds(relaying.relay(relay, SENDER), GOOD, "差出人を受け付ける")
        assert [each.split()[0] for each in recorder.commands] == ["EHLO", "MAIL", "RSET"]
        assert recorder.received == []

    def test_what_it_offers_is_told(self) -> None:
        with scripted("PIPELINING", "SIZE 20000000", "SMTPUTF8") as script:
            finding = relaying.relay(script.relay, None)
        holds(finding, GOOD, "1通20MBまで、PIPELININGあり、SMTPUTF8あり、差出人は未登録")
        assert not any(each.startswith(b"MAIL") for each in script.heard)

    @pytest.mark.parametrize(
        ("answer", "state", "todo"),
        [("550 5.7.1 <info@minato.jp> no", BROKEN, "認めて"), ("451 later", LOOK, "5分")],
    )
    def test_it_does_not_take_our_sender(
        self, relay: Relay, recorder: Recorder, answer: str, state: State, todo: str
    ) -> None:
        recorder.script("MAIL", answer)
        finding = relaying.relay(relay, SENDER)
        holds(finding, state, answer[:3], todo)
        assert "info@" not in finding.found

    def test_it_hangs_up_at_our_sender(self, relay: Relay, recorder: Recorder) -> None:
        recorder.script("MAIL", DROP)
        holds(relaying.relay(relay, SENDER), LOOK, "今は受け付けません", "5分")

    @pytest.mark.parametrize(("password", "state"), [("correct horse", GOOD), ("wrong", BROKEN)])
    def test_signing_in(self, relay: Relay, password: str, state: State) -> None:
        finding = relaying.relay(replace(relay, username="office", password=password), SENDER)
        holds(finding, state, "サインイン", "MAIL_PASSWORD" if state is BROKEN else "")
        assert password not in finding.found + finding.todo

    def test_it_is_down(self, relay: Relay) -> None:
        down = replace(relay, port=1, sink=False)
        finding = relaying.relay(down, SENDER, _refuses)
        holds(finding, BROKEN, "接続できません", "MAIL_SERVER")

    @pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
    @pytest.mark.parametrize(
        ("soon", "state", "found"),
        [(7, GOOD, "証明書はあと28日"), (60, LOOK, "あと28日で切れます")],
    )
    def test_its_certificate_ends(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cleanup: ExitStack,
        security: Security, soon: int, state: State, found: str,
    ) -> None:  # fmt: skip
        path = certificate(tmp_path, "127.0.0.1")
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
        monkeypatch.setattr(relaying, "SOON", soon)
        recorder = cleanup.enter_context(_secured(path, security))
        holds(relaying.relay(relay_to(recorder, security), SENDER), state, found)

    def test_nobody_vouches_for_its_certificate(self, tmp_path: Path, cleanup: ExitStack) -> None:
        path = certificate(tmp_path, "127.0.0.1")
        recorder = cleanup.enter_context(_secured(path, Security.STARTTLS))
        finding = relaying.relay(relay_to(recorder, Security.STARTTLS), SENDER)
        holds(finding, BROKEN, "self-signed", "証明書の名前")


def _secured(path: Path, security: Security) -> Recorder:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(path)
    return Recorder(tls=context, implicit_tls=security is Security.TLS)


def _refuses(relay: Relay, sender: EmailAddress | None) -> relaying.Examined:
    raise relaying.RelayUnavailable("cannot_connect", relay)


def test_in_the_clear_over_the_network() -> None:
    open_one = Relay("relay.jp", 25)
    nothing = relaying.Examined(Extensions(), None, None)
    holds(relaying.relay(open_one, None, lambda *_: nothing), LOOK, "暗号化されて", "USE_TLS")


class TestBounces:
    def test_nothing_is_set_up(self) -> None:
        holds(returning.bounces(Settings()), LOOK, "設定がありません", "BOUNCE_ADDRESS")

    def test_they_are_pushed(self) -> None:
        told = returning.bounces(Settings(bounce_address="bounce@minato.jp"))
        holds(told, GOOD, "read-bounce")

    def test_a_maildir(self, tmp_path: Path) -> None:
        settings = Settings(bounce_address="bounce@minato.jp", bounce_maildir=str(tmp_path))
        holds(returning.bounces(settings), BROKEN, "Maildir", "new と cur")
        (tmp_path / "new").mkdir()
        holds(returning.bounces(settings), GOOD, str(tmp_path))

    @pytest.mark.parametrize(
        ("refuses", "state", "found", "todo"),
        [
            ("", GOOD, "読めます", ""),
            ("LOGIN", BROKEN, "サインインできません", "IMAP_PASSWORD"),
            ("SELECT", BROKEN, "フォルダー", "IMAP_FOLDER"),
            ("CAPABILITY", BROKEN, "つながりません", "IMAP_SERVER"),
        ],
    )
    def test_a_mailbox(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refuses: str, state: State,
        found: str, todo: str,
    ) -> None:  # fmt: skip
        path = certificate(tmp_path, "127.0.0.1")
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
        with ImapServer(path, refuses=refuses) as server:
            finding = returning.bounces(_imap(server))
        holds(finding, state, found, todo)
        assert not server.seen
        assert "secret" not in finding.found + finding.todo

    def test_nobody_vouches_for_it(self, tmp_path: Path) -> None:
        with ImapServer(certificate(tmp_path, "127.0.0.1")) as server:
            holds(returning.bounces(_imap(server)), BROKEN, "証明書", "証明書の名前")


def _imap(server: ImapServer) -> Settings:
    return Settings(
        bounce_address="bounce@minato.jp",
        bounce_imap_server="127.0.0.1",
        bounce_imap_port=server.port,
        bounce_imap_username="bounce",
        bounce_imap_password="a secret password",
    )
