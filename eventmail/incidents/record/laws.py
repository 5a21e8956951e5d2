"""Every legal text that the pages show, with its source. A lawyer checks this file, and only this.

Texts are told in short, in the words of the source; ``sure`` is False where the office has to look
the place up itself before it relies on it, and the pages say so.
"""

from __future__ import annotations

from dataclasses import dataclass

from eventmail.incidents.models import Law
from eventmail.language import said

ACT = "個人情報の保護に関する法律（平成15年法律第57号）"
RULES = "個人情報の保護に関する法律施行規則（平成28年個人情報保護委員会規則第3号）"
GENERAL = (
    "個人情報の保護に関する法律についてのガイドライン（通則編）"
    "（平成28年個人情報保護委員会告示第6号）"
)
GUIDE = "個人情報の保護に関する法律についての事務対応ガイド（行政機関等向け）（令和4年2月）"
QA_PUBLIC = "個人情報の保護に関する法律についてのQ&A（行政機関等編）（令和4年2月、令和6年3月更新）"
QA_GENERAL = "「個人情報の保護に関する法律についてのガイドライン」に関するQ&A（通則編）"
CLOSED = "行政機関の休日に関する法律（昭和63年法律第91号）"
OWN = "所の決まり"

CHECK = said("条文・ガイドラインの最新の内容を確認してください。")
DISCLAIMER = said(
    "この画面は、期限を見落とさないための目安です。報告が必要かどうかは、"
    "条文とガイドラインの最新の内容を確かめ、所の個人情報保護の担当者と決めてください。"
)


@dataclass(frozen=True, slots=True)
class Text:
    """One place in a law, rule or guideline, and what it says in short."""

    source: str
    place: str
    says: str
    sure: bool = True

    @property
    def cited(self) -> str:
        """The title without the number, and the place."""
        return f"{self.source.partition('（')[0] or self.source} {self.place}".strip()


COUNTED = (
    "確報の期限は、知った日を1日目とし、土日・祝日も数える。30日目（60日目）が土日、祝日、"
    "年末年始の閉庁日（12月29日〜1月3日）に当たるときは、その翌日が期限。"
)
RECOVERED = "第三者に閲覧されないうちに全てを回収した場合は、漏えいに当たらない。"


@dataclass(frozen=True, slots=True)
class Statute:
    """The places that hold for one kind of organisation. ``most``: reportable above this many."""

    name: str
    duty: Text
    telling: Text  # the persons themselves
    sensitive: Text
    financial: Text
    malicious: Text
    many: Text
    most: int
    preliminary: Text
    final: Text
    persons: Text
    known: Text
    counting: Text
    recovered: Text


