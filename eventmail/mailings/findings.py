"""What stands in the way of submitting a draft. Each finding is one sentence with the way out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from eventmail.mailings.letter import FIELD, FIELDS, blank_fields, used_fields
from eventmail.mailings.rendering import Press, new_token
from eventmail.mailings.snapshot import Content, Recipient
from eventmail.wire import GateRefusal, Unwritable

MEGABYTE = 1024 * 1024
LARGEST_MATERIALS = 20 * MEGABYTE
UNSEARCHABLE = "unsearchable_material"
NAMED = 3  # companies named in one sentence, the rest counted


@dataclass(frozen=True, slots=True)
class Finding:
    """指摘: it blocks submitting until the draft is mended."""

    code: str
    message: str


def of_content(content: Content) -> list[Finding]:
    """Everything that can be known without making a mail."""
    return [*_missing(content), *_fields(content), *_blanks(content), *_size(content)]


def of_rehearsal(press: Press, date: datetime) -> list[Finding]:
    """Make every recipient's mail and pass it through the gate, without sending.

    The gate stands again before each real mail; here its refusals become findings in time.
    """
    refusals: Counter[tuple[str, str]] = Counter()
    for recipient in (None, *press.content.recipients):
        try:
            if recipient is None:  # the office's own first copy takes the same way
                press.clear_first_copy(press.compose_first_copy(new_token(), date))
            else:
                press.clear(press.compose(recipient, new_token(), date), recipient)
        except Unwritable as error:
            refusals[("unwritable", error.message_ja)] += 1
        except GateRefusal as refusal:
            refusals[(refusal.rule, refusal.message_ja)] += 1
            if refusal.rule == UNSEARCHABLE:
                break  # it is the same file in every mail, and each look may cost a minute
    return [
        Finding(rule, f"送信ゲートが{count}通を止めました。{message}")
        for (rule, message), count in refusals.items()
    ]


def _missing(content: Content) -> Iterator[Finding]:
    if not content.subject.strip():
        yield Finding("no_subject", "件名がありません。件名を入力してください。")
    if not content.body.strip():
        yield Finding("no_body", "本文がありません。本文を入力してください。")
    if not content.purpose.strip():
        yield Finding("no_purpose", "目的がありません。何のためのメールかを入力してください。")
    if not content.recipients:
        yield Finding("no_recipients", "送信先がありません。参加者名簿を取り込んでください。")


def _fields(content: Content) -> Iterator[Finding]:
    rest = FIELD.sub("", content.subject) + FIELD.sub("", content.body)
    if set(rest) & set("{}｛｝"):
        yield Finding(
            "stray_brace",
            "差し込み項目でないかっこ（{ }）が残っています。項目のボタンから入れ直してください。",
        )
    for name in used_fields(content.letter):
        if name not in FIELDS:
            yield Finding(
                "unknown_field",
                f"差し込み項目「{{{name}}}」はありません。"
                "項目のボタンから入れ直すか、かっこを消してください。",
            )


def _blanks(content: Content) -> Iterator[Finding]:
    without: dict[str, list[Recipient]] = {}
    for recipient in content.recipients:
        for name in blank_fields(content.letter, recipient.addressee, content.occasion):
            without.setdefault(name, []).append(recipient)
    for name, recipients in without.items():
        companies = "、".join(each.company for each in recipients[:NAMED])
        rest = f"ほか{len(recipients) - NAMED}社" if len(recipients) > NAMED else ""
        yield Finding(
            "blank_value",
            f"差し込み項目「{{{name}}}」が空の送信先が{len(recipients)}件あります"
            f"（{companies}{rest}）。名簿を直すか、「{{宛名}}」を使ってください。",
        )


def _size(content: Content) -> Iterator[Finding]:
    size = sum(each.size for each in content.materials)
    if size > LARGEST_MATERIALS:
        yield Finding(
            "too_large",
            f"資料の合計が{size / MEGABYTE:.1f}MBあります。"
            f"{LARGEST_MATERIALS // MEGABYTE}MB以下に減らしてください。",
        )
