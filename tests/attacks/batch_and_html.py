"""The two forms in which more could be seen: a batch for many, and a second text in HTML."""

from __future__ import annotations

import base64
from collections.abc import Callable

from eventmail.addresses import EmailAddress
from eventmail.mailings import findings
from eventmail.wire import BlindBatch, Individual, Wording, gate
from eventmail.wire.material import base64_lines
from tests.attacks.arena import Also, Attack, Barrier, Family, Lowering
from tests.attacks.letter_text import PEOPLE, TEXTS, overlooking
from tests.attacks.lowering import COMPOSE, cut, silent
from tests.attacks.reading import body, header, readable, shows
from tests.attacks.sample import DATE, TOKEN, content, press_of
from tests.attacks.world import World
from tests.wire.samples import AOZORA, AOZORA_TOO, IDENTITY, KURE, STAMP, mail

OTHER = str(KURE)
BATCH = BlindBatch((AOZORA, KURE))
ALSO_TEXTS = (Also(Barrier.GATE, TEXTS),)


def _in_batch(text: str, batch: BlindBatch = BATCH) -> Callable[[World], bool]:
    """All recipients of a batch read an address."""

    def strike(world: World) -> bool:
        received = world.sends(mail(batch, body=f"ご案内 {text}").content, envelope=batch)
        return text in body(received) and len(world.recorder.seen[-1].rcpt_to) > 1

    return strike


def _to_one(world: World) -> bool:
    """The batch's mail shows one of its recipients in To."""
    received = world.sends(mail(Individual(AOZORA)).content, envelope=BATCH)
    return str(AOZORA) in header(received, "To") and len(world.recorder.seen[-1].rcpt_to) == 2


def _all_in_to(world: World) -> bool:
    """The batch's mail shows all of them in To, as a mail program would."""
    shown = f"To: {AOZORA}, {KURE}".encode()
    listed = mail(BATCH).content.replace(f"To: {IDENTITY.address}".encode(), shown, 1)
    return shows(header(world.sends(listed, envelope=BATCH), "To"))


def _field_in_batch(_world: World) -> bool:
    """A batch with a field for the name goes to all with the bare field."""
    made = content(mode="batch", body="{会社名} 御中")
    if any(each.blocks for each in findings.of_content(made)):
        return False
    composed, _ = press_of(made).compose_batch(made.recipients, TOKEN, DATE)
    return "{会社名}" in body(composed.content)


def _automatic(world: World) -> bool:
    """A company gets what says that no person wrote it, as the office's own notices do."""
    wording = Wording("ご案内", "本文", automatic=True)
    composed = COMPOSE.compose(IDENTITY, Individual(AOZORA), wording, (), STAMP)
    return "auto-generated" in header(world.sends(composed.content), "Auto-Submitted")


STRANGER = EmailAddress.parse("new@shinki.example")
BATCHES: dict[str, tuple[Barrier, Callable[[World], bool], Lowering, tuple[Also, ...]]] = {
    "a recipient's address in a batch": (Barrier.GATE, _in_batch(str(AOZORA)), TEXTS, ()),
    "a colleague's address in a batch": (Barrier.GATE, _in_batch(str(AOZORA_TOO)), TEXTS, ()),
    "a recipient whom no roster knows, in a batch": (
        Barrier.GATE,
        _in_batch(str(STRANGER), BlindBatch((AOZORA, STRANGER))),
        TEXTS,
        (),
    ),
    "one recipient of a batch in To": (Barrier.GATE, _to_one, PEOPLE, ()),
    "all recipients of a batch in To": (Barrier.GATE, _all_in_to, PEOPLE, ()),
    "a field for the name in a batch": (
        Barrier.FINDINGS,
        _field_in_batch,
        silent(findings, "_batch_fields", ()),
        (),
    ),
    "a notice of the service to a company": (
        Barrier.GATE,
        _automatic,
        silent(gate, "_check_automatic"),
        (),
    ),
}

HTML = COMPOSE.compose(
    IDENTITY, Individual(AOZORA), Wording("ご案内", "一行目\n二行目", True), (), STAMP
).content


