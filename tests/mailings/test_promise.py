"""The promise itself, for any meeting: nobody can read another participant's address.

Judged on the bytes by :mod:`tests.eyes`, which shares no code with the gate.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings

from eventmail.mailings.rendering import Press, make_press
from eventmail.mailings.snapshot import Recipient
from eventmail.wire import GateRefusal
from tests import eyes
from tests.mailings.meetings import (
    DISGUISES,
    PLACES,
    SPOKEN,
    Meeting,
    meetings,
    spoilt_meeting,
)
from tests.wire.nearby import no_child
from tests.wire.samples import OFFICE, REPLIES

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
OURS = frozenset((OFFICE.key, REPLIES.key))
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


@pytest.fixture(autouse=True, scope="module")
def _in_this_process() -> Iterator[None]:
    with no_child():
        yield


@settings(max_examples=100, deadline=None, suppress_health_check=SLOW)
@given(meeting=meetings())
def test_nobody_can_read_another_participants_address(meeting: Meeting) -> None:
    _assert_kept(meeting)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("disguise", DISGUISES | SPOKEN)
def test_in_each_disguise_at_each_place(disguise: str, place: str) -> None:
    _assert_kept(spoilt_meeting(disguise, place))


def _assert_kept(meeting: Meeting) -> None:
    """Each mail is refused if and only if it shows another's address, and else shows none."""
    press = make_press(meeting.content, meeting.files.__getitem__, meeting.office)
    for recipient in meeting.content.recipients:
        content = press.compose(recipient, f"token{recipient.contact_id}", NOW).content
        own = meeting.own(recipient.participant_id)
        texts = eyes.readings(content)
        read = {each for each in meeting.office.known if eyes.shows(texts, each, own | OURS)}
        refused = _refused(press, recipient)
        assert refused or read <= own | OURS
        assert refused == _shows_another(meeting, recipient)
        if refused and meeting.leak and meeting.leak.seen:
            assert meeting.leak.owner.key in read  # or else these eyes would prove nothing


@settings(max_examples=50, deadline=None, suppress_health_check=SLOW)
@given(meeting=meetings())
def test_the_offices_own_copy_shows_no_participant_at_all(meeting: Meeting) -> None:
    press = make_press(meeting.content, meeting.files.__getitem__, meeting.office)
    composed = press.compose_first_copy("token", NOW)
    texts = eyes.readings(composed.content)
    read = {each for each in meeting.office.known if eyes.shows(texts, each, OURS)}
    leak, first = meeting.leak, meeting.content.recipients[0]
    if leak and (leak.place not in ("company", "name") or leak.company == first.participant_id):
        with pytest.raises(GateRefusal):
            press.clear_first_copy(composed)
    else:
        assert press.clear_first_copy(composed)
        assert not read


def _refused(press: Press, recipient: Recipient) -> bool:
    composed = press.compose(recipient, f"token{recipient.contact_id}", NOW)
    try:
        return press.clear(composed, recipient).content != composed.content
    except GateRefusal as refusal:
        return refusal.rule in ("other_address", "header_address")


def _shows_another(meeting: Meeting, recipient: Recipient) -> bool:
    """Whether the address was put where this recipient gets to see it and must not."""
    leak = meeting.leak
    if leak is None:
        return False
    if leak.place == "subject":  # the subject takes no address but the recipient's very own
        return leak.owner.key != recipient.email.key
    merged = leak.place in ("company", "name")
    if merged and leak.company != recipient.participant_id:
        return False
    return leak.owner.key not in meeting.own(recipient.participant_id)
