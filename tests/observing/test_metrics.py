"""The figures are those of the rows, whichever process wrote them, and not for everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from eventmail import clock, create_app
from eventmail.audit.models import AuditCheck
from eventmail.audit.service import record
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.mailings.models import Snapshot
from eventmail.observing import backups, totals
from eventmail.observing.backups import Backup
from eventmail.observing.models import RunningTotal, TotalMark
from eventmail.outbox.models import Attempt, Delivery, DeliveryState
from eventmail.outbox.worker import Outbox
from eventmail.sample import People
from eventmail.version import VERSION
from eventmail.wire import RULES
from tests.guards import drop_guard
from tests.observing.scraping import TOKEN, Figures, look, scrape
from tests.recorder import Recorder

MAIL = 31  # thirty companies, and the office's own copy


@pytest.fixture
def watched(settings: Settings) -> Iterator[Flask]:
    app = create_app(replace(settings, metrics_token=TOKEN))
    yield app
    app.extensions["eventmail"].outbox.huey.storage.close()
    app.extensions["eventmail"].database.dispose()


class TestWhoMaySee:
    def test_without_a_token_there_is_no_such_page(self, app: Flask) -> None:
        client = app.test_client()
        for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer x"}):
            assert client.get("/metrics", headers=headers).status_code == 404

    @pytest.mark.parametrize(
        "given",
        [None, "", TOKEN, "Bearer", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", f"Basic {TOKEN}"],
    )
    def test_only_the_right_token_opens_it(self, watched: Flask, given: str | None) -> None:
        headers = {} if given is None else {"Authorization": given}
        response = watched.test_client().get("/metrics", headers=headers)
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"] == "Bearer"
        assert response.data == b""

    def test_the_right_one_does(self, watched: Flask) -> None:
        assert scrape(watched).of("eventmail_build_info", version=VERSION) == 1


def test_a_sending_is_counted(
    database: Database, approved: Snapshot, outbox: Outbox, recorder: Recorder
) -> None:
    before = look(database)
    assert before.of("eventmail_deliveries", state="queued") == MAIL
    assert before.of("eventmail_mails_total", outcome="accepted") == 0
    assert before.of("eventmail_relay_seconds_count") == 0
    recorder.script("DOT", "250 ok", times=2)
    recorder.script("DOT", "550 no such mailbox")
    outbox.send_due(approved.id)
    after = look(database)
    assert after.of("eventmail_deliveries", state="queued") == 0
    assert after.of("eventmail_mails_total", outcome="accepted") == MAIL - 1
    assert after.of("eventmail_mails_total", outcome="refused") == 1
    assert after.of("eventmail_relay_replies_total", **{"class": "5xx"}) == 1
    assert after.of("eventmail_relay_seconds_count") == MAIL
    assert after.of("eventmail_relay_seconds_bucket", le="60.0") == MAIL
    took = after.of("eventmail_relay_seconds_sum")
    assert took is not None
    assert 0 < took < MAIL * 10


def test_nothing_is_counted_twice_or_lost_when_the_totals_are_added_up(
    database: Database, approved: Snapshot, outbox: Outbox
) -> None:
    outbox.send_due(approved.id)
    before = _counters(look(database))
    totals.add_up(database)
    assert _mark(database) == 0  # all of it is too young
    with time_machine.travel(clock.now() + timedelta(minutes=5)):
        for _ in range(2):
            totals.add_up(database)
            assert _counters(look(database)) == before
    assert _mark(database) == MAIL
    with database.reading() as session:
        kept = session.get_one(RunningTotal, ("mails", "accepted")).value
    assert kept == MAIL


def test_what_has_no_answer_yet_is_waited_for(
    database: Database, approved: Snapshot, outbox: Outbox
) -> None:
    outbox.send_due(approved.id)
    drop_guard(database, "attempts", "rewritten")
    with database.writing() as session:
        attempt = session.scalars(sa.select(Attempt).order_by(Attempt.id)).all()[10]
        settled, attempt.settled_at = attempt.settled_at, None
        number = attempt.id
    with time_machine.travel(clock.now() + timedelta(minutes=5)):
        totals.add_up(database)
    assert _mark(database) == number - 1
    assert look(database).of("eventmail_mails_total", outcome="accepted") == MAIL - 1
    with database.writing() as session:
        session.get_one(Attempt, number).settled_at = settled
    assert look(database).of("eventmail_mails_total", outcome="accepted") == MAIL


def test_what_is_never_answered_is_uncertain_after_an_hour_and_no_time_of_the_relays(
    database: Database, approved: Snapshot, outbox: Outbox
) -> None:
    """Its worker has died; a person says much later what became of it."""
    outbox.send_due(approved.id)
    drop_guard(database, "attempts", "rewritten")
    with database.writing() as session:
        attempt = session.scalars(sa.select(Attempt).order_by(Attempt.id)).all()[10]
        attempt.settled_at, attempt.outcome, attempt.reply_code = None, "", None
        number = attempt.id
    with time_machine.travel(clock.now() + timedelta(minutes=59)):
        totals.add_up(database)
        assert _mark(database) == number - 1
        assert look(database).of("eventmail_mails_total", outcome="uncertain") == 0
    with time_machine.travel(clock.now() + timedelta(hours=2)):
        before = look(database)
        totals.add_up(database)
        assert _mark(database) == MAIL
        with database.writing() as session:
            attempt = session.get_one(Attempt, number)
            attempt.settled_at, attempt.outcome = clock.now(), "uncertain"
        totals.add_up(database)
        after = look(database)
    assert _counters(after) == _counters(before)
    assert after.of("eventmail_mails_total", outcome="uncertain") == 1
    assert after.of("eventmail_mails_total", outcome="accepted") == MAIL - 1
    assert after.of("eventmail_relay_seconds_count") == MAIL - 1


def test_what_a_person_decides_before_the_mark_has_passed_is_no_time_either(
    database: Database, approved: Snapshot, outbox: Outbox
) -> None:
    outbox.send_due(approved.id)
    before = look(database).of("eventmail_relay_seconds_sum")
    drop_guard(database, "attempts", "rewritten")
    with database.writing() as session:
        attempt = session.scalars(sa.select(Attempt).order_by(Attempt.id)).all()[10]
        attempt.settled_at, attempt.outcome = clock.now() + timedelta(minutes=30), "uncertain"
        attempt.reply_code = None
    after = look(database).of("eventmail_relay_seconds_sum")
    assert before is not None
    assert after is not None
    assert after <= before


def test_uncertain_ones_are_counted_when_the_sending_is_over(
    database: Database, approved: Snapshot, outbox: Outbox, recorder: Recorder
) -> None:
    recorder.script("DOT", "250 ok", times=5)
    recorder.script("DOT", "drop the connection")
    outbox.send_due(approved.id)
    assert look(database).of("eventmail_deliveries", state="uncertain") == 1


def test_how_long_the_oldest_waits(database: Database, approved: Snapshot) -> None:
    now = clock.now()
    with database.writing() as session:
        session.execute(sa.update(Delivery).values(due_at=now - timedelta(seconds=90)))
    with time_machine.travel(now, tick=False):
        assert look(database).of("eventmail_oldest_due_seconds") == pytest.approx(90, abs=1)
    with database.writing() as session:
        session.execute(sa.update(Delivery).values(state=DeliveryState.CANCELLED))
    assert look(database).of("eventmail_oldest_due_seconds") == 0


def test_refusals_are_those_of_the_audit(database: Database, people: People) -> None:
    office = people.author.office.id
    first = look(database)
    for rule in RULES:
        assert first.of("eventmail_gate_refusals_total", rule=rule) == 0
    with database.writing() as session:
        for rule in ("other_address", "other_address", "broken", "of_tomorrow"):
            record(session, "dispatch.halted", "snapshot:1", office_id=office, rule=rule)
        record(session, "staff.sign_in_refused", "login:x")
        record(session, "access.refused", "page:audit.index", office_id=office)
    found = look(database)
    assert found.of("eventmail_gate_refusals_total", rule="other_address") == 2
    assert found.of("eventmail_gate_refusals_total", rule="broken") is None
    assert found.of("eventmail_halts_total", reason="of_tomorrow") == 1
    assert found.of("eventmail_halts_total", reason="broken") == 1
    assert found.of("eventmail_halts_total", reason="too_big") == 0
    assert found.of("eventmail_sign_in_failures_total", step="password") == 1
    assert found.of("eventmail_access_refusals_total") == 1


def test_a_broken_chain_shows(database: Database, people: People) -> None:
    assert look(database).of("eventmail_audit_chains_broken") == 0
    at = clock.now()
    with database.writing() as session:
        values = {"at": at, "number": 1, "mac": "x"}
        session.add(AuditCheck(chain=0, fault="", **values))
        session.add(AuditCheck(chain=people.author.office.id, fault="", **values))
        session.flush()
        session.add(AuditCheck(chain=people.author.office.id, fault="3番：…", **values))
    found = look(database)
    assert found.of("eventmail_audit_chains_broken") == 1
    assert found.of("eventmail_audit_verified_timestamp_seconds") == pytest.approx(
        at.timestamp(), abs=1
    )


def test_requests_are_counted_by_rule(watched: Flask) -> None:
    client = watched.test_client()
    for path in ("/p/a-secret-of-somebody", "/nowhere?q=taro@office.example", "/mailings/1"):
        client.get(path)
    client.open("/nowhere", method="BREW")
    found = scrape(watched)
    name = "eventmail_requests_total"
    assert found.of(name, route="/p/<token>", status="404", method="GET") == 1
    assert found.of(name, route="(none)", status="404", method="GET") == 1
    assert found.of(name, route="/mailings/<int:mailing_id>", status="302") == 1
    assert found.of(name, method="other") == 1
    assert found.of("eventmail_request_seconds_count", route="/p/<token>") == 1
    for text in ("somebody", "BREW", "@", "taro"):
        assert text not in found.text


def test_the_backups_are_asked_for_at_one_place(
    watched: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert scrape(watched).of("eventmail_backup_failed") is None
    at = clock.now()
    monkeypatch.setattr(backups, "look", lambda _settings: Backup(at, failed_since=True))
    found = scrape(watched)
    assert found.of("eventmail_backup_failed") == 1
    assert found.of("eventmail_backup_timestamp_seconds") == pytest.approx(at.timestamp(), abs=1)


def test_every_metric_is_in_the_documents(
    watched: Flask, monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    docs = Path(__file__).parents[2]
    page = (docs / "docs" / "observe.md").read_text(encoding="utf-8")
    rules = (docs / "deploy" / "prometheus-rules.yml").read_text(encoding="utf-8")
    monkeypatch.setattr(backups, "look", lambda _settings: Backup(clock.now(), failed_since=False))
    with database.writing() as session:
        record(session, "dispatch.halted", "snapshot:1", rule="other_address")
        session.add(AuditCheck(chain=0, at=clock.now(), number=1, mac="x", fault=""))
    watched.test_client().get("/health/live")
    found = scrape(watched)
    names = {each.name for each in found.samples if not each.name.endswith("_created")}
    missing = {each for each in names if _family(each) not in page}
    assert not missing
    rows = set(re.findall(r"^\| `(eventmail_\w+)`", page, re.MULTILINE))
    assert len(rows) > 15
    assert rows <= {_family(each).strip("`") for each in names}
    told = set(re.findall(r"eventmail_\w+", rules))
    assert len(told) > 10
    assert told <= names


def _family(name: str) -> str:
    for end in ("_bucket", "_sum", "_count"):
        name = name.removesuffix(end)
    return f"`{name}`"


def _counters(found: Figures) -> dict[tuple[str, str], float]:
    return {
        (each.name, str(each.labels)): round(each.value, 3)
        for each in found.samples
        if each.name.endswith(("_total", "_count", "_bucket", "_sum"))
    }


def _mark(database: Database) -> int:
    with database.reading() as session:
        return session.get_one(TotalMark, "attempts").last_id
