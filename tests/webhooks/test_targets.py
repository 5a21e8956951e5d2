"""Nobody makes the service call what the administrator has not named."""

from __future__ import annotations

import pytest

from eventmail.config import ConfigError, Settings, load, to_environment
from eventmail.errors import UserError
from eventmail.webhooks.targets import Target, may_be, shown

NAMED = ("https://hooks.example.jp:443", "https://hooks.example.jp:8443", "http://10.0.0.7:80")
LED = {
    "https://hooks.example.jp/in": Target(True, "hooks.example.jp", 443, "/in"),
    "https://HOOKS.example.jp:443": Target(True, "hooks.example.jp", 443, "/"),
    "https://hooks.example.jp:8443/a/b?key=1": Target(True, "hooks.example.jp", 8443, "/a/b?key=1"),
    "http://10.0.0.7/x": Target(False, "10.0.0.7", 80, "/x"),
}
REFUSED = {
    "another host": "https://internal.example.jp/",
    "another port": "https://hooks.example.jp:22/",
    "without encryption": "http://hooks.example.jp/",
    "the other way round": "https://10.0.0.7/",
    "a name behind": "https://hooks.example.jp.evil.example/",
    "a name before": "https://evil-hooks.example.jp/",
    "a full stop more": "https://hooks.example.jp./",
    "credentials": "https://user:pass@hooks.example.jp/",
    "a name as credentials": "https://hooks.example.jp@127.0.0.1/",
    "a backslash": "https://hooks.example.jp\\@127.0.0.1/",
    "a fragment": "https://hooks.example.jp/#/x",
    "another scheme": "file:///etc/passwd",
    "no scheme": "hooks.example.jp/in",
    "gopher": "gopher://hooks.example.jp:443/",
    "loopback": "https://127.0.0.1/",
    "loopback, short": "https://127.1/",
    "loopback, one number": "https://2130706433/",
    "loopback, in hex": "https://0x7f.0.0.1/",
    "loopback of IPv6": "https://[::1]/",
    "the cloud's own": "http://169.254.169.254/latest/meta-data/",
    "a blank": "https://hooks.example.jp/a b",
    "a line break": "https://hooks.example.jp/\r\nHost: x",
    "a tab that parsers leave out": "https://hooks.exam\tple.jp/",
    "letters that look the same": "https://hооks.example.jp/",
    "full width": "https://hooks．example．jp/",
    "port nought": "https://hooks.example.jp:0/",
    "no port": "https://hooks.example.jp:port/",
    "too long": "https://hooks.example.jp/" + "a" * 500,
    "nothing": "",
}


@pytest.mark.parametrize("text", LED)
def test_what_is_named_is_taken_apart_once(text: str) -> None:
    assert Target.parse(text, NAMED) == LED[text]


@pytest.mark.parametrize("name", REFUSED)
def test_anything_else_is_refused_in_words(name: str) -> None:
    with pytest.raises(UserError) as no:
        Target.parse(REFUSED[name], NAMED)
    assert "アドレス" in no.value.message or "EVENTMAIL_WEBHOOK_HOSTS" in no.value.message


def test_where_nothing_is_named_nothing_can_be_called() -> None:
    with pytest.raises(UserError, match="EVENTMAIL_WEBHOOK_HOSTS"):
        Target.parse("https://hooks.example.jp/in", ())


NEVER = (
    *("127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "0.0.0.0", "::", "169.254.169.254"),
    *("fe80::1%eth0", "224.0.0.1", "ff02::1", "255.255.255.255", "64:ff9b::7f00:1"),
)


@pytest.mark.parametrize("address", NEVER)
def test_a_name_may_not_lead_to_the_machine_itself_or_its_neighbours(address: str) -> None:
    assert not may_be(address, Target.parse("https://hooks.example.jp/", NAMED))


def test_a_name_may_lead_to_the_offices_network_and_beyond() -> None:
    target = Target.parse("https://hooks.example.jp/", NAMED)
    for address in ("10.1.2.3", "192.168.0.9", "93.184.216.34", "2606:4700::1111", "fd00::1"):
        assert may_be(address, target), address


def test_what_the_administrator_wrote_out_is_his_word() -> None:
    for origin in ("http://127.0.0.1:9", "https://localhost:9"):
        assert may_be("127.0.0.1", Target.parse(f"{origin}/", [origin]))


def test_what_stands_in_a_query_is_not_shown() -> None:
    assert shown("https://hooks.example.jp/in?key=k3y") == "https://hooks.example.jp/in"


WRITTEN = {
    "hooks.example.jp": ("https://hooks.example.jp:443",),
    "Hooks.example.jp:8443, http://10.0.0.7": (
        "https://hooks.example.jp:8443",
        "http://10.0.0.7:80",
    ),
    "[2001:DB8::1]:8443": ("https://[2001:db8::1]:8443",),
    "": (),
}


@pytest.mark.parametrize("text", WRITTEN)
def test_the_setting_is_read_and_written_alike(text: str) -> None:
    environment = {"EVENTMAIL_MODE": "test", "EVENTMAIL_WEBHOOK_HOSTS": text}
    found = load(environment)
    assert found.webhook_hosts == WRITTEN[text]
    assert load(to_environment(found)).webhook_hosts == WRITTEN[text]


@pytest.mark.parametrize(
    "text", ["*.example.jp", "hooks.example.jp/in", "ftp://x", "a@b", "127.1", "x:0", "https://"]
)
def test_a_setting_that_names_no_server_stops_the_start(text: str) -> None:
    with pytest.raises(ConfigError, match="EVENTMAIL_WEBHOOK_HOSTS"):
        load({"EVENTMAIL_MODE": "test", "EVENTMAIL_WEBHOOK_HOSTS": text})


def test_by_itself_nothing_is_named() -> None:
    assert Settings().webhook_hosts == ()
