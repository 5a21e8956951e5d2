"""The gate at its edges: just what it takes, and the next thing beside it that it does not."""

from __future__ import annotations

import dataclasses
import string
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

from eventmail.addresses import EmailAddress
from eventmail.clock import TOKYO
from eventmail.wire import (
    BlindBatch,
    Cleared,
    Identity,
    Individual,
    Stamp,
    compose,
    inspect,
    message_id_for,
)
from eventmail.wire.gate import is_as_cleared
from tests.wire.nearby import no_child
from tests.wire.samples import (
    AOZORA,
    IDENTITY,
    KNOWLEDGE,
    KNOWN,
    KURE,
    MIDORI,
    OFFICE,
    REPLIES,
    STAMP,
    WORDING,
    cleared,
    mail,
    material,
)
from tests.wire.smuggling import LOCKED, instead
from tests.wire.test_gate import ALLOWED, GOOD, TO_AOZORA, refusal


@pytest.fixture(autouse=True, scope="module")
def _in_this_process() -> Iterator[None]:
    with no_child():
        yield


def passes(content: bytes, envelope: Any = TO_AOZORA, **choices: Any) -> bool:
    identity = choices.get("identity", IDENTITY)
    known, files = choices.get("knowledge", KNOWLEDGE), choices.get("materials", ())
    return inspect(content, envelope, identity, known, files).content == content


def stamped(token: str, date: datetime) -> bytes:
    stamp = Stamp(message_id_for(IDENTITY, token), date)
    return compose(IDENTITY, TO_AOZORA, WORDING, (), stamp).content


MOMENTS = [
    *(datetime(2026, month, 1, 0, 0, 0, tzinfo=TOKYO) for month in range(1, 13)),
    *(datetime(2026, 8, day, 23, 59, 59, tzinfo=TOKYO) for day in (9, 10, 19, 20, 29, 30, 31)),
    datetime(2026, 11, 1, 19, 9, 9, tzinfo=TOKYO),
]


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_a_mail_passes_on_any_day_at_any_time(moment: datetime) -> None:
    assert passes(stamped("d41d8cd98f00b204", moment))


@pytest.mark.parametrize("token", ["AZaz", "A-Z_a.z", "0.9"])
def test_every_token_that_names_a_mail_passes(token: str) -> None:
    assert passes(stamped(token, STAMP.date))


def test_the_senders_name_may_use_every_letter_of_base64() -> None:
    name = "ひろ野職安" + "".join(map(chr, (*range(0x25A0, 0x2700, 5), 0xFFDF, 0xFFFB)))
    identity = Identity(name, OFFICE, REPLIES)
    content = mail(identity=identity).content
    words = content[: content.index(b"\r\nTo: ")].decode()
    assert set(string.ascii_letters + string.digits + "+/=") <= set(words)
    assert passes(content, identity=identity)


WRONG = {
    "something behind the sender": ("sender", instead(b"e>\r\nTo", b"e> x\r\nTo")),
    "a comment behind the sender": ("sender", instead(b"e>\r\nTo", b"e> (x)\r\nTo")),
    "a word before the sender's name": ("sender", instead(b"From: ", b"From: x ")),
    "a sender in brackets without a name": (
        "sender",
        lambda c: b"From: <gakusotsu@hirono.example>\r\n" + c[c.index(b"To:") :],
    ),
    "something behind the Message-ID": ("message_id", instead(b"e>\r\nMIME", b"e> x\r\nMIME")),
    "something before the Message-ID": ("message_id", instead(b"-ID: ", b"-ID: x ")),
    "no token in the Message-ID": ("message_id", instead(b"<d41d8cd98f00b204@", b"<@")),
    "a second 61 seconds behind the minute": ("date", instead(b"10:00:00", b"10:00:60")),
}


@pytest.mark.parametrize(("rule", "change"), WRONG.values(), ids=WRONG)
def test_a_mail_is_stopped_for(rule: str, change: Callable[[bytes], bytes]) -> None:
    assert refusal(change(GOOD)).rule == rule


def test_another_participant_in_brackets_in_the_senders_name() -> None:
    identity = Identity("ひろ野 <jinji@kure-seiki.example>", OFFICE, REPLIES)
    found = refusal(mail(identity=identity).content, identity=identity)
    assert (found.rule, found.place) == ("other_address", "差出人の名前")


IN_SUBJECTS = ("the recipient itself", "the office", "a price list", "nothing")


@pytest.mark.parametrize("name", IN_SUBJECTS)
def test_no_false_alarm_in_a_subject_for(name: str) -> None:
    assert passes(mail(subject=f"ご案内 {ALLOWED[name]}").content)


@pytest.mark.parametrize("price", ["3@150.-", "x@1.5"])
def test_no_false_alarm_in_a_subject_for_a_price(price: str) -> None:
    assert passes(mail(subject=f"ご案内 {price}").content)


@pytest.mark.parametrize("carrier", ["taro..yamada@docomo.ne.jp", "taro.@ezweb.ne.jp"])
def test_a_carriers_address_passes_in_its_quotes(carrier: str) -> None:
    envelope = Individual(EmailAddress.parse(carrier))
    assert passes(mail(envelope).content, envelope)


