"""A file is looked into once; what may go better the next time is looked into again."""

from __future__ import annotations

import dataclasses
import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from eventmail.confined import ConfinedError, TooSlow
from eventmail.wire import searchable
from eventmail.wire.searchable import (
    Searched,
    Unchanging,
    in_child,
    search,
    search_ahead,
    search_pinned,
    suspects,
)

TARO, JIRO = "taro@kure.example", "jiro@kure.example"


class Child:
    """In place of the confined child: does the work here, or fails as told."""

    def __init__(self) -> None:
        self.failures: list[Exception] = []
        self.calls: list[tuple[str, bytes]] = []

    def __call__(self, name: str, content: bytes, *, seconds: float, megabytes: int) -> Any:
        assert seconds <= 60
        assert megabytes <= 2048
        self.calls.append((name, content))
        if self.failures:
            raise self.failures.pop()
        return in_child(content)


@pytest.fixture
def child(monkeypatch: pytest.MonkeyPatch) -> Child:
    made = Child()
    monkeypatch.setattr(searchable, "call", made)
    monkeypatch.setattr(searchable, "_by_digest", {})
    monkeypatch.setattr(searchable, "_on_disk", [])
    return made


def test_the_work_is_done_in_the_confined_child(child: Child) -> None:
    found = search(TARO.encode())
    assert child.calls == [("eventmail.wire.searchable:in_child", TARO.encode())]
    assert [site.plain() for site in found.sites] == [TARO]
    assert found.unsearchable == ""


def test_the_same_bytes_are_asked_for_once(child: Child) -> None:
    first = search(b"once")
    assert search(b"once") is first
    assert search_pinned(hashlib.sha256(b"once").hexdigest(), b"once") is first
    assert search(b"twice") is not first
    assert len(child.calls) == 2


def test_a_reason_is_remembered_too(child: Child) -> None:
    for _ in range(2):
        assert search(b"Rar!\x1a\x07").unsearchable == "archive"
    assert len(child.calls) == 1


@pytest.mark.parametrize(
    ("error", "why"), [(TooSlow("x"), "too_slow"), (ConfinedError("x"), "crashed")]
)
def test_what_may_pass_is_tried_again(child: Child, error: Exception, why: str) -> None:
    child.failures.append(error)
    failed = search(TARO.encode())
    assert (failed.unsearchable, failed.sites) == (why, ())
    assert search(TARO.encode()).unsearchable == ""


def test_the_oldest_answers_are_forgotten_first(
    child: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searchable, "_REMEMBERED", 2)
    for content in (b"1", b"2", b"3", b"2", b"3", b"1"):
        search(content)
    assert [content for _, content in child.calls] == [b"1", b"2", b"3", b"1"]


def test_a_file_may_hold_so_many_places_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searchable, "MOST_SITES", 2)
    two = f"{TARO}, {JIRO}".encode()
    assert len(in_child(two)["sites"]) == 2
    assert in_child(two)["unsearchable"] == ""
    three = two + b", saburo@kure.example"
    assert in_child(three) == {"sites": [], "unsearchable": "too_many_addresses"}


def test_the_same_place_twice_is_one() -> None:
    assert len(in_child(f"{TARO},\n".encode() * 2)["sites"]) < 3
    assert len(in_child(TARO.encode())["sites"]) == 1


@pytest.mark.parametrize("kind", [frozenset, set, dict.fromkeys])
def test_suspects_are_the_places_that_show_somebody_known(kind: Any) -> None:
    sites = tuple(site for text in (TARO, JIRO) for site in _sites(text))
    found = Searched(sites)
    assert suspects(found, kind([JIRO])) == sites[1:]
    assert suspects(found, kind([TARO, JIRO])) == sites
    assert suspects(found, kind([])) == ()


class Counting:
    """A roster that counts the questions."""

    def __init__(self) -> None:
        self.asked: list[object] = []

    def __contains__(self, key: object) -> bool:
        self.asked.append(key)
        return key == JIRO


class Frozen(Counting, Unchanging):
    """One that says of itself that it does not change."""


@pytest.mark.parametrize(("kind", "times"), [(Counting, 2), (Frozen, 1)])
def test_only_a_roster_that_never_changes_is_asked_once(kind: Any, times: int) -> None:
    sites = tuple(site for text in (TARO, JIRO) for site in _sites(text))
    found, known, other = Searched(sites), kind(), kind()
    assert suspects(found, known) == suspects(found, known) == sites[1:]
    assert len(known.asked) == times * len(set(known.asked))
    assert suspects(found, other) == sites[1:]
    assert other.asked, "another roster is asked for itself"


def _sites(text: str) -> tuple[Any, ...]:
    return search(text.encode()).sites


def test_answers_are_told_apart_by_what_they_are_and_not_by_what_they_say() -> None:
    assert Searched(()) != Searched(())
    assert Searched(()).unsearchable == ""
    with pytest.raises(dataclasses.FrozenInstanceError):
        Searched(()).unsearchable = "x"  # type: ignore[misc]


def test_however_many_ask_at_once_one_child_works(
    child: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slowly(name: str, content: bytes, *, seconds: float, megabytes: int) -> Any:
        begun.set()
        assert go_on.wait(30)
        return child(name, content, seconds=seconds, megabytes=megabytes)

    monkeypatch.setattr(searchable, "call", slowly)
    search_ahead(TARO.encode())
    assert begun.wait(30), "it began without anybody waiting for it"
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(search, TARO.encode()) for _ in range(4)]
        go_on.set()
        found = [each.result(30) for each in asked]
    assert all(each is found[0] for each in found)
    assert len(child.calls) == 1


def test_a_fault_reaches_whoever_asked_and_leaves_nothing_under_way(
    child: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    child.failures.append(ValueError("a fault of our own"))
    with pytest.raises(ValueError, match="of our own"):
        search(TARO.encode())
    assert search(TARO.encode()).sites, "asked again, it is looked into again"
