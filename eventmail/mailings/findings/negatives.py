"""Words of refusal to people who take part (中止, 辞退, 不採用, 取りやめ)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from eventmail.language import said
from eventmail.mailings.findings.finding import Finding, Level, Where
from eventmail.mailings.findings.ground import Ground
from eventmail.mailings.findings.telling import PARTS, found, letter, listed, place_in, quoted

_WORD = re.compile(
    r"中止|ご?辞退|不採用|不合格|不参加|ご?欠席|取り?(?:止め|やめ)|取消し?|キャンセル|見送(?:り|ら)|お断り|落選|選外|選に漏れ|ご希望に添え|沿えません|意に沿え|貴意に添え"
)
# Said of what might happen, or of something beside the event.
_IF = re.compile(
    r"場合|際(?:は|に|の)|とき|時は|可能性|こともあ|ことがあ|なら|たら(?!ず)|れば|希望|有無|いずれ|未定|〇|○|□|荒天|雨天|警報|台風|万が?一|もし|やむを得ず|可否|出欠|までに|連絡先|方は|原則|でき(?:ません|ない)|料|[・／/]|お?ご?遠慮|なく|せず"
)
_DECIDED = re.compile(
    r"(?:と|に|を|が|として|との|の|につ?いて?)?[^。\n]{0,16}(?:なりました|なった|いたしました|しました|いたします|することと?|決定|決まり|承りました|承知|受け付け|受理|お知らせ|ご?連絡(?:を)?(?:いただ|頂|あり)|せていただ|申し出|となります|通知|お詫び|申し訳|残念)"
)
_SENTENCE = re.compile(r"[。\n]")


def negatives(ground: Ground) -> Iterator[Finding]:
    """A refusal told as decided, in a mail to those whom the roster says take part."""
    for where, _, told in letter(ground.content):
        met = [at for at in _WORD.finditer(told.text) if _is_decided(where, told.text, at)]
        if met:
            yield found(
                "negative_to_participants",
                Level.WARN,
                said(
                    "{part_said}に{words_said}とありますが、"
                    "送信先の{recipients}件は名簿で「参加」です。"
                    "この相手に送ってよい内容か、送信先の絞り込みを確かめてください。",
                    part_said=PARTS[where],
                    words_said=listed(quoted(at[0]) for at in met),
                    recipients=len(ground.content.recipients),
                ),
                [place_in(where, told, *at.span()) for at in met],
            )


def _is_decided(where: Where, text: str, at: re.Match[str]) -> bool:
    before = _SENTENCE.split(text[max(0, at.start() - 60) : at.start()])[-1]
    behind = _SENTENCE.split(text[at.end() : at.end() + 60])[0]
    if _IF.search(before[-30:]) or _IF.search(behind):
        return False
    return where is Where.SUBJECT or bool(_DECIDED.match(behind))