def test_the_recipient_and_the_office_may_be_named_though_the_roster_has_them() -> None:
    known = KNOWN | {OFFICE.key, REPLIES.key}
    knowledge = dataclasses.replace(KNOWLEDGE, own=frozenset(), known=known)
    assert passes(mail(body=f"{AOZORA}\n{OFFICE}").content, knowledge=knowledge)
    assert passes(mail(subject=f"{AOZORA} {OFFICE}").content, knowledge=knowledge)


STRANGER = EmailAddress.parse("new@shinki.example")


def test_a_batch_names_none_of_its_recipients_in_the_body_whoever_they_are() -> None:
    batch = BlindBatch((AOZORA, STRANGER))
    assert refusal(mail(batch, body=str(STRANGER)).content, batch).rule == "other_address"


def test_a_batch_names_none_of_its_recipients_in_a_file_whoever_they_are() -> None:
    batch, encoded = BlindBatch((AOZORA, STRANGER)), (material(str(STRANGER)),)
    content = mail(batch, materials=encoded).content
    assert refusal(content, batch, materials=encoded).rule == "other_address"


def test_a_file_that_cannot_be_searched_is_not_sent_though_nothing_was_found_in_it() -> None:
    encoded = (material(LOCKED["a 7z"]),)
    found = refusal(mail(materials=encoded).content, materials=encoded)
    assert (found.rule, found.place) == ("unsearchable_material", "1番目の添付ファイル")


class TestForged:
    """What was made or changed behind the back of the types."""

    def test_an_envelope_whose_recipient_is_no_address(self) -> None:
        envelope = Individual(AOZORA)
        object.__setattr__(envelope, "to", "saiyo@aozora.example")
        assert refusal(GOOD, envelope).rule == "envelope"

    def test_a_batch_with_one_recipient_that_is_no_address(self) -> None:
        batch = BlindBatch((AOZORA, MIDORI))
        content = mail(batch).content
        object.__setattr__(batch, "recipients", (AOZORA, "tanaka.hanako@midori.example"))
        assert refusal(content, batch).rule == "envelope"

    def test_a_sender_that_claims_to_be_equal_to_ours(self) -> None:
        class Sly(EmailAddress):
            def __eq__(self, other: object) -> bool:
                return True

            def __hash__(self) -> int:
                return hash(OFFICE)

        identity = Identity(IDENTITY.name, Sly(OFFICE.local, OFFICE.domain), REPLIES)
        assert refusal(GOOD, identity=identity).rule == "sender"

    @pytest.mark.parametrize("thing", [None, b"x", "RSET", mail(), object()])
    def test_what_is_no_cleared_mail(self, thing: Any) -> None:
        assert not is_as_cleared(thing)

    def test_a_copy_that_the_gate_did_not_make(self) -> None:
        passed, copy = cleared(), object.__new__(Cleared)
        for name in ("sender", "envelope", "pieces"):
            object.__setattr__(copy, name, getattr(passed, name))
        assert is_as_cleared(passed)
        assert not is_as_cleared(copy)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("sender", REPLIES),
            ("envelope", Individual(KURE)),
            ("envelope", BlindBatch((AOZORA,))),
            ("pieces", mail(Individual(KURE)).pieces),
        ],
        ids=["sender", "recipient", "kind of envelope", "pieces"],
    )
    def test_a_cleared_mail_with_another(self, name: str, value: Any) -> None:
        passed = cleared()
        object.__setattr__(passed, name, value)
        assert not is_as_cleared(passed)

    def test_a_cleared_mail_with_pieces_that_claim_to_be_equal(self) -> None:
        class Sly(bytes):
            def __eq__(self, other: object) -> bool:
                return True

            __hash__ = bytes.__hash__

        passed = cleared()
        object.__setattr__(passed, "pieces", (Sly(mail(Individual(KURE)).content),))
        assert not is_as_cleared(passed)

    def test_a_cleared_mail_whose_recipient_claims_to_be_equal(self) -> None:
        class Sly(EmailAddress):
            @property
            def wire(self) -> str:
                return AOZORA.wire

        passed = cleared(Individual(EmailAddress.parse(str(AOZORA))))
        object.__setattr__(passed.envelope, "to", Sly(KURE.local, KURE.domain))
        assert not is_as_cleared(passed)

    def test_a_cleared_mail_whose_recipient_was_rewritten(self) -> None:
        to = EmailAddress.parse(str(AOZORA))
        passed = cleared(Individual(to))
        object.__setattr__(to, "local", KURE.local)
        assert not is_as_cleared(passed)

    def test_a_cleared_batch_with_one_more(self) -> None:
        batch = BlindBatch((AOZORA, MIDORI))
        passed = cleared(batch)
        assert is_as_cleared(passed)
        object.__setattr__(batch, "recipients", (AOZORA, MIDORI, KURE))
        assert not is_as_cleared(passed)

    def test_a_cleared_mail_with_an_envelope_that_claims_to_be_equal(self) -> None:
        class Sly(Individual):
            def __eq__(self, other: object) -> bool:
                return True

            __hash__ = Individual.__hash__

        passed = cleared()
        object.__setattr__(passed, "envelope", Sly(AOZORA))
        assert not is_as_cleared(passed)
