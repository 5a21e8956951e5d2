"""A new link is shown once and mailed to the person's own address, and to nobody else."""

from __future__ import annotations

from dataclasses import replace

from flask import Flask

from eventmail.accounts import invitations
from eventmail.accounts.invitations import Made
from eventmail.accounts.views import handing
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.offices.models import Office, Role
from eventmail.outbox.worker import Outbox
from eventmail.relays.service import Choice
from eventmail.sample import People
from eventmail.wire import Security, parse_mail
from tests.accounts.test_invitations import NEW
from tests.recorder import Recorder
from tests.relays.test_routes import choose, secured
from tests.staffmail.staff import OWN


def made(database: Database, people: People, address: str) -> Made:
    with database.writing() as session:
        office = session.get_one(Office, people.manager.office.id)
        wanted = replace(NEW, address=address, roles=frozenset({Role.AUTHOR}))
        return invitations.invite(session, people.manager, office, wanted)


def test_it_goes_to_the_one_person(
    database: Database, people: People, app: Flask, recorder: Recorder
) -> None:
    found = made(database, people, f"nitta@{OWN}")
    with app.test_request_context("/"):
        page = handing.page(found).get_data(as_text=True)  # type: ignore[union-attr]
    (mail,) = recorder.received
    assert list(mail.rcpt_to) == [f"nitta@{OWN}"]
    text = parse_mail(mail.content).value("Subject")
    assert "招待のリンク" in text
    link = f"http://localhost/invitations/{found.token}"
    assert link in page
    assert "リンクをメールで送りました" in page


def test_it_goes_by_the_office_s_own_relay_or_not_at_all(
    database: Database, people: People, app: Flask, settings: Settings, recorder: Recorder
) -> None:
    away = replace(settings, mail_port=9, mail_sink=False, mail_allowed_domains=("example",))
    services = app.extensions["eventmail"]
    app.extensions["eventmail"] = replace(services, outbox=Outbox(away, database))
    found = made(database, people, f"nitta@{OWN}")
    own = Choice("127.0.0.1", recorder.port, Security.NONE)
    unreadable = secured(replace(settings, secret_key="another key"), people)
    for choice, mailed in ((own, True), (unreadable, False)):
        choose(database, people, choice)
        with app.test_request_context("/"):
            page = handing.page(found).get_data(as_text=True)  # type: ignore[union-attr]
        assert ("リンクをメールで送りました" in page) is mailed
    assert len(recorder.received) == 1


def test_without_an_address_it_is_handed_over(
    database: Database, people: People, app: Flask, recorder: Recorder
) -> None:
    found = made(database, people, "")
    with app.test_request_context("/"):
        page = handing.page(found).get_data(as_text=True)  # type: ignore[union-attr]
    assert not recorder.received
    assert f"/invitations/{found.token}" in page
    assert "本人だけに渡してください" in page


def test_the_link_names_the_service_and_not_what_the_request_claims(
    database: Database, people: People, app: Flask, settings: Settings
) -> None:
    found = made(database, people, "")
    services = app.extensions["eventmail"]
    ours = replace(services.settings, public_url="https://mail.himesato.example")
    app.extensions["eventmail"] = replace(services, settings=ours)
    with app.test_request_context("/", headers={"Host": "evil.example"}):
        assert handing.link_of(found).startswith("https://mail.himesato.example/invitations/")
