"""The lines over a socket: no network in it, only two ends of a pair."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from eventmail.wire import conversation
from eventmail.wire.conversation import (
    LONGEST_LINE,
    MOST_LINES,
    Conversation,
    Garbled,
    HungUp,
    command,
)
from tests.recorder import allow_port


def connected() -> tuple[socket.socket, socket.socket]:
    """Both ends of a connection as the wire has it: another kind of socket waits otherwise."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        allow_port(door.getsockname()[1])
        near = socket.create_connection(door.getsockname())
        far, _ = door.accept()
    return near, far


@pytest.fixture
def pair() -> Iterator[tuple[Conversation, socket.socket]]:
    near, far = connected()
    line = Conversation(near, timeout=2.0)
    with far:
        far.settimeout(5)
        yield line, far
    line.close()


Pair = tuple[Conversation, socket.socket]

REPLIES = {
    "one line": (b"250 fine\r\n", (250, b"fine")),
    "no text": (b"250\r\n", (250, b"")),
    "no text behind a space": (b"250 \r\n", (250, b"")),
    "several lines": (b"250-one\r\n250-two\r\n250 three\r\n", (250, b"one\ntwo\nthree")),
    "a last line without text": (b"250-one\r\n250\r\n", (250, b"one\n")),
    "ends without CR": (b"250-one\n250 two\n", (250, b"one\ntwo")),
    "spaces around": (b"250  fine \t\r\n", (250, b"fine")),
    "the longest line": (b"250 " + b"x" * (LONGEST_LINE - 6) + b"\r\n", None),
    "the most lines": (b"250-x\r\n" * (MOST_LINES - 1) + b"250 x\r\n", None),
}


@pytest.mark.parametrize(("said", "read"), REPLIES.values(), ids=REPLIES)
@pytest.mark.parametrize("behind", [b"", b"354 and the next\r\n"])
def test_a_reply(pair: Pair, said: bytes, read: tuple[int, bytes] | None, behind: bytes) -> None:
    line, far = pair
    far.sendall(said + behind)
    code, text = line.answer()
    assert (code, text) == (read or (250, text))
    assert line.has_spoken() is bool(behind)
    if behind:
        assert line.answer() == (354, b"and the next")


def test_a_line_one_longer_is_none(pair: Pair) -> None:
    line, far = pair
    far.sendall(b"250 " + b"x" * (LONGEST_LINE - 5) + b"\r\n")
    with pytest.raises(Garbled):
        line.answer()


def test_one_line_more_is_none(pair: Pair) -> None:
    line, far = pair
    far.sendall(b"250-x\r\n" * MOST_LINES + b"250 x\r\n")
    with pytest.raises(Garbled):
        line.answer()


def test_replies_without_end_take_no_memory(pair: Pair) -> None:
    line, far = pair
    far.sendall(b"x" * 100_000)
    with pytest.raises(Garbled):
        line.answer()
    assert len(line._buffer) < 20_000


def test_a_reply_that_comes_in_drops_has_no_more_time_than_any_other() -> None:
    near, far = connected()
    line = Conversation(near, timeout=0.3)
    stop = threading.Event()

    def drip() -> None:
        with contextlib.suppress(OSError):
            while not stop.wait(0.05):
                far.sendall(b"2")

    thread = threading.Thread(target=drip)
    thread.start()
    start = time.monotonic()
    with pytest.raises(TimeoutError):
        line.answer()
    assert time.monotonic() - start < 2
    stop.set()
    thread.join()
    line.close()
    far.close()


def test_the_time_for_each_reply_counts_anew(pair: Pair) -> None:
    line, far = pair
    far.sendall(b"250 one\r\n")
    line.answer()
    line._until = 1.0  # long ago
    far.sendall(b"250 two\r\n")
    assert line.answer() == (250, b"two")


def test_a_hang_up_is_told(pair: Pair) -> None:
    line, far = pair
    assert not line.has_spoken()
    far.close()
    assert line.has_spoken()
    with pytest.raises(HungUp):
        line.answer()


@pytest.mark.parametrize("words", ["NOOP\r\nQUIT", "NOOP\nQUIT", "NOOP\r", "\n"])
def test_a_command_is_one_line(words: str) -> None:
    with pytest.raises(ValueError, match="one line"):
        command(words)


def test_a_command_is_ascii() -> None:
    with pytest.raises(UnicodeEncodeError):
        command("EHLO 送信.example")


def received(far: socket.socket, size: int) -> tuple[threading.Thread, list[bytes]]:
    """Reads so many bytes in another thread."""
    found: list[bytes] = []

    def read() -> None:
        while sum(map(len, found)) < size:
            found.append(far.recv(100_000))

    thread = threading.Thread(target=read)
    thread.start()
    return thread, found


PIECES = {
    "one": [b"x" * 100],
    "none": [],
    "empty ones": [b"", b"x", b""],
    "large ones between small ones": [b"a", b"b" * 3_000_000, b"c" * 10, b"d" * 2_000_000, b"e"],
    "more than one call takes": [b"%d\r\n" % number for number in range(5000)],
}


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "as on TLS"])
@pytest.mark.parametrize("pieces", PIECES.values(), ids=PIECES)
def test_pieces_arrive_as_they_are(pair: Pair, pieces: list[bytes], tls: bool) -> None:
    line, far = pair
    line._is_tls = tls
    whole = b"".join(pieces)
    thread, found = received(far, len(whole))
    line.write_pieces(pieces)
    thread.join()
    assert b"".join(found) == whole


def test_a_relay_that_takes_a_mail_too_slowly_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "SLOWEST", 10**9)
    near, far = connected()
    line = Conversation(near, timeout=0.3)
    stop = threading.Event()

    def sip() -> None:
        with contextlib.suppress(OSError):
            while not stop.wait(0.1):
                far.recv(100_000)

    thread = threading.Thread(target=sip)
    thread.start()
    with pytest.raises(TimeoutError):
        line.write_pieces([b"x" * 50_000_000])
    stop.set()
    thread.join()
    line.close()
    far.close()


def test_it_can_be_ended_from_another_thread_at_any_time(pair: Pair) -> None:
    line, _ = pair
    thread = threading.Thread(target=line.close_now)
    thread.start()
    with pytest.raises(HungUp):
        line.answer()
    thread.join()
    line.close()
    line.close_now()


def test_small_pieces_are_joined_on_tls_and_large_ones_are_not() -> None:
    small, large = b"x" * 100, b"y" * 200_000
    assert conversation._coalesced([small, small, large]) == small + small
    first = conversation._coalesced([large, small])
    assert isinstance(first, memoryview)
    assert first.obj is large
    assert len(first) == conversation.AT_ONCE
