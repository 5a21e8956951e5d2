"""What a relay's words ask for: each row of the table with replies that real servers give."""

from __future__ import annotations

import pytest

from eventmail.wire import Pressure, Reply, pressure_of

NONE, RETRY, SLOW, WHO, BIG, NEVER = (
    Pressure.NONE,
    Pressure.RETRY,
    Pressure.SLOW_DOWN,
    Pressure.CREDENTIALS,
    Pressure.TOO_BIG,
    Pressure.PERMANENT,
)
SAID = {
    "accepted": ("250 2.0.0 Ok: queued as 4F1", NONE),
    "go on": ("354 End data with <CR><LF>.<CR><LF>", NONE),
    "nothing": ("0 connection lost", NONE),
    "a code from nowhere": ("999 what", NONE),
    # 421 and 432
    "closing": ("421 4.3.2 Service shutting down", SLOW),
    "Postfix: too many connections": ("421 4.7.0 Error: too many connections from 192.0.2.1", SLOW),
    "Gmail: unusual rate, closing": ("421 4.7.28 Our system has detected an unusual rate", SLOW),
    "idle": ("421 4.4.2 timeout exceeded", SLOW),
    "Exchange: too many threads": ("432 4.3.2 STOREDRV; recipient thread limit exceeded", SLOW),
    "a password that must be changed": ("432 4.7.12 A password transition is needed", WHO),
    # signing in
    "sign in first": ("530 5.7.0 Authentication required", WHO),
    "Exchange: not signed in": ("530 5.7.57 Client not authenticated to send mail", WHO),
    "too weak a way": ("534 5.7.9 Authentication mechanism is too weak", WHO),
    "wrong password": ("535 5.7.8 Error: authentication failed", WHO),
    "wrong password without a code": ("535 authentication failed", WHO),
    "not in clear": ("538 5.7.11 Encryption required", WHO),
    "wrong password by the enhanced code": ("550 5.7.8 bad credentials", WHO),
    "too weak by the enhanced code": ("550 5.7.9 application password required", WHO),
    "signing in is down": ("454 4.7.0 Temporary authentication failure", RETRY),
    "Yahoo: against the policy": ("554 5.7.9 Message not accepted for policy reasons", NEVER),
    # size
    "Postfix: too big": ("552 5.3.4 Message size exceeds fixed limit", BIG),
    "Sendmail: too big": ("552 5.2.3 Message exceeds maximum fixed size", BIG),
    "Exim: too big": ("552 Message size exceeds maximum permitted", BIG),
    "too big by another code": ("554 5.3.4 Message too big", BIG),
    "too large in words": ("552 Requested mail is too large", BIG),
    "a full mailbox": ("552 5.2.2 Mailbox full", NEVER),
    "storage exceeded": ("552 Requested mail action aborted: exceeded storage allocation", NEVER),
    # throttling
    "takes nothing now": ("451 4.3.2 Please try again later", SLOW),
    "congested": ("451 4.4.5 Server busy", SLOW),
    "Gmail: unusual rate": ("450 4.7.28 unusual rate of unsolicited mail", SLOW),
    "Exchange: busy": ("451 4.7.500 Server busy. Please try again later", SLOW),
    "Exchange: reputation": ("451 4.7.650 The mail server [192.0.2.1] has been limited", SLOW),
    "a whole sender deferred": ("451 4.7.0 Temporary server error. Please try again later", SLOW),
    "Yahoo: deferred": ("451 4.7.0 [TSS04] Messages temporarily deferred", SLOW),
    "Postfix: too much mail": ("450 4.7.1 Error: too much mail from 192.0.2.1", SLOW),
    "Postfix: recipients' rate": ("450 4.7.1 Error: too many recipients from 192.0.2.1", SLOW),
    "Amazon: throttling": ("454 Throttling failure: Maximum sending rate exceeded.", SLOW),
    "Exim: rate": ("450 Sender rate 120.3 / 1h exceeds 100", SLOW),
    "Exim: rate exceeded": ("451 sender rate limit exceeded", SLOW),
    "too many connections": ("451 Too many connections", SLOW),
    "too many messages": ("452 4.5.3 Too many messages in this session", SLOW),
    # one recipient
    "the transaction is full": ("452 4.5.3 Error: too many recipients", RETRY),
    "the transaction is full, without a code": ("452 Too many recipients", RETRY),
    "greylisting": ("450 4.2.0 Recipient address rejected: Greylisted", RETRY),
    "Postgrey": ("451 4.7.1 Greylisting in action, please come back later", RETRY),
    "greylisting with the code of throttling": ("451 4.7.0 Graylisted, too many mails", RETRY),
    "policy without words": ("450 4.7.1 Client host rejected", RETRY),
    "a mailbox is full": ("452 4.2.2 Mailbox full", RETRY),
    "a mailbox that gets too many": ("450 4.2.1 user is receiving mail; too many mails", RETRY),
    "an address with many words": ("450 4.1.2 Domain not found: too many tries", RETRY),
    "no space left": ("452 4.3.1 Insufficient system storage", RETRY),
    "try again later": ("451 4.3.0 Try again later", RETRY),
    "a 4xx nobody knows": ("471 what", RETRY),
    # never
    "no such user": ("550 5.1.1 no such user", NEVER),
    "blocked": ("550 5.7.1 Blocked: too many complaints, rate limited", NEVER),
    "no valid recipients": ("554 5.5.1 Error: no valid recipients", NEVER),
    "a sequence": ("503 5.5.1 need MAIL", NEVER),
}


def reply(line: str) -> Reply:
    code, _, text = line.partition(" ")
    return Reply(int(code), text)


@pytest.mark.parametrize(("line", "pressure"), SAID.values(), ids=SAID)
def test_a_relay_that_says(line: str, pressure: Pressure) -> None:
    assert pressure_of(reply(line)) is pressure


ENHANCED = {
    "250 2.0.0 Ok": "2.0.0",
    "450 4.7.1": "4.7.1",
    "451 4.7.500 Server busy": "4.7.500",
    "550 no such user": "",
    "550 4.7.1 of another class": "",
    "550 5.1 short": "",
    "550 5.1.1.2 long": "",
    "550 5.1.1: sticks": "",
    "550 5.1000.1 no code": "",
    "550 see 5.1.1": "",
    "354 3.0.0 of no class": "",
    "0 4.7.1 of nothing": "",
}


@pytest.mark.parametrize(("line", "enhanced"), ENHANCED.items())
def test_the_enhanced_code_of(line: str, enhanced: str) -> None:
    assert reply(line).enhanced == enhanced


def test_pressures_are_stored_under_these_names() -> None:
    assert {each.value for each in Pressure} == {
        "none", "retry", "slow_down", "credentials", "too_big", "permanent", "down",
        "misconfigured",
    }  # fmt: skip
