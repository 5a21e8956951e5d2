"""Takes off what offices write around an address: blanks, brackets, a name, ``mailto:``.

Only harmless text is taken off. What might hold another address is left, and then refused by
:class:`~eventmail.addresses.EmailAddress`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# Zero width, soft hyphen and direction marks: what copying from a page or a mail leaves behind.
INVISIBLE = (
    "\u00ad\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2066\u2067\u2068\u2069\ufeff"
)
_MOST_LAYERS = 5
_LONGEST_REST = 100
_EDGES = INVISIBLE + "".join(filter(str.isspace, map(chr, range(0x3001))))
_MAILTO = re.compile(r"mailto:\s*([^?%]*)", re.IGNORECASE)
_ANGLED = re.compile(r"([^<>〈〉《》]*)[<〈《]([^<>〈〉《》]*)[>〉》]([^<>〈〉《》]*)")
_ROUND = re.compile(r"([^()【】]*)[(【]([^()【】]*)[)】]([^()【】]*)")
_POINTS_BEFORE, _POINTS_BEHIND = ",;、。・", ".,;、。"
# No quotes, comma, colon or dot inside a word: nothing in which a program finds an address.
_HARMLESS = re.compile(r"(?:[^\W_]|[ ・&()-]|\.(?= |$)|(?<=[^\x00-\x7f]):(?=[^\x00-\x7f]))+")
_SPELT_OUT = re.compile(
    r"[a-z0-9](?:[ (]*(?:アットマーク|アット|あっと)[ )]*|[ (]+at[ )]+)[a-z0-9]", re.IGNORECASE
)
_REMARK = re.compile(
    r"旧(?!姓|字)|退職|退社|不可|不要|無効|使用し|使わな|停止|変更|異動|届か|届きま|エラー|不明"
    r"|送らな|送信し|中止|辞退|前任|前担当|削除|\bNG\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Layer:
    """Something that was taken off: the code of its reason, and what was written there."""

    code: str
    rest: str = ""


def unwrap(text: str) -> tuple[str, tuple[Layer, ...]]:
    """What is left of a text (in NFKC) without its wrapping, and the layers of it."""
    layers: list[Layer] = []
    for _ in range(_MOST_LAYERS):
        before = text
        for take_off in (_off_edges, _off_mailto, _off_angles, _off_round, _off_points):
            text, layer = take_off(text)
            layers += [layer] if layer else []
        if text == before:
            break
    return text, tuple(dict.fromkeys(layers))


_Taken = tuple[str, Layer | None]


def _off_edges(text: str) -> _Taken:
    bare = text.strip(_EDGES)
    if bare == text:
        return text, None
    return bare, Layer("spaces" if bare == text.strip() else "invisible_around")


def _off_mailto(text: str) -> _Taken:
    found = _MAILTO.fullmatch(text)
    return (found[1], Layer("mailto")) if found else (text, None)


def _off_angles(text: str) -> _Taken:
    found = _ANGLED.fullmatch(text)
    if not found or "@" not in found[2]:
        return text, None
    return _beside(text, found[2], f"{found[1]} {found[3]}".strip())


def _off_round(text: str) -> _Taken:
    found = _ROUND.fullmatch(text)
    if not found:
        return text, None
    before, inner, behind = (each.strip() for each in found.groups())
    if "@" in inner:
        return _beside(text, inner, f"{before} {behind}".strip())
    if "@" in before and not behind and inner:
        return _beside(text, before, inner)
    return text, None


def _off_points(text: str) -> _Taken:
    bare = text.lstrip(_POINTS_BEFORE).rstrip(_POINTS_BEHIND)
    return bare, None if bare == text else Layer("punctuation")


def _beside(text: str, address: str, rest: str) -> _Taken:
    if not rest:
        return address, Layer("brackets")
    if not _is_harmless(rest):
        return text, None
    return address, Layer("remark" if _REMARK.search(rest) else "name_beside", rest)


def _is_harmless(rest: str) -> bool:
    short = len(rest) <= _LONGEST_REST
    return short and bool(_HARMLESS.fullmatch(rest)) and not _SPELT_OUT.search(rest)
