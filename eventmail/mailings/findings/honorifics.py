"""御中 and 様 where they do not belong, typed or made by a merge field (L11)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from eventmail.language import said
from eventmail.mailings.findings.finding import Finding, Level, Place
from eventmail.mailings.findings.ground import Ground
from eventmail.mailings.findings.names import full_name
from eventmail.mailings.findings.telling import (
    PARTS,
    found,
    letter,
    listed,
    place_in,
    quoted,
    said_at,
)
from eventmail.mailings.letter import FIELD, HONORIFICS
from eventmail.mailings.snapshot import Recipient

_TYPED = re.compile(
    r"(?:様|殿|先生)[\s]*(?:様(?!式|子|々|態|変)|御中)|(?:様|先生)[\s]*殿(?![堂])"
    r"|御中[\s]*(?:様|殿|各位|(?:ご|御)?担当者?[\s]*様)|各位[\s]*(?:様(?!式|子|々)|殿|御中)"
    r"|(?:[部課係所社店園校院室]長|主任|担当者?|氏|さん)[\s]*御中"
)
_AFTER = re.compile(r"[\s]*(様(?!式|子|々)|御中|殿(?!堂)|さま|先生)")
VALUES: dict[str, Callable[[Recipient], str]] = {
    "会社名": lambda to: to.company,
    "部署": lambda to: to.department,
    "役職": lambda to: to.title,
    "担当者名": lambda to: to.name,
    "敬称": lambda to: to.addressee.honorific,
    "宛名": lambda to: to.addressee.salutation,
}


def typed(ground: Ground) -> Iterator[Finding]:
    """Two honorifics together, or 御中 behind a person, as they were typed."""
    for where, _, told in letter(ground.content):
        met = [place_in(where, told, *at.span()) for at in _TYPED.finditer(told.text)]
        if met:
            words = listed(quoted(said_at(ground.content, each)) for each in met)
            yield found(
                "honorific_typed",
                Level.WARN,
                said(
                    "{part_said}の{words_said}は、敬称が重なっているか合っていません。"
                    "会社や部署には「御中」、個人には「様」を1つだけ付けてください。",
                    part_said=PARTS[where],
                    words_said=words,
                ),
                met,
            )


def merged(ground: Ground) -> Iterator[Finding]:
    """An honorific typed behind a merge field, where the value has one or is none for it."""
    if ground.content.is_batch:
        return
    for where, text, _ in letter(ground.content):
        for field in FIELD.finditer(text):
            title = _AFTER.match(text, field.end())
            value = VALUES.get(field[1])
            if title is None or value is None:
                continue
            wrong = [
                each
                for each in ground.content.recipients
                if _clash(field[1], value(each), title[1])
            ]
            if wrong:
                place = Place(where, field.start(), title.end(), contact_ids=_ids(wrong))
                shown = text[field.start() : title.end()]
                yield _of_field(PARTS[where], shown, wrong, value, title[1], place)


def _of_field(
    part: str,
    shown: str,
    wrong: list[Recipient],
    value: Callable[[Recipient], str],
    title: str,
    place: Place,
) -> Finding:
    last = (value(wrong[0]).splitlines() or [""])[-1]
    return found(
        "honorific_merged",
        Level.WARN,
        said(
            "{part_said}の{shown}は、{count}件の送信先で「{last}{title}」のようになります"
            "（{companies_said}）。後ろの「{title}」を消すか、"
            "「{{宛名}}」を使ってください。",
            part_said=part,
            shown=quoted(shown),
            count=len(wrong),
            last=last,
            title=title,
            companies_said=listed((each.company for each in wrong), "companies"),
        ),
        [place],
    )


def _clash(name: str, value: str, title: str) -> bool:
    last = value.rstrip()
    if not last:
        return False  # blank values have a rule of their own
    if last.endswith(HONORIFICS) or name in ("宛名", "敬称"):
        return True
    return title == "御中" and name == "担当者名" and bool(full_name(value))


def _ids(recipients: list[Recipient]) -> tuple[int, ...]:
    return tuple(each.contact_id for each in recipients)
