"""Several processes that serve the pages together, as one command starts them."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import waitress
from flask import Flask

from eventmail import garbage, processes
from eventmail.config import Mode, Settings, to_environment
from eventmail.errors import UserError
from eventmail.files import ENTRY
from tests.conftest import SECRET, Templates
from tests.recorder import allow_port

PATIENCE = 60


@pytest.fixture
def settings(templates: Templates, tmp_path: Path) -> Settings:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    allow_port(port)
    url = templates.copy("sqlite")
    return Settings(
        mode=Mode.TEST, secret_key=SECRET, data_dir=tmp_path, database_url=url,
        mail_sink=True, port=port, web_processes=2,
    )  # fmt: skip


@pytest.fixture
def serving(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """``web`` with two processes, both of which are there."""
    parent = processes.start(settings, ["web"])
    try:
        _until(lambda: _answers(settings) and len(_children(parent)) == 2)
        time.sleep(2)  # the second may still be starting
        yield parent
    finally:
        children = _children(parent)
        processes.end([parent])
        for each in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)


def _answers(settings: Settings) -> bool:
    line = http.client.HTTPConnection("127.0.0.1", settings.port, timeout=10)
    with contextlib.closing(line), contextlib.suppress(OSError, http.client.HTTPException):
        line.request("GET", "/sign-in")
        with line.getresponse() as found:
            return bool(found.read()) and found.status == 200
    return False


def _children(parent: subprocess.Popen[bytes]) -> list[int]:
    told = Path(f"/proc/{parent.pid}/task/{parent.pid}/children")
    return list(map(int, told.read_text().split())) if told.exists() else []


def _is_open(settings: Settings) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", settings.port)) == 0


def _until(holds: Callable[[], bool], often: float = 0.1) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(often)


def test_each_of_them_answers(settings: Settings, serving: subprocess.Popen[bytes]) -> None:
    """While one stands still, the other takes every request."""
    for each in _children(serving):
        os.kill(each, signal.SIGSTOP)
        try:
            assert [_answers(settings) for _ in range(5)] == [True] * 5
        finally:
            os.kill(each, signal.SIGCONT)


def test_all_end_when_one_has_died(settings: Settings, serving: subprocess.Popen[bytes]) -> None:
    """Then systemd starts all of them anew."""
    os.kill(_children(serving)[0], signal.SIGKILL)
    assert serving.wait(PATIENCE) == 1
    assert not _answers(settings)


def test_none_goes_on_without_its_parent(
    settings: Settings, serving: subprocess.Popen[bytes]
) -> None:
    """Or the port would be taken when it is started anew."""
    serving.kill()
    serving.wait(PATIENCE)
    _until(lambda: not _answers(settings))
    processes._listening(settings).close()


def test_one_whose_parent_was_gone_before_it_began_ends_at_once(settings: Settings) -> None:
    """Whoever its parent is now: in a container the first process has the number of init."""
    with processes._listening(settings) as shared:
        words = [f"--listening={shared.fileno()}", "--parent=1"]
        child = processes.start(settings, ["web", *words], [shared.fileno()])
        assert child.wait(PATIENCE) == 0


def test_a_ctrl_c_is_heard_from_the_first_moment(settings: Settings) -> None:
    """The port is open before those who serve are there; the whole terminal gets the signal."""
    for _ in range(5):
        parent = subprocess.Popen(
            [sys.executable, str(ENTRY), "web"],
            env={**os.environ, **to_environment(settings)},
            start_new_session=True,
        )
        try:
            _until(lambda: _is_open(settings), often=0.0)
            os.killpg(parent.pid, signal.SIGINT)
            assert parent.wait(PATIENCE) == 0
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(parent.pid, signal.SIGKILL)


@pytest.fixture
def own_signals() -> Iterator[None]:
    """The test's own process is the one that listens to signals; afterwards it is as before."""
    before = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("own_signals")
def test_what_is_loaded_is_left_out_before_the_first_request(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    monkeypatch.setattr(garbage, "keep_what_is_loaded", lambda: done.append("kept"))
    server = SimpleNamespace(run=lambda: done.append("serves"))
    monkeypatch.setattr(waitress, "create_server", lambda *_args, **_options: server)
    processes.serve_web(Flask(__name__), settings)
    assert done == ["kept", "serves"]


@pytest.mark.usefixtures("own_signals")
def test_a_port_that_is_taken_is_told_in_a_sentence(settings: Settings) -> None:
    with (
        socket.create_server(("127.0.0.1", settings.port)),
        pytest.raises(UserError, match="ポート"),
    ):
        processes.run_group(settings, [], settings.web_processes)
