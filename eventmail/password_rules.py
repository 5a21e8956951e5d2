"""Which passwords are taken: the rules of NIST SP 800-63B-4, asked of the password as a whole.

Length counts, and whether somebody who guesses would come upon it soon: a password out there on
the lists, the service's or the person's own words, runs of keys, the same over and over. No kinds
of characters are demanded, and nobody has to change a password because time has passed.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from eventmail.language import said
from eventmail.passwords import LONGEST, normal

SHORTEST = 15  # as where it is the only factor: a second one may be taken away again
SHORTEST_UNIT = 8  # of what is typed over and over
FEW = 3  # pieces that guessing puts together soon
LIST = Path(__file__).with_name("common_passwords.txt")
RUN = 3  # the shortest run of neighbours that counts as one piece
ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをん",
    "いろはにほへとちりぬるを",
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン",
)
SERVICE = (
    "eventmail",
    "event",
    "mail",
    "イベントメール",
    "イベント",
    "メール",
    "hellowork",
    "ハローワーク",
    "公共職業安定所",
    "職業安定所",
    "職安",
    "労働局",
    "roudoukyoku",
    "anteisho",
    "パスワード",
    "ぱすわーど",
    "pasuwado",
)
DISGUISES = str.maketrans({"@": "a", "0": "o", "1": "i", "3": "e", "$": "s", "5": "s", "!": "i"})
_YEAR = re.compile(r"(?:19|20)\d\d|令和\d{1,2}年?|平成\d{1,2}年?|r\d{1,2}")

EMPTY = said("パスワードを入力してください。")
TOO_SHORT = said(
    "パスワードは{shortest}文字以上にしてください（いま{length}文字）。"
    "覚えやすい言葉を四つほどつなげると、長くて安全になります。"
)
TOO_LONG = said("パスワードは{longest}文字以内にしてください。", longest=LONGEST)
REPEATED = said(
    "同じ文字や言葉の繰り返しなので、推測されやすいパスワードです。別のものにしてください。"
)
COMMON = said(
    "よく使われる言葉や、キーボードの並び、続き番号だけでできているので、"
    "推測されやすいパスワードです。関係のない言葉を四つほどつなげてください。"
)
OWN_WORDS = said(
    "ユーザー名・氏名・所やサービスの名前がもとになっているので、推測されやすいパスワードです。"
    "仕事と関係のない言葉を使ってください。"
)


def fault(password: str, about: Iterable[str] = ()) -> str:
    """The sentence why this password will not do; empty if it will.

    ``about``: words of the person and the office, which others know.
    """
    if len(password) > LONGEST:
        return TOO_LONG
    text = normal(password)
    if len(text) < SHORTEST:
        return TOO_SHORT.format(shortest=SHORTEST, length=len(text))
    folded = text.casefold()
    unit = _unit(folded)
    if len(unit) < SHORTEST_UNIT and len(unit) < len(folded):
        return REPEATED
    if min(_pieces(each, frozenset()) for each in _disguised(unit)) <= FEW:
        return COMMON
    own = frozenset(_own(about))
    if min(_pieces(each, own) for each in _disguised(unit)) <= FEW:
        return OWN_WORDS
    return ""


def _unit(text: str) -> str:
    """What a text repeats from beginning to end; itself if it does not repeat anything."""
    for size in range(1, len(text) // 2 + 1):
        if all(text[at] == text[at - size] for at in range(size, len(text))):
            return text[:size]
    return text


def _disguised(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((text, text.translate(DISGUISES))))


def _own(about: Iterable[str]) -> Iterable[str]:
    for each in (*SERVICE, *about):
        folded = unicodedata.normalize("NFKC", each).casefold()
        for word in (folded, folded.replace(" ", ""), *re.split(r"[\s@._-]+", folded)):
            if len(word) > 1:
                yield word


def _pieces(text: str, own: frozenset[str]) -> int:
    """Of how few pieces the text can be put together: known words, runs, years, single signs.

    The same sign again, as in ``!!!!``, is no new piece.
    """
    fewest = [0, *(len(text) + 1 for _ in text)]
    longest = max((len(each) for each in own), default=0)
    for end in range(1, len(text) + 1):
        same = end > 1 and text[end - 1] == text[end - 2]
        fewest[end] = fewest[end - 1] + (0 if same else 1)
        for start in range(max(0, end - max(30, longest)), end - 1):
            if fewest[start] + 1 < fewest[end] and _is_known(text[start:end], own):
                fewest[end] = fewest[start] + 1
    return fewest[-1]


def _is_known(part: str, own: frozenset[str]) -> bool:
    return (
        part in own
        or part in _common()
        or (len(part) >= RUN and any(part in row or part[::-1] in row for row in ROWS))
        or _YEAR.fullmatch(part) is not None
    )


@functools.cache
def _common() -> frozenset[str]:
    return frozenset(LIST.read_text(encoding="utf-8").split())
