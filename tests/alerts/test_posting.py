"""The gate's own barrier for the service's mails, whatever the services before it believed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from eventmail.addresses import EmailAddress
from eventmail.alerts.posting import cleared
from eventmail.offices.models import Mailbox
from eventmail.wire import GateRefusal, recipients_of

BOX = Mailbox(id=1, office_id=1, name="ひろ野職安", address="office@hirono.example")
STAFF = EmailAddress.parse("chief@hirono.example")
NOON = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)
KNOWN = frozenset({"jinji@kure.example"})


def post(
    to: EmailAddress, body: str = "案件番号1", known: frozenset[str] = KNOWN
) -> tuple[str, ...]:
    mail = cleared(BOX, to, "お知らせ", body, "0" * 32, NOON, known)
    return tuple(map(str, recipients_of(mail.envelope)))


@pytest.mark.parametrize("to", [STAFF, BOX.email], ids=["staff", "the office itself"])
def test_one_of_the_offices_own_gets_it_alone(to: EmailAddress) -> None:
    assert post(to) == (str(to),)


REFUSED = {
    "somebody on a roster": (EmailAddress.parse("jinji@kure.example"), "案件番号1", KNOWN),
    "a colleague who is on a roster": (STAFF, "案件番号1", frozenset({str(STAFF)})),
    "a text that names a participant": (STAFF, "jinji@kure.example", KNOWN),
}


@pytest.mark.parametrize(("to", "body", "known"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused(to: EmailAddress, body: str, known: frozenset[str]) -> None:
    with pytest.raises(GateRefusal):
        post(to, body, known)
