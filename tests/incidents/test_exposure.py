"""Who saw whose address, counted as the founding story counts it."""

from __future__ import annotations

from eventmail.addresses import EmailAddress, names_a_person
from eventmail.database import Database
from eventmail.incidents import exposure, service
from eventmail.incidents.models import Place
from eventmail.sample import People
from tests.incidents import story


def test_the_story_has_seven_addresses_with_a_full_name_by_the_imports_classifier() -> None:
    found = [names_a_person(EmailAddress.parse(each.address)) for each in story.COMPANIES]
    assert (len(found), sum(found)) == (30, story.PERSONS)


def test_the_storys_figures(database: Database, people: People, leak: int) -> None:
    with database.reading() as session:
        incident = service.find(session, people.author.office.id, leak)
        found = exposure.exposure(session, incident)
        assert [each.counts for each in found.mails] == [{Place.TO: 15}, {Place.TO: 15}]
        assert (found.total, found.companies, found.readers) == (30, 30, 30)
        assert (found.persons, found.others, found.unconfirmed) == (7, 23, 30)
        assert [each.size for each in found.groups] == [15, 15]
        assert found.matrix == ((14, 0), (0, 14))
        assert {(v.addresses, v.companies, v.seen_by) for v in found.views} == {(14, 14, 14)}
        first, second = (found.groups[n].parties for n in (0, 1))
        seen = {each.party_id for each in found.seen_by(first[0].id)}
        assert seen == {each.id for each in first[1:]}
        assert not seen & {each.id for each in second}
        assert [(p.company, p.phone) for p in found.parties] == [
            (each.company, each.phone) for each in story.COMPANIES
        ]
