"""One function for each language: a text from a form as a literal that it cannot leave.

Domains are letters, digits, hyphens and dots (``rule.as_domain``) or their international letters;
the refusal's words may be anything that fits in one line. Nothing else is put into a rule.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

SAFE = re.compile(r"[A-Za-z0-9 ,.:/?=&_()~-]")
PATTERN = re.compile(r"[^A-Za-z0-9-]")
# PowerShell ends a literal in single quotes at any of these (about_Quoting_Rules).
SINGLE = "'\u2018\u2019\u201a\u201b"
# Letters that the Visual Basic editor keeps on every Japanese Windows. Quotes of other kinds are
# none of them: it may take them for its own.
VBA_PLAIN = (
    "[ -~\u3001\u3002\u300c\u300d\u3041-\u3093\u30a1-\u30f6\u30fc\u4e00-\u9fa0\uff10-\uff19]"
)
VBA_WIDTH = 800  # the editor takes no line longer than 1,023
BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def for_postfix(text: str) -> str:
    """The words behind REJECT (pcre_table(5)): ``$`` would begin a part of what matched."""
    return _one_line(text).replace("$", "$$")


def for_pcre(text: str) -> str:
    """A literal in a pattern between slashes; international letters stand there as they are."""
    return PATTERN.sub(lambda found: rf"\{found[0]}" if found[0].isascii() else found[0], text)


def for_exim(text: str) -> str:
    r"""A literal in an expanded string: whatever is not surely plain becomes ``\xHH``."""
    return _by_bytes(_one_line(text), r"\x{:02x}")


def for_lua(text: str) -> str:
    r"""A literal with its quotes: whatever is not surely plain becomes ``\ddd``."""
    return '"' + _by_bytes(_one_line(text), "\\{:03d}") + '"'


def for_powershell(text: str) -> str:
    """A literal with its single quotes; nothing is expanded in it."""
    return "'" + "".join(each * 2 if each in SINGLE else each for each in _one_line(text)) + "'"


def for_dotnet(text: str) -> str:
    """A literal in a pattern of .NET."""
    return for_pcre(text)


def for_re2(text: str) -> str:
    """One letter of a pattern for RE2, in or out of a class."""
    return rf"\{text}" if text in r"\^$.|?*+()[]{}-" else text


def for_vba(text: str) -> str:
    """An expression: literals, and ``ChrW`` for what the editor may not keep as it is. A long one
    goes on in the next line.
    """
    pieces = re.findall(rf"({VBA_PLAIN}+)|(.)", _one_line(text))
    said = [_vba_literal(plain) if plain else f"ChrW({_number(odd)})" for plain, odd in pieces]
    return vba_lines(said, " &") or '""'


def vba_lines(pieces: Iterable[str], between: str) -> str:
    """Pieces of one statement, in lines that the editor takes."""
    made, width = "", 0
    for each in pieces:
        goes_on = width + len(each) > VBA_WIDTH
        made += (f"{between} _\n        " if goes_on else f"{between} ") if made else ""
        made += each
        width = len(each) if goes_on else width + len(between) + 1 + len(each)
    return made


def for_json(text: str) -> str:
    """A string of JSON, all in ASCII."""
    return json.dumps(_one_line(text))


def for_words(text: str) -> str:
    """A text for people: one line."""
    return _one_line(text)


def _one_line(text: str) -> str:
    return BREAKS.sub(" ", text)


def _by_bytes(text: str, form: str) -> str:
    return "".join(
        each if SAFE.match(each) else "".join(map(form.format, each.encode("utf-8", "replace")))
        for each in text
    )


def _vba_literal(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _number(letter: str) -> str:
    code = ord(letter)
    return f"&H{code:04X}" if code <= 0xFFFF else f"&H{ord('?'):04X}"
