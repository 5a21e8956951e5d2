"""Asking for a link: mailed to the registered address alone; the answer tells nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.addresses import EmailAddress
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.doorway import Doorway
from eventmail.events.models import Contact
from eventmail.links import service as links
from eventmail.offices.models import Office
from eventmail.own_page import asking, sending
from eventmail.own_page.models import LinkMail
from eventmail.suppression import service as suppression
from eventmail.suppression.models import Kind, Source
from eventmail.wire import Relay, parse_mail
from tests.conftest import Meeting
from tests.own_page.conftest import PAGE
from tests.pages import Pages
from tests.recorder import Recorder


@pytest.fixture
def contact(database: Database, meeting: Meeting) -> Contact:
    with database.reading() as session:
        return session.scalars(sa.select(Contact).order_by(Contact.id).limit(1)).one()


def ask(public: Database, address: str) -> None:
    with public.writing() as session:
        asking.ask(session, address)


def deliver(public: Database, relay: Relay) -> None:
    sending.send_due(public, lambda _session, _office: relay)


def test_the_link_goes_to_the_registered_address_and_opens(
    public: Database, contact: Contact, relay: Relay, recorder: Recorder
) -> None:
    ask(public, f" {contact.address.upper()} ")
    deliver(public, relay)
    (mail,) = recorder.received
    assert mail.rcpt_to == (contact.address,)
    (token,) = PAGE.findall(parse_mail(mail.content).body)
    with public.reading() as session:
        guest = links.opened(session, token)
        assert guest is not None
        assert guest.contact.id == contact.id
        assert [each.state for each in session.scalars(sa.select(LinkMail))] == ["accepted"]
    deliver(public, relay)
    assert len(recorder.received) == 1


def test_the_answer_is_the_same_for_whoever_asks(
    pages: Pages, contact: Contact, public: Database
) -> None:
    known = pages.post("/p/new", {"address": contact.address}, csrf=False)
    unknown = pages.post("/p/new", {"address": "nobody@nowhere.example"}, csrf=False)
    assert known.h1 == unknown.h1 == "受け付けました"
    assert known.text == unknown.text
    assert (
        "メールアドレスを入力してください"
        in pages.post("/p/new", {"address": "だれか"}, csrf=False, status=422).text
    )


def _left(session: Session, contact: Contact) -> None:
    contact.active = False


def _over(session: Session, contact: Contact) -> None:
    session.execute(sa.text("UPDATE events SET held_on = '2020-01-01'"))


NOBODY: dict[str, Callable[[Session, Contact], None]] = {
    "who left the roster": _left,
    "whose event is long over": _over,
}


@pytest.mark.parametrize("who", NOBODY)
def test_nothing_goes_to_somebody(
    public: Database, contact: Contact, relay: Relay, recorder: Recorder, who: str
) -> None:
    ask(public, contact.address)
    with public.writing() as session:
        NOBODY[who](session, session.get_one(Contact, contact.id))
    ask(public, contact.address)
    deliver(public, relay)
    assert recorder.received == []
    with public.reading() as session:
        assert [each.state for each in session.scalars(sa.select(LinkMail))] == ["dropped"]


def test_nothing_goes_where_mails_come_back(
    public: Database, contact: Contact, relay: Relay, recorder: Recorder
) -> None:
    ask(public, contact.address)
    with public.writing() as session:
        address = EmailAddress.parse(contact.address)
        suppression.suppress(
            session, contact.office_id, None, address, Kind.BOUNCED, source=Source.BOUNCE
        )
    deliver(public, relay)
    assert recorder.received == []


def test_a_stopped_offices_mails_wait(
    public: Database, contact: Contact, relay: Relay, recorder: Recorder
) -> None:
    ask(public, contact.address)
    with public.writing() as session:
        session.get_one(Office, contact.office_id).stopped_at = clock.now()
    deliver(public, relay)
    assert recorder.received == []
    with public.writing() as session:
        session.get_one(Office, contact.office_id).stopped_at = None
    deliver(public, relay)
    assert len(recorder.received) == 1


def test_nobody_fills_a_mailbox(public: Database, contact: Contact) -> None:
    begun = clock.now()
    for number in range(30):
        with time_machine.travel(begun + number * timedelta(minutes=10), tick=False):
            ask(public, contact.address)
    with public.reading() as session:
        assert session.scalar(sa.select(sa.func.count(LinkMail.id))) == asking.MOST_A_DAY


def test_who_fears_for_his_link_gets_another_by_mail(
    app: Flask, public: Database, settings: Settings, contact: Contact, relay: Relay,
    recorder: Recorder,
) -> None:  # fmt: skip
    with public.writing() as session:
        own = session.get_one(Contact, contact.id)
        old = links.token_for(session, Doorway.of(settings).sealer, own)
    client = app.test_client()
    assert "新しいリンクを、登録されているアドレスに" in client.post(f"/p/{old}/renew").text
    assert client.get(f"/p/{old}").status_code == 404
    deliver(public, relay)
    (mail,) = recorder.received
    (new,) = PAGE.findall(parse_mail(mail.content).body)
    assert new != old
    assert client.get(f"/p/{new}").status_code == 200


CHANGES = {
    "readdressed": "UPDATE link_mails SET contact_id = contact_id + 1",
    "deleted": "DELETE FROM link_mails",
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_mail_is_not(public: Database, contact: Contact, change: str) -> None:
    ask(public, contact.address)
    with pytest.raises(DBAPIError, match="guard link_mails"), public.writing() as session:
        session.execute(sa.text(CHANGES[change]))


def test_the_office_ends_a_link_and_the_next_is_mailed(
    sign_in: Callable[[str], Pages], public: Database, settings: Settings, contact: Contact,
    relay: Relay, recorder: Recorder,
) -> None:  # fmt: skip
    author, path = sign_in("author"), f"/events/{contact.event_id}/participants/{contact.id}"
    assert "リンクを無効に" not in author.get(path).text
    with public.writing() as session:
        own = session.get_one(Contact, contact.id)
        old = links.token_for(session, Doorway.of(settings).sealer, own)
    assert "リンクを無効に" in author.get(path).text
    assert "リンクを無効にしました" in author.post(f"{path}/link").text
    assert author.raw(f"/p/{old}").status_code == 404
    deliver(public, relay)
    (mail,) = recorder.received
    assert mail.rcpt_to == (contact.address,)


def test_whoever_replaces_the_link_that_he_has_just_got_is_mailed_the_next(
    pages: Pages, public: Database, contact: Contact, relay: Relay, recorder: Recorder
) -> None:
    """Few mails are sent on request; but without this one he would have no link at all."""
    ask(public, contact.address)
    for number in range(asking.MOST_A_DAY + 1):
        deliver(public, relay)
        assert len(recorder.received) == number + 1
        (token,) = PAGE.findall(parse_mail(recorder.received[-1].content).body)
        assert "リンクを替えました" in pages.post(f"/p/{token}/renew", csrf=False).text
        pages.get(f"/p/{token}", status=404)


def test_two_links_replaced_before_a_mail_has_left_are_one_mail(
    public: Database, contact: Contact, settings: Settings, relay: Relay, recorder: Recorder
) -> None:
    for _ in range(2):
        with public.writing() as session:
            found = session.get_one(Contact, contact.id)
            newest = links.revoke(session, Doorway.of(settings).sealer, found)
            asking.queue_next(session, found)
    deliver(public, relay)
    (mail,) = recorder.received
    assert PAGE.findall(parse_mail(mail.content).body) == [newest]
