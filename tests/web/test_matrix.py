"""Every page × every method × everybody: reached or refused, as ``matrix.py`` says.

"Permitted but invalid" must not pass for "forbidden", and a POST that is done would change the
world for the next: so each view is replaced by one that answers at once that it was reached. What
stands before a view (routes, sign-in, permission) is the app's own. Afterwards the real views are
asked for the objects of an office: by its own people, and by those of another.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from eventmail import clock, create_app, sample
from eventmail.accounts import invitations
from eventmail.addresses import EmailAddress
from eventmail.administration import service as administration
from eventmail.alerts import service as alerts
from eventmail.allowed import service as allowed
from eventmail.answers import asking
from eventmail.answers.asking import Wording
from eventmail.answers.models import QuestionKind
from eventmail.api import tokens
from eventmail.api.models import Scope
from eventmail.bounces.reading import Class
from eventmail.config import Mode, Settings
from eventmail.corrections import service as corrections
from eventmail.database import Database
from eventmail.events.models import Contact, Event, MaterialVersion
from eventmail.incidents.calls.models import Outcome
from eventmail.incidents.record import service as record
from eventmail.incidents.record.service import Plan
from eventmail.links.service import Guest
from eventmail.mailings.findings import timing
from eventmail.mailings.models import Snapshot
from eventmail.notices import addressing
from eventmail.notices import service as notices
from eventmail.notices.drafting import Draft
from eventmail.notices.models import Kind as NoticeKind
from eventmail.notices.models import Notice
from eventmail.offices import deputies
from eventmail.offices import service as offices
from eventmail.offices.models import Bureau, Office, Role, Staff
from eventmail.offices.permissions import Action
from eventmail.outbox.models import Delivery
from eventmail.proposals import service as proposals
from eventmail.proposals.kinds import Place, known
from eventmail.roster.models import RosterImport
from eventmail.suppression import models as stopping
from eventmail.suppression import service as suppression
from eventmail.training import service as training
from eventmail.training.models import Purpose
from eventmail.training.papers import Sort
from eventmail.web import errors
from eventmail.webhooks import service as webhooks
from eventmail.wordings import service as wordings
from eventmail.wordings.builtin import Text
from eventmail.wordings.models import WordingKind
from tests.conftest import SECRET, Templates, _people, opened
from tests.incidents import story
from tests.incidents.calls import hands as calls
from tests.outbox import hands
from tests.web.matrix import ALL, MAY, NOBODY, PAGES

NEEDS = {endpoint: action for action, names in PAGES.items() for endpoint in names.split()}
ROLES = ALL.split()
PASSWORDS = {each["role"]: each for each in sample.story()["staff"]}
OUTSIDE = {each["standing"]: each for each in sample.story()["outside"]}
STRANGER = "a stranger's password"
EVERYBODY = [NOBODY, *ROLES, *OUTSIDE]
# A webhook is there, but the app's own administrator names no server: nobody is called.
NAMED = Settings(mode=Mode.TEST, secret_key=SECRET, webhook_hosts=("https://hooks.example:443",))
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
REACHED, FORBIDDEN, NOT_FOUND, TO_SIGN_IN = 299, 403, 404, 302


@dataclass(frozen=True)
class World:
    """An office with one object of each kind, its people, and those of the office next door."""

    app: Flask
    ids: dict[str, object]
    clients: dict[str, FlaskClient]
    strangers: dict[str, FlaskClient]

    def path(self, rule: Rule) -> str:
        """Where a rule leads, with the ids of the office's own objects."""
        values = {name: self.ids[name] for name in rule.arguments}
        return str(self.app.url_map.bind("localhost").build(rule.endpoint, values))


