"""Ready causes and measures, as the offices of the founding story wrote them."""

from __future__ import annotations

from dataclasses import dataclass

from eventmail.incidents.record.models import Level

CAUSES = (
    "BCCに入れるべきアドレスを、TOに入れて送信した。",
    "送信する前に、ほかの職員が宛先の欄を確認しなかった。",
)


@dataclass(frozen=True, slots=True)
class Suggested:
    """A measure that can be taken over with one press."""

    key: str
    text: str
    level: Level = Level.OFFICE
    training: bool = False


MEASURES = (
    Suggested("meeting", "緊急の会議を開き、全職員に事案と再発防止を周知する。"),
    Suggested(
        "bcc",
        "外部の複数の宛先に送るときはBCCを使い、複数の職員で宛先の欄を確かめてから送信する。",
    ),
    Suggested("drafting", "起案用紙に送信方法（BCC）を書き、決裁する人が確かめられるようにする。"),
    Suggested(
        "inspection",
        "全職員が、個人情報の教科書の自己点検と、緊急の自己点検を行う。",
        training=True,
    ),
    Suggested(
        "material",
        "TO・CC・BCCの使い方の教材を配り、管理者が職員の理解を確かめる。",
        training=True,
    ),
    Suggested("notice", "全所の同じ業務の担当者に、注意喚起を通知する。", Level.BUREAU),
    Suggested("instruction", "全所の所長に、再発防止を指示する。", Level.BUREAU),
)
BY_KEY = {each.key: each for each in MEASURES}
