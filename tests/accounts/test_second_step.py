"""The seam of the second step: half a session opens nothing, lives five minutes, works once."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from eventmail import clock
from eventmail.accounts import reauth, sessions, signing_in, steps, throttle
from eventmail.accounts.models import Ending, StaffSession
from eventmail.accounts.origin import NOWHERE
from eventmail.accounts.signing_in import Refused, SecondStep, SignedIn
from eventmail.accounts.steps import Factor
from eventmail.database import Database
from eventmail.offices.models import Staff
from eventmail.passwords import Attempt
from eventmail.sample import People

PASSWORD = "demo-kian-no-pass"
CODE = Factor("code", "番号", "somewhere")


def yes(_session: object, _staff: object) -> bool:
    return True


def no(_session: object, _staff: object) -> bool:
    return False


def unasked(_session: object, _staff: object) -> bool:
    raise AssertionError("looked at although it has to wait")


@pytest.fixture(autouse=True)
def factor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "PROVIDERS", (lambda _session, _staff: (CODE,),))


def half(database: Database) -> str:
    with database.writing() as session:
        found = signing_in.begin(session, "kian", Attempt(PASSWORD), NOWHERE)
    assert isinstance(found, SecondStep)
    assert found.factors == (CODE,)
    return found.token


def complete(database: Database, token: str, verify: signing_in.Verify = yes) -> SignedIn | Refused:
    with database.writing() as session:
        return signing_in.complete(session, token, "code", verify, NOWHERE)


def opens(database: Database, token: str) -> bool:
    with database.reading() as session:
        return sessions.find(session, token, sessions.Limits()) is not None


def test_half_a_session_opens_nothing(database: Database) -> None:
    token = half(database)
    assert not opens(database, token)
    found = complete(database, token)
    assert isinstance(found, SignedIn)
    assert opens(database, found.token)
    assert not opens(database, token)


def test_it_is_used_up_by_success_and_not_by_an_error(database: Database) -> None:
    token = half(database)
    assert complete(database, token, no) == Refused(signing_in.WRONG_STEP)
    assert isinstance(complete(database, token), SignedIn)
    assert complete(database, token) == Refused(signing_in.EXPIRED, is_over=True)


@pytest.mark.parametrize("after", ["five minutes", "a new password", "leaving"])
def test_it_does_not_outlive(database: Database, people: People, after: str) -> None:
    token = half(database)
    if after == "five minutes":
        with time_machine.travel(clock.now() + timedelta(minutes=5)):
            assert complete(database, token) == Refused(signing_in.EXPIRED, is_over=True)
        return
    with database.writing() as session:
        if after == "leaving":
            session.get_one(Staff, people.author.id).active = False
        else:
            sessions.end_all(session, people.author.id, Ending.PASSWORD)
    assert complete(database, token) == Refused(signing_in.EXPIRED, is_over=True)


def test_guessing_the_second_is_slowed_down_over_new_first_steps(database: Database) -> None:
    with time_machine.travel(clock.now(), tick=False):
        for _ in range(throttle.FREE_FOR_ACCOUNT):
            complete(database, half(database), no)
        found = complete(database, half(database), unasked)
    assert isinstance(found, Refused)
    assert "待ってから" in found.sentence


def test_confirming_takes_both(database: Database) -> None:
    found = complete(database, half(database))
    assert isinstance(found, SignedIn)
    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        assert not reauth.is_fresh(only(database))
        with database.writing() as session:
            one = session.get_one(StaffSession, only(database).id)
            assert reauth.confirm_step(session, one, unasked, NOWHERE) == signing_in.EXPIRED
            assert reauth.confirm_password(session, one, Attempt(PASSWORD), NOWHERE) == ""
        assert not reauth.is_fresh(only(database))
        assert reauth.awaits_step(only(database))
        with database.writing() as session:
            one = session.get_one(StaffSession, only(database).id)
            assert reauth.confirm_step(session, one, no, NOWHERE) == signing_in.WRONG_STEP
            assert reauth.confirm_step(session, one, yes, NOWHERE) == ""
        assert reauth.is_fresh(only(database))


def only(database: Database) -> StaffSession:
    """The one full session."""
    with database.reading() as session:
        query = session.query(StaffSession).filter(StaffSession.stage == "full")
        return query.one()
