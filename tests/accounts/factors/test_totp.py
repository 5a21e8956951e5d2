"""An app's codes: confirmed before they count, taken once, sealed where they lie."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.exc import IntegrityError

from eventmail import clock
from eventmail.accounts.factors import service, totp
from eventmail.accounts.factors.models import TotpSecret
from eventmail.accounts.factors.service import Way
from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.sealing import Sealer, Unsealable
from tests.accounts.factors.conftest import MEANS, Holder, code_of

# The vectors of RFC 6238 for SHA-1, cut to six digits: the moment and its code.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RFC_CODES = {59: "287082", 1111111109: "081804", 1234567890: "005924", 20000000000: "353130"}


@pytest.mark.parametrize(("moment", "code"), RFC_CODES.items())
def test_the_codes_are_those_of_the_standard(moment: int, code: str) -> None:
    with time_machine.travel(moment, tick=False):
        assert totp.step_of(RFC_SECRET, code) == moment // 30


@pytest.mark.parametrize(
    ("off", "taken"), {-2: False, -1: True, 0: True, 1: True, 2: False}.items()
)
def test_a_clock_may_be_one_step_off(off: int, taken: bool) -> None:
    assert (totp.step_of(RFC_SECRET, code_of(RFC_SECRET, off)) is not None) is taken


@pytest.mark.parametrize("typed", ["２８７０８２", "287 082", " 287-082 "])
def test_a_code_may_be_typed_as_people_type(typed: str) -> None:
    with time_machine.travel(59, tick=False):
        assert totp.step_of(RFC_SECRET, typed) == 1


@pytest.mark.parametrize("typed", ["", "287083", "28708", "2870820", "あいうえおか", "٢٨٧٠٨٢"])
def test_anything_else_is_no_code(typed: str) -> None:
    with time_machine.travel(59, tick=False):
        assert totp.step_of(RFC_SECRET, typed) is None


def test_a_secret_counts_only_after_its_first_code(holder: Holder) -> None:
    with holder.database.writing() as session:
        totp.offer(session, MEANS.sealer, holder.staff.id)
        secret = totp.offered(session, MEANS.sealer, holder.staff.id)
        assert not totp.confirm(session, MEANS.sealer, holder.staff, "000000")
        assert not service.has_any(session, holder.staff.id)
        assert service.prove(session, MEANS, holder.staff.id, code_of(secret)) is None
        assert totp.confirm(session, MEANS.sealer, holder.staff, code_of(secret))
        assert service.has_any(session, holder.staff.id)


def test_setting_up_does_not_wait_for_ever(holder: Holder) -> None:
    with holder.database.writing() as session:
        totp.offer(session, MEANS.sealer, holder.staff.id)
    later = clock.now() + timedelta(minutes=31)
    with time_machine.travel(later), holder.database.writing() as session:
        assert totp.offered(session, MEANS.sealer, holder.staff.id) == ""
        with pytest.raises(UserError, match="はじめから"):
            totp.confirm(session, MEANS.sealer, holder.staff, "000000")


def test_the_app_before_works_until_the_new_one_is_confirmed(holder: Holder) -> None:
    before = holder.with_app()
    with holder.database.writing() as session:
        totp.offer(session, MEANS.sealer, holder.staff.id)
        assert service.prove(session, MEANS, holder.staff.id, code_of(before)) is Way.TOTP
        after = totp.offered(session, MEANS.sealer, holder.staff.id)
        assert totp.confirm(session, MEANS.sealer, holder.staff, code_of(after))
        assert service.prove(session, MEANS, holder.staff.id, code_of(before, 1)) is None


def test_a_code_works_once_even_the_one_that_confirmed(holder: Holder) -> None:
    secret = holder.with_app()
    with holder.database.writing() as session:
        assert service.prove(session, MEANS, holder.staff.id, code_of(secret, -1)) is None
        assert service.prove(session, MEANS, holder.staff.id, code_of(secret)) is Way.TOTP
        assert service.prove(session, MEANS, holder.staff.id, code_of(secret)) is None
        assert service.prove(session, MEANS, holder.staff.id, code_of(secret, 1)) is Way.TOTP
        assert service.prove(session, MEANS, holder.staff.id, code_of(secret)) is None


def test_one_of_two_requests_at_once_gets_in(holder: Holder) -> None:
    secret, start, answers = holder.with_app(), threading.Barrier(2), []

    def enter() -> None:
        start.wait()
        with holder.database.writing() as session:
            answers.append(service.prove(session, MEANS, holder.staff.id, code_of(secret)))

    threads = [threading.Thread(target=enter) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(answers, key=str) == [None, Way.TOTP]


def test_the_database_itself_takes_no_step_twice(holder: Holder) -> None:
    holder.with_app()
    with pytest.raises(IntegrityError, match="replayed"), holder.database.writing() as session:
        session.execute(sa.update(TotpSecret).values(last_step=TotpSecret.last_step))


def test_the_secret_lies_sealed_and_opens_only_for_its_person(
    holder: Holder, colleague: Holder
) -> None:
    secret = holder.with_app()
    colleague.with_app()
    with holder.database.writing() as session:
        stored = session.get_one(TotpSecret, holder.staff.id).sealed
        assert secret not in stored
        moved = sa.update(TotpSecret).where(TotpSecret.staff_id == colleague.staff.id)
        session.execute(moved.values(sealed=stored, last_step=TotpSecret.last_step + 1))
        with pytest.raises(Unsealable):
            service.prove(session, MEANS, colleague.staff.id, code_of(secret, 1))
        with pytest.raises(Unsealable):
            totp.verify(session, Sealer((b"another key",)), holder.staff.id, code_of(secret))


def test_the_qr_code_says_who_and_where(database: Database, holder: Holder) -> None:
    told = totp.address(RFC_SECRET, holder.staff)
    assert told.startswith("otpauth://totp/")
    assert f"secret={RFC_SECRET}" in told
