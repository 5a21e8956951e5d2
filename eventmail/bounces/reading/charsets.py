"""Bytes of unknown origin to text: what the mail says of its charset is only a hint."""

from __future__ import annotations

import base64
import binascii
import quopri
import re

ESCAPE = re.compile(rb"\x1b\$[@B]|\x1b\(J")
# What Japanese mail really holds where it names the standard's charset.
REALLY = {
    "iso-2022-jp": "iso2022_jp_ext",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "euc-jp": "euc_jis_2004",
    "x-euc-jp": "euc_jis_2004",
    "us-ascii": "utf-8",
}
# Only these are ever asked for: a mail cannot name a codec that unpacks, or is slow.
TRUSTED = re.compile(r"utf-?(8|16|16le|16be|7)|iso[-_]?8859[-_]\d+|windows-?125\d|cp\d{3,4}|koi8-r"
                     r"|gb2312|gbk|gb18030|big5|euc-kr|iso2022_jp_ext|euc_jis_2004")  # fmt: skip
GUESSES = ("utf-8", "cp932", "euc_jis_2004")
WORD = re.compile(r"=\?([\w.:+-]{1,40})(?:\*[\w-]*)?\?([BbQq])\?([^?\s]{0,2000})\?=")
BETWEEN = re.compile(r"(\?=)[ \t\r\n]+(?==\?)")


def decoded(content: bytes, named: str = "") -> str:
    """The text, by the charset that it names if that fits, else by what its bytes look like."""
    charset = REALLY.get(named.casefold(), named.casefold())
    if ESCAPE.search(content):
        charset = "iso2022_jp_ext"
    wanted = (charset,) if TRUSTED.fullmatch(charset) else ()
    for each in (*wanted, *GUESSES):
        try:
            return content.decode(each)
        except (UnicodeError, LookupError):
            continue
    return content.decode(wanted[0] if wanted else "utf-8", "replace")


def header_text(raw: str) -> str:
    """A header's value, its encoded words (RFC 2047) and its raw 8-bit letters read."""
    plain = decoded(raw.encode("utf-8", "surrogateescape"))
    return " ".join(WORD.sub(_word, BETWEEN.sub(r"\1", plain)).split())


def _word(found: re.Match[str]) -> str:
    charset, way, text = found[1], found[2].upper(), found[3]
    try:
        if way == "B":
            content = base64.b64decode(text + "=" * (-len(text) % 4))
        else:
            content = quopri.decodestring(text.replace("_", " ").encode())
    except (ValueError, binascii.Error):
        return found[0]
    return decoded(content, charset)
