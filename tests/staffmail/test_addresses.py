"""Which address a member of staff can have: the office's own, nobody else's, one to a person."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.events.models import Contact
from eventmail.offices.models import Staff
from eventmail.sample import People
from eventmail.staffmail import service
from tests.conftest import Meeting

OWN = "himesato-anteisho.example"
REFUSED = {
    "another domain": ("a@elsewhere.example", "同じドメインではない"),
    "a subdomain": (f"a@mail.{OWN}", "同じドメインではない"),
    "a look-alike": ("a@himesato-anteish0.example", "同じドメインではない"),
    "no address": ("chief", "登録できません"),
    "two addresses": (f"a@{OWN}, b@{OWN}", "登録できません"),
    "a name with it": (f"Chief <a@{OWN}>", "登録できません"),
    "the office's own mailbox": (f"gakusotsu@{OWN}", "共用のアドレス"),
    "a mailbox in capitals": (f"GAKUSOTSU@{OWN}", "共用のアドレス"),
}


def give(database: Database, person: Staff, text: str, *domains: str) -> str | None:
    with database.writing() as session:
        staff = session.get_one(Staff, person.id)
        service.set_address(session, staff, text, domains)
        return staff.address


@pytest.mark.parametrize(("text", "reason"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused(database: Database, people: People, text: str, reason: str) -> None:
    with pytest.raises(UserError, match=reason):
        give(database, people.author.staff, text)
    with database.reading() as session:
        assert session.get_one(Staff, people.author.id).address is None


@pytest.mark.parametrize(
    ("text", "kept"),
    [(f"Mori@{OWN}", f"mori@{OWN}"), (f"　ｍｏｒｉ＠{OWN} ", f"mori@{OWN}"), ("", None)],
)
def test_it_is_kept_in_one_spelling(
    database: Database, people: People, text: str, kept: str | None
) -> None:
    assert give(database, people.author.staff, text) == kept


def test_another_domain_by_the_settings(database: Database, people: People) -> None:
    found = give(database, people.author.staff, "mori@ministry.example", "ministry.example")
    assert found == "mori@ministry.example"


def test_nobody_has_a_colleagues(database: Database, people: People) -> None:
    give(database, people.author.staff, f"mori@{OWN}")
    assert give(database, people.author.staff, f"MORI@{OWN}") == f"mori@{OWN}"
    with pytest.raises(UserError, match="ほかの職員"):
        give(database, people.checker.staff, f"mori@{OWN}")


def test_nobody_has_a_participants_even_in_an_allowed_domain(
    database: Database, people: People, meeting: Meeting
) -> None:
    with database.reading() as session:
        address = session.scalars(sa.select(Contact.address).limit(1)).one()
    with pytest.raises(UserError, match="参加事業所の担当者"):
        give(database, people.author.staff, address, address.partition("@")[2])


@pytest.mark.parametrize(
    "address", ["a@b.example,c@d.example", "a", "a@b@c", "A@b.example", "a b@c.example", "<a@b.c>"]
)
def test_the_database_holds_to_it_too(database: Database, people: People, address: str) -> None:
    statement = sa.text("UPDATE staff SET address = :address WHERE id = :id")
    with pytest.raises(DatabaseError, match="guard staff address"), database.writing() as session:
        session.execute(statement, {"address": address, "id": people.author.id})
