"""An incident's life: opened, told more of, closed, opened again; and what is never taken in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.addresses import EmailAddress
from eventmail.audit.models import AuditEntry
from eventmail.database import Database
from eventmail.errors import NotFound, UserError
from eventmail.incidents import opening, parties, persons, removing, service, taking
from eventmail.incidents.calls import calling
from eventmail.incidents.exposure import exposure
from eventmail.incidents.models import Incident, IncidentMail, Party
from eventmail.incidents.own import own_of
from eventmail.incidents.reading.values import Kind, Listed, Seen, SentMail, Unread, Where
from eventmail.offices.permissions import Forbidden
from eventmail.sample import People
from tests.incidents import story
from tests.privacy import traces


def found(session: Session, people: People, leak: int) -> Incident:
    return service.find(session, people.author.office.id, leak)


WRONG = {
    "no title": ({"title": "  "}, "何が起きたかを"),
    "an address in the title": ({"title": "a@x.example に送った"}, "「@」"),
    "an address in the words": ({"noticed_how": "a＠x.example から電話"}, "「@」"),
    "noticed tomorrow": ({"noticed_at": clock.now() + timedelta(days=1)}, "先の日時"),
    "happened after it was noticed": (
        {"happened_at": story.NOTICED + timedelta(hours=1)},
        "よりあと",
    ),
}


@pytest.mark.parametrize(("changed", "why"), WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_cannot_be_is_refused_in_a_sentence(
    database: Database, people: People, changed: dict[str, object], why: str
) -> None:
    with database.writing() as session, pytest.raises(UserError, match=why):
        service.open_outside(session, people.author, replace(story.OPENING, **changed))  # type: ignore[arg-type]


def test_it_is_closed_and_opened_again_by_those_who_lead_and_the_reasons_stay(
    database: Database, people: People, leak: int
) -> None:
    with database.writing() as session:
        incident = found(session, people, leak)
        with pytest.raises(Forbidden):
            service.close(session, people.author, incident, "済んだ", incident.version)
        with pytest.raises(UserError, match="1文で"):
            service.close(session, people.manager, incident, " ", incident.version)
        with pytest.raises(UserError, match="ほかの職員"):
            service.close(session, people.manager, incident, "済んだ", incident.version - 1)
        service.close(session, people.manager, incident, "全社に連絡した", incident.version)
    with database.writing() as session:
        incident = found(session, people, leak)
        with pytest.raises(UserError, match="対応を終えています"):
            service.touch(session, people.author, incident)
        service.reopen(session, people.approver, incident, "1社から連絡が来た", incident.version)
        service.touch(session, people.author, incident)
        reasons = [
            each.details["reason"]
            for each in session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id))
            if each.action in ("incident.closed", "incident.reopened")
        ]
        assert reasons == ["全社に連絡した", "1社から連絡が来た"]


def test_what_it_is_about_never_changes_and_it_never_goes(
    database: Database, people: People, leak: int
) -> None:
    for statement in (
        sa.update(Incident).values(origin="mailing"),
        sa.update(Incident).values(opened_at=clock.now()),
        sa.delete(Incident),
    ):
        with pytest.raises(IntegrityError, match="guard incidents"), database.writing() as session:
            session.execute(statement)


def test_another_office_finds_nothing(database: Database, people: People, leak: int) -> None:
    with database.reading() as session, pytest.raises(NotFound):
        service.find(session, people.author.office.id + 1, leak)


def mail(*addresses: str, where: Where = Where.TO, **given: object) -> SentMail:
    seen = tuple(Seen(where, EmailAddress.parse(each)) for each in addresses)
    return SentMail(kind=Kind.EML, seen=seen, **given)  # type: ignore[arg-type]


def test_the_offices_own_addresses_are_nobodys_exposure(database: Database, people: People) -> None:
    with database.writing() as session:
        incident = service.open_outside(session, people.author, story.OPENING)
        own = own_of(session, people.author.office.id, ["kyoku.example"])
        assert EmailAddress.parse("anybody@kyoku.example") in own
        colleague = "betsu@himesato-anteisho.example"
        made = taking.add_mail(
            session,
            people.author,
            incident,
            own,
            mail("a@x.example", story.OFFICE, colleague, "k@kyoku.example", "b@y.example"),
        )
        assert (made.own_count, len(incident.parties)) == (3, 2)
        assert exposure(session, incident).total == 2
        with pytest.raises(UserError, match="1件も読み取れません"):
            taking.add_mail(session, people.author, incident, own, mail(story.OFFICE))


def test_a_file_twice_is_refused_and_what_was_unread_is_kept(
    database: Database, people: People
) -> None:
    with database.writing() as session:
        incident = service.open_outside(session, people.author, story.OPENING)
        own = own_of(session, people.author.office.id)
        unread = (Unread("山田 太郎", "名前だけです。"),)
        once = mail("a@x.example", sha256="0" * 64, unread=unread)
        taking.add_mail(session, people.author, incident, own, once)
        with pytest.raises(UserError, match="1通目として"):
            taking.add_mail(session, people.author, incident, own, once)
    with database.reading() as session:
        kept = session.scalars(sa.select(IncidentMail)).one()
        assert kept.unread == [{"text": "山田 太郎", "why": "名前だけです。"}]


def test_a_mail_added_by_mistake_goes_with_what_only_it_had_shown(
    database: Database, people: People
) -> None:
    with database.writing() as session:
        incident = service.open_outside(session, people.author, story.OPENING)
        own = own_of(session, people.author.office.id)
        kept = mail("a@x.example", "b@y.example")
        taking.add_mail(session, people.author, incident, own, kept)
        wrong = mail("b@y.example", "c@z.example", where=Where.CC)
        made = taking.add_mail(session, people.author, incident, own, wrong)
        with pytest.raises(NotFound):
            removing.remove(session, people.author, incident, made.id + 1)
        removing.remove(session, people.author, incident, made.id)
        seen = exposure(session, incident)
        assert [each.address for each in seen.addresses] == ["a@x.example", "b@y.example"]
        assert (len(seen.mails), len(seen.parties)) == (1, 2)


def test_companies_are_one_only_when_somebody_says_so(database: Database, people: People) -> None:
    who = people.checker
    with database.writing() as session:
        incident = service.open_outside(session, who, story.OPENING)
        own = own_of(session, who.office.id)
        sent = mail("a@x.example", "b@x.example", "c@gmail.com", "d@gmail.com", "e@y.example")
        taking.add_mail(session, who, incident, own, sent)
        assert exposure(session, incident).companies == 5
        ((domain, same),) = [
            (each.domain, each.parties) for each in parties.proposals(incident.parties)
        ]
        assert domain == "x.example", "a free mail's domain is nobody's company"
        parties.merge(session, who, incident, [each.id for each in same])
        seen = exposure(session, incident)
        assert (seen.companies, seen.total, len(seen.parties)) == (4, 5, 4)
        merged = next(each for each in seen.parties if len(each.addresses) == 2)
        parties.split(session, who, incident, merged.addresses[1].id)
        assert exposure(session, incident).companies == 5


def test_a_list_names_companies_and_puts_their_addresses_together(
    database: Database, people: People
) -> None:
    with database.writing() as session:
        incident = service.open_outside(session, people.author, story.OPENING)
        own = own_of(session, people.author.office.id)
        taking.add_mail(
            session, people.author, incident, own, mail("a@x.example", "b@x.example", "c@y.example")
        )
        listed = [
            Listed("ひかり", EmailAddress.parse("a@x.example"), "06-0000-0001"),
            Listed("ひかり", EmailAddress.parse("b@x.example")),
            Listed("電話だけの会社", None, "06-0000-0002"),
            Listed("所", EmailAddress.parse(story.OFFICE)),
        ]
        assert taking.name_parties(session, people.author, incident, own, listed) == 3
        told = [(each.company, each.phone, len(each.addresses)) for each in incident.parties]
        assert told == [
            ("ひかり", "06-0000-0001", 2),
            ("y.example（名前は未入力）", "", 1),
            ("電話だけの会社", "06-0000-0002", 0),
        ]


def test_a_list_never_puts_an_address_to_another_company_than_it_says(
    database: Database, people: People
) -> None:
    who = people.author
    a, b, c = map(EmailAddress.parse, ("a@x.example", "b@x.example", "c@x.example"))
    with database.writing() as session:
        incident = service.open_outside(session, who, story.OPENING)
        own = own_of(session, who.office.id)
        taking.add_mail(session, who, incident, own, mail(str(a), str(b), str(c)))
        # By the domain somebody has said that they are one; the list knows better.
        parties.merge(session, who, incident, [each.id for each in incident.parties])
        listed = [Listed("ひかり", a), Listed("みなと", b), Listed("ひかり", c)]
        taking.name_parties(session, who, incident, own, listed)
        told = {each.company: [x.address for x in each.addresses] for each in incident.parties}
        assert told == {"ひかり": [str(a), str(c)], "みなと": [str(b)]}
        twice = [Listed("ひかり", a), Listed("みなと", a)]
        with pytest.raises(UserError, match="「ひかり」と「みなと」の両方"):
            taking.name_parties(session, who, incident, own, twice)


def test_two_at_once_do_not_overwrite_a_companys_number(
    database: Database, people: People, leak: int
) -> None:
    with database.writing() as session:
        incident = found(session, people, leak)
        first = incident.parties[0]
        version = first.version
        name = first.company
        parties.change(session, people.author, incident, first.id, name, "06-1", version)
    with database.writing() as session:
        incident = found(session, people, leak)
        with pytest.raises(UserError, match="この対応先を変えました"):
            parties.change(session, people.checker, incident, first.id, name, "06-2", version)
        assert session.get_one(Party, first.id).phone == "06-1"


def test_each_answer_about_a_person_is_recorded_and_no_address_in_the_audit(
    database: Database, people: People, leak: int
) -> None:
    with database.writing() as session:
        incident = found(session, people, leak)
        seen = exposure(session, incident)
        answers = {each.id: each.names_person for each in seen.addresses}
        answers[seen.addresses[0].id] = True  # the classifier knew better, a person says
        assert persons.confirm(session, people.checker, incident, answers) == 30
        again = exposure(session, incident)
        assert (again.persons, again.others, again.unconfirmed) == (8, 22, 0)
        assert persons.confirm(session, people.author, incident, answers) == 0
        with pytest.raises(NotFound):
            persons.confirm(session, people.author, incident, {10_000: True})
        told = session.scalars(
            sa.select(AuditEntry).where(AuditEntry.action == "incident.person_confirmed")
        ).all()
        assert len(told) == 30
        assert {each.staff_id for each in told} == {people.checker.id}
    words = [text for each in story.COMPANIES for text in (each.address, each.company)]
    assert [each for each in traces.in_rows(database, words) if each.startswith("audit")] == []


def test_nobody_without_a_hand_in_it_responds(database: Database, people: People) -> None:
    with database.writing() as session, pytest.raises(Forbidden):
        service.open_outside(session, people.auditor, story.OPENING)


def test_what_is_another_incidents_is_not_found_in_this_one(
    database: Database, people: People, leak: int
) -> None:
    who = people.author
    with database.writing() as session:
        other = found(session, people, leak)
        party, sent = other.parties[0], other.mails[0]
        address = party.addresses[0].id
        here = service.open_outside(session, who, story.OPENING)
        tries: tuple[Callable[[], object], ...] = (
            lambda: parties.find(session, here, party.id),
            lambda: parties.split(session, who, here, address),
            lambda: parties.merge(session, who, here, [party.id]),
            lambda: persons.confirm(session, who, here, {address: True}),
            lambda: opening.find_mail(session, here, sent.id),
            lambda: removing.remove(session, who, here, sent.id),
            lambda: calling.begin(session, who, here, party.id),
        )
        for deed in tries:
            with pytest.raises(NotFound):
                deed()
