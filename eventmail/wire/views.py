"""The ways a reader, a mail program or a browser might see one text.

An address can hide behind full-width letters, invisible characters, percent and HTML encoding,
base64 in a link, a word processor's hyphen, letters of another script, or ``taro [at] example``.
Each view is the text with one such cover taken off.
"""

from __future__ import annotations

import base64
import html
import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from urllib.parse import unquote

from eventmail.wire.sites import Site, sites

MOST_VIEWS = 24
LONGEST_BY_LINES = 20_000  # a mail's text; a file's is not one of many
LONGEST_LINE = 300  # of those remembered
REMEMBERED_LINES = 4096
LONGEST_BLOCK = 2000  # the same for what stands between two empty lines
REMEMBERED_BLOCKS = 512
_EMPTY_LINE = "\n\r\n"
_FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0\ufffc\ufffd")
_VOICED = frozenset("\u3099\u309a")  # in kana written in two parts they make the letter
_OPEN, _CLOSE = r"[\[({<【〔〈《「『≪]", r"[\])}>】〕〉》」』≫]"
_AT_WORD = r"(?:@(?:[をはにー]\S{0,12}?)?|at(?:[ -]?mark)?|a|アット(?:マーク)?|あっと(?:まーく)?)"
_DOT_WORD = r"(?:\.|dot|ドット|どっと)"
_MARKS = "★☆●○◎■□◆◇♪♯*#※▲△▼▽◉"
_SPOKEN = (
    (re.compile(rf"{_OPEN}\s?{_AT_WORD}\s?{_CLOSE}", re.IGNORECASE), "@"),
    (re.compile(r"(?<=\s)at(?=\s)|アット|あっと", re.IGNORECASE), "@"),
    (re.compile(rf"(?<=[A-Za-z0-9])(?:_at_|-at-|\.at\.|AT|[{_MARKS}])(?=[A-Za-z0-9])"), "@"),
    (re.compile(rf"{_OPEN}\s?{_DOT_WORD}\s?{_CLOSE}", re.IGNORECASE), "."),
    (re.compile(r"(?<=\s)dot(?=\s)|ドット|どっと", re.IGNORECASE), "."),
    (re.compile(r"(?<=[A-Za-z0-9])[。・·](?=[A-Za-z0-9])"), "."),
    (re.compile(r"@(?:マーク|まーく)"), "@"),  # what アットマーク has become, too
)
# Where a line may be the beginning of any of these, even if the rest is on the next line.
_MAY_SPEAK = re.compile(
    rf"{_OPEN}(?:\Z|\s?(?:[@.aA]|アット|あっと|[dD][oO][tT]|ドット|どっと))"
    r"|アット|あっと|ドット|どっと|@マーク|@まーく"
)
_MAY_BE_WORD = re.compile(r"(?:\A|\s)(?:[aA]|[dD][oO])[tT](?:\s|\Z)")
_MAY_BE_SIGN = re.compile(
    rf"(?<=[A-Za-z0-9])(?:_at_|-at-|\.at\.|AT|[{_MARKS}。・·])(?=[A-Za-z0-9])"
)
# What Word, Excel and a Japanese keyboard put where a hyphen was meant.
_HYPHEN = re.compile("(?<=[A-Za-z0-9])[\u2010-\u2015\u2212\u2500\u30fc](?=[A-Za-z0-9])")
_LINE_MARK = re.compile(r"\n[ \t]*(?:[>|・•*][ \t]*)+")
_MARK_FIRST = re.compile(r"[ \t]*[>|・•*]")
_TAGS = re.compile("[\U000e0021-\U000e007e]")  # an invisible copy of ASCII
_RIGHT_TO_LEFT = "\u202e"
_THEIRS = "авсԁеѕіјһкӏмнопрԛгтуѵԝхαεηικνορτυχγω"  # Cyrillic and Greek letters that pass for
_OURS = "abcdesijhklmhonpqrtyvwxaenikvoptuxyw"
_LOOKALIKES = str.maketrans(_THEIRS + _THEIRS.upper() + "ΒΖΗΜΝΥ", _OURS * 2 + "bzhmny")
_DRESSED = re.compile(  # ours in a dress that NFKC leaves on
    r"(?:LATIN LETTER SMALL CAPITAL|REGIONAL INDICATOR SYMBOL LETTER"
    r"|NEGATIVE (?:CIRCLED|SQUARED) LATIN CAPITAL LETTER) ([A-Z])"
)
_ESCAPE = re.compile(r"\\u([0-9a-f]{4})|%u([0-9a-f]{4})|\\x([0-9a-f]{2})|\\'([0-9a-f]{2})", re.I)
_QUOTED_PRINTABLE = re.compile(r"=([0-9A-F]{2})")
_SOFT_BREAK = re.compile(r"=\r?\n")
_MAY_BE_QUOTED = re.compile(r"=(?:[0-9A-F]{2}|\r?\Z)")
_TAG = re.compile(r"<[^<>]{0,2000}>")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{12,}(?:\r?\n[A-Za-z0-9+/_-]{12,})*")
_BREAK = re.compile(r"\r?\n")
# How "@" looks in base64, for each place it can have in a group of three bytes.
_BASE64_AT = re.compile(r"Q[A-P]|[EUk0][A-D]|[BFJNRVZdhlptx159]A")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}){8,}")


