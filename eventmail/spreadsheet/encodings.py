"""Which encoding a text file has: a rule and no guess, for guessers fail on ordinary CP932.

The rule: byte order mark, ISO-2022-JP's escape, UTF-16 without a mark if the zeros say so, strict
UTF-8, then CP932 or EUC-JP: whichever reads without a word that nobody writes. Japanese codecs
are read through CP932's own table, so that ①㈱髙﨑 survive in each of them.
"""

from __future__ import annotations

import re

from eventmail.language import said
from eventmail.spreadsheet.refusal import unreadable

MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig", "utf-8"),
    (b"\xff\xfe", "utf-16", "utf-16-le"),
    (b"\xfe\xff", "utf-16", "utf-16-be"),
)
NAMES = {
    "utf-8-sig": said("UTF-8（BOM付き）"),
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "iso2022_jp": "JIS",
    "utf-8": "UTF-8",
    "cp932": said("シフトJIS（CP932）"),
    "euc_jp": "EUC-JP",
}


def decode(content: bytes) -> tuple[str, str]:
    """The text and Python's name of its encoding.

    Raises :class:`~eventmail.spreadsheet.refusal.UnreadableFile`: no text, of no encoding that we
    know, or cut off in the middle of a character.
    """
    for mark, name, codec in MARKS:
        if content.startswith(mark):
            return _checked(_strict(content[len(mark) :], codec)), name
    if b"\0" in content:
        return _without_mark(content)
    if _ESCAPE.search(content):
        return _checked(_iso2022(content)), "iso2022_jp"
    try:
        return _checked(content.decode("utf-8")), "utf-8"
    except UnicodeDecodeError as error:
        if _is_utf8(content):
            raise _unreadable(content, error) from error
    return _japanese(content)


def _checked(text: str) -> str:
    if "\0" in text:
        raise unreadable("unknown")
    return text


def _strict(content: bytes, codec: str) -> str:
    try:
        return content.decode(codec)
    except UnicodeDecodeError as error:
        raise _unreadable(content, error) from error


def _unreadable(content: bytes, error: UnicodeDecodeError) -> Exception:
    at_end = error.end >= len(content) and ("end" in error.reason or "truncated" in error.reason)
    return unreadable("cut_off" if at_end or "incomplete" in error.reason else "encoding")


_LINES = re.compile(r"[\r\n]")
_TYPED = re.compile(
    "[\t\r\n\x20-\x7e\xa0-\xff\u2010-\u27bf\u3000-\u9fff\ue000-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
)


def _without_mark(content: bytes) -> tuple[str, str]:
    """UTF-16 without a mark, if one of its two orders gives what people type and nothing else."""
    for codec in ("utf-16-le", "utf-16-be"):
        try:
            text = content.decode(codec)
        except UnicodeDecodeError:
            continue
        if _LINES.search(text) and len(_TYPED.findall(text)) >= 0.99 * len(text):
            return text, codec
    raise unreadable("unknown")


def _is_utf8(content: bytes) -> bool:
    """Whether it is UTF-8 all but a broken character or two: CP932 would read it as nonsense."""
    text = content.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    return sum(each > "\x7f" for each in text) - broken > 5 * broken


def _japanese(content: bytes) -> tuple[str, str]:
    """CP932 or EUC-JP. What both can read is EUC-JP, unless it is well spelt half-width kana."""
    sjis, euc = _cp932(content), _euc(content)
    whole = _euc(content[:-1])  # its last byte may be half a character
    if sjis is not None and not (euc and _is_misread(sjis, euc)):
        if euc is None and whole and _is_misread(sjis, whole):
            raise unreadable("cut_off")
        return sjis, "cp932"
    if euc is not None:
        return euc, "euc_jp"
    cut = _cp932(content[:-1]) is not None and _is_lead(content[-1])
    raise unreadable("cut_off" if cut or whole else "encoding")


def _is_lead(byte: int) -> bool:
    return 0x81 <= byte <= 0x9F or 0xE0 <= byte <= 0xFC


