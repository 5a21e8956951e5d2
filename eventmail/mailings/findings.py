"""What rules saw in a draft. Each finding is one sentence with the way out."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from eventmail.mailings.charset import outside_jis
from eventmail.mailings.letter import FIELD, FIELDS, OF_ADDRESSEE, blank_fields, used_fields
from eventmail.mailings.rendering import Press, new_token
from eventmail.mailings.snapshot import Content, Recipient
from eventmail.wire import LARGEST_BATCH, Cleared, GateRefusal, Unwritable

MEGABYTE = 1024 * 1024
LARGEST_MATERIALS = 20 * MEGABYTE
UNSEARCHABLE = "unsearchable_material"
NAMED = 3  # companies named in one sentence, the rest counted
SHOWN_CHARACTERS = 10


class Level(enum.StrEnum):
    """How much a finding weighs."""

    BLOCK = "block"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """指摘. One that blocks must be mended before submitting; a note is good to know."""

    code: str
    message: str
    level: Level = Level.BLOCK

    @property
    def blocks(self) -> bool:
        """Whether it stands in the way of submitting."""
        return self.level is Level.BLOCK


def of_content(content: Content) -> list[Finding]:
    """Everything that can be known without making a mail."""
    rules = (_missing, _fields, _batch_fields, _blanks, _size, _characters)
    return [finding for rule in rules for finding in rule(content)]


def of_rehearsal(press: Press, date: datetime) -> list[Finding]:
    """Make every recipient's mail and pass it through the gate, without sending.

    The gate stands again before each real mail; here its refusals become findings in time.
    """
    refusals: Counter[tuple[str, str]] = Counter()
    for make in _mails(press, date):
        try:
            make()
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


def _mails(press: Press, date: datetime) -> Iterator[Callable[[], Cleared]]:
    """Each mail that would leave, to be made and passed through the gate; first the office's."""
    yield lambda: press.clear_first_copy(press.compose_first_copy(new_token(), date))
    recipients = press.content.recipients
    if press.content.is_batch:
        for start in range(0, len(recipients), LARGEST_BATCH):
            yield partial(_batch, press, recipients[start : start + LARGEST_BATCH], date)
        return
    for recipient in recipients:
        yield partial(_single, press, recipient, date)


def _single(press: Press, recipient: Recipient, date: datetime) -> Cleared:
    return press.clear(press.compose(recipient, new_token(), date), recipient)


def _batch(press: Press, recipients: Sequence[Recipient], date: datetime) -> Cleared:
    return press.clear_batch(*press.compose_batch(recipients, new_token(), date))


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


def _batch_fields(content: Content) -> Iterator[Finding]:
    if not content.is_batch:
        return
    for name in used_fields(content.letter):
        if name in OF_ADDRESSEE:
            yield Finding(
                "batch_field",
                f"BCC一括送信では全員に同じ文面が届くため、「{{{name}}}」は使えません。"
                "消すか、個別送信を選んでください。",
            )


def _blanks(content: Content) -> Iterator[Finding]:
    if content.is_batch:
        return
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


def _characters(content: Content) -> Iterator[Finding]:
    """Characters outside JIS X 0208: sent as they are, and good to know of."""
    letter = (content.subject, content.body, content.sender_name, content.event_name)
    places = {"文面": letter, "資料のファイル名": [each.filename for each in content.materials]}
    if not content.is_batch and set(used_fields(content.letter)) & set(OF_ADDRESSEE):
        places["宛名"] = [
            value
            for each in content.recipients
            for value in (each.company, each.department, each.title, each.name)
        ]
    for place, texts in places.items():
        rare = outside_jis(texts)
        if rare:
            shown = "".join(rare[:SHOWN_CHARACTERS])
            more = f"など{len(rare)}種類の文字" if len(rare) > SHOWN_CHARACTERS else ""
            yield Finding(
                "outside_jis",
                f"{place}の「{shown}」{more}は、古い携帯電話などで正しく表示されないことがあります。"
                "文字は変えずにそのまま送ります。",
                Level.NOTE,
            )
