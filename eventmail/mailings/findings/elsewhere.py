"""What belongs to another event: its name in the letter, its files, its list (L6, L9, L11)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from eventmail.clock import japanese_date
from eventmail.language import said
from eventmail.mailings.findings.dating import dates
from eventmail.mailings.findings.finding import Finding, Level, Where
from eventmail.mailings.findings.ground import Ground, OtherEvent
from eventmail.mailings.findings.reading import fold, read, squeeze
from eventmail.mailings.findings.telling import (
    PARTS,
    found,
    letter,
    listed,
    of_material,
    place_in,
    quoted,
)

_SHORT = 7  # a name of so few letters is an ordinary word: it counts in the subject or in brackets
READ = 20_000  # letters of a file: where it tells what it is of
_BRACKETED = ("「", "『", "【", '"')
_YEAR = re.compile(
    r"(?:令和|(?<![a-z])r)\s*(?P<y>元|\d{1,2})(?:年度?|(?=[^\d]))|(?<!\d)(?P<w>20\d\d)(?:年度?|(?!\d))"
)


def event_names(ground: Ground) -> Iterator[Finding]:
    """The name of another event of the office."""
    own = _plain(ground.content.event_name)
    others = {_plain(each.name): each for each in ground.history.events}
    for where, _, told in letter(ground.content):
        text = squeeze(told.text)
        for name, event in others.items():
            if not name or name in own or name not in text:
                continue
            met = [
                at.span()
                for at in re.finditer(r"\s*".join(map(re.escape, name)), told.text)
                if _is_a_name(where, name, told.text, at.start())
            ]
            if met:
                yield found(
                    "other_event",
                    Level.WARN,
                    said(
                        "{part_said}に、別のイベントの名前があります"
                        "（「{name}」{held_on}）。"
                        "前のメールの書き残しでないか確かめ、「{{イベント名}}」に直すか消してください。",
                        part_said=PARTS[where],
                        name=event.name,
                        held_on=japanese_date(event.held_on),
                    ),
                    [place_in(where, told, *span) for span in met],
                )


def _plain(name: str) -> str:
    return squeeze(fold(name))


def _is_a_name(where: Where, name: str, text: str, start: int) -> bool:
    bracketed = text[:start].rstrip().endswith(_BRACKETED)
    return where is Where.SUBJECT or len(name) > _SHORT or bracketed


def materials(ground: Ground) -> Iterator[Finding]:
    """A file that another event has used: of no matter for a map, a leak for a list."""
    for material in ground.content.materials:
        events = ground.history.elsewhere.get(material.sha256, ())
        if not events:
            continue
        scan = ground.scans.get(material.sha256)
        is_theirs = scan is None or _tells_of(read(scan).text[:READ], events)
        names = listed(
            said("「{name}」{held_on}", name=each.name, held_on=japanese_date(each.held_on))
            for each in events
        )
        way_out = (
            said("このイベントの資料か確かめ、違うものは置き直してください。")
            if is_theirs
            else said("共通の資料であれば、このままで構いません。")
        )
        yield found(
            "used_elsewhere",
            Level.WARN if is_theirs else Level.NOTE,
            said(
                "資料「{filename}」は、別のイベントでも使われています（{names_said}）。{way_out_said}",
                filename=material.filename,
                names_said=names,
                way_out_said=way_out,
            ),
            [of_material(material)],
        )


def _tells_of(text: str, events: Iterable[OtherEvent]) -> bool:
    """Whether a file names one of the other events or its day."""
    days, plain = tuple(dates(text)), squeeze(fold(text))
    return any(
        _plain(event.name) in plain
        or any(event.held_on in day.near((event.held_on,)) for day in days)
        for event in events
    )


def roster_files(ground: Ground) -> Iterator[Finding]:
    """A roster from a workbook whose name tells of another event or year."""
    event = ground.content.event_date
    right = {event.year, event.year - 1 if event.month < 4 else event.year}
    own = _plain(ground.content.event_name)
    for filename in ground.roster.files:
        plain = _plain(filename)
        others = [
            each.name
            for each in ground.history.events
            if len(_plain(each.name)) > 3
            and _plain(each.name) in plain
            and _plain(each.name) not in own
        ]
        years = {_year(at) for at in _YEAR.finditer(fold(filename))}
        if others or (years and not years & right):
            why = said("「{event}」の名簿", event=others[0]) if others else said("別の年の名簿")
            yield found(
                "roster_of_another",
                Level.WARN,
                said(
                    "参加者名簿を取り込んだファイル{filename}は、{why_said}のようです。"
                    "このイベントの名簿か確かめ、違えば取り込み直してください。",
                    filename=quoted(filename),
                    why_said=why,
                ),
                [],
            )


def _year(at: re.Match[str]) -> int:
    if at["w"]:
        return int(at["w"])
    return 2018 + (1 if at["y"] == "元" else int(at["y"]))
