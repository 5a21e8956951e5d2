"""From the relay's answer to a delivery's fate: what is tried again, when, and until when."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from eventmail import clock
from eventmail.language import said
from eventmail.outbox.models import DeliveryState
from eventmail.wire import Kind, Result

WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120, 240))
LONGEST = timedelta(days=5)  # RFC 5321, section 4.5.4.1: the give-up time is 4 to 5 days
TOO_MANY_RECIPIENTS = 452  # RFC 5321, section 4.5.3.1.10: send the rest in another transaction
GIVEN_UP = said("（何度か送り直しましたが、期限までに受け取られませんでした。）")
FINAL = {
    Kind.ACCEPTED: DeliveryState.ACCEPTED,
    Kind.REFUSED: DeliveryState.REFUSED,
    Kind.UNCERTAIN: DeliveryState.UNCERTAIN,
}


def deadline(begun: datetime, event_date: date) -> datetime:
    """Until when a mail about an event makes sense: the event's day, but five days at most.

    A mail that begins on the day or after it (thanks, minutes) has the five days.
    """
    longest = begun + LONGEST
    day_ends = datetime.combine(event_date + timedelta(days=1), time(), clock.TOKYO)
    return longest if day_ends <= begun + timedelta(days=1) else min(longest, day_ends)


def next_try(deferrals: int, until: datetime) -> datetime | None:
    """When to try again after ``deferrals`` deferrals; None if that would be too late."""
    wait = WAITS[min(max(deferrals, 1), len(WAITS)) - 1]
    due_at = clock.now() + wait
    return due_at if due_at <= until else None


def fate(
    result: Result, deferrals: int, until: datetime, *, others_taken: bool, resting: datetime | None
) -> tuple[DeliveryState, datetime | None]:
    """State and next try of one recipient.

    ``others_taken``: the same batch reached somebody. ``resting``: the whole relay asked for a
    pause until then, which is not this mail's fault.
    """
    if result.kind in FINAL:
        return FINAL[result.kind], None
    if result.reply.code == TOO_MANY_RECIPIENTS and others_taken:
        return DeliveryState.QUEUED, clock.now()
    if resting is not None:
        late = resting > until
        return (DeliveryState.REFUSED, None) if late else (DeliveryState.QUEUED, resting)
    due_at = next_try(deferrals, until)
    if due_at is None:
        return DeliveryState.REFUSED, None
    waiting = DeliveryState.DEFERRED if result.kind is Kind.DEFERRED else DeliveryState.QUEUED
    return waiting, due_at
