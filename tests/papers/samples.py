"""A content of every kind, and what the paper tells besides it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime

from eventmail.mailings.models import Decision, Step
from eventmail.mailings.snapshot import Attachment
from eventmail.papers.drafting import Answered, Decided, Frozen, Kinds, Lifted
from tests.mailings.contents import BATCH, CONTENT

NOON = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)
CHECKED = Decided(Step.CHECK, Decision.PASSED, "確認 花子", NOON, counted=34)
FROZEN = Frozen(
    office="ひろ野公共職業安定所",
    digest="0123456789abcdef" * 4,
    kinds=Kinds(companies=30, contacts=34, persons=4),
    submitted_by="起案 太郎",
    submitted_at=NOON,
    standing="決裁待ち",
    decided=(CHECKED,),
)


def material(number: int) -> Attachment:
    name = f"資料{number}（参加事業所へのご案内と会場への行き方）.pdf"
    return Attachment(name, "application/pdf", number, hashlib.sha256(name.encode()).hexdigest())


ORDINARY = CONTENT
BODIES = {
    "an ordinary letter": CONTENT.body,
    "no letter at all": "",
    "long lines": "あ" * 3000 + "\n" + "word " * 500 + "\n" + "x" * 2000,
    "blank lines and spaces": "\n\n　字下げ  二つの空白\n\n\n  \n以上\n\n",
    "tabs": "日時\t12月9日\n会場\t\t大ホール\nあ\tい\tう",
    "rare kanji and marks": "髙﨑 ①㈱ Ⅲ ㍿ ～〜―—∥−－ ¥\\ 丈 鄧 𠮷野 𩸽 草彅 齋藤 祐",
    "emoji and other scripts": "😀👩‍👩‍👧 한국 ไทย العربية é ö ß ™",
    "hidden characters": "見え\u200bない\u202e文字\u00ad\ufeff\x07葛\U000e0101城",
    "decomposed kana": "か\u3099き\u309aハ\u309a",
    "half-width kana": "ｶﾌﾞｼｷｶﾞｲｼｬ ﾆｭｳｻﾂ",
    "hyphens at the ends of lines": ("a" * 90 + "-\n") * 5,
    "marks that may not begin a line": "、。）」』】" * 100,
    "a very long letter": "\n".join(f"{n}. " + "ご案内いたします。" * 20 for n in range(1500)),
    "Windows line ends": "一行目\r\n二行目\r三行目",
    "what looks like a mark": "〔U+0041〕〔U+FFFFFF〕〔U+10FFFF〕",
}
CONTENTS = {
    **{name: replace(CONTENT, body=text) for name, text in BODIES.items()},
    "a blind batch": BATCH,
    "300 materials": replace(CONTENT, materials=tuple(map(material, range(1, 301)))),
    "no materials": replace(CONTENT, materials=()),
    "long names": replace(
        CONTENT,
        subject="件" * 500,
        purpose="目" * 200,
        sender_name="差" * 200,
        event_name="会" * 200,
        event_place="場" * 200,
    ),
    "a planned start": replace(CONTENT, send_at=NOON),
    "an HTML alternative": replace(CONTENT, html=True),
}
RETURNED = Decided(Step.APPROVE, Decision.RETURNED, "決裁 次郎", NOON, reason="日付が\n違います。")
FROZENS = {
    "checked": FROZEN,
    "just submitted": replace(FROZEN, decided=()),
    "approved": replace(
        FROZEN, decided=(CHECKED, Decided(Step.APPROVE, Decision.PASSED, "決裁 次郎", NOON))
    ),
    "returned": replace(FROZEN, decided=(CHECKED, RETURNED)),
    "rejected": replace(
        FROZEN,
        decided=(
            replace(CHECKED, looked="送信先の一覧、資料2件を最後のページまで"),
            replace(RETURNED, decision=Decision.REJECTED, in_place_of="決裁 三郎"),
        ),
    ),
    "approved in another's place, with a material that nobody could look into": replace(
        FROZEN,
        decided=(
            CHECKED,
            Decided(Step.APPROVE, Decision.PASSED, "代理 四郎", NOON, in_place_of="決裁 三郎"),
        ),
        lifted=(Lifted("暗号.zip", "代理 四郎", NOON, "中身を見ました。"),),
    ),
    "with findings": replace(
        FROZEN,
        findings=(
            Answered("要回答", "曜日が合いません。", "確かめました。", "起案 太郎"),
            Answered("参考", "名簿という名前のファイルがあります。"),
        ),
    ),
    "people with long names": replace(
        FROZEN, submitted_by="𠮷" * 30, decided=(replace(CHECKED, name="長" * 100),)
    ),
}
