"""A participant proposes another person or address; his old address agrees, and nobody else."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.exc import DBAPIError

from eventmail import clock
from eventmail.corrections.models import Correction, State
from eventmail.corrections.service import LASTS, MOST_A_DAY, MOST_TRIES
from eventmail.database import Database
from eventmail.events.models import Contact, Event
from eventmail.own_page import sending
from eventmail.roster import service as roster
from eventmail.roster.models import Source
from eventmail.sample import People
from eventmail.suppression import service as suppression
from eventmail.suppression.models import Kind
from eventmail.suppression.models import Source as How
from eventmail.wire import Relay, parse_mail
from tests.corrections.conftest import Him, contact_of
from tests.pages import Pages
from tests.recorder import Recorder

NEW = "koutai@aozora-seisakusho.example"
WANTED = {"department": "人事部", "title": "主任", "name": "後任 花子", "address": NEW}
CODE = re.compile(r"確認コード：(\d{8})")


def mailed(public: Database, relay: Relay, recorder: Recorder) -> tuple[str, str]:
    """The newest mail's recipient, and the code in it."""
    sending.send_due(public, lambda _session, _office: relay)
    mail = recorder.received[-1]
    (code,) = CODE.findall(parse_mail(mail.content).body)
    return mail.rcpt_to[0], code


def states(database: Database) -> list[State]:
    with database.reading() as session:
        return list(session.scalars(sa.select(Correction.state).order_by(Correction.id)))


