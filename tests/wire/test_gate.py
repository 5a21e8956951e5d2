from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from eventmail.addresses import EmailAddress
from eventmail.wire import (
    RULES,
    BlindBatch,
    Cleared,
    GateRefusal,
    Identity,
    Individual,
    encode_material,
    inspect,
)
from tests.wire import files
from tests.wire.samples import (
    AOZORA,
    AOZORA_TOO,
    IDENTITY,
    KNOWLEDGE,
    KNOWN,
    KURE,
    MIDORI,
    OFFICE,
    PLAN,
    REPLIES,
    mail,
    material,
)
from tests.wire.smuggling import DISGUISES, LOCKED, MUTATIONS, SPREADING, WRONG_FILES

TO_AOZORA = Individual(AOZORA)
GOOD = mail().content


def refusal(content: bytes, envelope: Any = TO_AOZORA, **choices: Any) -> GateRefusal:
    """The gate's refusal; the test fails if it lets the mail through."""
    known = choices.get("knowledge", KNOWLEDGE)
    with pytest.raises(GateRefusal) as caught:
        inspect(
            content,
            envelope,
            choices.get("identity", IDENTITY),
            known,
            choices.get("materials", ()),
        )
    return caught.value


def test_a_good_mail_passes_unchanged() -> None:
    passed = inspect(GOOD, TO_AOZORA, IDENTITY, KNOWLEDGE, ())
    assert (passed.sender, passed.envelope, passed.content) == (OFFICE, TO_AOZORA, GOOD)


def test_a_good_batch_passes() -> None:
    batch = BlindBatch((AOZORA, MIDORI, KURE))
    assert inspect(mail(batch).content, batch, IDENTITY, KNOWLEDGE, ()).envelope == batch


@pytest.mark.parametrize(("rule", "change"), MUTATIONS.values(), ids=MUTATIONS)
def test_a_mail_is_stopped_for(rule: str, change: Callable[[bytes], bytes]) -> None:
    assert change(GOOD) != GOOD
    assert refusal(change(GOOD)).rule == rule


@pytest.mark.parametrize("text", DISGUISES.values(), ids=DISGUISES)
def test_another_participant_in_the_body(text: str) -> None:
    found = refusal(mail(body=f"ご案内です。\n{text}\nよろしくお願いします。").content)
    assert (found.rule, found.place) == ("other_address", "本文")


@pytest.mark.parametrize("text", [d for d in DISGUISES.values() if "\n" not in d])
def test_another_participant_in_the_subject(text: str) -> None:
    found = refusal(mail(subject=f"ご案内 {text}").content)
    # A header refuses any address, so the wider rule may be the first to see it.
    assert found.rule in ("other_address", "header_address")
    assert found.place == "件名"


@pytest.mark.parametrize(
    "name", ["as it is", "full width", "[at]", "in capitals", "zero-width spaces"]
)
def test_another_participant_in_a_file_name(name: str) -> None:
    encoded = (material("図", f"案内 {DISGUISES[name]}.txt"),)
    found = refusal(mail(materials=encoded).content, materials=encoded)
    assert (found.rule, found.place) == ("other_address", "1番目の添付ファイルの名前")


def test_another_participant_in_the_senders_name() -> None:
    identity = Identity("ひろ野 jinji@kure-seiki.example", OFFICE, REPLIES)
    found = refusal(mail(identity=identity).content, identity=identity)
    assert (found.rule, found.place) == ("other_address", "差出人の名前")


def test_another_participant_in_the_message_id() -> None:
    spelled = b"jinji@kure-seiki.example".hex().encode()
    changed = GOOD.replace(b"d41d8cd98f00b204", spelled)
    assert (refusal(changed).rule, refusal(changed).place) == ("other_address", "メールの番号")


@pytest.mark.parametrize("address", ["x@somewhere.example", "sato.ken@aozora.example"])
def test_in_headers_even_unknown_addresses_and_colleagues_are_refused(address: str) -> None:
    assert refusal(mail(subject=f"問い合わせ {address}").content).rule == "header_address"


ALLOWED = {
    "the recipient itself": "登録されたアドレス：saiyo@aozora.example",
    "a colleague in the same company": "sato.ken@aozora.example にもお送りしました",
    "the office": "gakusotsu@hirono.example / henshin@hirono.example",
    "an address nobody registered": "会場：info@kaikan.example",
    "an ordinary English sentence": "We meet at kure-seiki.example at 10.",
    "a price list": "1,000円@1個.税込",
    "a longer address that ends alike": "xjinji@kure-seiki.examples",
    "nothing": "ご案内です。",
}


@pytest.mark.parametrize("text", ALLOWED.values(), ids=ALLOWED)
def test_no_false_alarm_for(text: str) -> None:
    assert inspect(mail(body=text).content, TO_AOZORA, IDENTITY, KNOWLEDGE, ())


def test_an_address_of_ones_own_explains_what_is_inside_it() -> None:
    inside = EmailAddress.parse("ken@aozora.example")
    knowledge = dataclasses.replace(KNOWLEDGE, known=KNOWN | {inside.key})
    content = mail(body="sato.ken@aozora.example").content
    assert inspect(content, TO_AOZORA, IDENTITY, knowledge, ())
    apart = mail(body="sato. ken@aozora.example").content
    assert refusal(apart, knowledge=knowledge).rule == "other_address"


