"""The guards around every test are tested by breaking what they guard, in a run of their own."""

from __future__ import annotations

import os
import sys

import pytest

from tests.recorder import Recorder

pytest_plugins = ["pytester"]

HEAD = """
import contextlib, smtplib, socket
import pytest
from tests.recorder import allow_place, allow_port

def send(port, content, *rcpt):
    with smtplib.SMTP("127.0.0.1", port, "client.example", timeout=5) as client:
        client.sendmail("office@hirono.example", rcpt, content)

GOOD = b"From: office@hirono.example\\r\\nTo: a@b.example\\r\\n\\r\\nhello\\r\\n"
"""
CASES = {
    "a good mail": ("send(recorder.port, GOOD, 'a@b.example')", {"passed": 1}),
    "a mail to all": (
        "send(recorder.port, GOOD.replace(b'a@b.example', b'a@b.example, c@d.example'),"
        " 'a@b.example', 'c@d.example')",
        {"passed": 1, "errors": 1},
    ),
    "a bad mail that the relay refused": (
        "recorder.script('DOT', '550 no')\n"
        "    with contextlib.suppress(smtplib.SMTPException):\n"
        "        send(recorder.port, b'Cc: c@d.example\\r\\n' + GOOD, 'a@b.example')",
        {"passed": 1, "errors": 1},
    ),
    "a connection elsewhere": (
        "socket.create_connection(('127.0.0.1', 9), timeout=1)",
        {"failed": 1, "errors": 1},
    ),
    "a connection elsewhere that is swallowed": (
        "with contextlib.suppress(BaseException):\n"
        "        socket.create_connection(('192.0.2.1', 25), timeout=1)",
        {"passed": 1, "errors": 1},
    ),
    "the recorder's port on another machine": (
        "with contextlib.suppress(BaseException):\n"
        "        socket.create_connection(('192.0.2.1', recorder.port), timeout=1)",
        {"passed": 1, "errors": 1},
    ),
    "an allowed port": (
        "with socket.create_server(('127.0.0.1', 0)) as server:\n"
        "        allow_port(server.getsockname()[1])\n"
        "        socket.create_connection(server.getsockname()).close()",
        {"passed": 1},
    ),
    "a place on another machine, and no other": (
        "allow_place('127.0.0.9', recorder.port + 1)\n"
        "    with contextlib.suppress(OSError):\n"
        "        socket.create_connection(('127.0.0.9', recorder.port + 1))\n"
        "    with contextlib.suppress(BaseException):\n"
        "        socket.create_connection(('127.0.0.8', recorder.port + 1))",
        {"passed": 1, "errors": 1},
    ),
    "an allowed place on another machine": (
        "allow_place('127.0.0.9', recorder.port + 1)\n"
        "    with contextlib.suppress(OSError):\n"
        "        socket.create_connection(('127.0.0.9', recorder.port + 1))",
        {"passed": 1},
    ),
    "no network at all": ("socket.socketpair()[0].close()", {"passed": 1}),
}


@pytest.mark.parametrize(("code", "expected"), CASES.values(), ids=CASES)
def test_a_test_with(
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
    code: str,
    expected: dict[str, int],
) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
    pytester.makepyfile(f"{HEAD}\ndef test_it(recorder):\n    {code}\n")
    result = pytester.runpytest_subprocess("-p", "tests.recorder", "-p", "no:cacheprovider")
    result.assert_outcomes(**expected)


def test_a_script_is_gone_in_the_next_test(recorder: Recorder) -> None:
    recorder.script("MAIL", "550 no")
    recorder.clear()
    assert recorder.next("MAIL") is None


def test_a_script_knows_its_verbs(recorder: Recorder) -> None:
    with pytest.raises(ValueError, match="no such verb"):
        recorder.script("MAIL FROM", "550 no")
