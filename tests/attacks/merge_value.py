"""What can stand in the values that are merged into a letter: roster rows and the event's facts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from eventmail.mailings import findings, letter, rendering
from eventmail.wire import gate, lexical
from tests.attacks.arena import Also, Attack, Barrier, Family, Lowering
from tests.attacks.lowering import COMPOSE, cut, instead, silent
from tests.attacks.reading import body, header, readable, shows
from tests.attacks.sample import DATE, TOKEN, content, press_of
from tests.attacks.world import World

OTHER = "jinji@kure-seiki.example"
TEXTS: Lowering = silent(gate, "_violations", ())


def send_first(world: World, **changes: Any) -> bytes:
    """The first company's mail as it is received, if findings and gate let it go."""
    made = content(**changes)
    assert not [f for f in findings.of_content(made) if f.blocks], "the letter is in order"
    press = press_of(made)
    first = made.recipients[0]
    world.hands_over(press.clear(press.compose(first, TOKEN, DATE), first))
    return world.recorder.seen[-1].content


def _shows_other(**changes: Any) -> Callable[[World], bool]:
    """The first company reads the second's address."""
    return lambda world: shows(readable(send_first(world, **changes)))


FIELDS = "{会社名}／{部署}／{役職}／{担当者名}"
VALUES: dict[str, dict[str, Any]] = {
    "another address as company": {"first": {"company": OTHER}},
    "another address behind the company": {"first": {"company": f"株式会社青空（旧 {OTHER}）"}},
    "another address as department": {"first": {"department": f"{OTHER} 係"}},
    "another address as title": {"first": {"title": OTHER}},
    "another address as contact": {"first": {"name": f"佐藤 <{OTHER}>"}},
    "another address as contact, full width": {
        "first": {"name": "ｊｉｎｊｉ＠ｋｕｒｅ－ｓｅｉｋｉ．ｅｘａｍｐｌｅ"}
    },
    "another address in the event's name": {
        "event_name": f"交換会 {OTHER}",
        "subject": "ご案内",
        "body": "{イベント名}",
    },
    "another address in the event's place": {"event_place": f"大会議室（{OTHER}）"},
    "another address in the event's hours": {"event_hours": f"問合せ {OTHER}"},
    "another address in the company, in the subject": {
        "first": {"company": OTHER},
        "subject": "{会社名} 様",
    },
    "a local part before a domain in the letter": {
        "first": {"company": "jinji"},
        "body": "{会社名}@kure-seiki.example",
    },
    "two values that together are an address": {
        "first": {"name": "jinji", "department": "kure-seiki.example"},
        "body": "{担当者名}@{部署}",
    },
    "two values around a spoken sign": {
        "first": {"name": "jinji", "department": "kure-seiki.example"},
        "body": "{担当者名}[at]{部署}",
    },
    "a value that closes an encoded link": {
        "first": {"department": "kure-seiki.example"},
        "body": "https://hirono.example/?m=jinji%40{部署}",
    },
    "another address as the office's name": {"sender_name": f"ひろ野 {OTHER}"},
}


def _expands(value: str, expected: str) -> Callable[[World], bool]:
    """A value that looks like a field is filled in again, and shows what nobody wrote there."""

    def strike(world: World) -> bool:
        received = send_first(world, first={"company": value}, body="会社：{会社名}")
        return f"会社：{expected}" in body(received)

    return strike


def _again(text: str, values: dict[str, str]) -> str:
    for _ in range(3):
        text = letter.FIELD.sub(lambda found: values.get(found[1], found[0]), text)
    return text


def _python(text: str, values: dict[str, str]) -> str:
    filled = letter.FIELD.sub(lambda found: values.get(found[1], found[0]), text)
    return filled.format(values)


def _break(value: str) -> Callable[[World], bool]:
    def strike(world: World) -> bool:
        received = send_first(world, first={"company": value}, subject="{会社名}様")
        return "\nBcc:" in header(received, "Subject").replace("\u2028", "\n").replace("\x85", "\n")

    return strike


EXPANDING: dict[str, tuple[str, str, Any]] = {
    "a field as company": ("{担当者名}", "佐藤", _again),
    "a field in full-width braces as company": ("｛担当者名｝", "佐藤", _again),
    "a format string as company": ("{0[担当者名]}", "佐藤", _python),
}
BREAKS = {
    "a header behind CRLF in the company": f"青空\r\nBcc: {OTHER}",
    "a header behind a line separator in the company": f"青空\u2028Bcc: {OTHER}",
    "a header behind a next-line character in the company": f"青空\x85Bcc: {OTHER}",
}


def _wrong_recipient(world: World) -> bool:
    """The first company's mail is handed over for the second."""
    made = content()
    press = press_of(made)
    first, second = made.recipients
    world.hands_over(press.clear(press.compose(first, TOKEN, DATE), second))
    (received,) = world.recorder.seen
    return received.rcpt_to == (OTHER,) and "saiyo@aozora.example" in readable(received.content)


def _first_copy(world: World) -> bool:
    """The office's own copy is worded for the first company and shows the second's address."""
    made = content(body=f"{{会社名}} 控え：{OTHER}")
    press = press_of(made)
    world.hands_over(press.clear_first_copy(press.compose_first_copy(TOKEN, DATE)))
    return shows(body(world.recorder.seen[-1].content))


ATTACKS = (
    *(
        Attack(
            Family.MERGE,
            Barrier.GATE,
            name,
            _shows_other(**{"body": FIELDS + "{宛名}{時間}{会場}"} | changes),
            TEXTS,
        )
        for name, changes in VALUES.items()
    ),
    *(
        Attack(
            Family.MERGE,
            Barrier.LETTER,
            name,
            _expands(value, expected),
            instead(letter, "_fill", fill),
        )
        for name, (value, expected, fill) in EXPANDING.items()
    ),
    *(
        Attack(
            Family.MERGE,
            Barrier.LETTER,
            name,
            _break(value),
            cut(
                rendering,
                "render",
                '" ".join(_fill(letter.subject, values).splitlines())',
                "_fill(letter.subject, values)",
            ),
            (
                Also(Barrier.COMPOSER, silent(COMPOSE, "has_control", False)),
                Also(Barrier.GATE, silent(lexical, "has_control", False)),
                Also(Barrier.GATE, TEXTS),
            ),
        )
        for name, value in BREAKS.items()
    ),
    Attack(
        Family.MERGE,
        Barrier.GATE,
        "one company's mail handed over for another",
        _wrong_recipient,
        silent(gate, "_check_people"),
        (Also(Barrier.GATE, TEXTS),),
    ),
    Attack(
        Family.MERGE, Barrier.GATE, "another address in the office's own copy", _first_copy, TEXTS
    ),
)
