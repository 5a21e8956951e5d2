"""The relay's words, in the words of an office: what happened, and what to do."""

from __future__ import annotations

import pytest

from eventmail.outbox import ledger, service, supply, words
from eventmail.outbox.fates import GIVEN_UP
from eventmail.outbox.models import DeliveryState

MEANINGS: dict[str, words.Meaning] = {
    "550 5.1.1 no such user": words.NO_MAILBOX,
    "550-5.1.1 The email account that you tried to reach does not exist.": words.NO_MAILBOX,
    "550 no such user here": words.NO_MAILBOX,
    "553 sorry, no mailbox here by that name": words.NO_MAILBOX,
    "550 <jinji@kure.example>: Recipient address rejected: User unknown": words.NO_MAILBOX,
    "550 5.1.0 Address rejected": words.NO_MAILBOX,
    "550 5.1.6 recipient no longer on server": words.MOVED,
    "551 User not local; please try elsewhere": words.MOVED,
    "553 5.1.3 bad destination mailbox address syntax": words.BAD_ADDRESS,
    "550 5.1.2 bad destination system address": words.NO_DOMAIN,
    "550 5.4.4 unable to route: no mail hosts for domain": words.NO_DOMAIN,
    "450 4.1.2 Recipient address rejected: Domain not found": words.NO_DOMAIN,
    "556 5.1.10 recipient domain has null MX": words.NO_MAIL_THERE,
    "550 5.2.1 mailbox disabled, not accepting messages": words.DISABLED,
    "552 5.2.2 mailbox full": words.FULL,
    "452 4.2.2 over quota": words.FULL,
    "552 Requested mail action aborted: exceeded storage allocation (quota)": words.FULL,
    "552 5.3.4 message size exceeds fixed limit": words.TOO_BIG,
    "552 5.2.3 message length exceeds administrative limit": words.TOO_BIG,
    "552 message too large": words.TOO_BIG,
    "450 4.7.1 try again in 300 seconds": words.GREYLISTED,
    "451 4.7.1 Greylisting in action, please come back later": words.GREYLISTED,
    "450 4.2.0 Greylisted": words.GREYLISTED,
    "451 greylisted, try again": words.GREYLISTED,
    "550 5.7.1 message rejected as spam": words.SPAM,
    "554 5.7.1 rejected by policy": words.SPAM,
    "550 5.7.1 denied": words.SPAM,
    "554 5.7.1 Service unavailable; Client host blocked using zen.spamhaus.org": words.LISTED,
    "554 5.7.1 <a@b.example>: Relay access denied": words.NO_RELAYING,
    "550-5.7.26 This mail is unauthenticated": words.UNSIGNED,
    "550 5.7.23 SPF validation failed": words.UNSIGNED,
    "550 5.7.1 Unauthenticated email is not accepted due to domain's DMARC policy": words.UNSIGNED,
    "421 4.7.28 unusual rate of mail": words.TOO_FAST,
    "451 4.7.0 too many messages, slow down": words.TOO_FAST,
    "535 5.7.8 authentication failed": words.SIGN_IN,
    "530 Must issue a STARTTLS command first": words.SIGN_IN,
    "550 5.1.8 bad sender's system address": words.SENDER,
    "451 4.3.0 mail server temporarily rejected message": words.THEIR_TROUBLE,
    "452 4.3.1 insufficient system storage": words.THEIR_TROUBLE,
    "421 closing channel": words.THEIR_TROUBLE,
    "450 4.4.1 no answer from host": words.NO_CONNECTION,
    "554 5.4.6 routing loop detected": words.LOOP,
    "554 5.6.0 bad message": words.CONTENT,
    "503 5.5.1 bad sequence of commands": words.PROTOCOL,
    "450 try later": words.LATER,
    "550 no": words.NEVER,
    "599 what is this": words.NEVER,
    "550 5.9.9 what is this": words.NEVER,
    "550 10.5.1.1 is a network, not a status": words.NEVER,
}


@pytest.mark.parametrize("reply", MEANINGS)
def test_each_reply_has_its_meaning(reply: str) -> None:
    assert words.meaning(reply) == MEANINGS[reply]


@pytest.mark.parametrize("own", ["", ledger.CUT_OFF, service.STOPPED, supply.NOT_SENT])
def test_what_no_relay_said_has_none(own: str) -> None:
    assert words.meaning(own) is None


ADVICE: dict[str, tuple[DeliveryState, str, str]] = {
    "an address that is not there": (
        DeliveryState.REFUSED,
        "550 5.1.1 no such user",
        "このアドレスは存在しないと返ってきました。"
        "会社に電話などでアドレスを確かめ、名簿を直してください。",
    ),
    "greylisting needs nobody": (
        DeliveryState.DEFERRED,
        "450 4.7.1 try again",
        "はじめて届くメールを、いったん断るサーバーです。自動で送り直します。",
    ),
    "a full mailbox that may be emptied": (
        DeliveryState.DEFERRED,
        "452 4.2.2 mailbox full",
        "相手のメールボックスがいっぱいです。自動で送り直します。"
        "急ぐときは、会社に電話などで知らせてください。",
    ),
    "a full mailbox that stayed full": (
        DeliveryState.REFUSED,
        "452 4.2.2 mailbox full" + GIVEN_UP,
        "相手のメールボックスがいっぱいです。期限まで送り直しましたが、受け取られませんでした。"
        "会社に電話などで知らせ、受け取れるようになってから、もう一度送ってください。",
    ),
    "no answer": (DeliveryState.UNCERTAIN, ledger.CUT_OFF, words.OPEN_FATE),
    "no answer but words": (DeliveryState.UNCERTAIN, "250 garbled", words.OPEN_FATE),
    "left the roster": (DeliveryState.WITHHELD, supply.NO_LONGER, words.LEFT_ROSTER),
    "asked to stop": (DeliveryState.WITHHELD, supply.ASKED_TO_STOP, words.ASKED_TO_STOP),
    "halted": (DeliveryState.WITHHELD, service.STOPPED, words.WAS_HALTED),
    "cancelled": (DeliveryState.CANCELLED, service.CANCELLED, words.WAS_CANCELLED),
    "put off without a reply": (DeliveryState.DEFERRED, "", "自動で送り直します。"),
    "refused by a person's word": (DeliveryState.REFUSED, "職員が確かめました。", ""),
    "taken": (DeliveryState.ACCEPTED, "250 2.0.0 queued", ""),
    "waiting": (DeliveryState.QUEUED, supply.NOT_SENT, ""),
}


@pytest.mark.parametrize("case", ADVICE)
def test_a_person_reads_what_to_do(case: str) -> None:
    state, reply, told = ADVICE[case]
    assert words.advice(state, reply) == told
