"""What can be said about an address cell: each code with its level and its sentence."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from eventmail.addresses import MESSAGES
from eventmail.language import said


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


_MEANT = said("「{suggestion}」の誤りではないか確かめてください。")
_UNKNOWN = said("正しいか確かめてください。")
NOTES = {
    "full_width": said("全角の文字を半角に直して読み取りました（{value}）。"),
    "spaces": said("前後の空白や改行を取り除いて読み取りました（{value}）。"),
    "invisible_around": said("前後の目に見えない文字を取り除いて読み取りました（{value}）。"),
    "mailto": said("「mailto:」を取り除いて読み取りました（{value}）。"),
    "name_beside": said(
        "一緒に書かれた「{rest}」を除いて、アドレスだけを読み取りました（{value}）。"
    ),
    "brackets": said("アドレスを囲むかっこを取り除いて読み取りました（{value}）。"),
    "punctuation": said("前後の句読点を取り除いて読み取りました（{value}）。"),
    "upper_case": said("大文字と小文字は区別せず、同じアドレスとして扱います（{value}）。"),
    "written_twice": said(
        "同じアドレスが2回以上書かれているため、1つとして読み取りました（{value}）。"
    ),
    "carrier_dots": said("点の並びが一般の規則と違う、携帯電話会社のアドレスです（{value}）。"),
    "free_mail": said("だれでも無料で取れるアドレスです（{value}）。"),
    "international_domain": said("日本語などのドメインです（{shown}、送信時は{value}）。"),
}
QUESTIONS = {
    "two_addresses": said(
        "アドレスが{count}つあります（{value}）。{count}件の連絡先に分けるか、1つだけ残してください。"
    ),
    "mistyped_domain": said("打ち間違いと思われるドメインです（{value}）。"),
    "look_alike": said("形の似た別の文字が使われています（{value}）。"),
    "mixed_scripts": said(
        "「@」より後ろに別の言語の文字が混ざっています（{value}）。正しいか確かめてください。"
    ),
    "odd_ending": said("アドレスの後ろに余分な文字があるようです（{value}）。"),
    "www": said("「www.」はメールアドレスでは普通使いません（{value}）。"),
    "web_address": said("ホームページのアドレスの形が混ざっています（{value}）。"),
    "dot_mistyped": said("「.」の打ち間違いと思われる所があります（{value}）。"),
    "dot_missing": said("「@」より後ろに「.」がありません（{value}）。"),
    "doubled_at": said("「@」が続けて入力されています（{value}）。"),
    "space_beside_at": said("「@」の隣に空白があります（{value}）。"),
    "percent": said(
        "「%」のあるアドレスは別の人に届くことがあります（{value}）。正しいか確かめてください。"
    ),
    "remark": said(
        "「{rest}」と書かれています（{value}）。このアドレスに送ってよいか確かめてください。"
    ),
}
REJECTIONS = {
    **{code: sentence for code, sentence in MESSAGES.items() if code != "mailto"},
    "web_page": said("ホームページのアドレスです（{value}）。メールアドレスを入力してください。"),
    "mailto_more": said(
        "「mailto:」の後ろを1つのアドレスと読めません。アドレスだけを残してください。"
    ),
    "unreadable_part": said("「{value}」の部分を読めません。{sentence_said}"),
}
LEVELS = {
    **dict.fromkeys(NOTES, Level.ACCEPT),
    **dict.fromkeys(QUESTIONS, Level.QUESTION),
    **dict.fromkeys(REJECTIONS, Level.REJECT),
}
_SENTENCES = {**NOTES, **QUESTIONS, **REJECTIONS}
# Behind these it is said what was meant, or that nobody knows.
_DOUBTS = frozenset(
    (
        *("mistyped_domain", "look_alike", "odd_ending", "www", "web_address"),
        *("dot_mistyped", "dot_missing", "doubled_at", "space_beside_at"),
    )
)
_LONGEST_VALUE = 60


def reason(code: str, value: str = "", suggestion: str = "", **more: object) -> CellReason:
    """The reason of this code, its sentence filled in with what the cell holds."""
    told = {name: _short(text) if isinstance(text, str) else text for name, text in more.items()}
    filled: str = _SENTENCES[code].format(value=_short(value), suggestion=suggestion, **told)
    if code in _DOUBTS:
        filled += _MEANT.format(suggestion=suggestion) if suggestion else _UNKNOWN
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
