"""The judge itself is judged: it must see every fault it is there for."""

from __future__ import annotations

import base64
import io
import zipfile

import pytest

from eventmail.wire.sink import Received
from tests.judge import judge

OFFICE, ONE, TWO, THREE = (
    "office@hirono.example", "saiyo@aozora.example", "jinji@kure.example", "info@midori.example",
)  # fmt: skip


def received(
    *rcpt: str, to: str = "", extra: str = "", body: str = "ご案内", name: str = ""
) -> Received:
    attached = base64.b64encode(body.encode()).decode()
    head = f"From: {OFFICE}\r\nTo: {to or rcpt[0]}\r\nReply-To: {OFFICE}\r\n{extra}"
    kind = f'application/octet-stream; name="{name}"' if name else 'text/plain; charset="utf-8"'
    rest = f"Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n\r\n{attached}\r\n"
    return Received(OFFICE, rcpt, (head + rest).encode())


def zipped() -> str:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", TWO)
    return base64.b64encode(target.getvalue()).decode()


def with_zip() -> Received:
    head = f"From: {OFFICE}\r\nTo: {ONE}\r\nContent-Type: application/zip\r\n"
    content = f"{head}Content-Transfer-Encoding: base64\r\n\r\n{zipped()}\r\n"
    return Received(OFFICE, (ONE,), content.encode())


def link(token: str, post: str = "List-Unsubscribe=One-Click") -> str:
    url = f"<https://mail.hirono.example/unsubscribe/{token}>"
    return f"List-Unsubscribe: {url}\r\nList-Unsubscribe-Post: {post}\r\n"


AUTO = "Auto-Submitted: auto-generated\r\n"
STAFF, ABROAD = "chief@hirono.example", "chief@ministry.example"
OTHER_MAIL = received(TWO)
GOOD = {
    "one mail": [received(ONE)],
    "many individual mails": [received(ONE), OTHER_MAIL, received(THREE)],
    "a blind batch": [received(ONE, TWO, to=OFFICE)],
    "a blind batch of one": [received(ONE, to=OFFICE)],
    "one's own address in the text": [received(ONE, body=f"登録：{ONE}"), OTHER_MAIL],
    "the office's address in the text": [received(ONE, body=OFFICE), received(OFFICE)],
    "a notice to the office itself": [received(OFFICE, extra=AUTO), OTHER_MAIL],
    "a notice to a member of staff": [received(STAFF, extra=AUTO, body="案件番号1"), OTHER_MAIL],
    "a link of each one's own to stop mails": [
        received(ONE, extra=link("a")),
        received(TWO, extra=link("b")),
    ],
    "no mail": [],
}
BAD = {
    "one link to stop mails for two": (
        [received(ONE, extra=link("a")), received(TWO, extra=link("a"))],
        "one link to stop mails for several",
    ),
    "a link to stop mails in a batch": (
        [received(ONE, TWO, to=OFFICE, extra=link("a"))],
        "one link to stop mails for several",
    ),
    "a link to stop mails without the click": (
        [received(ONE, extra=link("a", "no"))],
        "half a link",
    ),
    "a link to stop mails with an address": (
        [received(ONE, extra=link(f"?{ONE}"))],
        "no plain https address",
    ),
    "all in To": ([received(ONE, TWO, to=f"{ONE}, {TWO}")], "To"),
    "another in To": ([received(ONE, to=TWO)], "To"),
    "two To headers": ([received(ONE, extra=f"To: {OFFICE}\r\n")], "To"),
    "a Cc": ([received(ONE, extra=f"Cc: {TWO}\r\n")], "header that could show"),
    "another's address as Reply-To": (
        [
            Received(
                OFFICE,
                (ONE,),
                received(ONE).content.replace(b"Reply-To: office@hirono", b"Reply-To: jinji@kure"),
            ),
            OTHER_MAIL,
        ],
        "header Reply-To",
    ),
    "a sender who is not the office": (
        [Received(OFFICE, (ONE,), received(ONE).content.replace(b"From: office", b"From: boss"))],
        "From is not",
    ),
    "a Bcc to oneself": ([received(ONE, extra=f"Bcc: {ONE}\r\n")], "header that could show"),
    "a Resent-To": ([received(ONE, extra=f"Resent-To: {ONE}\r\n")], "header that could show"),
    "an X- header": ([received(ONE, extra="X-Note: x\r\n")], "header that could show"),
    "a batch that shows one": ([received(ONE, TWO, to=ONE)], "To"),
    "a batch that names one": ([received(ONE, TWO, to=OFFICE, body=ONE)], "part text/plain"),
    "another's address in a header": (
        [received(ONE, extra=f"Comments: {TWO}\r\n"), OTHER_MAIL],
        "raw header",
    ),
    "another's address in the body": (
        [received(ONE, body=f"宛先 {TWO}"), OTHER_MAIL],
        "part text/plain",
    ),
    "another's address in capitals": (
        [received(ONE, body=TWO.upper()), OTHER_MAIL],
        "part text/plain",
    ),
    "another's address in a file": (
        [received(ONE, body=TWO, name="a"), OTHER_MAIL],
        "part application",
    ),
    "another's address in a file name": (
        [received(ONE, name=f"{TWO}.txt"), OTHER_MAIL],
        "raw header",
    ),
    "another's address in a zip": ([with_zip(), OTHER_MAIL], "part application/zip"),
    "a notice to a participant": ([received(ONE, extra=AUTO)], "leaves the office"),
    "a notice to somebody in the house who gets letters": (
        [received(STAFF, extra=AUTO), received(STAFF)],
        "gets letters",
    ),
    "a notice to two": ([received(STAFF, OFFICE, to=STAFF, extra=AUTO)], "to several"),
    "a notice to two, all hidden": ([received(STAFF, OFFICE, to=OFFICE, extra=AUTO)], "to several"),
    "a notice with a file": ([received(STAFF, extra=AUTO, name="list.csv")], "more than its text"),
    "a notice that names a participant": (
        [received(STAFF, extra=AUTO, body=TWO), OTHER_MAIL],
        "part text/plain",
    ),
    "a later mail's recipient in an earlier one": (
        [received(ONE, body=THREE), received(THREE)],
        "mail 1",
    ),
}


@pytest.mark.parametrize("mails", GOOD.values(), ids=GOOD)
def test_nothing_is_wrong_with(mails: list[Received]) -> None:
    assert judge(mails) == []


@pytest.mark.parametrize(("mails", "fault"), BAD.values(), ids=BAD)
def test_the_judge_sees(mails: list[Received], fault: str) -> None:
    assert any(fault in each for each in judge(mails))


def test_an_address_of_the_same_company_may_be_shared() -> None:
    mails = [received(ONE, body=TWO), OTHER_MAIL]
    assert judge(mails)
    assert judge(mails, shared=[TWO]) == []


def test_staff_may_have_addresses_elsewhere_where_the_office_says_so() -> None:
    mails = [received(ABROAD, extra=AUTO), OTHER_MAIL]
    assert judge(mails)
    assert judge(mails, house=["ministry.example"]) == []
