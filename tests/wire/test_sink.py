from __future__ import annotations

import json
import signal
import smtplib  # noqa: TID251
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from eventmail.wire.sink import Sink
from tests.recorder import Recorder, allow_port


def deliver(port: int, content: bytes, *recipients: str) -> None:
    allow_port(port)
    with smtplib.SMTP("127.0.0.1", port, "client.example", timeout=5) as client:
        client.sendmail("office@hirono.example", recipients, content)


def test_mails_are_kept_in_memory_and_in_numbered_files(tmp_path: Path) -> None:
    with Sink(folder=tmp_path / "mails") as sink:
        deliver(sink.port, b"Subject: 1\r\n\r\n.dot\r\n..dots\r\n", "a@b.example")
        deliver(sink.port, b"Subject: 2\r\n\r\n\r\n", "a@b.example", "c@d.example")
    assert [each.rcpt_to for each in sink.received] == [
        ("a@b.example",), ("a@b.example", "c@d.example"),
    ]  # fmt: skip
    names = sorted(each.name for each in (tmp_path / "mails").iterdir())
    assert names == ["001.eml", "001.json", "002.eml", "002.json"]
    assert (tmp_path / "mails/001.eml").read_bytes() == b"Subject: 1\r\n\r\n.dot\r\n..dots\r\n"
    assert json.loads((tmp_path / "mails/002.json").read_text()) == {
        "mail_from": "office@hirono.example",
        "rcpt_to": ["a@b.example", "c@d.example"],
    }


def test_numbering_goes_on_where_it_was(tmp_path: Path) -> None:
    for _ in range(2):
        with Sink(folder=tmp_path) as sink:
            deliver(sink.port, b"Subject: x\r\n\r\n", "a@b.example")
    assert sorted(each.stem for each in tmp_path.glob("*.eml")) == ["001", "002"]


def test_a_folder_that_cannot_be_written_is_a_temporary_refusal(tmp_path: Path) -> None:
    folder = tmp_path / "mails"
    with Sink(folder=folder) as sink:
        folder.rmdir()
        folder.write_text("in the way")
        with pytest.raises(smtplib.SMTPDataError) as caught:
            deliver(sink.port, b"Subject: x\r\n\r\n", "a@b.example")
    assert caught.value.smtp_code == 452
    assert sink.received == []


def test_a_taken_port_is_an_error_at_once(recorder: Recorder) -> None:
    with pytest.raises(OSError, match="in use"), Sink(port=recorder.port):
        pass


def test_a_sink_can_stop_while_a_client_is_connected() -> None:
    with Sink() as sink:
        allow_port(sink.port)
        client = smtplib.SMTP("127.0.0.1", sink.port, "client.example", timeout=5)
    client.close()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_as_a_program_it_keeps_mails_and_stops_cleanly(tmp_path: Path, how: int) -> None:
    command = [
        sys.executable,
        "-m",
        "eventmail.wire.sink",
        "--port",
        "0",
        "--folder",
        str(tmp_path),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdout is not None
        port = int(child.stdout.readline().decode().split(" ")[1].rpartition(":")[2])
        deliver(port, b"Subject: x\r\n\r\n", "a@b.example")
        child.send_signal(how)
        _, errors = child.communicate(timeout=10)
    assert (child.returncode, errors) == (0, b"")
    assert (tmp_path / "001.eml").exists()


def test_a_sink_that_is_left_at_once_stops_cleanly() -> None:
    for _ in range(100):
        with Sink() as sink:
            pass
        socket.create_server((sink.host, sink.port)).close()