ADMINISTRATIVE = Statute(
    name=said("行政機関等"),
    duty=Text(
        ACT,
        "第68条第1項",
        "行政機関の長等は、保有個人情報の漏えい、滅失、毀損その他の保有個人情報の安全の確保に係る"
        "事態で、個人の権利利益を害するおそれが大きいものとして規則で定めるものが生じたときは、"
        "個人情報保護委員会に報告しなければならない。",
    ),
    telling=Text(ACT, "第68条第2項", "この場合には、本人にも、その旨を通知しなければならない。"),
    sensitive=Text(
        RULES,
        "第43条第1号",
        "要配慮個人情報が含まれる保有個人情報の漏えい等（おそれを含む）は、1人から対象。"
        "地方公共団体の機関などでは、条例要配慮個人情報が含まれるもの（第5号）も対象。",
    ),
    financial=Text(
        RULES,
        "第43条第2号",
        "不正に利用されることで財産的被害が生じるおそれがある保有個人情報の漏えい等は、1人から対象。",
    ),
    malicious=Text(
        RULES,
        "第43条第3号",
        "不正の目的をもって行われたおそれがある漏えい等は、1人から対象。",
    ),
    many=Text(RULES, "第43条第4号", "本人の数が100人を超える漏えい等（おそれを含む）が対象。"),
    most=100,
    preliminary=Text(
        RULES,
        "第44条第1項",
        "事態を知ったあと、速やかに、その時点で把握している事項を報告する（速報）。"
        "「速やか」の目安は、おおむね3〜5日以内（事務対応ガイド4-4-1）。",
    ),
    final=Text(
        RULES,
        "第44条第2項",
        "事態を知った日から30日以内（不正の目的のおそれがあるときは60日以内）に報告する（確報）。",
    ),
    persons=Text(
        RULES,
        "第45条",
        "事態を知ったあと、状況に応じて速やかに、本人の権利利益を保護するために必要な範囲で通知する。",
    ),
    known=Text(
        QA_PUBLIC,
        "Q3-4-1",
        "「知った」時点は、行政機関等のいずれかの部署が知った時点。"
        "部署の中のある従事者が知った時点で、部署が知ったと考える。",
    ),
    counting=Text(GUIDE, "4-4-1（確報）", COUNTED, sure=False),
    recovered=Text(GUIDE, "4-4-1（漏えい等の考え方）", RECOVERED, sure=False),
)
PRIVATE = Statute(
    name=said("民間の事業者"),
    duty=Text(
        ACT,
        "第26条第1項",
        "個人情報取扱事業者は、個人データの漏えい、滅失、毀損その他の個人データの安全の確保に係る"
        "事態で、個人の権利利益を害するおそれが大きいものとして規則で定めるものが生じたときは、"
        "個人情報保護委員会に報告しなければならない。",
    ),
    telling=Text(ACT, "第26条第2項", "この場合には、本人にも、その旨を通知しなければならない。"),
    sensitive=Text(
        RULES,
        "第7条第1号",
        "要配慮個人情報が含まれる個人データの漏えい等（おそれを含む）は、1人から対象。",
    ),
    financial=Text(
        RULES,
        "第7条第2号",
        "不正に利用されることで財産的被害が生じるおそれがある個人データの漏えい等は、1人から対象。",
    ),
    malicious=Text(
        RULES,
        "第7条第3号",
        "不正の目的をもって行われたおそれがある漏えい等は、1人から対象。",
    ),
    many=Text(RULES, "第7条第4号", "本人の数が1,000人を超える漏えい等（おそれを含む）が対象。"),
    most=1000,
    preliminary=Text(
        RULES,
        "第8条第1項",
        "事態を知ったあと、速やかに、その時点で把握している事項を報告する（速報）。"
        "「速やか」の目安は、おおむね3〜5日以内（ガイドライン通則編3-5-3-3）。",
    ),
    final=Text(
        RULES,
        "第8条第2項",
        "事態を知った日から30日以内（不正の目的のおそれがあるときは60日以内）に報告する（確報）。",
    ),
    persons=Text(
        RULES,
        "第10条",
        "事態を知ったあと、状況に応じて速やかに、本人の権利利益を保護するために必要な範囲で通知する。",
    ),
    known=Text(
        GENERAL,
        "3-5-3-3",
        "法人では、いずれかの部署が事態を知った時点を基準とする。",
    ),
    counting=Text(GENERAL, "3-5-3-4", COUNTED),
    recovered=Text(GENERAL, "3-5-1-2", RECOVERED),
)
STATUTES = {Law.ADMINISTRATIVE: ADMINISTRATIVE, Law.PRIVATE: PRIVATE}

CLOSED_DAY = Text(
    CLOSED,
    "第1条・第2条",
    "期限が行政機関の休日（土日、祝日、12月29日〜1月3日）に当たるときは、休日の翌日を期限とみなす。",
)
UNREAD = Text(
    QA_GENERAL,
    "Q6-1",
    "メールの誤送信では、相手がメールを削除するまでの間に、個人データを閲覧していないことが"
    "確認された場合が、これに当たる。",
)
ENCRYPTED = Text(
    RULES,
    "第7条第1号・第43条第1号のかっこ書き",
    "高度な暗号化その他の、個人の権利利益を保護するために必要な措置を講じたものは除く。",
)
NUMBERED = Text(
    "行政手続における特定の個人を識別するための番号の利用等に関する法律",
    "第29条の4",
    "マイナンバーが含まれるときは、この法律による報告が別にある。",
    sure=False,
)
NOT_A_LEAK = (UNREAD, ENCRYPTED)
INTERNAL_RULE = Text(OWN, "", "所の中での報告。期限は所が決める。")
BUREAU_RULE = Text(OWN, "", "労働局への報告。期限は所が決める。")


def every_text() -> tuple[Text, ...]:
    """All of them, for whoever checks them."""
    own = [
        getattr(statute, name)
        for statute in STATUTES.values()
        for name in Statute.__dataclass_fields__
        if isinstance(getattr(statute, name), Text)
    ]
    rest = (CLOSED_DAY, *NOT_A_LEAK, NUMBERED, INTERNAL_RULE, BUREAU_RULE)
    return (*own, *rest)