@pytest.mark.parametrize("recipient", [AOZORA, MIDORI])
def test_in_a_batch_no_recipient_is_named_not_even_a_shared_colleague(
    recipient: EmailAddress,
) -> None:
    batch = BlindBatch((AOZORA, MIDORI))
    assert refusal(mail(batch, body=str(recipient)).content, batch).rule == "other_address"
    assert refusal(mail(batch, body=str(AOZORA_TOO)).content, batch).rule == "other_address"


def test_a_batch_hides_recipients_whom_the_roster_does_not_know() -> None:
    stranger = EmailAddress.parse("new@shinki.example")
    batch = BlindBatch((AOZORA, stranger))
    assert refusal(mail(batch, body=str(stranger)).content, batch).rule == "other_address"
    encoded = (material(str(stranger)),)
    content = mail(batch, materials=encoded).content
    assert refusal(content, batch, materials=encoded).rule == "other_address"


def test_a_batch_does_not_show_a_recipient_in_to() -> None:
    batch = BlindBatch((AOZORA, MIDORI))
    assert refusal(mail(TO_AOZORA).content, batch).rule == "to"


def test_an_individual_mail_goes_to_whom_it_names() -> None:
    assert refusal(mail(Individual(MIDORI)).content, TO_AOZORA).rule == "to"


@pytest.mark.parametrize("envelope", [None, (AOZORA,), AOZORA, object()])
def test_only_the_two_envelopes_pass(envelope: Any) -> None:
    assert refusal(GOOD, envelope).rule == "envelope"


def test_the_sender_is_one_of_ours() -> None:
    knowledge = dataclasses.replace(KNOWLEDGE, ours=frozenset((REPLIES,)))
    assert refusal(GOOD, knowledge=knowledge).rule == "sender"
    knowledge = dataclasses.replace(KNOWLEDGE, ours=frozenset((OFFICE,)))
    assert refusal(GOOD, knowledge=knowledge).rule == "reply_to"


def test_the_sender_is_the_one_that_was_approved() -> None:
    other = Identity(IDENTITY.name, REPLIES, REPLIES)
    assert refusal(GOOD, identity=other).rule == "sender"


@pytest.mark.parametrize("content", SPREADING.values(), ids=SPREADING)
def test_another_participant_in(content: bytes) -> None:
    encoded = (encode_material(PLAN), material(content))
    found = refusal(mail(materials=encoded).content, materials=encoded)
    assert (found.rule, found.place) == ("other_address", "2番目の添付ファイル")


HARMLESS = {
    "a workbook": files.workbook("会場は大ホール saiyo@aozora.example"),
    "a PDF": files.pdf("gakusotsu@hirono.example", link="https://hirono.example/"),
    "an archive": files.zipped(("図.txt", "大ホール".encode())),
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40,
}


@pytest.mark.parametrize("content", HARMLESS.values(), ids=HARMLESS)
def test_a_harmless_material_passes(content: bytes) -> None:
    encoded = (material(content),)
    assert inspect(mail(materials=encoded).content, TO_AOZORA, IDENTITY, KNOWLEDGE, encoded)


@pytest.mark.parametrize("content", LOCKED.values(), ids=LOCKED)
def test_what_cannot_be_searched_is_not_sent(content: bytes) -> None:
    encoded = (material(content),)
    found = refusal(mail(materials=encoded).content, materials=encoded)
    assert (found.rule, found.place) == ("unsearchable_material", "1番目の添付ファイル")


@pytest.mark.parametrize(("written", "approved"), WRONG_FILES.values(), ids=WRONG_FILES)
def test_the_attachments_are_exactly_the_approved_ones(written: Any, approved: Any) -> None:
    assert refusal(mail(materials=written).content, materials=approved).rule == "materials"


def test_a_part_changed_after_it_was_encoded_is_found() -> None:
    encoded = (material("図"),)
    content = mail(materials=encoded).content
    changed = content.replace(encoded[0].part[-8:], material("秘").part[-8:])
    assert changed != content
    assert refusal(changed, materials=encoded).rule == "materials"


def test_a_refusal_names_rule_and_place_but_no_address() -> None:
    for text in DISGUISES.values():
        found = refusal(mail(body=text).content)
        assert "kure" not in str(found) + found.message_ja + repr(found)


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_has_one_polite_sentence_or_two(rule: str) -> None:
    sentence = GateRefusal(rule, "本文").message_ja
    assert sentence.endswith("ください。")
    assert sentence.count("。") == 2
    assert "{" not in sentence


def test_only_the_gate_makes_a_cleared_mail() -> None:
    with pytest.raises(TypeError):
        Cleared(OFFICE, TO_AOZORA, (GOOD,))  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Cleared(OFFICE, TO_AOZORA, (GOOD,), seal=object())


def test_a_cleared_mail_cannot_be_changed_or_taken_apart() -> None:
    passed = inspect(GOOD, TO_AOZORA, IDENTITY, KNOWLEDGE, ())
    with pytest.raises(dataclasses.FrozenInstanceError):
        passed.pieces = (b"x",)  # type: ignore[misc]
    with pytest.raises((TypeError, ValueError)):
        dataclasses.replace(passed, pieces=(b"x",))  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        pickle.dumps(passed)
    with pytest.raises(TypeError):
        copy.copy(passed)
