"""The head of a sent mail: of an .eml file, of what Outlook kept, or as a person pasted it."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

from eventmail.bounces.reading.charsets import decoded, header_text
from eventmail.incidents.reading.dates import moment
from eventmail.incidents.reading.entries import entries
from eventmail.incidents.reading.values import Kind, Seen, SentMail, Unread, Where
from eventmail.language import said

LARGEST_HEAD = 4 * 1024 * 1024
MOST_ADDRESSES, MOST_UNREAD = 10_000, 200
MORE_ADDRESSES = said(
    "宛先が{most:,}件を超えるため、ここから先は読んでいません。", most=MOST_ADDRESSES
)
MORE_UNREAD = said("ほかにも読めない行が{count}件ありました。")
PLACES = {"to": Where.TO, "cc": Where.CC, "bcc": Where.BCC}
LABELS = {
    **{name: name for name in ("to", "cc", "bcc", "from", "subject", "date")},
    **dict.fromkeys(("宛先", "あて先", "送信先"), "to"),
    **dict.fromkeys(("差出人", "送信者"), "from"),
    **dict.fromkeys(("件名", "表題"), "subject"),
    **dict.fromkeys(("送信日時", "日時", "日付", "sent"), "date"),
}
_LABEL = re.compile(r"^\s*([^\s:：<>@\"]{1,40})\s*[:：]")
_FIELD = re.compile(r"^[!-9;-~]{1,70}$")
_END = re.compile(rb"\r?\n[ \t]*\r?\n|\r\r")
# Whoever stands in two fields was shown by the first of these.
_MOST_SHOWN = (Where.TO, Where.CC, Where.SHOWN, Where.BCC)
Fields = defaultdict[str, list[str]]


def of_bytes(raw: bytes) -> SentMail:
    """An .eml file: what stands before the first empty line."""
    text = raw[: LARGEST_HEAD * 2].removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    head = _END.split(text[:LARGEST_HEAD], maxsplit=1)[0]
    lines = decoded(head).splitlines()
    if lines and lines[0].startswith("From "):  # a mailbox file's mark
        lines = lines[1:]
    return sent(Kind.EML, _fields(lines))


def of_text(text: str) -> SentMail:
    """What a person pasted: a header, or what a mail program shows; or the addresses alone."""
    lines = text[:LARGEST_HEAD].splitlines()
    found = _pasted(lines)
    if not any(found[name] for name in PLACES):
        found = defaultdict(list, {"to": ["\n".join(lines)]})
    return sent(Kind.HEADER, found)


def sent(kind: Kind, fields: Fields) -> SentMail:
    """The mail of these fields, each address once, in the field that shows most."""
    read: list[Seen | Unread] = []
    for name, where in PLACES.items():
        for value in fields[name]:
            for each in entries(value, where):
                if len(read) == MOST_ADDRESSES:
                    return _mail(kind, fields, [*read, Unread("", MORE_ADDRESSES)])
                read.append(each)
    return _mail(kind, fields, read)


def once(seen: Iterable[Seen]) -> tuple[Seen, ...]:
    """Each address once: as it was shown most, and with its name if it has one anywhere."""
    kept: dict[str, Seen] = {}
    for each in seen:
        old = kept.get(each.email.key)
        if old is not None:
            where = min(old.where, each.where, key=_MOST_SHOWN.index)
            each = Seen(where, old.email, old.name or each.name)
        kept[each.email.key] = each
    return tuple(kept.values())


def told(unread: list[Unread]) -> tuple[Unread, ...]:
    """What could not be read, as much as a page can show; how many more is said."""
    if len(unread) <= MOST_UNREAD:
        return tuple(unread)
    more = len(unread) - MOST_UNREAD
    return (*unread[:MOST_UNREAD], Unread("", MORE_UNREAD.format(count=more)))


def _mail(kind: Kind, fields: Fields, read: list[Seen | Unread]) -> SentMail:
    sender = [x for value in fields["from"][:1] for x in entries(value, Where.TO)]
    return SentMail(
        kind=kind,
        seen=once(each for each in read if isinstance(each, Seen)),
        subject=header_text(_first(fields, "subject"))[:500],
        sender=next((str(each.email) for each in sender if isinstance(each, Seen)), ""),
        sent_at=moment(_first(fields, "date")),
        unread=told([each for each in read if isinstance(each, Unread)]),
    )


def _first(fields: Fields, name: str) -> str:
    return next(iter(fields[name]), "")[:4000]


def _fields(lines: Iterable[str]) -> Fields:
    """The fields of a head by RFC 5322: a line that begins with a blank goes on with the last."""
    found: list[tuple[str, list[str]]] = []
    parts: list[str] = []
    for line in lines:
        name, colon, value = line.partition(":")
        if line[:1] in (" ", "\t"):
            parts.append(line)
        elif colon and _FIELD.fullmatch(name.strip()):
            parts = [value]
            if name.strip().casefold() in LABELS:
                found.append((name.strip().casefold(), parts))
    return _by_name((name, " ".join(parts)) for name, parts in found)


def _pasted(lines: Iterable[str]) -> Fields:
    """The same of pasted text, in whose lists a new line may begin anywhere."""
    found: list[tuple[str, list[str]]] = []
    has_place = False
    for line in lines:
        if not line.strip() and has_place:
            break
        label = _label(line)
        if label is not None:
            has_place = has_place or label[0] in PLACES
            found.append((label[0], [line[label[1] :]]))
        else:
            _last(found).append((" " if line[:1] in (" ", "\t", "<", "＜") else "\n") + line)
    return _by_name((name, "".join(parts)) for name, parts in found)


def _last(found: list[tuple[str, list[str]]]) -> list[str]:
    """The parts of the field that is being read; before the first one they are nobody's."""
    return found[-1][1] if found else []


def _label(line: str) -> tuple[str, int] | None:
    """The field that a pasted line begins, and where its value does; an unknown one is "other"."""
    found = _LABEL.match(line)
    if found is None or line[:1] in (" ", "\t"):
        return None
    name = unicodedata.normalize("NFKC", found[1]).casefold()
    if name in LABELS:
        return LABELS[name], found.end()
    is_header = found[1].isascii() and "-" in found[1]
    return ("other", found.end()) if is_header else None


def _by_name(pairs: Iterable[tuple[str, str]]) -> Fields:
    found: Fields = defaultdict(list)
    for name, value in pairs:
        found[name].append(value)
    return found
