"""A hostile file gets a child of its own, with limits on time and memory."""

import time
from typing import Any

import pytest

from eventmail import confined


def echo(payload: bytes) -> dict[str, Any]:
    return {"length": len(payload), "text": "髙﨑①"}


def hang(_: bytes) -> None:
    while True:
        pass


def sleep(_: bytes) -> None:
    time.sleep(60)


def eat(_: bytes) -> int:
    return len(bytearray(512 * 1024 * 1024))


def crash(_: bytes) -> None:
    raise SystemExit(3)


def call(name: str, **limits: Any) -> Any:
    chosen = {"seconds": 5.0, "megabytes": 256} | limits
    return confined.call(f"{__name__}:{name}", b"payload", **chosen)


def test_the_answer_comes_back_as_json() -> None:
    assert call("echo") == {"length": 7, "text": "髙﨑①"}


@pytest.mark.parametrize("name", ["hang", "sleep"])
def test_time_is_limited(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confined, "SPARE_SECONDS", 1.0)
    with pytest.raises(confined.TooSlow):
        call(name, seconds=1.0)


@pytest.mark.parametrize("name", ["eat", "crash"])
def test_memory_is_limited_and_a_crash_is_told(name: str) -> None:
    with pytest.raises(confined.ConfinedError):
        call(name)


def test_the_child_does_not_inherit_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENTMAIL_SECRET_KEY", "hunter2")
    assert "EVENTMAIL_SECRET_KEY" not in confined._environment()
