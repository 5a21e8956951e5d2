"""However many companies an incident has, its pages ask the database as often as for a few."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest

from eventmail.addresses import EmailAddress
from eventmail.database import Database
from eventmail.events.models import Event
from eventmail.events.service import EventFacts
from eventmail.incidents import linking, opening, service, taking
from eventmail.incidents.calls.models import Outcome
from eventmail.incidents.own import own_of
from eventmail.incidents.reading.values import Kind, Listed, Seen, SentMail, Where
from eventmail.mailings.models import Snapshot
from eventmail.offices import service as offices
from eventmail.outbox import sending
from eventmail.sample import People
from eventmail.wire import Relay
from tests.counting import statements_of
from tests.incidents import story
from tests.incidents.calls import hands
from tests.pages import Pages

FEW, MANY = 4, 40
PAGES = ("", "/exposure", "/parties", "/parties/{party}", "/event", "/calls", "/calls.json")
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def leak(database: Database, people: People, many: int) -> tuple[int, int]:
    """The incident's id and a company's: all named, half of them called, all in an event."""
    who = people.author
    emails = [EmailAddress.parse(f"a@company{many}-{number}.example") for number in range(many)]
    with database.writing() as session:
        incident = service.open_outside(session, who, story.OPENING)
        own = own_of(session, who.office.id)
        seen = tuple(Seen(Where.TO, each) for each in emails)
        taking.add_mail(session, who, incident, own, SentMail(kind=Kind.EML, seen=seen))
        named = [Listed(f"会社{each.domain}", each, "06-0000-0000") for each in emails]
        taking.name_parties(session, who, incident, own, named)
        box = offices.mailboxes(session, who.office.id)[0].id
        facts = EventFacts("対応", date(2030, 12, 2), "", "所", box, box)
        linking.make_event(session, who, incident, facts)
        ids = hands.parties(session, incident)
        hands.call_all(session, who, incident, ids[::2], Outcome.ABSENT)
        return incident.id, ids[0]


def test_every_page_of_it(
    database: Database, people: People, sign_in: Callable[[str], Pages]
) -> None:
    few, many = (leak(database, people, number) for number in (FEW, MANY))
    browser = sign_in("author")

    def asked(path: str, where: tuple[int, int]) -> int:
        whole = f"/incidents/{where[0]}{path.format(party=where[1])}"
        browser.raw(whole)
        return statements_of(lambda: browser.raw(whole))

    counts = {path: (asked(path, few), asked(path, many)) for path in PAGES}
    assert {path: count for path, count in counts.items() if count[0] != count[1]} == {}


def companies(text: str) -> list[str]:
    """Those that are named on a page."""
    return list(dict.fromkeys(re.findall(r"会社company\d+-\d+\.example", text)))


def test_they_come_page_by_page(
    database: Database, people: People, sign_in: Callable[[str], Pages]
) -> None:
    incident_id, party_id = leak(database, people, 250)
    browser = sign_in("author")

    def listed(query: str) -> tuple[list[str], str]:
        text = browser.get(f"/incidents/{incident_id}/calls{query}").text
        return companies(text), text

    def sizes(query: str) -> list[int]:
        return [len(listed(f"?page={number}{query}")[0]) for number in (1, 2, 3)]

    pages = [listed(f"?page={number}") for number in range(1, 6)]
    assert [len(named) for named, _ in pages] == [50] * 5
    assert len({each for named, _ in pages for each in named}) == 250
    assert listed("")[0] == pages[0][0]
    assert listed("?page=9")[0] == pages[-1][0]
    # Whom to call today comes first: 125, of whom 25 stand on the third page.
    headings = "きょうかける先（125社）", "そのほかの事業所（125社）"
    assert [[each in text for each in headings] for _, text in pages] == [
        [True, False],
        [True, False],
        [True, True],
        [False, True],
        [False, True],
    ]
    assert sizes("&state=absent") == [50, 50, 25]
    group = browser.get(f"/incidents/{incident_id}/exposure")
    assert "ほかに150社あります。全社は「対応先」の一覧で見られます。" in group.text
    linked = [e for e in group.all("a") if "/parties/" in (e.attributes.get("href") or "")]
    assert len(linked) == 100
    path = f"/incidents/{incident_id}/parties/{party_id}"
    seen = [browser.get(f"{path}?page={number}").text for number in (1, 2, 3)]
    assert all("この事業所に見えたアドレス（249件）" in text for text in seen)
    assert [len(companies(text)) for text in seen] == [1 + 100, 1 + 100, 1 + 49]  # and its own name


def test_the_roster_is_compared_by_a_few_and_again_changes_nothing(
    database: Database, people: People
) -> None:
    incident_id, _ = leak(database, people, MANY)
    with database.writing() as session:
        incident = service.find(session, people.author.office.id, incident_id)
        event = session.get_one(Event, incident.event_id)
        versions = [each.version for each in incident.parties]
        asked = statements_of(lambda: linking.link(session, people.author, incident, event))
        assert asked < MANY / 2
        assert [each.version for each in incident.parties] == versions


def test_who_was_shown_is_written_down_by_a_few(
    database: Database, people: People, approved: Snapshot, relay: Relay
) -> None:
    sending.run(database, relay, approved.id)
    who = people.author
    with database.writing() as session:
        mailing = opening.find_mailing(session, who, approved.mailing_id)
        incident = opening.from_mailing(session, who, mailing, story.OPENING)
        incident_id, mail_id = incident.id, incident.mails[0].id
    with database.writing() as session:
        incident = service.find(session, who.office.id, incident_id)
        mail = opening.find_mail(session, incident, mail_id)
        first = hands.parties(session, incident)[0]
        asked = statements_of(lambda: opening.say_shown(session, who, incident, mail, [first]))
    assert asked < 15