def test_the_code_goes_to_the_old_address_and_makes_the_change(
    pages: Pages,
    public: Database,
    people: People,
    him: Him,
    relay: Relay,
    recorder: Recorder,
) -> None:
    before = contact_of(public, him.id)
    page = pages.post(him.page, WANTED, csrf=False)
    assert "後任 花子" in page.text
    to, code = mailed(public, relay, recorder)
    assert to == him.address
    assert len(recorder.received) == 1  # nothing to the new one
    assert NEW not in parse_mail(recorder.received[0].content).body
    assert contact_of(public, him.id).address == him.address

    assert pages.post(f"{him.page}/confirm", {"code": code}, csrf=False).h1 == "変更しました"

    after = contact_of(public, him.id)
    told = (after.address, after.department, after.title, after.name)
    assert told == (NEW, "人事部", "主任", "後任 花子")
    assert (after.participant.company, after.phone) == (before.participant.company, before.phone)
    with public.reading() as session:
        event = session.get_one(Event, him.event_id)
        newest = roster.history(session, event)[0]
        assert (newest.source, newest.uploaded_by, newest.counts) == (
            Source.OWN,
            None,
            {"changed": 1},
        )
    # The old link is over; the new address gets one of its own.
    pages.get(him.page, status=404)
    sending.send_due(public, lambda _session, _office: relay)
    assert [mail.rcpt_to[0] for mail in recorder.received] == [him.address, NEW]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"address": "a@b.example, c@d.example"}, "メールアドレスを読めません"),
        ({"address": "jinji"}, "メールアドレスを読めません"),
        ({"name": "あ" * 201}, "200文字まで"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_lost(
    pages: Pages, public: Database, him: Him, change: dict[str, str], said: str
) -> None:
    page = pages.post(him.page, WANTED | change, csrf=False, status=422)
    assert said in page.text
    assert any(each.attributes.get("value") == "主任" for each in page.all("input"))
    assert states(public) == []


def test_what_is_registered_already_is_no_change(pages: Pages, public: Database, him: Him) -> None:
    contact = contact_of(public, him.id)
    same = {name: getattr(contact, name) for name in ("department", "title", "name")}
    assert "同じ内容です" in pages.post(him.page, same, csrf=False, status=422).text


def test_looking_changes_nothing(pages: Pages, public: Database, him: Him) -> None:
    pages.get(him.page)
    assert pages.raw(f"{him.page}/confirm").status_code in (404, 405)
    assert states(public) == []


def test_wrong_codes_end_it(
    pages: Pages, public: Database, him: Him, relay: Relay, recorder: Recorder
) -> None:
    pages.post(him.page, WANTED, csrf=False)
    _, code = mailed(public, relay, recorder)
    wrong = "0" * 8 if code != "0" * 8 else "1" * 8
    for left in reversed(range(MOST_TRIES)):
        page = pages.post(f"{him.page}/confirm", {"code": wrong}, csrf=False, status=422)
        assert ("確認コードが違います" in page.text) == bool(left)
    assert (
        "使えなく" in pages.post(f"{him.page}/confirm", {"code": code}, csrf=False, status=422).text
    )
    assert contact_of(public, him.id).address == him.address


def _late(_pages: Pages, _him: Him) -> timedelta:
    return LASTS + timedelta(minutes=1)


def _withdrawn(pages: Pages, him: Him) -> timedelta:
    pages.post(f"{him.page}/withdraw", csrf=False)
    return timedelta()


def _another(pages: Pages, him: Him) -> timedelta:
    pages.post(him.page, WANTED | {"name": "別の方"}, csrf=False)
    return timedelta()


@pytest.mark.parametrize("end", [_late, _withdrawn, _another])
def test_an_old_code_makes_no_change(
    pages: Pages,
    public: Database,
    him: Him,
    relay: Relay,
    recorder: Recorder,
    end: Callable[[Pages, Him], timedelta],
) -> None:
    pages.post(him.page, WANTED, csrf=False)
    _, code = mailed(public, relay, recorder)
    later = end(pages, him)
    with time_machine.travel(clock.now() + later, tick=False):
        pages.post(f"{him.page}/confirm", {"code": code}, csrf=False, status=422)
    assert contact_of(public, him.id).address == him.address


def test_anothers_code_and_link_change_nothing_of_his(
    pages: Pages, public: Database, him: Him, other: Him, relay: Relay, recorder: Recorder
) -> None:
    pages.post(him.page, WANTED, csrf=False)
    _, code = mailed(public, relay, recorder)
    pages.post(f"{other.page}/confirm", {"code": code}, csrf=False, status=422)
    pages.post(f"{other.page}/withdraw", csrf=False)
    page = pages.get(other.page)
    assert NEW not in page.text
    assert him.address not in page.text
    assert contact_of(public, other.id).address == other.address
    assert states(public) == [State.WAITING]


def test_anothers_address_is_not_given_away_and_not_taken(
    pages: Pages, public: Database, him: Him, other: Him, relay: Relay, recorder: Recorder
) -> None:
    # Raw: the page says again what he typed himself, whomever the address belongs to.
    as_for_any = [
        pages.post_raw(him.page, WANTED | {"address": each})
        .get_data(as_text=True)
        .replace(each, "")
        for each in (NEW, other.address)
    ]
    assert as_for_any[0] == as_for_any[1]
    _, code = mailed(public, relay, recorder)
    answer = pages.post_raw(f"{him.page}/confirm", {"code": code})
    assert "確かめてから変更します" in answer.get_data(as_text=True)
    assert states(public) == [State.WITHDRAWN, State.AGREED]
    assert contact_of(public, him.id).address == him.address


@pytest.mark.parametrize(
    ("address", "names"),
    [("jinji@aozora-seisakusho.example", False), ("taro.tanaka@aozora-seisakusho.example", True)],
)
def test_whether_an_address_names_a_person_is_asked_of_the_new_one(
    pages: Pages,
    public: Database,
    him: Him,
    relay: Relay,
    recorder: Recorder,
    address: str,
    names: bool,
) -> None:
    with public.writing() as session:
        session.get_one(Contact, him.id).names_person = not names
    pages.post(him.page, WANTED | {"address": address}, csrf=False)
    _, code = mailed(public, relay, recorder)
    pages.post(f"{him.page}/confirm", {"code": code}, csrf=False)
    after = contact_of(public, him.id)
    assert (after.address, after.names_person) == (address, names)


def test_no_more_than_a_few_a_day(pages: Pages, public: Database, him: Him) -> None:
    for number in range(MOST_A_DAY):
        pages.post(him.page, WANTED | {"name": f"{number}"}, csrf=False)
    assert "3回まで" in pages.post(him.page, WANTED, csrf=False, status=422).text
    assert len(states(public)) == MOST_A_DAY


def test_whoever_wanted_no_mails_wants_none_at_the_new_address(
    pages: Pages, public: Database, him: Him, relay: Relay, recorder: Recorder
) -> None:
    contact = contact_of(public, him.id)
    with public.writing() as session:
        suppression.suppress(
            session,
            contact.office_id,
            None,
            contact.email,
            Kind.UNSUBSCRIBED,
            source=How.PAGE,
        )
    pages.post(him.page, WANTED | {"name": contact.name}, csrf=False)
    _, code = mailed(public, relay, recorder)
    pages.post(f"{him.page}/confirm", {"code": code}, csrf=False)
    with public.reading() as session:
        keys = suppression.suppressed_keys(
            session, contact.office_id, contact.event_id, stoppable=True
        )
    assert keys == {him.address, NEW}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE contact_corrections SET address = 'x@x.example'",
        "UPDATE contact_corrections SET contact_id = contact_id + 1",
        "UPDATE contact_corrections SET expires_at = '2099-01-01 00:00:00'",
        "DELETE FROM contact_corrections",
    ],
)
def test_no_statement_words_it_anew(
    pages: Pages, public: Database, him: Him, statement: str
) -> None:
    pages.post(him.page, WANTED, csrf=False)
    with pytest.raises(DBAPIError, match="guard contact_corrections"), public.writing() as session:
        session.execute(sa.text(statement))
