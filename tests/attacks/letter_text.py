"""What can stand in a letter: another participant's address in every disguise, a header behind a
line break, merge fields that nobody filled.
"""

from __future__ import annotations

from collections.abc import Callable

from eventmail.mailings import findings
from eventmail.mailings.findings import writing
from eventmail.wire import Identity, gate, lexical
from tests.attacks.arena import Also, Attack, Barrier, Family, Lowering
from tests.attacks.lowering import COMPOSE, instead, silent
from tests.attacks.reading import body, header
from tests.attacks.sample import DATE, TOKEN, content, press_of
from tests.attacks.world import World
from tests.wire.samples import OFFICE, REPLIES, mail
from tests.wire.smuggling import DISGUISES

GOOD = mail().content
TEXTS: Lowering = silent(gate, "_violations", ())
PEOPLE: Lowering = silent(gate, "_check_people")
STAMP: Lowering = silent(gate, "_check_stamp")


def overlooking(clean: bytes) -> Lowering:
    """A parser that sees the mail as it was composed, whatever was done to it."""
    parsed = gate.parse_mail(clean)
    return instead(gate, "parse_mail", lambda *_: parsed)


def _in_body(text: str) -> Callable[[World], bool]:
    written = f"ご案内です。\n{text}\nよろしくお願いします。"

    def strike(world: World) -> bool:
        return text.replace("\r\n", "\n") in body(world.sends(mail(body=written).content))

    return strike


def _in_subject(text: str) -> Callable[[World], bool]:
    def strike(world: World) -> bool:
        return text in header(world.sends(mail(subject=f"ご案内 {text}").content), "Subject")

    return strike


SUBJECTS = {
    "address in the subject": "jinji@kure-seiki.example",
    "address in the subject, full width": DISGUISES["full width"],
    "address in the subject, base64": DISGUISES["base64"],
    "address in the subject, zero-width spaces": DISGUISES["zero-width spaces"],
    "address in the subject, (at)": DISGUISES["(at) and (dot)"],
    "a colleague's address in the subject": "sato.ken@aozora.example",
    "an unknown address in the subject": "kojin@somewhere.example",
}


ALSO_TEXTS = (Also(Barrier.GATE, TEXTS),)

BREAKS = {
    "CRLF": "\r\nBcc: jinji@kure-seiki.example",
    "a line feed": "\nBcc: jinji@kure-seiki.example",
    "a carriage return": "\rBcc: jinji@kure-seiki.example",
    "a line separator": "\u2028Bcc: jinji@kure-seiki.example",
    "a next-line character": "\x85Bcc: jinji@kure-seiki.example",
    "a NUL": "\0Bcc: jinji@kure-seiki.example",
    "an end of mail": "\r\n.\r\nMAIL FROM:<x@y.example>",
}
NO_CONTROL: Lowering = silent(COMPOSE, "has_control", False)
READ_CONTROL = Also(Barrier.GATE, silent(lexical, "has_control", False))


def _break_in_subject(text: str) -> Callable[[World], bool]:
    def strike(world: World) -> bool:
        return text in header(world.sends(mail(subject=f"ご案内{text}").content), "Subject")

    return strike


def _break_in_sender(world: World) -> bool:
    identity = Identity(f"ひろ野{BREAKS['CRLF']}", OFFICE, REPLIES)
    received = world.sends(mail(identity=identity).content, identity=identity)
    return "\nBcc:" in header(received, "From")


def _control_in_body(world: World) -> bool:
    written = "ご案内\x1b]52;c;jinji@kure-seiki.example\x07"
    return "\x1b" in body(world.sends(mail(body=written).content))


UNFILLED = {
    "a field for all addresses": "送信先：{送信先一覧}",
    "a field for the address": "あなたのアドレス：{メールアドレス}",
    "a field in two braces": "{{ 会社名 }} 御中",
    "a field in full-width braces": "｛参加企業｝ 御中",
    "a field with a line break in it": "{会社\n名} 御中",
    "an open brace": "{会社名 御中",
    "a field over 30 characters": "{" + "全参加事業所のメールアドレス" * 3 + "}",
}


def _unfilled(text: str, *, subject: bool = False) -> Callable[[World], bool]:
    """A letter with a field that nobody fills is taken, and its mail shows the bare field."""

    def strike(world: World) -> bool:
        letter = {"subject": f"ご案内{text}"} if subject else {"body": f"ご案内\n{text}"}
        made = content(**letter)
        if any(each.blocks for each in findings.of_content(made)):
            return False
        sent = world.sends(press_of(made).compose(made.recipients[0], TOKEN, DATE).content)
        return text in (header(sent, "Subject") if subject else body(sent))

    return strike


NOTHING_FOUND: Lowering = silent(writing, "_fields", ())

ATTACKS = (
    *(
        Attack(
            Family.LETTER,
            Barrier.GATE,
            f"another address in the body, {name}",
            _in_body(text),
            TEXTS,
        )
        for name, text in DISGUISES.items()
    ),
    *(
        Attack(Family.LETTER, Barrier.GATE, name, _in_subject(text), TEXTS)
        for name, text in SUBJECTS.items()
    ),
    *(
        Attack(
            Family.LETTER,
            Barrier.COMPOSER,
            f"a header in the subject behind {name}",
            _break_in_subject(text),
            NO_CONTROL,
            (READ_CONTROL, *ALSO_TEXTS),
        )
        for name, text in BREAKS.items()
    ),
    Attack(
        Family.LETTER,
        Barrier.COMPOSER,
        "a header behind the sender's name",
        _break_in_sender,
        NO_CONTROL,
        (READ_CONTROL, *ALSO_TEXTS),
    ),
    Attack(
        Family.LETTER,
        Barrier.COMPOSER,
        "a terminal's escape sequence in the body",
        _control_in_body,
        NO_CONTROL,
        ALSO_TEXTS,
    ),
    *(
        Attack(Family.LETTER, Barrier.FINDINGS, name, _unfilled(text), NOTHING_FOUND)
        for name, text in UNFILLED.items()
    ),
    Attack(
        Family.LETTER,
        Barrier.FINDINGS,
        "a field for all addresses in the subject",
        _unfilled("{送信先一覧}", subject=True),
        NOTHING_FOUND,
    ),
)
