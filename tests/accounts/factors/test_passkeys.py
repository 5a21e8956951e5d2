"""Passkeys: what a device may answer, and everything else."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from eventmail import clock
from eventmail.accounts.factors import challenges, passkeys, service
from eventmail.accounts.factors.means import Means
from eventmail.accounts.factors.models import Passkey, Purpose
from eventmail.audit.models import AuditEntry
from eventmail.config import Mode, Settings
from eventmail.errors import NotFound, UserError
from eventmail.offices.models import Role, Staff
from tests.accounts.factors.authenticator import Authenticator, unb64
from tests.accounts.factors.conftest import MEANS, Holder

Falsify = Callable[[Authenticator], Authenticator]


@dataclass
class Door:
    """Where a passkey is used: alone, or by somebody who is known already."""

    holder: Holder
    known: int | None = None

    @property
    def purpose(self) -> Purpose:
        return Purpose.STEP if self.known else Purpose.SIGN_IN

    def ask(self) -> dict[str, Any]:
        with self.holder.database.writing() as session:
            return passkeys.request(session, MEANS.site, self.purpose, self.known)

    def answer(self, options: dict[str, Any], answer: str) -> Passkey | str:
        with self.holder.database.writing() as session:
            challenge = unb64(options["challenge"])
            return passkeys.authenticate(
                session, MEANS.site, self.purpose, self.known, challenge, answer
            )

    def knock(self, key: Authenticator) -> Passkey | str:
        options = self.ask()
        return self.answer(options, key.use(options))


@pytest.fixture(params=["alone", "after the password"])
def door(request: pytest.FixtureRequest, holder: Holder) -> Door:
    return Door(holder, None if request.param == "alone" else holder.staff.id)


def test_a_passkey_opens_again_and_again(door: Door) -> None:
    key = door.holder.with_passkey()
    for _ in range(2):
        found = door.knock(key)
        assert isinstance(found, Passkey)
        assert found.staff_id == door.holder.staff.id


def test_a_device_that_does_not_count_is_as_good(door: Door) -> None:
    key = door.holder.with_passkey(Authenticator(step=0))
    for _ in range(2):
        assert isinstance(door.knock(key), Passkey)


FALSE: dict[str, Falsify] = {
    "made on another site": lambda key: replace(key, origin="https://localhost.evil.example"),
    "another port of the site": lambda key: replace(key, origin="http://localhost:9999"),
    "for another site": lambda key: replace(key, site="evil.example"),
    "signed with another key": lambda key: replace(
        key, key=ec.generate_private_key(ec.SECP256R1())
    ),
    "nobody verified at the device": lambda key: replace(key, verified=False),
    "a passkey that nobody registered": lambda key: replace(key, credential=b"x" * 32),
    "in another's name": lambda key: replace(key, handle="A" * 43),
}


@pytest.mark.parametrize("falsify", FALSE.values(), ids=FALSE)
def test_what_is_false_is_answered_alike(door: Door, falsify: Falsify) -> None:
    key = door.holder.with_passkey()
    assert door.knock(falsify(key)) == passkeys.WRONG
    assert isinstance(door.knock(key), Passkey)


def test_an_answer_works_once(door: Door) -> None:
    key, options = door.holder.with_passkey(), door.ask()
    answer = key.use(options)
    assert isinstance(door.answer(options, answer), Passkey)
    assert door.answer(options, answer) == passkeys.WRONG


def test_a_wrong_answer_uses_the_challenge_up(door: Door) -> None:
    key, options = door.holder.with_passkey(), door.ask()
    assert door.answer(options, "{}") == passkeys.WRONG
    assert door.answer(options, key.use(options)) == passkeys.WRONG


def test_an_answer_comes_in_time(door: Door) -> None:
    key, options = door.holder.with_passkey(), door.ask()
    with time_machine.travel(clock.now() + challenges.LASTS + timedelta(seconds=1)):
        assert door.answer(options, key.use(options)) == passkeys.WRONG


def test_a_challenge_for_one_purpose_serves_no_other(holder: Holder) -> None:
    key = holder.with_passkey()
    alone, after = Door(holder), Door(holder, holder.staff.id)
    options = alone.ask()
    assert after.answer(options, key.use(options)) == passkeys.WRONG
    options = after.ask()
    assert alone.answer(options, key.use(options)) == passkeys.WRONG
    with holder.database.writing() as session:
        options = passkeys.registration(session, MEANS.site, holder.staff)
    assert after.answer(options, key.use(options)) == passkeys.WRONG


def test_after_the_password_only_ones_own_passkey_counts(holder: Holder, colleague: Holder) -> None:
    holder.with_passkey()
    other = colleague.with_passkey()
    assert Door(holder, holder.staff.id).knock(other) == passkeys.WRONG
    assert isinstance(Door(holder).knock(other), Passkey)


def test_alone_the_passkey_says_who_it_is(holder: Holder) -> None:
    key = holder.with_passkey()
    assert Door(holder).knock(replace(key, handle=None)) == passkeys.WRONG


def test_who_left_does_not_come_in(door: Door) -> None:
    key = door.holder.with_passkey()
    with door.holder.database.writing() as session:
        session.get_one(Staff, door.holder.staff.id).active = False
    assert door.knock(key) == passkeys.WRONG


@pytest.mark.parametrize("back", [0, 1])
def test_a_counter_that_does_not_grow_blocks_the_passkey_for_good(door: Door, back: int) -> None:
    key = door.holder.with_passkey()
    for _ in range(3):
        door.knock(key)
    copy = replace(key, count=key.count - 1 - back)
    assert door.knock(copy) == passkeys.COPIED
    assert door.knock(key) == passkeys.COPIED
    with door.holder.database.reading() as session:
        told = sa.select(AuditEntry.action).where(AuditEntry.action.like("%blocked"))
        assert session.scalars(told).all() == ["factor.passkey_blocked"]
        # What may be a copy never turns into no question at all.
        assert service.has_any(session, door.holder.staff.id)
        assert service.standing(session, door.holder.staff.id).count == 0


def test_a_forged_counter_blocks_nobody(door: Door) -> None:
    key = door.holder.with_passkey()
    door.knock(key)
    forged = replace(key, count=-1, key=ec.generate_private_key(ec.SECP256R1()))
    assert door.knock(forged) == passkeys.WRONG
    assert isinstance(door.knock(key), Passkey)


UNFIT: dict[str, Falsify] = {
    "made on another site": lambda key: replace(key, origin="https://evil.example"),
    "for another site": lambda key: replace(key, site="evil.example"),
    "nobody verified at the device": lambda key: replace(key, verified=False),
}


@pytest.mark.parametrize("falsify", UNFIT.values(), ids=UNFIT)
def test_only_what_was_made_here_is_registered(holder: Holder, falsify: Falsify) -> None:
    assert _register(holder, falsify(Authenticator())) == passkeys.NOT_MADE
    with holder.database.reading() as session:
        assert passkeys.of(session, holder.staff.id) == []


def test_a_registration_works_once_and_for_its_person(holder: Holder, colleague: Holder) -> None:
    with holder.database.writing() as session:
        options = passkeys.registration(session, MEANS.site, holder.staff)
        answer, challenge = Authenticator().make(options), unb64(options["challenge"])

        def answered(staff: Staff) -> object:
            return passkeys.register(session, MEANS.site, staff, challenge, answer, "名前")

        assert answered(colleague.staff) == passkeys.NOT_MADE
        assert isinstance(answered(holder.staff), Passkey)
        assert answered(holder.staff) == passkeys.NOT_MADE


def test_a_passkey_is_registered_once_and_the_device_is_told(
    holder: Holder, colleague: Holder
) -> None:
    key = holder.with_passkey()
    assert _register(colleague, replace(key)) == passkeys.KNOWN
    with holder.database.writing() as session:
        options = passkeys.registration(session, MEANS.site, holder.staff)
    assert [unb64(each["id"]) for each in options["excludeCredentials"]] == [key.credential]


def test_there_is_an_end_to_passkeys(holder: Holder) -> None:
    for _ in range(passkeys.MOST):
        holder.with_passkey()
    with holder.database.writing() as session, pytest.raises(UserError, match="10個まで"):
        passkeys.registration(session, MEANS.site, holder.staff)


def test_anothers_passkey_is_not_found(holder: Holder, colleague: Holder) -> None:
    colleague.with_passkey()
    with holder.database.writing() as session:
        (other,) = passkeys.of(session, colleague.staff.id)
        with pytest.raises(NotFound):
            service.remove_passkey(session, MEANS, holder.staff, other.id)


CHANGES = {
    "another key": {"public_key": "AAAA"},
    "another person": {"staff_id": 1},
    "a counter that goes back": {"sign_count": 0},
    "no longer blocked": {"blocked_at": None},
}


@pytest.mark.parametrize("values", CHANGES.values(), ids=CHANGES)
def test_the_database_itself_keeps_a_passkey_as_it_is(
    holder: Holder, values: dict[str, object]
) -> None:
    key = holder.with_passkey()
    door = Door(holder)
    door.knock(key), door.knock(replace(key, count=0))
    with pytest.raises(IntegrityError, match="forged"), holder.database.writing() as session:
        session.execute(sa.update(Passkey).values(values))


Json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
Text = st.text(max_size=40) | st.binary(max_size=60).map(lambda raw: raw.hex())


@settings(max_examples=150)
@given(
    st.text()
    | Json.map(json.dumps)
    | st.fixed_dictionaries(
        {
            "id": st.just("eHh4eA"),
            "rawId": st.just("eHh4eA"),
            "type": st.just("public-key"),
            "response": st.fixed_dictionaries(
                {
                    "clientDataJSON": Text,
                    "attestationObject": Text,
                    "authenticatorData": Text,
                    "signature": Text,
                }
            ),
        }
    ).map(json.dumps)
)
def test_no_answer_breaks_the_reading(answer: str) -> None:
    """Nothing a browser can send is worse than wrong; needs no database."""
    assert MEANS.site is not None
    assert passkeys.verified_registration(MEANS.site, b"c" * 32, answer) is None
    assert passkeys.verified_use(MEANS.site, b"c" * 32, answer, "AAAA") is None


SITES = {
    "https": ("https://mail.example.jp", ("mail.example.jp", "https://mail.example.jp")),
    "a port": (
        "https://mail.example.jp:8443/in",
        ("mail.example.jp", "https://mail.example.jp:8443"),
    ),
    "plain http": ("http://mail.example.jp", None),
    "a number": ("https://192.0.2.7", None),
    "nothing said": ("", None),
}


@pytest.mark.parametrize(("url", "site"), SITES.values(), ids=SITES)
def test_the_site_comes_from_the_settings(url: str, site: tuple[str, str] | None) -> None:
    found = Means.of(Settings(mode=Mode.PRODUCTION, secret_key="x" * 40, public_url=url)).site
    assert (found and (found.name, found.origin)) == site


def test_the_demo_has_a_site_of_its_own_and_requires_nothing() -> None:
    found = Means.of(Settings(mode=Mode.DEMO, port=8025))
    assert found.site
    assert found.site.origin == "http://localhost:8025"
    assert not found.required
    assert Means.of(Settings(mode=Mode.PRODUCTION)).required == {Role.APPROVER, Role.MANAGER}


def _register(holder: Holder, key: Authenticator) -> Passkey | str:
    with holder.database.writing() as session:
        options = passkeys.registration(session, MEANS.site, holder.staff)
        challenge, answer = unb64(options["challenge"]), key.make(options)
        return passkeys.register(session, MEANS.site, holder.staff, challenge, answer, "名前")
