"""Every sentence of the papers, as data. What is in braces the facts give.

Public sentences name no staff and no company; what people typed comes in its public form.
"""

from __future__ import annotations

from eventmail.incidents.models import Place
from eventmail.incidents.papers.values import Level, Published

UNKNOWN = "確認中"
NOTHING = "特になし"
NO_DATE = "令和　　年　　月　　日"

FIELD_NAMES = {Place.TO: "「To」", Place.CC: "「Cc」"}

OVERVIEW_SENT = (
    "{day}、{office}の職員が、{companies}社にメールを送信する際、送信先のメールアドレスを、"
    "ほかの受信者に表示されない「BCC」に入力すべきところ、{fields}に入力して"
    "{mails}を送信した。"
)
OVERVIEW_SENT_OTHERWISE = (
    "{day}、{office}の職員が、{companies}社にメールを送信する際、ほかの送信先のメールアドレスが"
    "表示される形で{mails}を送信した。"
)
OVERVIEW_SHOWN = (
    "これにより、受信した事業所に、ほかの事業所のメールアドレスが表示された。"
    "表示されたメールアドレスは{addresses}件で、そのうち氏名を含むなど個人を識別できるものは"
    "{persons}件、識別できないものは{others}件である。"
)
MAILS = "{count}通（{each}）"
EQUAL, UNEQUAL, TOTAL = "各{shown}件", "{shown}件", "計{total}件"

LEVELS = {Level.OFFICE: "所における取組", Level.BUREAU: "労働局における取組"}
DONE = "（{day}実施）"
UNTIL = "（{day}まで）"

PUBLISHED = {
    Published.UNDECIDED: UNKNOWN,
    Published.YES: "公表する（{day}）。",
    Published.NO: "公表しない。",
}
HANDLED = (
    "対象の{companies}社のうち{reached}社に電話で事情を説明して謝罪し、{agreed}社から、"
    "メールの削除についての了承を得た。"
)
CORRECTED = (
    "{day}、電話で説明した{count}社に、ほかの送信先が表示されない方法で、改めてメールを送信した。"
)
WAITING = "残る{waiting}社には、引き続き電話をかけている。"

PRESS_TITLE = "メールの誤送信による個人情報の漏えいについて"
PRESS_ADDRESSEE = "報道関係者　各位"
PRESS_OPENING = (
    "{office}において発生したメールの誤送信による個人情報の漏えいについて、下記のとおり事実を確認し、"
    "必要な措置を講じましたので、概要をお知らせします。",
    "関係者の皆様に多大な御迷惑をおかけしましたことを深くお詫び申し上げますとともに、"
    "再発防止に努めてまいります。",
)
PRESS_PARTS = ("1　事案の概要", "2　事実経過", "3　発生原因", "4　再発防止策")
CONTACT = "お問い合わせ先"

CIRCULAR_TITLE = "メールの誤送信の防止について（注意喚起）"
CIRCULAR_ADDRESSEE = "各所の長　殿"
CIRCULAR_OFFICE = "管内の所"
CIRCULAR_OPENING = (
    "このたび、管内の所において、メールの誤送信により、ほかの事業所のメールアドレスが表示される事案が"
    "発生しました。",
    "同様の事案を起こさないよう、下記の内容を所属の職員全員に周知し、徹底するようお願いします。",
)
CIRCULAR_PARTS = (
    "1　事案の概要",
    "2　発生原因",
    "3　各所で徹底すること",
    "4　誤送信に気づいたとき",
)
TO_BE_KEPT = (
    "複数の事業所へのメールは、1社ずつ個別に送るか、全員を「BCC」に入れる。"
    "「To」「Cc」に外部のアドレスを並べない。",
    "送信の前に、作成した職員と別の職員が、送信先の欄と件数を確かめる。",
    "起案には送信の方法（個別・BCC）を明記し、決裁のときに確かめられるようにする。",
    "「To」「Cc」「BCC」の違いを全員が理解していることを、管理者が確かめる。",
)
WHEN_NOTICED = (
    "気づいた職員は、直ちに管理者に報告する。自分だけで取り消しやお詫びのメールを送らない。",
    "管理者は、直ちに労働局に報告し、送信先への説明とメールの削除の依頼を、その日のうちに始める。",
)

INTERNAL_TITLE = "メールの誤送信に関する顛末書"
COMMISSION_TITLE = "個人情報保護委員会への報告事項（{variant}）"
COMMISSION_FOOT = "個人情報保護委員会への報告事項（{variant}）"
ITEM_DATA = (
    "メールアドレス。個人を識別できるもの{persons}件"
    "（ほかに、識別できないもの{others}件が表示された）"
)
ITEM_PERSONS = "{persons}人"
ITEM_PERSONS_OPEN = "{persons}人（うち確認中のアドレスがあり、増減することがある）"


def every_text() -> tuple[str, ...]:
    """All of our own words, for the guard."""
    found: list[str] = []
    for each in (value for name, value in globals().items() if name.isupper()):
        values = each.values() if isinstance(each, dict) else each
        found += [values] if isinstance(values, str) else [str(text) for text in values]
    return tuple(found)
