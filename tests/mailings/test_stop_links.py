"""What an invitation says of stopping: a link of each one's own, or how to reply."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from eventmail.mailings.rendering import LINK_FOR_EACH, STOP_BY_REPLY, Press, make_press
from eventmail.mailings.snapshot import Content
from eventmail.sealing import Sealer
from eventmail.suppression.tokens import StopLinks
from eventmail.wire import GateRefusal, parse_mail
from tests.mailings.contents import ADDRESSES, BATCH, CONTENT, DESK, MAP, RAW, SATO

DATE = datetime(2026, 11, 26, 1, tzinfo=UTC)
TOKEN = "0" * 32
OPEN, CLOSED = "https://mail.hirono.example", "http://localhost:5000"
INVITATION = replace(CONTENT, stoppable=True)


def links(url: str = OPEN) -> StopLinks:
    return StopLinks(url, Sealer((b"key",)), 1, 2)


def press(content: Content = INVITATION, stops: StopLinks | None = None) -> Press:
    return make_press(content, {MAP.sha256: RAW}.__getitem__, ADDRESSES, stops=stops)


def own(recipient: object = SATO, url: str = OPEN) -> str:
    assert isinstance(recipient, type(SATO))
    ids = recipient.participant_id, recipient.contact_id
    return links(url).url(*ids, recipient.email.key)


def test_an_invitation_has_its_recipients_own_link_in_header_and_foot() -> None:
    composed = press(stops=links()).compose(SATO, TOKEN, DATE)
    mail = parse_mail(composed.content)
    assert mail.value("List-Unsubscribe") == f"<{own()}>"
    assert own() in mail.body
    assert own(DESK) not in mail.body
    assert press(stops=links()).clear(composed, SATO)


def test_without_https_no_mail_program_uses_the_link_but_a_person_may() -> None:
    composed = press(stops=links(CLOSED)).compose(SATO, TOKEN, DATE)
    mail = parse_mail(composed.content)
    assert not mail.has("List-Unsubscribe")
    assert own(SATO, CLOSED) in mail.body
    assert press(stops=links(CLOSED)).clear(composed, SATO)


def test_where_there_is_no_address_for_people_outside_the_foot_says_to_reply() -> None:
    mail = parse_mail(press().compose(SATO, TOKEN, DATE).content)
    assert mail.body.endswith(STOP_BY_REPLY.replace("\n", "\r\n"))


def test_a_business_mail_says_nothing_of_it() -> None:
    mail = parse_mail(press(CONTENT, links()).compose(SATO, TOKEN, DATE).content)
    assert not mail.has("List-Unsubscribe")
    assert "配信を止め" not in mail.body
    assert "返信でお知らせ" not in mail.body


def test_a_batch_has_nobodys_link() -> None:
    made = press(replace(BATCH, stoppable=True), links())
    composed, envelope = made.compose_batch((SATO, DESK), TOKEN, DATE)
    mail = parse_mail(composed.content)
    assert not mail.has("List-Unsubscribe")
    assert mail.body.endswith(STOP_BY_REPLY.replace("\n", "\r\n"))
    assert made.clear_batch(composed, envelope)


def test_the_offices_copy_and_a_test_mail_open_nobodys_link() -> None:
    made = press(stops=links())
    office = made.identity.reply_to
    for composed in (
        made.compose_first_copy(TOKEN, DATE),
        made.compose_test(office, TOKEN, DATE),
    ):
        mail = parse_mail(composed.content)
        assert not mail.has("List-Unsubscribe")
        assert mail.body.endswith(LINK_FOR_EACH.replace("\n", "\r\n"))


@pytest.mark.parametrize("told", ["the office's", "the caller's"])
def test_the_gate_is_told_who_gets_no_such_mail(told: str) -> None:
    stopped = frozenset((SATO.email.key,))
    office = replace(ADDRESSES, suppressed=stopped if told == "the office's" else frozenset())
    made = make_press(INVITATION, {MAP.sha256: RAW}.__getitem__, office)
    composed = made.compose(SATO, TOKEN, DATE)
    with pytest.raises(GateRefusal) as caught:
        made.clear(composed, SATO, suppressed=None if told == "the office's" else stopped)
    assert caught.value.rule == "suppressed"
    assert made.clear(composed, SATO, suppressed=frozenset())
