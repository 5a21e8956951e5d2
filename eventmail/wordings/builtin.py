"""The wordings that every office begins with.

●● stands where only a person knows what to write; a draft that still has one cannot be submitted.
"""

from __future__ import annotations

from dataclasses import dataclass

from eventmail.wordings.models import WordingKind

RULE = "────────────────────"


@dataclass(frozen=True, slots=True)
class Text:
    """What a wording says."""

    name: str
    subject: str
    body: str


ANNOUNCEMENT = """{宛名}

いつもお世話になっております。

このたび、下記のとおり「{イベント名}」を開催いたします。
ご多用のところ恐れ入りますが、ぜひご参加くださいますようご案内申し上げます。

　開催日：{開催日}
　時　間：{時間}
　会　場：{会場}

ご参加の可否を、●●までにこのメールへのご返信でお知らせください。
ご不明な点がありましたら、あわせてお尋ねください。

どうぞよろしくお願いいたします。
"""
MATERIALS = """{宛名}

いつもお世話になっております。

このたびは「{イベント名}」へのご参加をお申し込みいただき、誠にありがとうございます。
当日の資料をお送りしますので、ご確認くださいますようお願いいたします。

　開催日：{開催日}
　時　間：{時間}
　会　場：{会場}

ご不明な点がありましたら、このメールにご返信ください。
どうぞよろしくお願いいたします。
"""
CHANGE = """{宛名}

いつもお世話になっております。

「{イベント名}」について、先にご案内した内容に変更がありましたので、お知らせいたします。

　変更前：●●
　変更後：●●

そのほかの内容に変更はありません。変更後の開催内容は、次のとおりです。

　開催日：{開催日}
　時　間：{時間}
　会　場：{会場}

ご迷惑をおかけして申し訳ございませんが、ご確認くださいますようお願いいたします。
ご都合が悪くなった場合や、ご不明な点がある場合は、このメールにご返信ください。
"""
ABSENCE = """{宛名}

いつもお世話になっております。

「{イベント名}」（{開催日}）について、ご欠席のご連絡をいただき、ありがとうございました。
ご欠席として承りました。

このたびはご参加いただけず残念ですが、次の機会がありましたら、改めてご案内いたします。
その際は、ご検討くださいますようお願い申し上げます。

今後ともどうぞよろしくお願いいたします。
"""
APOLOGY = """{宛名}

いつもお世話になっております。

「{イベント名}」について先にお送りしたメールの内容に、次の誤りがありました。
ご迷惑をおかけしましたことを、深くお詫び申し上げます。

　誤：●●
　正：●●

お手数をおかけして誠に申し訳ございませんが、正しい内容をご確認くださいますようお願いいたします。
今後は、お送りする前の確認を徹底し、再発の防止に努めてまいります。

ご不明な点がありましたら、このメールにご返信ください。
"""
TEXTS = {
    WordingKind.ANNOUNCEMENT: Text("案内", "【{イベント名}】開催のご案内", ANNOUNCEMENT),
    WordingKind.MATERIALS: Text("資料送付", "【{イベント名}】資料の送付について", MATERIALS),
    WordingKind.CHANGE: Text("変更のお知らせ", "【{イベント名}】開催内容の変更のお知らせ", CHANGE),
    WordingKind.ABSENCE: Text(
        "欠席連絡へのお礼", "【{イベント名}】ご連絡ありがとうございました", ABSENCE
    ),
    WordingKind.APOLOGY: Text("お詫び", "【{イベント名}】お詫びと訂正", APOLOGY),
}


def signed(body: str, office: str) -> str:
    """A built-in body with the office's name below it."""
    return f"{body}\n{RULE}\n{office}\n{RULE}\n"
