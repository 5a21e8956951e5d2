"""What the letter says of its attachments against what is attached (L6, L11)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from eventmail.language import said
from eventmail.mailings.findings.finding import Finding, Level, Place, Where
from eventmail.mailings.findings.ground import Ground
from eventmail.mailings.findings.reading import fold, squeeze
from eventmail.mailings.findings.telling import found, letter, listed, of_material, place_in, quoted

_MENTION = re.compile(r"添付|別添|別紙|同封")
# Somebody else is to attach something, or nothing is attached.
_NOT_OURS = re.compile(
    r"(?:添付|同封)(?:して?[^。\n]{0,12}(?:ください|下さい|いただ|頂|願)|のうえ|の上|し(?:て|、|の)|していただ|して頂|いただ|頂|ください|下さい|を?お?願い|は?(?:不要|ありません|ございません|なし|無し)"
    r"|(?:ファイル|資料|書類)?(?:は|の)?(?:不要|ありません|ございません|なし|無し|送信はお控え|できません)|しておりません|していません|せず|しない|できない|可)"
)
_GIVING = re.compile(
    r"添付(?:いた)?しま(?:す|した)|添付(?:し|いた)[^。\n]{0,12}(?:します|しました|おります|います)"
)
_COUNT = re.compile(
    r"(?:添付(?:資料|ファイル)?|別添(?:資料)?|資料|ファイル)\s*[:：(]?\s*(?:全|計|は|を|が|の)?\s*(?P<n>\d{1,2})\s*(?:点|件|種類?|ファイル|つ)(?!目|以)"
)
_NUMBERED = re.compile(
    r"(?:別紙|別添|添付(?:資料)?|資料)\s*(?:no\.?)?\s*(?P<n>[1-9]|1\d)(?![\d月日時:.点件種つ])"
)
_TOLD = re.compile(r"添付|別添|別紙|同封|資料|ファイル|送付|お送り|同送|チラシ|案内図|様式|用紙|書")
_SENT_BEFORE = re.compile(r"(?:先日|前回|先に|既に|すでに)[^。\n]*$")
_FILE = re.compile(
    r"[^\s「」『』（）()、。:：・<>/]{1,60}\.(?:pdf|xlsx?|docx?|pptx?|zip|csv)(?![a-z])"
)
NOTHING = said(
    "「添付」「別紙」などと書かれていますが、資料が1つも選ばれていません。"
    "本文の編集画面で資料を選ぶか、文面を直してください。"
)
BY_LINK = said(
    "「添付」「別紙」などと書かれていますが、資料は参加者ページで渡し、メールには付きません。"
    "文面を直すか、本文の編集画面で添付に切り替えてください。"
)
_BY_LINK = re.compile(r"https?://|ダウンロード|ホームページ|urlから")


def without(ground: Ground) -> Iterator[Finding]:
    """「添付」 in the letter, and nothing attached."""
    if ground.content.attachments:
        return
    places = [each for each in _mentions(ground)]
    if places:
        message = BY_LINK if ground.content.materials else NOTHING
        yield found("nothing_attached", Level.WARN, message, places)


def _mentions(ground: Ground) -> Iterator[Place]:
    for where, _, told in letter(ground.content):
        for at in _MENTION.finditer(told.text):
            behind = told.text[at.start() : at.start() + 24]
            before = told.text[max(0, at.start() - 20) : at.start()]
            theirs = _NOT_OURS.match(behind) and not _GIVING.match(behind)
            if not theirs and not _SENT_BEFORE.search(before):
                yield place_in(where, told, *at.span())


def counts(ground: Ground) -> Iterator[Finding]:
    """「資料3点」 or 「別紙4」 against the number of materials."""
    size = len(ground.content.materials)
    if not size:
        return
    for where, _, told in letter(ground.content):
        for at in _COUNT.finditer(told.text):
            if int(at["n"]) != size:
                place = place_in(where, told, *at.span())
                yield _count(quoted(at[0]), size, place)
        highest = max(_NUMBERED.finditer(told.text), key=lambda at: int(at["n"]), default=None)
        if highest is not None and int(highest["n"]) > size:
            yield _count(quoted(highest[0]), size, place_in(where, told, *highest.span()))


def _count(told: str, size: int, place: Place) -> Finding:
    return found(
        "attachment_count",
        Level.WARN,
        said(
            "{told}と書かれていますが、選ばれている資料は{size}件です。"
            "資料の選び忘れがないか確かめるか、文面を直してください。",
            told=told,
            size=size,
        ),
        [place],
    )


def named_files(ground: Ground) -> Iterator[Finding]:
    """A file that the letter names and that is not attached."""
    attached = {_plain(each.filename) for each in ground.content.materials}
    for where, _, told in letter(ground.content):
        missing = [
            at
            for at in _FILE.finditer(told.text)
            if not any(
                _plain(at[0]).endswith(each) or each.endswith(_plain(at[0])) for each in attached
            )
            and not _BY_LINK.search(told.text[max(0, at.start() - 40) : at.end() + 20])
        ]
        if missing:
            yield found(
                "file_not_attached",
                Level.WARN,
                said(
                    "{names_said}と書かれていますが、"
                    "その名前の資料は選ばれていません。資料を選び直すか、文面を直してください。",
                    names_said=listed(quoted(at[0]) for at in missing),
                ),
                [place_in(where, told, *at.span()) for at in missing],
            )


def _plain(filename: str) -> str:
    return squeeze(fold(filename))


def untold(ground: Ground) -> Iterator[Finding]:
    """Materials that the letter does not speak of."""
    materials = ground.content.attachments
    texts = [told.text for _, _, told in letter(ground.content)]
    if materials and not any(_TOLD.search(text) for text in texts):
        yield found(
            "attachments_untold",
            Level.NOTE,
            said(
                "資料が{materials}件付きますが、文面に「添付」などの言葉がありません。"
                "付け間違いでないか確かめてください。",
                materials=len(materials),
            ),
            [of_material(each) for each in materials] or [Place(Where.MAILING)],
        )
