"""Buckets of tokens, by a clock that only the test moves."""

from __future__ import annotations

from eventmail.web.rates import Buckets, Budget


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def buckets(burst: int = 3, per_second: float = 0.5, most: int = 100) -> tuple[Buckets, Clock]:
    clock = Clock()
    return Buckets(Budget(burst, per_second), clock, most), clock


def test_a_burst_passes_and_the_next_waits_for_one_token() -> None:
    found, _ = buckets()
    assert [found.take("a") for _ in range(4)] == [0, 0, 0, 2.0]


def test_who_waits_as_told_passes_once() -> None:
    found, clock = buckets()
    wait = [found.take("a") for _ in range(4)][-1]
    clock.now += wait
    assert [found.take("a"), found.take("a")] == [0, 2.0]


def test_asking_too_early_costs_nothing() -> None:
    found, clock = buckets()
    for _ in range(50):
        found.take("a")
    clock.now += 2.0
    assert found.take("a") == 0


def test_a_bucket_never_holds_more_than_its_burst() -> None:
    found, clock = buckets()
    found.take("a")
    clock.now += 10_000
    assert sum(found.take("a") == 0 for _ in range(10)) == 3


def test_one_does_not_pay_for_another() -> None:
    found, _ = buckets()
    for _ in range(10):
        found.take("a")
    assert found.take("b") == 0


def test_a_clock_that_goes_back_takes_nothing_away() -> None:
    found, clock = buckets()
    found.take("a")
    clock.now -= 500
    assert found.take("a") == 0


def test_a_million_addresses_fill_no_memory_and_the_busy_one_stays() -> None:
    found, _ = buckets(most=100)
    for number in range(1000):
        found.take(f"stranger {number}")
        found.take("busy")
    assert len(found) == 100
    assert found.take("busy") > 0
