"""The list's figures, counted by the database, are those of the incident's own page."""

from __future__ import annotations

import pytest

from eventmail.addresses import EmailAddress
from eventmail.database import Database
from eventmail.incidents import service, taking
from eventmail.incidents.exposure import exposure
from eventmail.incidents.own import own_of
from eventmail.incidents.reading.values import Kind, Listed, SentMail, Where
from eventmail.incidents.reading.values import Seen as Stood
from eventmail.incidents.seen import Seen, counts
from eventmail.sample import People
from tests.counting import statements_of
from tests.incidents import story

Mails = list[dict[str, str]]
# Each mail: who stood in which field. a and b are colleagues of one company.
CASES: dict[str, tuple[Mails, Seen]] = {
    "everybody in To": ([{"a": "to", "c": "to", "d": "cc"}], Seen(3, 3)),
    "blind copies show nobody": ([{"c": "bcc", "d": "bcc"}], Seen(0, 0)),
    "one company alone": ([{"c": "to"}], Seen(0, 0)),
    "colleagues see each other": ([{"a": "to", "b": "cc"}], Seen(0, 0)),
    "colleagues and another": ([{"a": "to", "b": "cc", "c": "bcc"}], Seen(2, 1)),
    "shown in the text to another": ([{"c": "shown", "d": "bcc"}], Seen(1, 1)),
    "shown in the text to itself": ([{"a": "shown", "b": "to"}], Seen(0, 0)),
    "in two mails, counted once": ([{"c": "to", "d": "to"}, {"c": "to", "e": "to"}], Seen(3, 3)),
    "two mails of one company each": ([{"c": "to"}, {"d": "to"}], Seen(0, 0)),
    "no mail": ([], Seen(0, 0)),
}


def address(who: str) -> EmailAddress:
    return EmailAddress.parse(f"{who}@company-{who}.example")


def incident(database: Database, people: People, mails: Mails) -> int:
    actor = people.manager
    with database.writing() as session:
        made = service.open_outside(session, actor, story.OPENING)
        own = own_of(session, actor.office.id)
        for each in mails:
            stood = tuple(Stood(Where(where), address(who)) for who, where in each.items())
            taking.add_mail(session, actor, made, own, SentMail(kind=Kind.EML, seen=stood))
        known = {who for each in mails for who in each}
        listed = [Listed("同じ会社", address(who)) for who in "ab" if {"a", "b"} <= known]
        if listed:
            taking.name_parties(session, actor, made, own, listed)
        return made.id


@pytest.mark.parametrize(("mails", "wanted"), CASES.values(), ids=CASES)
def test_what_was_seen_is_counted(
    database: Database, people: People, mails: Mails, wanted: Seen
) -> None:
    made = incident(database, people, mails)
    with database.reading() as session:
        whole = exposure(session, service.find(session, people.manager.office.id, made))
        assert counts(session, [made]) == {made: wanted}
        assert (whole.total, whole.companies) == (wanted.total, wanted.companies)


def test_many_are_counted_at_once_and_each_by_itself(database: Database, people: People) -> None:
    made = {incident(database, people, mails): seen for mails, seen in CASES.values()}
    with database.reading() as session:
        assert counts(session, list(made)) == made
        assert statements_of(lambda: counts(session, list(made))) == 1


def test_of_no_incident_there_is_nothing_to_count(database: Database) -> None:
    with database.reading() as session:
        assert counts(session, []) == {}