def _pages() -> tuple[bytes, str]:
    """The base64 lines of the HTML part, and the page behind them."""
    lines = HTML.partition(b"text/html")[2].partition(b"\r\n\r\n")[2].partition(b"--=_")[0]
    return lines, base64.b64decode(lines).decode()


LINES, PAGE = _pages()


def _with_page(page: str) -> bytes:
    assert page != PAGE
    return HTML.replace(LINES, base64_lines(page.encode()))


def _in_page(addition: str) -> str:
    return PAGE.replace("</body>", f"{addition}</body>")


PAGES = {
    "a hidden paragraph": _in_page(f'<p style="display:none">{OTHER}</p>'),
    "a comment": _in_page(f"<!-- {OTHER} -->"),
    "a link to another address": _in_page(f'<a href="mailto:{OTHER}">お問い合わせ</a>'),
    "a link that shows another target": _in_page(
        f'<a href="https://x.example/?m={OTHER}">https://hirono.example/</a><br>\r\n'
    ),
    "a picture that tells who reads": _in_page(f'<img src="https://x.example/{OTHER}">'),
    "a picture's other text": _in_page(f'<img src="cid:x" alt="{OTHER}">'),
    "a script": _in_page(f"<script>write('jinji'+'@kure-seiki.example') // {OTHER}</script>"),
    "a form": _in_page(f'<form><input value="{OTHER}"></form>'),
    "a style sheet": PAGE.replace("</head>", f"<style>p{{content:'{OTHER}'}}</style></head>"),
    "a title": PAGE.replace("</head>", f"<title>{OTHER}</title></head>"),
    "a line that the text does not have": PAGE.replace("</body>", f"{OTHER}<br>\r\n</body>"),
    "other words than the text": PAGE.replace("一行目", f"別の文 {OTHER}"),
    "an attribute nobody reads": PAGE.replace("<body", f'<body data-to="{OTHER}"'),
    "entities": _in_page(f"{''.join(f'&#{ord(c)};' for c in OTHER)} {OTHER}<br>\r\n"),
}
ANY_PAGE: Lowering = cut(
    gate, "inspect", "mail.html is not None and text_of_html(mail.html) != mail.body", "False"
)


def _page(page: str) -> Callable[[World], bool]:
    """What only an HTML reader finds is received."""
    return lambda world: shows(readable(world.sends(_with_page(page))))


BOUNDARY = HTML.partition(b'boundary="')[2].partition(b'"')[0]
CALENDAR = base64_lines(f"ATTENDEE:mailto:{OTHER}".encode())
STRUCTURES = {
    "a third form of the text": HTML.replace(
        b"--" + BOUNDARY + b"--",
        b"--" + BOUNDARY + b'\r\nContent-Type: text/calendar; charset="utf-8"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n" + CALENDAR + b"--" + BOUNDARY + b"--",
    ),
    "HTML alone": HTML.replace(b"text/plain", b"text/html", 1),
    "the text after the HTML": HTML.replace(b"text/plain", b"text/x", 1)
    .replace(b"text/html", b"text/plain", 1)
    .replace(b"text/x", b"text/html", 1),
    "a form that refers to a picture": HTML.replace(
        b"multipart/alternative", b"multipart/related", 1
    ),
}


def _structure(changed: bytes) -> Callable[[World], bool]:
    def strike(world: World) -> bool:
        assert changed != HTML
        return world.sends(changed) == changed

    return strike


ATTACKS = (
    *(
        Attack(Family.LETTER, barrier, name, strike, lowered, also)
        for name, (barrier, strike, lowered, also) in BATCHES.items()
    ),
    *(
        Attack(
            Family.LETTER,
            Barrier.GATE,
            f"in the HTML, {name}",
            _page(page),
            ANY_PAGE,
            ALSO_TEXTS,
        )
        for name, page in PAGES.items()
    ),
    *(
        Attack(
            Family.LETTER,
            Barrier.GATE,
            f"with the HTML, {name}",
            _structure(changed),
            overlooking(HTML),
        )
        for name, changed in STRUCTURES.items()
    ),
)
