"""What can stand in a file's name, and in the headers around an attachment."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable

from eventmail.events import service as events
from eventmail.wire import Material, encode_material, gate
from tests.attacks.arena import Attack, Barrier, Family, Lowering
from tests.attacks.lowering import MATERIAL, instead, silent
from tests.attacks.reading import files, names, readable
from tests.attacks.world import World
from tests.wire.samples import mail, material
from tests.wire.smuggling import DISGUISES

OTHER = "jinji@kure-seiki.example"
TEXTS: Lowering = silent(gate, "_violations", ())

NAMES = {
    "another address": f"案内 {OTHER}.txt",
    "another address, full width": f"案内 {DISGUISES['full width']}.txt",
    "another address, [at]": f"案内 {DISGUISES['[at]']}.txt",
    "another address, in capitals": f"案内 {OTHER.upper()}.txt",
    "another address, zero-width spaces": f"案内 {DISGUISES['zero-width spaces']}.txt",
    "another address, base64": f"{base64.urlsafe_b64encode(OTHER.encode()).decode()}.txt",
    "another address, percent-encoded": "jinji%40kure-seiki.example.txt",
    "another address as the extension": f"名簿.{OTHER}",
    "another address, in an encoded word": "=?UTF-8?Q?jinji=40kure-seiki.example?=.txt",
    "another address, from right to left": f"案内\u202e{OTHER[::-1]}.txt",
}


def _named(filename: str) -> Callable[[World], bool]:
    def strike(world: World) -> bool:
        encoded = (material("図", filename),)
        received = world.sends(mail(materials=encoded).content, encoded)
        return [name for name, _ in files(received)] == [filename] or filename in readable(received)

    return strike


PLAN = material("図", "図.txt")
CLEAN = mail(materials=(PLAN,)).content
DISPOSITION = b"Content-Disposition: attachment;\r\n filename*=UTF-8''%E5%9B%B3.txt"
EVIL = b"jinji%40kure-seiki.example"


def _instead(old: bytes, new: bytes) -> bytes:
    assert CLEAN.count(old) == 1
    return CLEAN.replace(old, new)


BOUNDARY = CLEAN.partition(b'boundary="')[2].partition(b'"')[0]
PART_HEADERS = {
    "another name only for new programs": _instead(b"''%E5%9B%B3.txt", b"''" + EVIL),
    "another name only for old programs": _instead(
        b'name="=?UTF-8?B?5ZuzLnR4dA==?="', b'name="jinji@kure-seiki.example"'
    ),
    "a second file name": _instead(
        DISPOSITION, DISPOSITION + b';\r\n filename="jinji@kure-seiki.example"'
    ),
    "sections of a name out of order": _instead(
        b"filename*=UTF-8''%E5%9B%B3.txt",
        b"filename*1*=kure-seiki.example;\r\n filename*0*=UTF-8''jinji%40",
    ),
    "a name in another charset": _instead(b"UTF-8''%E5%9B%B3.txt", b"UTF-7''jinji+AEA-kure-seiki"),
    "a language beside the name": _instead(b"UTF-8''%E5", b"UTF-8'jinji@kure-seiki.example'%E5"),
    "a comment beside the type": _instead(
        b"application/octet-stream;", b"application/octet-stream (jinji@kure-seiki.example);"
    ),
    "a description of the part": _instead(
        DISPOSITION, DISPOSITION + b"\r\nContent-Description: jinji@kure-seiki.example"
    ),
    "an id of the part": _instead(
        DISPOSITION, DISPOSITION + b"\r\nContent-ID: <jinji@kure-seiki.example>"
    ),
    "a creator beside the disposition": _instead(
        DISPOSITION, DISPOSITION + b';\r\n creator="jinji@kure-seiki.example"'
    ),
    "a part shown inside the mail": _instead(b": attachment;", b": inline;"),
    "words before the first part": _instead(
        b"--" + BOUNDARY + b"\r\nContent-Type: text",
        b"To: jinji@kure-seiki.example\r\n--" + BOUNDARY + b"\r\nContent-Type: text",
    ),
    "words behind the last part": CLEAN + b"To: jinji@kure-seiki.example\r\n",
    "one more part": CLEAN.replace(
        b"--" + BOUNDARY + b"--",
        b"--" + BOUNDARY + b"\r\n" + material(OTHER, "一覧.txt").part + b"--" + BOUNDARY + b"--",
    ),
    "a mail as a part": _instead(b"application/octet-stream", b"message/rfc822"),
    "a part made of parts": _instead(b"application/octet-stream", b"multipart/mixed"),
}


def _part_changed(content: bytes) -> Callable[[World], bool]:
    """An attachment that is not the one composed is cleared for sending."""

    def strike(world: World) -> bool:
        assert content != CLEAN
        return world.sends(content, (PLAN,)) == content

    return strike


def _overlooking() -> Lowering:
    parsed = gate.parse_mail(CLEAN)
    return instead(gate, "parse_mail", lambda *_: parsed)


ANY_NAME: Lowering = silent(MATERIAL, "has_control", False)


def _break_in_name(_world: World) -> bool:
    filename = f"図.txt\r\nBcc: {OTHER}"
    encoded = (encode_material(Material(filename, "text/plain", b"x")),)
    return "\nBcc:" in readable(mail(materials=encoded).content)


def _saved_mail(_world: World) -> bool:
    """A mail as an attachment of its own type: programs show its headers as if received."""
    saved = f"To: {OTHER}\r\nSubject: x\r\n\r\nhello\r\n".encode()
    encoded = (encode_material(Material("控え.eml", "message/rfc822", saved)),)
    return b"Content-Type: message/rfc822" in mail(materials=encoded).content


def _header_in_type(_world: World) -> bool:
    kind = f"text/plain\r\nBcc: {OTHER}"
    encoded = (encode_material(Material("図.txt", kind, b"x")),)
    return "Bcc" in names(encoded[0].part)


SHELF = {
    "a programme behind a document's name": "ご案内.pdf.exe",
    "a script": "参加者一覧.js",
    "a shortcut": "資料.url",
    "a saved mail": "控え.eml",
    "a macro workbook": "名簿.xlsm",
    "no extension at all": "参加者名簿",
}
PATHS = {
    "a path upwards": ("../../etc/図.pdf", "../"),
    "a Windows path": ("C:\\所\\図.pdf", "\\"),
    "a line break": (f"図\r\nBcc: {OTHER}.pdf", "\n"),
    "a direction override": ("図\u202efdp.exe.pdf", "\u202e"),
}


def _put(filename: str, sign: str = "") -> Callable[[World], bool]:
    """The file lies on the shelf under that name, as the rows say."""

    def strike(world: World) -> bool:
        with world.database.writing() as session:
            event = world.event(session)
            events.put_material(session, world.people.author, event, filename, b"x")
        stored = [name for (name,) in world.rows("SELECT filename FROM materials")]
        return filename in stored or (bool(sign) and any(sign in name for name in stored))

    return strike


ATTACKS = (
    *(
        Attack(Family.FILE_NAME, Barrier.GATE, name, _named(filename), TEXTS)
        for name, filename in NAMES.items()
    ),
    *(
        Attack(Family.FILE_NAME, Barrier.GATE, name, _part_changed(content), _overlooking())
        for name, content in PART_HEADERS.items()
    ),
    Attack(
        Family.FILE_NAME, Barrier.COMPOSER, "a header behind the name", _break_in_name, ANY_NAME
    ),
    Attack(
        Family.FILE_NAME,
        Barrier.COMPOSER,
        "a mail attached as a mail",
        _saved_mail,
        instead(MATERIAL, "_CONTAINERS", ("multipart/",)),
    ),
    Attack(
        Family.FILE_NAME,
        Barrier.COMPOSER,
        "a header behind the media type",
        _header_in_type,
        instead(MATERIAL, "_MEDIA_TYPE", re.compile(".*", re.DOTALL)),
    ),
    *(
        Attack(
            Family.FILE_NAME,
            Barrier.SHELF,
            f"on the shelf, {name}",
            _put(filename),
            silent(events, "_media_type", "application/octet-stream"),
            level="meeting",
            leaves_nothing=True,
        )
        for name, filename in SHELF.items()
    ),
    *(
        Attack(
            Family.FILE_NAME,
            Barrier.SHELF,
            f"on the shelf, {name}",
            _put(filename, sign),
            instead(events, "clean_filename", str),
            level="meeting",
            leaves_nothing=True,
        )
        for name, (filename, sign) in PATHS.items()
    ),
)