# What Python reads as CP932 and no Windows writes.
_NEVER = re.compile("[\x80\xa0\uf8f0-\uf8f3]")


def _cp932(content: bytes) -> str | None:
    try:
        text = content.decode("cp932")
    except UnicodeDecodeError:
        return None
    return None if _NEVER.search(text) else text


_HALF = re.compile(r"[\uff61-\uff9f]+")
_SPELT = re.compile(r"(?:[ｦｱ-ﾝ](?:(?<=[ｳｶ-ﾄﾊ-ﾎ])ﾞ|(?<=[ﾊ-ﾎ])ﾟ)?|[｡｢｣､･ｧ-ｯｰ])+")


def _is_misread(sjis: str, euc: str) -> bool:
    """EUC-JP read as CP932: half-width kana that nobody spells so, or characters of no font.

    EUC-JP's hiragana begin with ､ and its katakana with ･ in this light. Only a few everyday
    kanji look like kana that are spelt well.
    """
    runs = _HALF.findall(sjis)
    marks = sum(run.count("､") + run.count("･") for run in runs)
    odd = sum(_SPELT.fullmatch(run) is None for run in runs)
    private = any("\ue000" <= each <= "\uf8ff" for each in sjis)
    kanji = [each.encode("cp932", "replace") for each in euc if each > "\x7f"]
    everyday = all(b"\x88\x9f" <= each <= b"\x98\x72" for each in kanji)
    return private or everyday or odd * 3 > len(runs) or marks * 4 > sum(map(len, runs))


def _sjis(row: int, cell: int) -> bytes:
    """A character of JIS X 0208 by row and cell (from 0x21 on), in Shift_JIS."""
    lead = (row + 1) // 2 + (0x70 if row < 0x5F else 0xB0)
    trail = cell + (0x1F if cell < 0x60 else 0x20) if row % 2 else cell + 0x7E
    return bytes((lead, trail))


_EUC = re.compile(rb"([\xa1-\xfe])([\xa1-\xfe])|\x8e([\xa1-\xdf])|([^\x00-\x7f])")


def _euc(content: bytes) -> str | None:
    def replaced(match: re.Match[bytes]) -> bytes:
        if match[4]:
            raise ValueError
        return match[3] or _sjis(match[1][0] - 0x80, match[2][0] - 0x80)

    try:
        return _EUC.sub(replaced, content).decode("cp932")
    except ValueError:  # a UnicodeError is one
        pass
    try:
        return content.decode("euc_jp")  # knows rare kanji that CP932 lacks
    except UnicodeDecodeError:
        return None


_ESCAPE = re.compile(rb"\x1b\$[@B]|\x1b\$\(D|\x1b\([BJI]")
_PAIRS, _KANA, _LATIN = "pairs", "kana", "latin"


def _iso2022(content: bytes) -> str:
    found, state, at = [], _LATIN, 0
    for match in [*_ESCAPE.finditer(content), None]:
        piece = content[at : match.start()] if match else content[at:]
        found.append(_iso2022_piece(piece, state))
        if match:
            at = match.end()
            kanji = match[0].startswith(b"\x1b$")
            state = _PAIRS if kanji else _KANA if match[0].endswith(b"I") else _LATIN
    return "".join(found)


def _iso2022_piece(piece: bytes, state: str) -> str:
    if state == _LATIN:
        return _strict(piece, "ascii")
    if state == _KANA:
        return _strict(bytes(b | 0x80 if b >= 0x21 else b for b in piece), "cp932")
    lines = re.split(rb"([\r\n]+)", piece)  # a line break ends the characters of two bytes
    return "".join(_pairs(each) if i % 2 == 0 else each.decode() for i, each in enumerate(lines))


def _pairs(piece: bytes) -> str:
    if len(piece) % 2:
        raise unreadable("cut_off")
    pairs = zip(piece[::2], piece[1::2], strict=True)
    if not all(0x21 <= each <= 0x7E for each in piece):
        raise unreadable("encoding")
    return _strict(b"".join(_sjis(*pair) for pair in pairs), "cp932")
