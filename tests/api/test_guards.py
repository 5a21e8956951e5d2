"""What the database itself holds of tokens, on both databases."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from eventmail.api import changing
from eventmail.api.models import ApiToken, Scope
from eventmail.api.refusing import Refused
from eventmail.database import Database
from eventmail.sample import People
from tests.api.programs import made

WRITES = {
    "another may": "UPDATE api_tokens SET drafts = TRUE",
    "longer": "UPDATE api_tokens SET expires_at = '2099-01-01 00:00:00+00:00'",
    "of another": "UPDATE api_tokens SET digest = 'x'",
    "alive again": "UPDATE api_tokens SET revoked_at = NULL",
    "gone": "DELETE FROM api_tokens",
}


def test_a_token_stays_what_it_was_made(database: Database, people: People) -> None:
    with database.writing() as session:
        token, _ = made(session, people.manager, {Scope.READ})
        token.revoked_at, token.revoked_by = token.created_at, people.manager.id
    for name, statement in WRITES.items():
        with pytest.raises(DBAPIError, match="guard api_tokens"), database.writing() as session:
            session.execute(sa.text(statement))
        assert name


def test_a_key_counts_for_its_token_and_its_request(database: Database, people: People) -> None:
    with database.writing() as session:
        token = session.get_one(ApiToken, made(session, people.manager, {Scope.READ})[0].id)
    for what, expected in (("a", (7, False)), ("a", (7, True))):
        with database.writing() as session:
            assert changing.once(session, token, "key", what, lambda: 7) == expected
    with pytest.raises(Refused) as no, database.writing() as session:
        changing.once(session, token, "key", "b", lambda: 8)
    assert no.value.code == "idempotency_key_reused"
