"""What can be said about an address cell: each code with its level and its sentence."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from eventmail.addresses import MESSAGES


class Level(enum.StrEnum):
    """What to do with a cell; a later one outweighs an earlier one."""

    ACCEPT = "accept"
    QUESTION = "question"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class CellReason:
    """One sentence about a cell, without its place. ``suggestion`` is a whole right address."""

    code: str
    message: str
    suggestion: str = ""


_MEANT = "「{suggestion}」の誤りではないか確かめてください。"
NOTES = {
    "full_width": "全角の文字を半角に直して読み取りました（{value}）。",
    "spaces": "前後の空白や改行を取り除いて読み取りました（{value}）。",
    "invisible_around": "前後の目に見えない文字を取り除いて読み取りました（{value}）。",
    "mailto": "「mailto:」を取り除いて読み取りました（{value}）。",
    "name_beside": "一緒に書かれた「{rest}」を除いて、アドレスだけを読み取りました（{value}）。",
    "brackets": "アドレスを囲むかっこを取り除いて読み取りました（{value}）。",
    "punctuation": "前後の句読点を取り除いて読み取りました（{value}）。",
    "upper_case": "大文字と小文字は区別せず、同じアドレスとして扱います（{value}）。",
    "written_twice": "同じアドレスが2回以上書かれているため、1つとして読み取りました（{value}）。",
    "carrier_dots": "点の並びが一般の規則と違う、携帯電話会社のアドレスです（{value}）。",
    "free_mail": "だれでも無料で取れるアドレスです（{value}）。",
    "international_domain": "日本語などのドメインです（{shown}、送信時は{value}）。",
}
QUESTIONS = {
    "two_addresses": (
        "アドレスが{count}つあります（{value}）。{count}件の連絡先に分けるか、1つだけ残してください。"
    ),
    "mistyped_domain": f"打ち間違いと思われるドメインです（{{value}}）。{_MEANT}",
    "look_alike": f"形の似た別の文字が使われています（{{value}}）。{_MEANT}",
    "mixed_scripts": (
        "「@」より後ろに別の言語の文字が混ざっています（{value}）。正しいか確かめてください。"
    ),
    "odd_ending": f"アドレスの後ろに余分な文字があるようです（{{value}}）。{_MEANT}",
    "www": f"「www.」はメールアドレスでは普通使いません（{{value}}）。{_MEANT}",
    "web_address": f"ホームページのアドレスの形が混ざっています（{{value}}）。{_MEANT}",
    "dot_mistyped": f"「.」の打ち間違いと思われる所があります（{{value}}）。{_MEANT}",
    "dot_missing": f"「@」より後ろに「.」がありません（{{value}}）。{_MEANT}",
    "doubled_at": f"「@」が続けて入力されています（{{value}}）。{_MEANT}",
    "space_beside_at": f"「@」の隣に空白があります（{{value}}）。{_MEANT}",
    "percent": (
        "「%」のあるアドレスは別の人に届くことがあります（{value}）。正しいか確かめてください。"
    ),
    "remark": (
        "「{rest}」と書かれています（{value}）。このアドレスに送ってよいか確かめてください。"
    ),
}
REJECTIONS = {
    **{code: sentence for code, sentence in MESSAGES.items() if code != "mailto"},
    "web_page": "ホームページのアドレスです（{value}）。メールアドレスを入力してください。",
    "mailto_more": "「mailto:」の後ろを1つのアドレスと読めません。アドレスだけを残してください。",
    "unreadable_part": "「{value}」の部分を読めません。{sentence}",
}
LEVELS = {
    **dict.fromkeys(NOTES, Level.ACCEPT),
    **dict.fromkeys(QUESTIONS, Level.QUESTION),
    **dict.fromkeys(REJECTIONS, Level.REJECT),
}
_SENTENCES = {**NOTES, **QUESTIONS, **REJECTIONS}
_LONGEST_VALUE = 60


def reason(code: str, value: str = "", suggestion: str = "", **more: object) -> CellReason:
    """The reason of this code, its sentence filled in with what the cell holds."""
    told = {name: _short(text) if isinstance(text, str) else text for name, text in more.items()}
    filled = _SENTENCES[code].format(value=_short(value), suggestion=suggestion, **told)
    return CellReason(code, filled, suggestion)


def level(reasons: tuple[CellReason, ...]) -> Level:
    """The heaviest level of all reasons."""
    if not reasons:
        return Level.ACCEPT  # most cells
    levels = {LEVELS[each.code] for each in reasons}
    return next((each for each in reversed(Level) if each in levels), Level.ACCEPT)


def _short(text: str) -> str:
    plain = text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)
    return plain if len(plain) <= _LONGEST_VALUE else plain[: _LONGEST_VALUE - 1] + "…"