@pytest.fixture(scope="module")
def world(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(timing, "_reason", lambda _moment: "")  # as conftest's office_hours
        database = opened(templates.copy("sqlite", "approved"))
        app = create_app(_settings(database, tmp_path_factory.mktemp("matrix")))
        patched.setattr(errors, "page", lambda status, sentence: (sentence, status))
        app.config["WTF_CSRF_ENABLED"] = False  # has tests of its own, and would refuse before
        ids = _one_of_each(database)
        _outsiders(database)
        clients = {
            name: _signed_in(app, each["login"], each["password"])
            for name, each in (PASSWORDS | OUTSIDE).items()
        }
        clients[NOBODY] = app.test_client()
        there = {role: _signed_in(app, f"tonari-{role}", STRANGER) for role in ROLES}
        yield World(app, ids, clients, there)
    app.extensions["eventmail"].outbox.huey.storage.close()
    app.extensions["eventmail"].database.dispose()
    database.dispose()


def _settings(database: Database, folder: Path) -> Settings:
    url = database.url.render_as_string(hide_password=False)
    return Settings(
        mode=Mode.TEST, secret_key=SECRET, data_dir=folder, database_url=url, mail_sink=True
    )


def _signed_in(app: Flask, login: str, password: str) -> FlaskClient:
    client = app.test_client()
    answer = client.post("/sign-in", data={"login": login, "password": password})
    assert answer.status_code == TO_SIGN_IN, login
    return client


def _outsiders(database: Database) -> None:
    """Next door somebody for each role; above the offices the two who stand outside them."""
    with database.writing() as session:
        sample.load_outside(session)
        office = offices.add_office(session, "みどり野労働局", "となりの公共職業安定所")
        for role in sorted(ROLES, key="manager".__eq__):  # two who confirm end the setting up
            name = f"tonari-{role}"
            offices.add_staff(session, office, name, name, STRANGER, [Role(role)])


def _told(session: Session) -> list[Notice]:
    """What a bureau's overseer has sent to everybody."""
    overseer = offices.add_person(session, None, "moto-kyoku", "元 局員", STRANGER)
    bureau = session.scalars(sa.select(Bureau)).first()
    assert bureau is not None
    administration.make_overseer(session, overseer, bureau)
    draft = Draft(NoticeKind.CAUTION, "題名", "本文", None, frozenset(Role))
    seen = addressing.stamp(draft, addressing.prepared(session, overseer, draft))
    return notices.send(session, overseer, draft, "0" * 32, seen)


def _one_of_each(database: Database) -> dict[str, object]:
    people = _people(database)
    with database.writing() as session:
        parking = Wording(QuestionKind.NUMBER, "車の台数", False)
        own, day = Text("礼", "礼", "礼"), clock.today() + timedelta(days=1)
        event = session.scalars(sa.select(Event)).one()
        mailing = session.scalars(sa.select(Snapshot)).one().mailing
        delivery = session.scalars(sa.select(Delivery).where(~Delivery.first_copy).limit(1)).one()
        hands.bounced(session, delivery, Class.SOFT)
        made = wordings.add_wording(session, people.author, WordingKind.OWN, own)
        alert = alerts.raise_alert(session, event.reply_to, "test", "event:1", "止まりました。")
        entry = allowed.allow(session, people.author, "kaijo@kaikan.example")
        reading = tokens.Wanted("統計", {Scope.READ}, False, 30)
        token, _ = tokens.make(session, people.manager, reading)
        leads = webhooks.Wanted("統計", "https://hooks.example/", ["sending.finished"], False)
        webhook, _ = webhooks.make(session, people.manager, NAMED, leads)
        deputy = deputies.appoint(session, people.approver, people.checker.id, day, day, "出張")
        place = Place(people.manager.office.id, known("hold"))
        proposal = proposals.propose(session, people.manager, place, 5, "試し")
        version = session.scalars(sa.select(MaterialVersion).limit(1)).one()
        office = session.get_one(Office, people.manager.office.id)
        invitee = invitations.Invitee("shinjin", "新人 一郎", {Role.AUTHOR})
        invited = invitations.invite(session, people.manager, office, invitee)
        due = training.Wanted(frozenset({Sort.CHECKLIST}), Purpose.REGULAR, day)
        training.assign(session, people.manager, due, [people.author.id])
        (task,) = training.own_tasks(session, people.author)
        yes = {each.id: "yes" for each in training.paper_of(task.assignment).questions}
        result = training.take(session, people.author, task.id, yes)
        (told,) = _told(session)
        stopped = suppression.suppress(
            session,
            event.office_id,
            None,
            EmailAddress.parse("yameru@yameru.example"),
            stopping.Kind.ASKED_BY_PHONE,
            source=stopping.Source.PHONE,
        )
        contact = session.get_one(Contact, delivery.contact_id)
        guest = Guest(event.office_id, event, contact.participant, contact, 0)
        wanted = corrections.Wanted("", "", "新しい担当", contact.email)
        leak = story.leak(session, people.manager)
        party_id = leak.parties[0].id
        called = calls.call(session, people.author, leak, party_id, Outcome.ABSENT)
        meet = Plan("会議を開く", owner_name="所長", due_on=day)
        record.add_measure(session, people.manager, leak, meet)
        return {
            "call_id": called.calls[0].id,
            "chapter": "start",
            "filename": "check.png",
            "duty": "bureau",
            "line": "noticed",
            "paper": "press",
            "correction_id": corrections.propose(session, guest, wanted).id,
            "event_id": event.id,
            "incident_id": leak.id,
            "mail_id": leak.mails[0].id,
            "party_id": leak.parties[0].id,
            "address_id": leak.parties[0].addresses[0].id,
            "suppression_id": stopped.id,
            "mailing_id": mailing.id,
            "task_id": task.id,
            "assignment_id": task.assignment_id,
            "result_id": result.id,
            "delivery_id": delivery.id,
            "participant_id": delivery.participant_id,
            "notice_id": told.id,
            "batch": told.batch,
            "question_id": asking.add(session, people.author, event, parking).id,
            "contact_id": delivery.contact_id,
            "wording_id": made.id,
            "alert_id": alert.id,
            "entry_id": entry.id,
            "appointment_id": deputy.id,
            "proposal_id": proposal.id,
            "version_id": version.id,
            "material_id": version.material_id,
            "number": 1,
            "import_id": session.scalars(sa.select(RosterImport.id).limit(1)).one(),
            "staff_id": people.checker.id,
            "token_id": token.id,
            "webhook_id": webhook.id,
            "session_id": 1,
            "invitation_id": invited.invitation.id,
            "passkey_id": 1,
            "kind": "hold",
            "token": "x" * 43,
            "key": "x",
            "office_id": session.scalars(sa.select(Office.id).limit(1)).one(),
            "bureau_id": 1,
            "target": "exim",
            "name": "01-pass-1.eml",
        }


def rules(app: Flask) -> list[Rule]:
    """Every route but the static files'."""
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def test_every_page_is_written_down_with_what_it_needs(world: World) -> None:
    found = {
        rule.endpoint: world.app.view_functions[rule.endpoint].needs for rule in rules(world.app)
    }  # type: ignore[attr-defined]
    assert found == NEEDS


def test_every_action_is_written_down() -> None:
    assert set(MAY) == set(Action)


@contextmanager
def probes(app: Flask) -> Iterator[None]:
    """Views that only say that they were reached."""
    real = dict(app.view_functions)
    for endpoint, view in real.items():

        def reached(**_ids: object) -> tuple[str, int]:
            return "", REACHED

        reached.needs = getattr(view, "needs", None)  # type: ignore[attr-defined]
        app.view_functions[endpoint] = reached
    try:
        yield
    finally:
        app.view_functions.update(real)


@pytest.mark.parametrize("who", EVERYBODY)
def test_each_page_is_reached_by_those_it_is_for_and_by_nobody_else(world: World, who: str) -> None:
    wrong = []
    with probes(world.app):
        for rule in rules(world.app):
            action = NEEDS[rule.endpoint]
            expected = REACHED if who in MAY[action].split() else FORBIDDEN
            if who == NOBODY and expected == FORBIDDEN:
                expected = TO_SIGN_IN
            for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"}):
                answer = world.clients[who].open(world.path(rule), method=method)
                if answer.status_code != expected:
                    wrong.append((method, rule.endpoint, answer.status_code, expected))
    assert wrong == []


def test_a_method_that_a_page_does_not_know_is_refused_to_everybody(world: World) -> None:
    known_methods: dict[str, set[str]] = {}
    for rule in rules(world.app):
        known_methods.setdefault(world.path(rule), set()).update(rule.methods or ())
    for path, method in itertools.product(known_methods, METHODS):
        if method not in known_methods[path]:
            answer = world.clients[NOBODY].open(path, method=method)
            assert answer.status_code == 405, (path, method)


def objects_of_an_office(app: Flask) -> list[Rule]:
    """The routes that name something of an office."""
    outside = {Action.ANYBODY, Action.OWN_ACCOUNT, Action.ADMINISTER, Action.OVERSEE}
    outside.add(Action.SET_UP_GATEWAY)  # names no row of anybody
    return [
        rule
        for rule in rules(app)
        if rule.arguments - {"kind"} and NEEDS[rule.endpoint] not in outside
    ]


@pytest.mark.parametrize("role", ROLES)
def test_another_offices_object_is_not_there(world: World, role: str) -> None:
    """Whoever may not do it at all is told so; whoever may finds nothing."""
    wrong, tried = [], 0
    for rule in objects_of_an_office(world.app):
        may = role in MAY[NEEDS[rule.endpoint]].split()
        for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"}):
            tried += 1
            data = {"digest": "0" * 64, "counted": "30", "reason": "x"}
            answer = world.strangers[role].open(
                world.path(rule), method=method, data=data if method == "POST" else None
            )
            if answer.status_code != (NOT_FOUND if may else FORBIDDEN):
                wrong.append((method, rule.endpoint, answer.status_code))
    assert wrong == []
    assert tried > 100


def test_the_own_offices_objects_are_there(world: World) -> None:
    """Otherwise nothing would follow from another office's not finding them."""
    for rule in objects_of_an_office(world.app):
        if "GET" not in (rule.methods or ()):
            continue
        who = MAY[NEEDS[rule.endpoint]].split()[0]
        answer = world.clients[who].get(world.path(rule))
        assert answer.status_code not in (FORBIDDEN, NOT_FOUND, 500), (rule.endpoint, who)


def test_who_is_left_with_nothing_is_signed_out(world: World) -> None:
    """A session whose person has neither role nor standing any more opens nothing."""
    database: Database = world.app.extensions["eventmail"].database
    with database.writing() as session:
        gone = offices.add_person(session, None, "moto", "元 職員", STRANGER)
        gone.administrator = True
    client = _signed_in(world.app, "moto", STRANGER)
    with database.writing() as session:
        session.get_one(Staff, gone.id).administrator = False
    with probes(world.app):
        for rule in rules(world.app):
            expected = REACHED if NEEDS[rule.endpoint] is Action.ANYBODY else TO_SIGN_IN
            method = "GET" if "GET" in (rule.methods or ()) else "POST"
            answer = client.open(world.path(rule), method=method)
            assert answer.status_code == expected, rule.endpoint
