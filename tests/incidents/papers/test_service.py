"""Facts come from the records; notes and takings are kept; nothing public leaves with a name."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from eventmail import clock, sample
from eventmail.audit.models import AuditEntry
from eventmail.database import Database
from eventmail.errors import NotFound, UserError
from eventmail.events.models import Contact
from eventmail.events.service import EventFacts
from eventmail.incidents import erasing, linking
from eventmail.incidents import service as incidents
from eventmail.incidents.models import ExposedAddress, Incident, Place
from eventmail.incidents.papers import facts, service
from eventmail.incidents.papers.kinds import Kind
from eventmail.incidents.papers.missing import missing
from eventmail.incidents.papers.models import Format, PaperNote, TakenPaper
from eventmail.incidents.papers.service import Made, Named, Outdated, Unfit
from eventmail.incidents.papers.values import Level, Published
from eventmail.incidents.record import service as record
from eventmail.offices import service as offices
from eventmail.offices.models import Role
from eventmail.offices.permissions import Actor, Forbidden, Standing
from eventmail.sample import People
from tests.incidents import story
from tests.incidents.papers.conftest import CAUSES, WRITTEN
from tests.incidents.papers.story import JUNE_2

NAMED = {
    "second_harm": "ひかり精工に確かめた。",
    "contact": "担当　森下",
    "introduction": "jinji@company01.example にお詫びします。",
    "reference": "06-0000-0101 に電話した。",
}
sqlite_only = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def made(session: Session, incident: Incident, kind: Kind) -> Made:
    found, secrets = facts.facts(session, incident), facts.secrets(session, incident)
    return service.made(found, secrets, kind)


def take(session: Session, actor: Actor, incident: Incident, kind: Kind, form: Format) -> int:
    return service.take(session, actor, incident, made(session, incident, kind), form).number


@sqlite_only
class TestFacts:
    def test_they_are_the_storys_figures(self, database: Database, told: int) -> None:
        with database.reading() as session:
            found = facts.facts(session, session.get_one(Incident, told))
        assert (found.companies, found.persons, found.others) == (30, 7, 23)
        assert [(each.shown, each.places) for each in found.mails] == [
            (15, (Place.TO,)),
            (15, (Place.TO,)),
        ]
        assert (found.settled.reached, found.settled.deletion_agreed) == (30, 30)
        assert [each.public for each in found.causes] == list(CAUSES)
        assert [each.level for each in found.measures] == [Level.OFFICE, Level.BUREAU]
        assert found.written == replace(WRITTEN, version=1)
        assert len(found.handled) == 30

    def test_the_public_papers_of_the_story_can_be_taken(
        self, database: Database, people: People, told: int
    ) -> None:
        with database.reading() as session:
            incident = session.get_one(Incident, told)
            for kind in (Kind.PRESS, Kind.CIRCULAR):
                assert made(session, incident, kind).hits == ()

    def test_the_press_release_has_the_days_and_numbers_of_the_records(
        self, database: Database, told: int
    ) -> None:
        with database.reading() as session:
            press = made(session, session.get_one(Incident, told), Kind.PRESS).paper
        course = [each.text for each in press.sections[1].lines]
        mails, calls = course[:2], course[-2:]
        assert mails[0].startswith("令和5年5月31日（水）、")
        assert ["15件" in each for each in mails] == [True, True]
        assert calls[0].startswith("同日、30社に電話し、25社に")
        assert calls[0].endswith("5社は不在。")
        assert calls[1].startswith("令和5年6月1日（木）、5社に電話し、5社に")

    def test_names_that_somebody_typed_are_letters_for_others(
        self, database: Database, people: People, told: int
    ) -> None:
        typed = (
            f"{people.author.staff.name}が、{story.COMPANIES[0].company}のあて先を確かめなかった。"
        )
        with database.writing() as session:
            incident = session.get_one(Incident, told)
            record.add_cause(session, people.manager, incident, typed)
        with database.reading() as session:
            incident = session.get_one(Incident, told)
            last = facts.facts(session, incident).causes[-1]
            assert made(session, incident, Kind.PRESS).is_fit
        assert last.full == typed
        assert last.public == "職員Aが、事業所Aのあて先を確かめなかった。"

    def test_the_guard_knows_companies_staff_overseers_addresses_and_phones(
        self, database: Database, people: People, told: int
    ) -> None:
        with database.writing() as session:
            overseer = sample.load_outside(session)[Standing.OVERSEER]
        with database.reading() as session:
            found = facts.secrets(session, session.get_one(Incident, told))
        assert set(found.companies) == {each.company for each in story.COMPANIES}
        assert set(found.addresses) == {each.address for each in story.COMPANIES}
        assert set(found.phones) == {each.phone for each in story.COMPANIES}
        assert people.author.staff.name in found.staff
        assert overseer.name in found.staff
        assert people.author.office.name in found.office

    def test_the_guard_knows_the_numbers_of_the_companies_contacts_too(
        self, database: Database, people: People, told: int
    ) -> None:
        mobile = "090-5555-6666"
        with database.writing() as session:
            incident = session.get_one(Incident, told)
            box = offices.mailboxes(session, incident.office_id)[0]
            wanted = EventFacts("連絡", JUNE_2, "", "所内", box.id, box.id)
            linking.make_event(session, people.author, incident, wanted)
            session.execute(sa.update(Contact).values(phone=mobile))
        with database.reading() as session:
            assert mobile in facts.secrets(session, session.get_one(Incident, told)).phones

    def test_the_guard_knows_who_stood_beside_a_shared_address_and_no_desk(
        self, database: Database, told: int
    ) -> None:
        with database.writing() as session:
            found = session.scalars(
                sa.select(ExposedAddress).where(~ExposedAddress.names_person).limit(2)
            ).all()
            found[0].shown_name, found[1].shown_name = "服部　一郎", "総務課 採用担当"
        with database.reading() as session:
            persons = facts.secrets(session, session.get_one(Incident, told)).persons
        assert "服部　一郎" in persons
        assert "総務課 採用担当" not in persons


@sqlite_only
class TestNotes:
    def test_each_change_is_a_version_and_the_newest_counts(
        self, database: Database, people: People, told: int
    ) -> None:
        changed = replace(WRITTEN, published=Published.NO, published_on=None, version=1)
        with database.writing() as session:
            incident = session.get_one(Incident, told)
            service.write(
                session, people.approver, incident, changed, facts.secrets(session, incident)
            )
            assert service.written(session, incident) == replace(changed, version=2)
            assert len(session.scalars(sa.select(PaperNote)).all()) == 2

    def test_of_two_at_once_the_second_is_told(
        self, database: Database, people: People, told: int
    ) -> None:
        with database.writing() as session:
            incident = session.get_one(Incident, told)
            secrets = facts.secrets(session, incident)
            with pytest.raises(Outdated, match=people.manager.staff.name):
                service.write(session, people.approver, incident, WRITTEN, secrets)

    def test_names_addresses_and_numbers_are_refused_where_they_are_typed(
        self, database: Database, people: People, told: int
    ) -> None:
        with database.writing() as session:
            incident = session.get_one(Incident, told)
            secrets = facts.secrets(session, incident)
            for field, text in NAMED.items():
                typed = replace(WRITTEN, version=1, **{field: text})
                with pytest.raises(Named, match="消してから") as refused:
                    service.write(session, people.manager, incident, typed, secrets)
                assert refused.value.field == field

    def test_a_day_without_publication_is_refused(
        self, database: Database, people: People, told: int
    ) -> None:
        typed = replace(WRITTEN, published=Published.NO, version=1)
        with database.writing() as session:
            incident = session.get_one(Incident, told)
            with pytest.raises(Named) as refused:
                service.write(
                    session, people.manager, incident, typed, facts.secrets(session, incident)
                )
        assert refused.value.field == "published_on"

    def test_only_those_who_lead_write_them(
        self, database: Database, people: People, told: int
    ) -> None:
        with database.writing() as session:
            incident = session.get_one(Incident, told)
            secrets = facts.secrets(session, incident)
            with pytest.raises(Forbidden):
                service.write(session, people.author, incident, WRITTEN, secrets)


class TestTaking:
    def test_the_same_words_are_the_same_version_and_other_words_the_next(
        self, database: Database, people: People, told: int
    ) -> None:
        with database.writing() as session:
            incident = session.get_one(Incident, told)
            numbers = [
                take(session, people.manager, incident, Kind.PRESS, form)
                for form in (Format.PDF, Format.WORD)
            ]
            record.add_cause(session, people.manager, incident, "教材が古かったこと。")
            numbers.append(take(session, people.manager, incident, Kind.PRESS, Format.PDF))
            numbers.append(take(session, people.manager, incident, Kind.FIRST, Format.PDF))
        assert numbers == [1, 1, 2, 1]
        with database.reading() as session:
            incident = session.get_one(Incident, told)
            kept = service.takings(session, incident)
            acts = sa.select(AuditEntry).where(AuditEntry.action == "incident.paper_taken")
            told_of = [each.details for each in session.scalars(acts.order_by(AuditEntry.id))]
        assert [each.number for each in kept] == [1, 2, 1, 1]
        assert [each["version"] for each in told_of] == [1, 1, 2, 1]
        assert told_of[0]["document_digest"] == kept[-1].digest == kept[-2].digest
        assert kept[-1].sha256 != kept[-2].sha256

    def test_taking_papers_changes_no_paper(
        self, database: Database, people: People, told: int
    ) -> None:
        with database.writing() as session:
            incident = session.get_one(Incident, told)
            numbers = [
                take(session, people.manager, incident, kind, Format.PDF) for kind in [*Kind, *Kind]
            ]
        assert numbers == [1] * 2 * len(Kind)

    def test_what_is_kept_never_changes(
        self, database: Database, people: People, told: int
    ) -> None:
        with database.writing() as session:
            incident = session.get_one(Incident, told)
            take(session, people.manager, incident, Kind.PRESS, Format.PDF)
        for table in (PaperNote, TakenPaper):
            for statement in (sa.update(table).values(at=clock.now()), sa.delete(table)):
                with pytest.raises(DBAPIError, match="guard"), database.writing() as session:
                    session.execute(statement)


@sqlite_only
class TestWhoMayTake:
    def test_what_goes_out_is_for_those_who_lead(
        self, database: Database, people: People, told: int
    ) -> None:
        with database.writing() as session:
            incident = session.get_one(Incident, told)
            for kind in set(Kind) - {Kind.INTERNAL}:
                with pytest.raises(Forbidden):
                    take(session, people.author, incident, kind, Format.PDF)

    def test_the_internal_report_is_for_all_who_respond_and_for_no_auditor(
        self, database: Database, people: People, told: int
    ) -> None:
        with database.writing() as session:
            incident = session.get_one(Incident, told)
            assert take(session, people.author, incident, Kind.INTERNAL, Format.WORD) == 1
            with pytest.raises(Forbidden):
                take(session, people.auditor, incident, Kind.INTERNAL, Format.WORD)

    def test_another_office_finds_nothing(
        self, database: Database, people: People, told: int
    ) -> None:
        with database.writing() as session:
            other = offices.add_office(session, "みどり野労働局", "となりの公共職業安定所")
            staff = offices.add_staff(
                session, other, "tonari", "隣 一郎", "a long enough word", [Role.MANAGER]
            )
            incident = session.get_one(Incident, told)
            with pytest.raises(NotFound):
                take(session, Actor(staff, other), incident, Kind.PRESS, Format.PDF)


@sqlite_only
class TestUnfit:
    def test_a_public_paper_with_a_name_is_not_taken_and_nothing_is_kept(
        self, database: Database, people: People, told: int
    ) -> None:
        """Whoever gave the chronology its public words may have left a name in them."""
        with database.writing() as session:
            incident = session.get_one(Incident, told)
            found = facts.facts(session, incident)
            line = found.chronology[0]
            spoilt = replace(line, told=replace(line.told, public="ひかり精工に送信した。"))
            spoilt_facts = replace(found, chronology=(spoilt,))
            secrets = facts.secrets(session, incident)
            press = service.made(spoilt_facts, secrets, Kind.PRESS)
            with pytest.raises(Unfit, match="1か所"):
                service.take(session, people.manager, incident, press, Format.PDF)
            internal = service.made(spoilt_facts, secrets, Kind.INTERNAL)
            service.take(session, people.manager, incident, internal, Format.PDF)
            assert [each.kind for each in service.takings(session, incident)] == [Kind.INTERNAL]

    def test_once_the_names_are_erased_nobody_can_tell_and_nothing_is_taken(
        self, database: Database, people: People, told: int
    ) -> None:
        with database.writing() as session:
            incident = session.get_one(Incident, told)
            incidents.close(session, people.manager, incident, "済んだ。", incident.version)
            erasing.of_incident(session, incident)
            with pytest.raises(Unfit, match="確かめられない"):
                take(session, people.manager, incident, Kind.PRESS, Format.PDF)
            with pytest.raises(UserError, match="消去"):
                service.write(
                    session,
                    people.manager,
                    incident,
                    replace(WRITTEN, version=1),
                    facts.secrets(session, incident),
                )


@sqlite_only
def test_at_the_beginning_each_paper_says_what_it_lacks_and_where(
    database: Database, people: People, leak: int
) -> None:
    with database.reading() as session:
        found = facts.facts(session, session.get_one(Incident, leak))
    lacks = {kind: [each.sentence for each in missing(found, kind)] for kind in Kind}
    assert "原因がまだ書かれていません。" in lacks[Kind.CIRCULAR]
    assert "まだ電話で説明できていない事業所が30社あります。" in lacks[Kind.PRESS]
    assert "お問い合わせ先がまだ書かれていません。" in lacks[Kind.PRESS]
    assert "公表するかどうかがまだ書かれていません。" in lacks[Kind.FIRST]
    assert not [each for each in lacks[Kind.INTERNAL] if "公表" in each]
    assert all(each.endpoint for kind in Kind for each in missing(found, kind))
