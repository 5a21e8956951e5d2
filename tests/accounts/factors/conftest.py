"""A person with factors, and codes of any moment."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pyotp
import pytest
import time_machine

from eventmail import clock
from eventmail.accounts.factors import passkeys, totp
from eventmail.accounts.factors.means import Means, Site
from eventmail.database import Database
from eventmail.offices.models import Staff
from eventmail.sample import People
from eventmail.sealing import Sealer
from tests.accounts.factors.authenticator import ORIGIN, SITE, Authenticator, unb64

MEANS = Means(Sealer((b"a key for tests",)), Site(SITE, ORIGIN), frozenset())
STEP = timedelta(seconds=30)


def code_of(secret: str, steps: int = 0) -> str:
    """The app's code now, or some steps before or after."""
    return pyotp.TOTP(secret).at(clock.now() + steps * STEP)


@dataclass
class Holder:
    """The approver, who sets up factors; codes come from his own app."""

    database: Database
    staff: Staff

    def with_app(self) -> str:
        """An app that counts; the code of the step before confirmed it."""
        with self.database.writing() as session:
            totp.offer(session, MEANS.sealer, self.staff.id)
            secret = totp.offered(session, MEANS.sealer, self.staff.id)
            assert totp.confirm(session, MEANS.sealer, self.staff, code_of(secret, -1))
        return secret

    def with_passkey(
        self, key: Authenticator | None = None, name: str = "職場のPC"
    ) -> Authenticator:
        """A passkey that counts."""
        made = key or Authenticator()
        with self.database.writing() as session:
            options = passkeys.registration(session, MEANS.site, self.staff)
            challenge = unb64(options["challenge"])
            found = passkeys.register(
                session, MEANS.site, self.staff, challenge, made.make(options), name
            )
        assert not isinstance(found, str), found
        return made


@pytest.fixture
def holder(database: Database, people: People) -> Holder:
    return Holder(database, people.approver.staff)


@pytest.fixture
def colleague(database: Database, people: People) -> Holder:
    return Holder(database, people.manager.staff)


@pytest.fixture(autouse=True)
def middle_of_a_step() -> Iterator[None]:
    """The clock goes, but no test meets the turn of a step by chance."""
    with time_machine.travel(int(time.time()) // 30 * 30 + 10):
        yield