class _Invisible(dict[int, str | None]):
    """For ``str.translate``: characters that show nothing, or only a mark on another, go."""

    def __missing__(self, code: int) -> str | None:
        char = chr(code)
        mark = unicodedata.category(char) in {"Cf", "Mn", "Me"} and char not in _VOICED
        hidden = mark or char in _FILLERS
        self[code] = None if hidden else char
        return self[code]


_invisible = _Invisible()


class _PlainLetters(dict[int, str]):
    """For ``str.translate``: letters that look like ASCII letters become those."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        dressed = _DRESSED.fullmatch(unicodedata.name(char, ""))
        self[code] = dressed[1] if dressed else char.translate(_LOOKALIKES)
        return self[code]


_plain_letters = _PlainLetters()


def all_sites(text: str) -> Iterator[Site]:
    """Every site in every view of ``text``."""
    for view, due in _views(text):
        yield from sites(view)
        for number, decode in enumerate(_OF_RUNS, len(_DECODERS)):
            if due >> number & 1:
                for hidden in decode(view):
                    yield from sites(hidden)


@lru_cache(maxsize=1024)
def sites_of_a_line(text: str) -> tuple[Site, ...]:
    """As :func:`all_sites`, for a subject or a name: the same in many mails of a mailing."""
    return tuple(all_sites(text))


def views(text: str) -> list[str]:
    """``text`` folded, and each different text that decoding it gives, again and again."""
    return [view for view, _ in _views(text)]


def _views(text: str) -> list[tuple[str, int]]:
    """The views, each with what :func:`_due` says of it."""
    found = [fold(text), *map(fold, _unfolded(text))]
    due: list[int] = []
    for view in found:
        due.append(_due(view))
        for number, (decode, _) in enumerate(_DECODERS):
            decoded = decode(view) if due[-1] >> number & 1 else view
            if decoded == view:
                continue
            decoded = fold(decoded)
            if decoded not in found and len(found) < MOST_VIEWS:
                found.append(decoded)
    return list(zip(found, due, strict=True))


def _due(text: str) -> int:
    """Which decoders could change ``text``, a bit for each, and then what runs may be in it.

    Each bit is asked line by line, as most lines stand in every mail of a mailing. What a line
    says of itself holds whatever stands above and below it, or the bit would not be line by line.
    """
    if len(text) > LONGEST_BY_LINES:
        return _EVERYTHING
    due = 0
    for block in text.split(_EMPTY_LINE):
        due |= _due_for_block(block) if len(block) <= LONGEST_BLOCK else _due_for_lines(block)
    return due


def _due_for_lines(block: str) -> int:
    due = 0
    for line in block.split("\n"):
        due |= _due_for(line) if len(line) <= LONGEST_LINE else _EVERYTHING
    return due


_due_for_block = lru_cache(maxsize=REMEMBERED_BLOCKS)(_due_for_lines)


@lru_cache(maxsize=REMEMBERED_LINES)
def _due_for(line: str) -> int:
    return sum(1 << number for number, is_due in enumerate(_IS_DUE) if is_due(line))


def _unfolded(text: str) -> Iterator[str]:
    """What folding would take away: text in invisible tags, and text written from right to left."""
    if text.isascii():
        return
    if _TAGS.search(text):
        yield _TAGS.sub(lambda tag: chr(ord(tag[0]) - 0xE0000), text)
    if _RIGHT_TO_LEFT in text:
        yield text[::-1]


def fold(text: str) -> str:
    """Invisible characters and strokes taken out, compatibility forms made plain (NFKC)."""
    if text.isascii():
        return text
    if len(text) > LONGEST_BY_LINES:
        return _folded(text)
    # Nothing composes with a line feed or moves over it, so lines fold one by one (UAX 15).
    return _EMPTY_LINE.join(
        _folded_block(block) if len(block) <= LONGEST_BLOCK else _folded_lines(block)
        for block in text.split(_EMPTY_LINE)
    )


def _folded_lines(block: str) -> str:
    return "\n".join(
        _folded_line(line) if len(line) <= LONGEST_LINE else _folded(line)
        for line in block.split("\n")
    )


_folded_block = lru_cache(maxsize=REMEMBERED_BLOCKS)(_folded_lines)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text.translate(_invisible))


_folded_line = lru_cache(maxsize=REMEMBERED_LINES)(_folded)


def spoken(text: str) -> str:
    """``taro [at] b (dot) example``, ``taro★b.example`` written with ``@`` and ``.``.

    The white space that is left around the signs is a gap to :mod:`eventmail.wire.sites`.
    """
    for pattern, sign in _SPOKEN:
        text = pattern.sub(sign, text)
    return text


def _escapes(text: str) -> str:
    if "\\" not in text and "%u" not in text:
        return text
    return _ESCAPE.sub(lambda m: chr(int(next(filter(None, m.groups())), 16)), text)


def _quoted_printable(text: str) -> str:
    if "=" not in text:
        return text
    joined = _SOFT_BREAK.sub("", text)
    return _QUOTED_PRINTABLE.sub(lambda m: chr(int(m[1], 16)), joined)


def _without_tags(text: str) -> str:
    return _TAG.sub(" ", text) if "<" in text else text


def _alike(text: str) -> str:
    return text if text.isascii() else text.translate(_plain_letters)


def _may_speak(line: str) -> bool:
    return bool(_MAY_SPEAK.search(line) or _MAY_BE_WORD.search(line) or _MAY_BE_SIGN.search(line))


# Each decoder, and whether a text with this line in it could be changed by it. Where the text of a
# match may go over a line's end, the line in which it begins must already say yes.
_DECODERS: tuple[tuple[Callable[[str], str], Callable[[str], object]], ...] = (
    (html.unescape, lambda line: html.unescape(line) != line),
    (unquote, lambda line: "%" in line),
    (_escapes, lambda line: "\\" in line or "%u" in line),
    (_quoted_printable, _MAY_BE_QUOTED.search),
    (_without_tags, lambda line: "<" in line),
    (
        lambda text: text.replace("+AEA-", "@").replace("+AC4-", "."),
        lambda line: "+A" in line,
    ),
    (lambda text: _HYPHEN.sub("-", text), _HYPHEN.search),
    (lambda text: _LINE_MARK.sub("\n", text), _MARK_FIRST.match),
    (_alike, lambda line: _alike(line) != line),
    (spoken, _may_speak),
)
_IS_DUE: tuple[Callable[[str], object], ...] = (
    *(each for _, each in _DECODERS),
    re.compile(r"[A-Za-z0-9+/_-]{12}").search,  # the beginning of what _BASE64 finds
    _HEX.search,
)
_EVERYTHING = (1 << len(_IS_DUE)) - 1


def _in_base64(text: str) -> Iterator[str]:
    """What base64 runs in ``text`` say, wherever in the run they begin."""
    for block in text.split(_EMPTY_LINE):  # no run goes over an empty line
        yield from _said_in_block(block) if len(block) <= LONGEST_BLOCK else _said_in_base64(block)


def _said_in_base64(text: str) -> Iterator[str]:
    for run in _BASE64.findall(text):
        joined = _BREAK.sub("", run).replace("-", "+").replace("_", "/")
        if not _BASE64_AT.search(joined):
            continue
        for offset in range(4):
            yield from _speaking(_unpadded(joined[offset:]))


@lru_cache(maxsize=REMEMBERED_BLOCKS)
def _said_in_block(block: str) -> tuple[str, ...]:
    return tuple(_said_in_base64(block))


def _in_hex(text: str) -> Iterator[str]:
    """What hexadecimal runs in ``text`` say."""
    for run in _HEX.findall(text):
        yield from _speaking(bytes.fromhex(run))


def _unpadded(run: str) -> bytes:
    """The bytes of a base64 run that may have lost its ``=`` signs and its last character."""
    whole = run[:-1] if len(run) % 4 == 1 else run
    return base64.b64decode(whole + "==")  # one too many does no harm


def _speaking(content: bytes) -> Iterator[str]:
    if b"@" in content:
        yield fold(content.decode("utf-8", "replace"))


_OF_RUNS = (_in_base64, _in_hex)
