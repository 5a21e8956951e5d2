"""What a reply means, how it is kept, and what names a batch as a whole."""

from __future__ import annotations

import dataclasses

import pytest

from eventmail.wire import Kind, Outcome, Reply, Result
from eventmail.wire.outcome import reply
from tests.wire.samples import AOZORA, KURE, MIDORI

CODES = {
    200: Kind.ACCEPTED,
    250: Kind.ACCEPTED,
    299: Kind.ACCEPTED,
    400: Kind.DEFERRED,
    499: Kind.DEFERRED,
    500: Kind.REFUSED,
    599: Kind.REFUSED,
}


@pytest.mark.parametrize(("code", "kind"), CODES.items())
def test_a_code_means(code: int, kind: Kind) -> None:
    assert Reply(code, "").kind(Kind.UNCERTAIN) is kind


@pytest.mark.parametrize("code", [-1, 0, 1, 99, 199, 300, 354, 399, 600, 1000])
@pytest.mark.parametrize("otherwise", [Kind.UNCERTAIN, Kind.NOT_SENT])
def test_any_other_code_means_what_the_moment_says(code: int, otherwise: Kind) -> None:
    assert Reply(code, "").kind(otherwise) is otherwise


@pytest.mark.parametrize("name", ["accepted", "deferred", "refused", "uncertain", "not_sent"])
def test_kinds_are_stored_under_these_names(name: str) -> None:
    assert Kind[name.upper()].value == name
    assert len(Kind) == 5


KEPT = {
    "bytes": (250, b"2.0.0 ok", Reply(250, "2.0.0 ok")),
    "a text": (250, "ok", Reply(250, "ok")),
    "no reply at all": (-1, "", Reply(0, "")),
    "the smallest code": (1, "", Reply(1, "")),
    "several lines": (550, b"one\r\ntwo\tthree\x1b[31m", Reply(550, "one  two three [31m")),
    "Japanese": (550, "宛先不明", Reply(550, "宛先不明")),
    "bytes that are no ASCII": (550, b"caf\xe9", Reply(550, "caf\ufffd")),
    "500 characters": (550, "x" * 500, Reply(550, "x" * 500)),
    "more": (550, "x" * 500 + "y", Reply(550, "x" * 500)),
}


@pytest.mark.parametrize(("code", "raw", "kept"), KEPT.values(), ids=KEPT)
def test_a_reply_is_kept_as(code: int, raw: bytes | str, kept: Reply) -> None:
    assert reply(code, raw) == kept


STRONGEST = [Kind.UNCERTAIN, Kind.ACCEPTED, Kind.DEFERRED, Kind.REFUSED, Kind.NOT_SENT]


@pytest.mark.parametrize("rank", range(5))
def test_what_may_have_arrived_names_the_whole_and_its_reply_goes_with_it(rank: int) -> None:
    kinds = STRONGEST[rank:]
    results = [Result(AOZORA, kind, Reply(n, kind)) for n, kind in enumerate(kinds)]
    outcome = Outcome(tuple(reversed(results)))
    assert (outcome.kind, outcome.reply) == (kinds[0], Reply(0, kinds[0]))


def test_of_two_alike_the_first_reply_is_shown() -> None:
    results = [Result(each, Kind.ACCEPTED, Reply(250, str(each))) for each in (MIDORI, KURE)]
    assert Outcome(tuple(results)).reply == Reply(250, str(MIDORI))


def test_nothing_of_it_can_be_changed_afterwards() -> None:
    answer = Reply(250, "ok")
    result = Result(AOZORA, Kind.ACCEPTED, answer)
    for made, name in ((answer, "code"), (result, "recipient"), (Outcome((result,)), "results")):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(made, name, None)
