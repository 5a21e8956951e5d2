"""The entries of a To, Cc or Bcc field, as programs write them and as people copy them.

The list is cut where nothing is quoted, bracketed or a remark, and only then are encoded names
(RFC 2047) read: a comma in a name never makes two of one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from eventmail.addresses import AddressError, EmailAddress
from eventmail.bounces.reading.charsets import header_text
from eventmail.incidents.reading.values import Seen, Unread, Where
from eventmail.language import said
from eventmail.spreadsheet.address_wrapping import unwrap

LONGEST_ENTRY, LONGEST_NAME, LONGEST_TOLD = 2000, 200, 200
EXCHANGE = said("社内のアドレス帳の名前だけで、メールアドレスがありません。")
NAME_ONLY = said("名前だけで、メールアドレスがありません。")
TOO_LONG = said("1件の宛先としては長すぎるため、読めませんでした。")
OTHER_IN_NAME = said("名前の欄に、別のメールアドレスがあります。")
_OPEN = {"<": ">", "＜": "＞", "(": ")", "（": "）"}
_SEPARATORS = frozenset(",;，；、\n")
_ANGLE = re.compile(r"[<＜]([^<>＜＞]*)[>＞]\s*(?:\([^()]*\)\s*)?$")
_REMARK = re.compile(r"\s*\(([^()]*)\)\s*$")
_GROUP = re.compile(r"^\s*(?:\"[^\"]*\"|[^\"<>@:;,()]+?)\s*[:：]\s*(?!//)")
_EXCHANGE = re.compile(r"/o=[^/]*/", re.I)
_QUOTES = "\"'“”「」 \t"


def entries(raw: str, where: Where) -> Iterator[Seen | Unread]:
    """Each entry of a field: an address with its name, or what is none, with the reason."""
    for piece in _pieces(raw):
        text = piece.strip()
        if text:
            yield from _entry(text, where)


def _pieces(raw: str) -> Iterator[str]:
    """The list cut at its commas and semicolons, outside quotes, brackets and remarks."""
    start, closing, quoted, skip = 0, "", False, False
    for at, letter in enumerate(raw):
        if skip:
            skip = False
        elif quoted:
            skip, quoted = letter == "\\", letter != '"'
        elif letter == '"' and _begins_quote(raw, at):
            quoted = True
        elif closing:
            closing = "" if letter == closing or letter in "\n;" else closing
        elif letter in _OPEN:
            closing = _OPEN[letter]
        if letter in _SEPARATORS and not quoted and not closing:
            yield raw[start:at]
            start = at + 1
    yield raw[start:]


def _begins_quote(raw: str, at: int) -> bool:
    """Whether a closing one is near: a lone quotation mark quotes nothing."""
    return '"' in raw[at + 1 : at + 1 + LONGEST_ENTRY]


def _entry(text: str, where: Where) -> Iterator[Seen | Unread]:
    if len(text) > LONGEST_ENTRY:
        yield Unread(text[:LONGEST_TOLD], TOO_LONG)
        return
    text = _GROUP.sub("", text)
    if not text.strip():  # "undisclosed-recipients:;" names nobody
        return
    found = _ANGLE.search(text)
    if found:
        yield from _with_name(text, found[1], text[: found.start()], where)
        return
    yield from _bare(text, where)


def _with_name(text: str, address: str, name: str, where: Where) -> Iterator[Seen | Unread]:
    plain = _plain(address)
    try:
        email = EmailAddress.parse(plain)
    except AddressError as error:
        yield _unread(text, plain, error)
        return
    shown = _name(name)
    yield Seen(where, email, "" if _same(shown, email) else shown)
    if "@" in shown and not _same(shown, email):
        yield Unread(shown[:LONGEST_TOLD], OTHER_IN_NAME)


def _bare(text: str, where: Where) -> Iterator[Seen | Unread]:
    """No angle brackets: an address, one with a remark, or several with blanks between."""
    remark = _REMARK.search(text)
    name = _name(remark[1]) if remark and "@" not in remark[1] else ""
    plain = _plain(text[: remark.start()] if name and remark else text)
    try:
        yield Seen(where, EmailAddress.parse(plain), name)
        return
    except AddressError as error:
        first = error
    words = plain.split()
    if len(words) > 1 and all("@" in word for word in words):
        for word in words:
            yield from _bare(word, where)
        return
    bare, layers = unwrap(unicodedata.normalize("NFKC", plain))
    try:
        yield Seen(where, EmailAddress.parse(bare), next((x.rest for x in layers if x.rest), ""))
    except AddressError:
        yield _unread(text, plain, first)


def _plain(text: str) -> str:
    plain = text.strip().strip(_QUOTES)
    return plain[len("mailto:") :] if plain.casefold().startswith("mailto:") else plain


def _name(raw: str) -> str:
    """A display name as it was shown."""
    text = header_text(raw.strip().strip(_QUOTES).replace('\\"', '"').replace("\\\\", "\\"))
    shown = "".join(letter for letter in text if unicodedata.category(letter)[0] != "C")
    return shown.strip(_QUOTES)[:LONGEST_NAME]


def _same(shown: str, email: EmailAddress) -> bool:
    return unicodedata.normalize("NFKC", shown).casefold() == email.key


def _unread(text: str, plain: str, error: AddressError) -> Unread:
    told = header_text(text)[:LONGEST_TOLD]
    if _EXCHANGE.search(text):
        return Unread(told, EXCHANGE)
    return Unread(told, NAME_ONLY if "@" not in plain else error.message)
