"""A whole sending in the log: nobody's address, and the same ids from the page to the relay."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from eventmail import tracing
from eventmail.database import Database
from eventmail.mailings.models import Snapshot
from eventmail.outbox.worker import Outbox
from eventmail.sample import People
from tests.mailings import walking
from tests.observing.lines import Lines
from tests.outbox.test_worker import drain
from tests.pages import Pages
from tests.recorder import Recorder

SignIn = Callable[[str], Pages]
MAIL = 31  # thirty companies, and the office's own copy


@pytest.fixture
def sent(app: Flask, checked: Snapshot, sign_in: SignIn, recorder: Recorder, lines: Lines) -> Lines:
    """The approver's yes on the page, then the turn of a worker that it brought about."""
    approver, path = sign_in("approver"), f"/mailings/{checked.mailing_id}/approve"
    approver.post(path, walking.yes(approver.get(path)))
    drain(app.extensions["eventmail"].outbox)
    assert len(recorder.received) == MAIL
    return lines


def test_it_holds_no_address(sent: Lines, checked: Snapshot, recorder: Recorder) -> None:
    written = re.sub(r'"level": "\w+"', "", sent.getvalue())  # somebody's name is info@
    assert "@" not in written
    for mail in recorder.received:
        for address in (*mail.rcpt_to, mail.mail_from):
            assert address.partition("@")[0] not in re.split(r"[^\w.+-]", written)


def test_each_mail_has_its_line(sent: Lines, checked: Snapshot) -> None:
    answered = sent.saying("the relay answered", outcome="accepted", code=250)
    assert len({each["delivery"] for each in answered}) == MAIL
    assert {each["snapshot"] for each in answered} == {checked.id}
    assert {each["mailing"] for each in answered} == {checked.mailing_id}


def test_the_ids_lead_from_the_page_to_the_relay(sent: Lines, checked: Snapshot) -> None:
    (page,) = sent.saying(
        "POST /mailings/<int:mailing_id>/approve 302", mailing=checked.mailing_id, status=302
    )
    request = page["request_id"]
    asked, *_ = sent.saying("asked for a worker", request_id=request, snapshot=checked.id)
    begun, ended = (
        sent.saying(f"a turn {what}", request_id=request, snapshot=checked.id)[0]
        for what in ("begins", "ends")
    )
    assert begun["task"] == ended["task"]
    answered = sent.saying("the relay answered", request_id=request, task=begun["task"])
    assert len(answered) == MAIL
    assert "task" not in asked


def test_nothing_is_left_of_it_afterwards(sent: Lines) -> None:
    assert tracing.current() == {}


def test_several_connections_know_what_they_belong_to(
    settings: object,
    database: Database,
    approved: Snapshot,
    people: People,
    outbox: Outbox,
    lines: Lines,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each connection is a thread of a pool; so is the one that claims ahead, and the watch."""
    monkeypatch.setattr("eventmail.outbox.sending.FEW", 10)
    outbox.send_due(approved.id, asked_by="of-a-test")
    answered = lines.saying("the relay answered", request_id="of-a-test", snapshot=approved.id)
    assert len(answered) == MAIL


def test_what_breaks_in_a_turn_is_told_without_addresses(
    approved: Snapshot, outbox: Outbox, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("cannot send to taro@office.example")

    monkeypatch.setattr("eventmail.outbox.sending.prepare", broken)
    outbox.send_due(approved.id)
    (record,) = [each for each in lines.records if "exception" in each]
    assert record["snapshot"] == approved.id
    assert "[address " in record["exception"]
    assert "@" not in record["exception"]
