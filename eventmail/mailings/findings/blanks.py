"""What a draft still waits for: ○○, ●●, 【要修正】 (L11)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from eventmail.language import said
from eventmail.mailings.findings.finding import Finding, Level, Place
from eventmail.mailings.findings.ground import Ground
from eventmail.mailings.findings.reading import read
from eventmail.mailings.findings.telling import (
    PARTS,
    found,
    letter,
    listed,
    of_material,
    place_in,
    quoted,
    said_at,
)
from eventmail.mailings.snapshot import Content
from eventmail.scanning.report import Scan

_SIGNS = "○〇◯●◎△▲□■◇◆×✕＊*"
_NUMBER = r"[○〇◯●_＿xX×]{1,4}"
_PLACEHOLDER = re.compile(
    rf"(?P<signs>[○〇◯●△▲□■◇◆×]{{2,4}})(?![{_SIGNS}])"  # a longer row is a line
    rf"|(?<![a-z]){_NUMBER}(?:年(?:度)?{_NUMBER}月|月{_NUMBER}日|時{_NUMBER}分|日\({_NUMBER}\))"
    r"|(?<![a-z0-9])0?x{2,4}-x{3,4}-x{4}|(?<![a-z])x{2,}(?:月|日|様|株式会社)"
    r"|[【\[(<〔※](?:要)?(?:修正|確認|記入|入力|差し?替え?|調整|検討|追記)(?:中|要|箇所|予定|して|する)?"
    r"[】\])>〕]|【(?:要|仮|未定|未確定|未記入|下書き|案|作成中|todo|ここに[^】]{1,20})[^】]{0,6}】|(?<![a-z])todo(?![a-z])"
)
_EXAMPLE = re.compile(r"「[^「」\n]*」|『[^『』\n]*』|(?:例|記入例|たとえば)[:：)）]?[^\n]*")
_DRAFT_MARKS = re.compile(
    r"【要?(?:修正|確認|差し?替え?|検討)(?:中|要)?】|【(?:仮|作成中|下書き)】"
)
_INTERNAL = re.compile(
    r"部外秘|社外秘|庁内限り|所内限り|局内限り|内部限り|職員限り|関係者外秘|取扱注意|㊙"
    r"|内部(?<=[(（【]内部)(?:用|資料)[)）】]"
)


def placeholders(ground: Ground) -> Iterator[Finding]:
    """A sign in place of what was to be filled in. In an example it may stay."""
    for where, _, told in letter(ground.content):
        examples = [at.span() for at in _EXAMPLE.finditer(told.text)]
        sorted_: dict[bool, list[Place]] = {False: [], True: []}
        for start, end in _signs(told.text):
            is_example = any(first <= start and end <= last for first, last in examples)
            sorted_[is_example].append(place_in(where, told, start, end))
        for is_example, places in sorted_.items():
            if places:
                yield _placeholder(ground.content, PARTS[where], places, is_example)


def _signs(text: str) -> Iterator[tuple[int, int]]:
    for at in _PLACEHOLDER.finditer(text):
        in_row = at["signs"] and text[: at.start()].endswith(tuple(_SIGNS))
        if not in_row and not (at["signs"] and _is_decoration(text, at.start(), at.end())):
            yield at.span()


def _placeholder(content: Content, part: str, places: list[Place], is_example: bool) -> Finding:
    what = listed(quoted(said_at(content, each)) for each in places)
    if is_example:
        message = said(
            "{part_said}に{signs_said}があります。記入例であれば、このままで構いません。",
            part_said=part,
            signs_said=what,
        )
        return found("placeholder_in_example", Level.NOTE, message, places)
    message = said(
        "{part_said}に{signs_said}が残っています。正しい内容に書き直してください。",
        part_said=part,
        signs_said=what,
    )
    return found("placeholder", Level.BLOCK, message, places)


def _is_decoration(text: str, start: int, end: int) -> bool:
    """Whether signs frame a heading (■■ ご注意 ■■) or are boxes to tick."""
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", end)
    line = text[line_start : line_end if line_end >= 0 else len(text)].strip()
    frame = text[start:end]
    framed = line.startswith(frame) and line.endswith(frame) and len(line) > 2 * len(frame)
    return framed or (frame[0] in "□■◇◆▲" and line.startswith(frame))


def materials(ground: Ground) -> Iterator[Finding]:
    """A material that says of itself that it is not finished, or not for outside (L6)."""
    for material, scan in ground.scanned():
        for code, meaning in _MEANINGS.items():
            met = [(word, spot) for of, word, spot in _marks_in(scan) if of == code]
            if met:
                spots = listed((spot for _, spot in met), "places")
                yield found(
                    code,
                    Level.WARN,
                    said(
                        "資料「{filename}」に{words_said}と書かれています（{spots_said}）。{meaning_said}",
                        filename=material.filename,
                        words_said=listed((quoted(word) for word, _ in met)),
                        spots_said=spots,
                        meaning_said=meaning,
                    ),
                    [of_material(material, met[0][1])],
                )


_MEANINGS = {
    "unfinished_material": said("作りかけの版でないか確かめてください。"),
    "internal_material": said("所の外に送ってよい版か確かめ、送れないものは外してください。"),
}


@lru_cache(maxsize=16)
def _marks_in(scan: Scan) -> tuple[tuple[str, str, str], ...]:
    """Such words in a file: looked for once a file."""
    told = read(scan)
    return tuple(
        (code, at[0], told.spot(at.start()))
        for code, pattern in zip(_MEANINGS, (_DRAFT_MARKS, _INTERNAL), strict=True)
        for at in pattern.finditer(told.text)
    )
