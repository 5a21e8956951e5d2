"""DNS, the relay and the mailbox of what comes back, each good and broken."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from eventmail.addresses import EmailAddress
from eventmail.config import Settings
from eventmail.doctor import domains, relaying, returning
from eventmail.doctor.finding import Finding, State
from eventmail.doctor.running import LIMIT
from eventmail.wire import Relay, Security
from eventmail.wire.extensions import Extensions
from tests.bounces.imap import ImapServer
from tests.doctor.cases import BROKEN, GOOD, LOOK, SENDER, Case, holds
from tests.doctor.dns_server import DnsServer
from tests.recorder import DROP, Recorder, allow_port
from tests.wire.scripted import scripted
from tests.wire.test_tls import certificate, relay_to

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
        (LOOK, "SPFがありません", "あれば加えて、登録してください： v=spf1 mx a:relay.jp ~all"),
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
        (LOOK, "見るだけ", "_dmarc.minato.jp のTXTレコードのDMARCを、p= だけを変えた次のもの"),
    ),
    "dmarc keeps what else it says": (
        "dmarc",
        {("_dmarc.minato.jp", "TXT"): ['"v=DMARC1; sp=none; p=none; adkim=s; rua=mailto:a@b.jp"']},
        (LOOK, "見るだけ", "： v=DMARC1; sp=none; p=quarantine; adkim=s; rua=mailto:a@b.jp」"),
    ),
    "two dmarc": (
        "dmarc",
        {("_dmarc.minato.jp", "TXT"): ['"v=DMARC1; p=reject"', '"v=DMARC1; p=none; pct=1"']},
        (BROKEN, "2つ", "DMARCを、次の1つだけにしてください： v=DMARC1; p=none; pct=1」"),
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


def test_it_is_changed_where_it_stands() -> None:
    with DnsServer({("_dmarc.minato.jp", "TXT"): ['"v=DMARC1; p=none"']}) as server:
        holds(_asked("dmarc", "mail.minato.jp", server), LOOK, "見るだけ", "_dmarc.minato.jp の")


@pytest.mark.parametrize(("kind", "at"), [("spf", "minato.jp"), ("dmarc", "_dmarc.minato.jp")])
def test_a_record_is_printed_without_control_characters_and_not_endlessly(
    kind: str, at: str
) -> None:
    begun = {"spf": "v=spf1 mx -all", "dmarc": "v=DMARC1; p=reject;"}[kind]
    strings = [f'"{begun} \\027[31mred\\013"', *[f'"{"x" * 250}"'] * 4]
    with DnsServer({(at, "TXT"): [" ".join(strings)]}) as server:
        found = _asked(kind, "minato.jp", server).found
    assert "[31mred" in found
    assert found.isprintable()
    assert len(found) < 500


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

    def test_a_maildir_that_nothing_comes_back_to(self, tmp_path: Path) -> None:
        settings = Settings(bounce_maildir=str(tmp_path))
        holds(returning.bounces(settings), BROKEN, "Maildir", "new と cur")
        (tmp_path / "new").mkdir()
        holds(returning.bounces(settings), LOOK, "入りません", "BOUNCE_ADDRESS")

    def test_a_mailbox_that_nothing_comes_back_to(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = certificate(tmp_path, "127.0.0.1")
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
        with ImapServer(path) as server:
            settings = replace(_imap(server), bounce_address="")
            holds(returning.bounces(settings), LOOK, f"127.0.0.1:{server.port}", "BOUNCE_ADDRESS")

    def test_a_dead_host_is_given_up_in_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert returning.PATIENCE < LIMIT
        monkeypatch.setattr(returning, "PATIENCE", 0.2)
        with socket.create_server(("127.0.0.1", 0)) as silent:
            allow_port(silent.getsockname()[1])
            settings = Settings(
                bounce_imap_server="127.0.0.1", bounce_imap_port=silent.getsockname()[1]
            )
            begun = time.monotonic()
            holds(returning.bounces(settings), BROKEN, "つながりません", "IMAP_SERVER")
            assert time.monotonic() - begun < LIMIT

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
