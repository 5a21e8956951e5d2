"""Characters that older phones and mail programs in Japan may not show."""

from __future__ import annotations

from collections.abc import Iterable


def outside_jis(texts: Iterable[str]) -> list[str]:
    """The characters that JIS X 0208 and ASCII lack, each once, in order: ``髙①㈱``.

    They are mailed unchanged (UTF-8); this is for telling people. Half-width kana count as well.
    """
    found = dict.fromkeys("".join(texts))
    return [char for char in found if not _in_jis(char)]


def _in_jis(char: str) -> bool:
    if char.isascii():
        return True
    try:
        # Through Windows' code page: its ～ and － stand for characters of JIS.
        code = char.encode("cp932")
    except UnicodeEncodeError:
        return False
    return len(code) == 2 and not _is_vendors(code[0])


def _is_vendors(lead: int) -> bool:
    """NEC's row 13 and NEC's and IBM's selections, which are in Windows and not in JIS."""
    return lead == 0x87 or 0xED <= lead <= 0xEE or lead >= 0xF0
