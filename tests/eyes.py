"""All that anybody could read in the bytes of one mail, by every decoding we know.

Written with the standard library (and PDFium) only and shares no code with what makes and checks
the mails: what this reader finds counts, whatever they think of it.
"""

from __future__ import annotations

import base64
import contextlib
import email  # noqa: TID251
import email.policy  # noqa: TID251
import functools
import html
import io
import quopri
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator
from email.header import decode_header, make_header  # noqa: TID251
from email.message import Message  # noqa: TID251
from email.policy import Policy  # noqa: TID251
from urllib.parse import unquote

import pypdfium2

POLICIES = (email.policy.compat32, email.policy.default)
ENCODINGS = ("utf-8", "latin-1", "cp932", "euc_jp", "iso2022_jp", "utf-16-le", "utf-16-be")
MOST_TEXTS = 5_000
_TAG = re.compile(r"<[^<>]*>")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}){8,}")
_LIKE_AN_ADDRESS = re.compile(rb"[A-Za-z0-9._+-]\0?@\0?[A-Za-z0-9]")
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)


def readings(content: bytes) -> frozenset[str]:
    """Every text in ``content`` that has an ``@``, in small letters and without its covers."""
    parts = [part for each in POLICIES for part in _parts(content, each)]
    files = [text for part in parts for text in _file_texts(_payload(part))]
    return (
        _peeled(_raw_texts(content), inner=False) | _peeled(_header_texts(parts)) | frozenset(files)
    )


def shows(texts: Iterable[str], address: str, allowed: Collection[str] = ()) -> bool:
    """Whether ``address`` stands anywhere, and not merely inside an allowed one."""
    found = _pattern(address)
    inside = [_pattern(each) for each in allowed if address in each and address != each]
    return any(_uncovered(found, inside, text) for text in texts if address in text)


def _uncovered(found: re.Pattern[str], inside: list[re.Pattern[str]], text: str) -> bool:
    covers = [each.span() for pattern in inside for each in pattern.finditer(text)]
    spans = (each.span() for each in found.finditer(text))
    return any(not any(s <= start and end <= e for s, e in covers) for start, end in spans)


@functools.cache
def _pattern(address: str) -> re.Pattern[str]:
    before, behind = (_kin(address[0]), _kin(address[-1]))
    return re.compile(rf"(?<!{before}){re.escape(address)}(?!{behind})")


def _kin(char: str) -> str:
    """What makes another address of it when it stands right beside ``char``."""
    return "[0-9]" if char.isdigit() else "[a-z]"


def header_text(value: object) -> str:
    """A header as RFC 2047 says it: encoded words decoded, nothing between two of them."""
    return str(make_header(decode_header(str(value))))


def _raw_texts(content: bytes) -> Iterator[str]:
    raw = content.decode("latin-1")
    yield raw
    yield re.sub(r"=?\r?\n", "", raw)
    yield quopri.decodestring(content).decode("utf-8", "replace")


def _parts(content: bytes, policy: Policy[Message]) -> Iterator[Message]:
    yield from email.message_from_bytes(content, policy=policy).walk()


def _header_texts(parts: list[Message]) -> Iterator[str]:
    for part in parts:
        yield part.get_filename() or ""
        for _, value in part.items():
            yield str(value)
            yield header_text(value)


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


@functools.lru_cache(maxsize=1024)  # many mails carry the same file, many files the same parts
def _file_texts(content: bytes) -> frozenset[str]:
    found = set(_peeled(_decoded(content)))
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for entry in archive.infolist():
                found |= _peeled(_entry_names(entry)) | _file_texts(archive.read(entry))
    if content.startswith(b"%PDF-"):
        found |= _peeled(_pdf_texts(content))
    return frozenset(found)


def _decoded(content: bytes) -> Iterator[str]:
    for encoding in ENCODINGS:
        with contextlib.suppress(UnicodeDecodeError):
            yield content.decode(encoding)
    if b"=" in content:
        yield quopri.decodestring(content).decode("utf-8", "replace")


def _entry_names(entry: zipfile.ZipInfo) -> Iterator[str]:
    yield entry.filename
    with contextlib.suppress(UnicodeError):
        yield entry.filename.encode("cp437").decode("cp932")


def _pdf_texts(content: bytes) -> Iterator[str]:
    with pypdfium2.PdfDocument(content) as document:
        for page in document:
            yield page.get_textpage().get_text_range()
            page.close()
    yield content.decode("latin-1")
    for written in _HEX.findall(content.decode("latin-1")):  # a string of a PDF, a link's target
        yield bytes.fromhex(written).decode("latin-1")
    for stream in _STREAM.findall(content):
        with contextlib.suppress(zlib.error):
            yield zlib.decompressobj().decompress(stream).decode("latin-1")


def _peeled(texts: Iterable[str], *, inner: bool = True) -> frozenset[str]:
    """Each text with one cover after another taken off, as often as it changes anything.

    ``inner``: also what base64 and hexadecimal in it say; not so in a mail's own base64 lines.
    """
    waiting, seen = list(texts), set[str]()
    while waiting:
        text = _plain(waiting.pop())
        if text not in seen and len(seen) < MOST_TEXTS:
            seen.add(text)
            waiting += [html.unescape(text), unquote(text), _TAG.sub("", text)]
            waiting += _hidden(text) if inner else ()
    return frozenset(text.casefold() for text in seen if "@" in text)


def _plain(text: str) -> str:
    """Compatibility forms made plain; what shows nothing, and the quotes of a local part, out."""
    if text.isascii():
        return text.replace('"', "")
    shown = unicodedata.normalize("NFKD", text).translate(_UNSEEN)
    return unicodedata.normalize("NFKC", shown)


class _Unseen(dict[int, int | None]):
    """For ``str.translate``; learns each character once."""

    def __missing__(self, code: int) -> int | None:
        unseen = chr(code) == '"' or unicodedata.category(chr(code)) in {"Cf", "Mn"}
        self[code] = None if unseen else code
        return self[code]


_UNSEEN = _Unseen()


def _hidden(text: str) -> Iterator[str]:
    for run in _HEX.findall(text):
        yield from _if_address(bytes.fromhex(run), "utf-8", "utf-16-be")
    for run in _BASE64.findall(text):
        plain = run.translate(str.maketrans("-_", "+/")).rstrip("=")
        for start in range(4):
            piece = plain[start:]
            whole = piece[:-1] if len(piece) % 4 == 1 else piece
            yield from _if_address(base64.b64decode(whole + "=" * (-len(whole) % 4)), "utf-8")


def _if_address(content: bytes, *encodings: str) -> Iterator[str]:
    if _LIKE_AN_ADDRESS.search(content):
        yield from (content.decode(each, "replace") for each in encodings)
