"""The press: each recipient's own mail, one batch for all, the office's copy, each to the gate."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from eventmail.addresses import EmailAddress
from eventmail.mailings.rendering import FIRST_COPY_MARK, TEST_MARK, new_token
from eventmail.mailings.snapshot import Content, Recipient
from eventmail.wire import (
    BlindBatch,
    Composed,
    GateRefusal,
    Individual,
    ParsedMail,
    Unwritable,
    parse_mail,
)
from tests.mailings.contents import ADDRESSES, BATCH, CONTENT, DESK, MAP, RAW, SATO, press
from tests.wire.nearby import no_child
from tests.wire.samples import AOZORA, AOZORA_TOO, KURE, MIDORI, OFFICE, REPLIES

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_this_process() -> Iterator[None]:
    with no_child():
        yield


def read(composed: Composed) -> ParsedMail:
    return parse_mail(composed.content)


def refusal(content: Content, recipient: Recipient = SATO) -> str:
    made = press(content)
    with pytest.raises(GateRefusal) as caught:
        made.clear(made.compose(recipient, "t", NOW), recipient)
    return caught.value.rule


def test_each_recipient_gets_a_mail_of_its_own() -> None:
    mail = read(press().compose(SATO, "token", NOW))
    assert mail.value("To") == str(AOZORA)
    assert mail.value("From") == f"ひろ野職安 <{OFFICE}>"
    assert mail.value("Reply-To") == str(REPLIES)
    assert mail.value("Subject") == "交換会のご案内（株式会社青空）"
    assert mail.value("Message-ID") == "<token@hirono.example>"
    assert mail.value("Date") == "Mon, 23 Nov 2026 10:00:00 +0900"
    assert mail.body.startswith("株式会社青空\r\n総務部　課長　佐藤 健　様\r\n")
    assert [(f.filename, f.media_type, f.content) for f in mail.attachments] == [
        (MAP.filename, MAP.media_type, RAW)
    ]


@pytest.mark.parametrize("html", [False, True])
def test_every_copy_has_the_html_that_was_approved_or_none(html: bool) -> None:
    made, batch = press(replace(CONTENT, html=html)), press(replace(BATCH, html=html))
    composed = [
        made.compose(SATO, "t", NOW),
        made.compose_first_copy("t", NOW),
        batch.compose_batch([SATO], "t", NOW)[0],
    ]
    assert [read(each).html is not None for each in composed] == [html] * 3


def test_what_was_composed_is_cleared_for_its_recipient_alone() -> None:
    made = press()
    composed = made.compose(SATO, "t", NOW)
    passed = made.clear(composed, SATO)
    assert (passed.content, passed.envelope) == (composed.content, Individual(AOZORA))
    assert passed.sender == OFFICE
    with pytest.raises(GateRefusal):
        made.clear(composed, DESK)


def test_a_colleague_may_be_named_and_another_company_not() -> None:
    body = "担当は {} です。".format
    made = press(replace(CONTENT, body=body(AOZORA_TOO)))
    assert made.clear(made.compose(SATO, "t", NOW), SATO)
    assert refusal(replace(CONTENT, body=body(AOZORA_TOO)), DESK) == "other_address"
    assert refusal(replace(CONTENT, body=body(MIDORI))) == "other_address"


def test_a_recipient_who_has_left_the_roster_may_see_its_own_address_alone() -> None:
    gone = replace(SATO, participant_id=99)
    made = press(replace(CONTENT, body=str(AOZORA)))
    assert made.clear(made.compose(gone, "t", NOW), gone)
    assert refusal(replace(CONTENT, body=str(AOZORA_TOO)), gone) == "other_address"


def test_a_batch_is_one_mail_to_the_office_whoever_gets_it() -> None:
    made = press(BATCH)
    composed, envelope = made.compose_batch([SATO, DESK], "t", NOW)
    assert envelope == BlindBatch((AOZORA, MIDORI))
    assert read(composed).value("To") == str(OFFICE)
    assert read(composed).value("Subject") == "交換会のご案内"
    assert made.compose_batch([DESK], "t", NOW)[0] == composed
    passed = made.clear_batch(composed, envelope)
    assert (passed.content, passed.envelope) == (composed.content, envelope)


@pytest.mark.parametrize("address", [AOZORA, AOZORA_TOO, KURE])
def test_no_batch_and_no_first_copy_names_any_participant(address: object) -> None:
    made = press(replace(BATCH, body=f"{address}"))
    with pytest.raises(GateRefusal):
        made.clear_batch(*made.compose_batch([SATO], "t", NOW))
    with pytest.raises(GateRefusal):
        made.clear_first_copy(made.compose_first_copy("t", NOW))


def test_no_batch_of_letters_that_speak_to_one_and_no_letter_of_a_batch() -> None:
    with pytest.raises(ValueError, match="individual"):
        press().compose_batch([SATO], "t", NOW)
    with pytest.raises(ValueError, match="batch"):
        press(BATCH).compose(SATO, "t", NOW)


def test_the_first_copy_is_the_first_recipients_letter_marked_and_sent_to_the_office() -> None:
    made = press()
    composed = made.compose_first_copy("t", NOW)
    mail = read(composed)
    assert FIRST_COPY_MARK == "【送信控え】"
    assert mail.value("Subject") == "【送信控え】交換会のご案内（株式会社青空）"
    assert mail.value("To") == str(REPLIES)
    assert mail.body == read(made.compose(SATO, "t", NOW)).body
    passed = made.clear_first_copy(composed)
    assert (passed.content, passed.envelope) == (composed.content, Individual(REPLIES))


@pytest.mark.parametrize("like", [SATO, DESK])
def test_a_test_mail_is_one_recipients_letter_marked_and_sent_to_one_of_our_own(
    like: Recipient,
) -> None:
    made, mine = press(), EmailAddress.parse("morishita@hirono.example")
    composed = made.compose_test(mine, "t", NOW, like)
    mail, real = read(composed), read(made.compose(like, "t", NOW))
    assert TEST_MARK == "【テスト】"
    assert mail.value("Subject") == f"【テスト】{real.value('Subject')}"
    assert mail.value("To") == str(mine)
    assert (mail.body, mail.value("From")) == (real.body, real.value("From"))
    passed = made.clear_test(composed, mine)
    assert (passed.content, passed.envelope) == (composed.content, Individual(mine))
    assert made.compose_test(mine, "t", NOW) == made.compose_test(mine, "t", NOW, SATO)
    with pytest.raises(GateRefusal):
        made.clear_test(composed, REPLIES)


@pytest.mark.parametrize("address", [AOZORA, AOZORA_TOO, KURE])
def test_a_test_mail_names_no_participant_not_even_the_one_it_is_worded_for(
    address: EmailAddress,
) -> None:
    made, mine = press(replace(CONTENT, body=f"{address}")), REPLIES
    with pytest.raises(GateRefusal):
        made.clear_test(made.compose_test(mine, "t", NOW, SATO), mine)


@pytest.mark.parametrize("html", [False, True])
def test_a_test_mail_of_a_batch_is_the_batchs_wording(html: bool) -> None:
    mail = read(press(replace(BATCH, html=html)).compose_test(REPLIES, "t", NOW))
    assert mail.value("Subject") == f"【テスト】{BATCH.subject}"
    assert mail.body == BATCH.body.replace("\n", "\r\n")
    assert (mail.html is not None) == html


def test_the_first_recipient_may_be_given_where_no_list_is_at_hand() -> None:
    made = press()
    bare = replace(made, content=replace(CONTENT, recipients=()))
    given = bare.compose_first_copy("t", NOW, first=SATO)
    assert given == made.compose_first_copy("t", NOW)
    assert (
        read(made.compose_first_copy("t", NOW, first=DESK)).body
        == read(made.compose(DESK, "t", NOW)).body
    )
    with pytest.raises(IndexError):
        bare.compose_first_copy("t", NOW)
    assert replace(bare, content=replace(BATCH, recipients=())).compose_first_copy("t", NOW)


def test_the_own_companys_addresses_may_be_given_and_then_no_others_are() -> None:
    made = press(replace(CONTENT, body=f"{AOZORA_TOO}"))
    composed = made.compose(SATO, "t", NOW)
    bare = replace(made, office=replace(ADDRESSES, by_participant={}))
    assert bare.clear(composed, SATO, own=frozenset((AOZORA, AOZORA_TOO)))
    for poor, own in ((made, frozenset()), (made, frozenset((AOZORA,))), (bare, None)):
        with pytest.raises(GateRefusal, match="other_address"):
            poor.clear(composed, SATO, own=own)


def test_the_first_copy_of_a_batch_is_the_batchs_wording() -> None:
    mail = read(press(BATCH).compose_first_copy("t", NOW))
    assert mail.value("Subject") == "【送信控え】交換会のご案内"
    assert mail.body == "12月9日、大ホール\r\n"


def test_the_first_copy_of_a_batch_speaks_to_nobody() -> None:
    made = press(replace(BATCH, body="{会社名}"))
    assert read(made.compose_first_copy("t", NOW)).body == "{会社名}"


@pytest.mark.parametrize("value", [press(), press().office], ids=["press", "office"])
def test_nobody_changes_a(value: Any) -> None:
    assert press().compose(SATO, "t", NOW)
    field = dataclasses.fields(value)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, field, getattr(value, field))


def test_the_gate_hears_of_the_offices_mailboxes_from_the_office() -> None:
    made = press()
    poor = replace(made, office=replace(ADDRESSES, ours=frozenset((OFFICE,))))
    with pytest.raises(GateRefusal):
        poor.clear(poor.compose(SATO, "t", NOW), SATO)


def test_a_name_of_a_delivery_is_128_random_bits() -> None:
    names = {new_token() for _ in range(50)}
    assert len(names) == 50
    assert all(len(each) == 32 and set(each) <= set("0123456789abcdef") for each in names)


def page_of(to: Recipient | None) -> str:
    return f"https://mail.hirono.example/p/{to.contact_id if to else 'mihon'}"


def test_each_letter_leads_to_its_own_recipients_page() -> None:
    content = replace(CONTENT, html=True, body="{宛名}\n\n{参加者ページ}\n")
    made = replace(press(content), pages=page_of)
    for to in (SATO, DESK):
        mail = read(made.compose(to, "t", NOW))
        assert mail.body.endswith(f"\r\n\r\n{page_of(to)}\r\n")
        assert mail.html is not None
        assert mail.html.count(page_of(to)) == 2
        assert made.clear(made.compose(to, "t", NOW), to)


def test_what_goes_to_the_office_leads_to_the_example_and_to_nobodys_page() -> None:
    made = replace(press(replace(CONTENT, body="{参加者ページ}\n")), pages=page_of)
    for composed in (made.compose_first_copy("t", NOW), made.compose_test(OFFICE, "t", NOW, DESK)):
        assert read(composed).body == f"{page_of(None)}\r\n"


def test_without_an_address_for_the_page_there_is_no_mail() -> None:
    made = press(replace(CONTENT, body="{参加者ページ}\n"))
    for make in (
        lambda: made.compose(SATO, "t", NOW),
        lambda: made.compose_first_copy("t", NOW),
        lambda: made.compose_test(OFFICE, "t", NOW, DESK),
    ):
        with pytest.raises(Unwritable, match="EVENTMAIL_PUBLIC_URL"):
            make()


def test_a_letter_that_leads_to_no_page_asks_for_none() -> None:
    def nobodys(_to: Recipient | None) -> str:
        raise AssertionError("asked for a page")

    assert replace(press(), pages=nobodys).compose(SATO, "t", NOW)


def test_what_is_taken_from_the_page_is_not_attached() -> None:
    content = replace(CONTENT, by_link=True, body="{参加者ページ}\n")
    made = replace(press(content), pages=page_of)
    for composed in (made.compose(SATO, "t", NOW), made.compose_first_copy("t", NOW)):
        assert read(composed).attachments == ()
    assert made.clear(made.compose(SATO, "t", NOW), SATO)
