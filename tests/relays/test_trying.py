"""A relay is tried as a mail would go, and no mail goes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eventmail.relays.trying import try_out
from eventmail.wire import Relay
from tests.recorder import Recorder


def test_one_that_would_take_a_mail_is_told_with_its_limits(
    relay: Relay, recorder: Recorder
) -> None:
    found = try_out(relay)
    assert found.works
    assert relay.place in found.sentence
    assert "1通67MBまで" in found.sentence
    assert [each.split()[0] for each in recorder.commands] == ["EHLO"]
    assert recorder.received == []


@pytest.mark.parametrize(
    ("password", "works", "says"),
    [("correct horse", True, "サインインし"), ("wrong", False, "パスワード")],
)
def test_it_signs_in(
    relay: Relay, recorder: Recorder, password: str, works: bool, says: str
) -> None:
    found = try_out(replace(relay, username="office", password=password))
    assert (found.works, says in found.sentence) == (works, True)
    assert password not in found.sentence


def test_one_that_refuses_says_why_in_a_sentence(relay: Relay, recorder: Recorder) -> None:
    recorder.script("EHLO", "421 4.3.2 not now")
    found = try_out(relay)
    assert not found.works
    assert found.sentence.endswith("。")
