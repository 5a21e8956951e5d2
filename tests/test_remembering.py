"""What never changes for its key is found once, as long as few enough others were asked for."""

from __future__ import annotations

import threading

import pytest

from eventmail.remembering import Remembered


class Slow:
    """Counts how often it had to look, and for what."""

    def __init__(self, memory: Remembered[str, str]) -> None:
        self.memory, self.looked = memory, ""

    def ask(self, key: str) -> str:
        return self.memory.of(key, lambda: self._look(key))

    def _look(self, key: str) -> str:
        self.looked += key
        return key.upper()


@pytest.mark.parametrize(
    ("asked", "looked"),
    [
        pytest.param("aaa", "a", id="once is enough"),
        pytest.param("ababab", "ab", id="each once"),
        pytest.param("abca", "abca", id="the longest ago is forgotten"),
        pytest.param("abacab", "abcb", id="what is asked for again counts as new"),
    ],
)
def test_what_is_remembered(asked: str, looked: str) -> None:
    slow = Slow(Remembered(2))
    assert "".join(map(slow.ask, asked)) == asked.upper()
    assert slow.looked == looked


def test_what_is_not_worth_it_is_found_again() -> None:
    slow = Slow(Remembered(2, worth=lambda found: found != "A"))
    for key in "abab":
        slow.ask(key)
    assert slow.looked == "aba"


def test_a_fault_is_not_remembered() -> None:
    memory: Remembered[str, str] = Remembered(2)

    def break_off() -> str:
        raise LookupError

    with pytest.raises(LookupError):
        memory.of("a", break_off)
    assert memory.of("a", lambda: "found") == "found"


def test_nobody_waits_while_another_looks() -> None:
    memory: Remembered[str, str] = Remembered(2)
    inside, goes_on = threading.Event(), threading.Event()

    def slowly() -> str:
        inside.set()
        assert goes_on.wait(10)
        return "slow"

    slow = threading.Thread(target=lambda: memory.of("a", slowly))
    slow.start()
    assert inside.wait(10)
    assert memory.of("b", lambda: "quick") == "quick"
    goes_on.set()
    slow.join(10)
    assert memory.of("a", lambda: "again") == "slow"
