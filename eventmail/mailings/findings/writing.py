"""What can be seen in the letter itself, without making a mail."""

from __future__ import annotations

from collections.abc import Iterator

from eventmail.language import said
from eventmail.mailings.charset import outside_jis
from eventmail.mailings.findings.finding import Finding, Level
from eventmail.mailings.letter import (
    FIELD,
    FIELDS,
    PAGE,
    PERSONAL,
    Letter,
    blank_fields,
    names_page,
    used_fields,
)
from eventmail.mailings.models import AUDIENCE_NAMES, Audience
from eventmail.mailings.snapshot import Content, Recipient

MEGABYTE = 1024 * 1024
NOBODY = said("送信先がありません。参加者名簿を取り込んでください。")
NOBODY_LIKE_THAT = said(
    "この送信先の選び方に当てはまる送信先がありません。"
    "送信先を選び直すか、本文の編集画面で送信先の選び方を変えてください。"
)
LARGEST_MATERIALS = 20 * MEGABYTE
NAMED = 3  # companies named in one sentence, the rest counted
SHOWN_CHARACTERS = 10


def of_content(content: Content) -> list[Finding]:
    """Everything that can be known without making a mail."""
    rules = (_missing, _fields, _page_in_subject, _link, _batch_fields, _blanks, _size, _characters)
    return [finding for rule in rules for finding in rule(content)]


def _missing(content: Content) -> Iterator[Finding]:
    if not content.subject.strip():
        yield Finding("no_subject", said("件名がありません。件名を入力してください。"))
    if not content.body.strip():
        yield Finding("no_body", said("本文がありません。本文を入力してください。"))
    if not content.purpose.strip():
        yield Finding(
            "no_purpose", said("目的がありません。何のためのメールかを入力してください。")
        )
    if not content.recipients:
        narrow = content.audience not in ("", AUDIENCE_NAMES[Audience.ALL])
        yield Finding("no_recipients", NOBODY_LIKE_THAT if narrow else NOBODY)


def _fields(content: Content) -> Iterator[Finding]:
    rest = FIELD.sub("", content.subject) + FIELD.sub("", content.body)
    if set(rest) & set("{}｛｝"):
        yield Finding(
            "stray_brace",
            said(
                "差し込み項目でないかっこ（{ }）が残っています。"
                "項目のボタンから入れ直してください。"
            ),
        )
    for name in used_fields(content.letter):
        if name not in FIELDS:
            yield Finding(
                "unknown_field",
                said(
                    "差し込み項目「{{{name}}}」はありません。"
                    "項目のボタンから入れ直すか、かっこを消してください。",
                    name=name,
                ),
            )


def _page_in_subject(content: Content) -> Iterator[Finding]:
    if names_page(Letter(content.subject, "")):
        yield Finding(
            "page_in_subject",
            said(
                "件名に「{{{page}}}」があります。アドレスが件名に出てしまうため、本文に移してください。",
                page=PAGE,
            ),
        )


def _link(content: Content) -> Iterator[Finding]:
    if content.by_link and (content.is_batch or not names_page(Letter("", content.body))):
        yield Finding(
            "no_way_to_materials",
            said(
                "資料を参加者ページから受け取ってもらう設定ですが、BCC一括送信では参加者ページに案内できません。"
                "個別送信を選ぶか、資料を添付してください。"
            )
            if content.is_batch
            else said(
                "資料を参加者ページから受け取ってもらう設定ですが、"
                "本文に「{{{page}}}」がありません。本文に入れるか、資料を添付してください。",
                page=PAGE,
            ),
        )


def _batch_fields(content: Content) -> Iterator[Finding]:
    if not content.is_batch:
        return
    for name in used_fields(content.letter):
        if name in PERSONAL:
            yield Finding(
                "batch_field",
                said(
                    "BCC一括送信では全員に同じ文面が届くため、「{{{name}}}」は使えません。"
                    "消すか、個別送信を選んでください。",
                    name=name,
                ),
            )


def _blanks(content: Content) -> Iterator[Finding]:
    if content.is_batch:
        return
    without: dict[str, list[Recipient]] = {}
    for recipient in content.recipients:
        for name in blank_fields(content.letter, recipient, content.occasion):
            without.setdefault(name, []).append(recipient)
    for name, recipients in without.items():
        companies = said("、").join(each.company for each in recipients[:NAMED])
        rest = len(recipients) - NAMED
        if rest > 0:
            companies = said("{names}ほか{rest}社", names=companies, rest=rest)
        yield Finding(
            "blank_value",
            said(
                "差し込み項目「{{{name}}}」が空の送信先が{count}件あります"
                "（{companies_said}）。名簿を直すか、「{{宛名}}」を使ってください。",
                name=name,
                count=len(recipients),
                companies_said=companies,
            ),
        )


def _size(content: Content) -> Iterator[Finding]:
    size = sum(each.size for each in content.attachments)
    if size > LARGEST_MATERIALS:
        yield Finding(
            "too_large",
            said(
                "資料の合計が{size}MBあります。{most}MB以下に減らしてください。",
                size=f"{size / MEGABYTE:.1f}",
                most=LARGEST_MATERIALS // MEGABYTE,
            ),
        )


def _characters(content: Content) -> Iterator[Finding]:
    """Characters outside JIS X 0208: sent as they are, and good to know of."""
    letter = (content.subject, content.body, content.sender_name, content.event_name)
    places = {
        said("文面"): letter,
        said("資料のファイル名"): [each.filename for each in content.materials],
    }
    if not content.is_batch and set(used_fields(content.letter)) & PERSONAL:
        places[said("宛名")] = [
            value
            for each in content.recipients
            for value in (each.company, each.department, each.title, each.name)
        ]
    for place, texts in places.items():
        rare = outside_jis(texts)
        if rare:
            shown = "".join(rare[:SHOWN_CHARACTERS])
            more = (
                said("など{rare}種類の文字", rare=len(rare)) if len(rare) > SHOWN_CHARACTERS else ""
            )
            yield Finding(
                "outside_jis",
                said(
                    "{place_said}の「{shown}」{more_said}は、古い携帯電話などで正しく表示されないことがあります。"
                    "文字は変えずにそのまま送ります。",
                    place_said=place,
                    shown=shown,
                    more_said=more,
                ),
                Level.NOTE,
            )
