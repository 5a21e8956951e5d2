"""The words of Japanese and English column headers.

``KNOWN`` are whole headers, the preferred first. ``RULES`` read a compound header by the words in
it; the first rule that fits decides, and a rule without a field is a column that nobody needs (a
reading aid, a fax, a postal address), which must not be taken for one that is needed.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from eventmail.spreadsheet.columns import Field

KNOWN: dict[Field, str] = {
    Field.COMPANY: """
        事業所名 事業所名称 会社名 企業名 企業名称 法人名 法人名称 学校名 団体名 参加企業名
        参加事業所名 参加企業 参加事業所 参加校 参加校名 求人者名 貴社名 御社名 貴校名 貴事業所名
        社名 施設名 店舗名 事業所 会社 企業 学校 法人 団体 貴社 御社 名称 事業主名 事業主 屋号
        company companyname organization organisation organizationname school schoolname employer
    """,
    Field.DEPARTMENT: """
        部署 部署名 所属 所属部署 担当部署 部課名 課名 分掌 所属部署名 所属名 担当課
        担当部署名 課 部門
        department dept division section
    """,
    Field.TITLE: "役職 役職名 職名 肩書 肩書き 職位 title jobtitle position",
    Field.CONTACT: """
        担当者名 担当者氏名 担当者 ご担当者名 ご担当者 ご担当者様 御担当者 御担当者名 御担当者様
        採用担当者 採用担当者名 採用担当 担当者様 ご担当 担当 氏名 名前 お名前 ご氏名 連絡担当者
        担当教諭 進路指導担当 進路担当 窓口担当者 contact contactname contactperson
        name fullname person
    """,
    Field.EMAIL: """
        メールアドレス メール eメール eメールアドレス 電子メール 電子メールアドレス 連絡先メール
        連絡先メールアドレス 担当者メールアドレス 担当者メール アドレス email emailaddress mail
        mailaddress e-mail e-mailaddress e-mailアドレス mailアドレス emailアドレス メアド
    """,
    Field.PHONE: """
        電話番号 電話 連絡先電話番号 連絡先電話 tel telephone phone phonenumber 電話番号代表
        代表電話 tel番号 連絡先
    """,
    Field.STATUS: """
        参加 参加区分 参加可否 出欠 参加状況 参加・辞退 参加/辞退 参加辞退 出席 出欠席 参否 ご参加
        ご出欠 状況 status attendance rsvp
    """,
    Field.NOTES: "備考 備考欄 摘要 メモ 特記事項 その他 notes remarks note memo comment comments",
    Field.NUMBER: "no 番号 連番 整理番号 通番 項番 順番 # 通し番号 number",
    Field.CORPORATE_NUMBER: "法人番号 corporatenumber",
    Field.FAMILY_NAME: "姓 名字 苗字 lastname familyname surname",
    Field.GIVEN_NAME: "名 下の名前 firstname givenname",
}
# Words of a header row that no field of ours takes.
OTHER = """
    所在地 住所 業種 fax fax番号 郵便番号 フリガナ ふりがな 求人数 ブース ブース番号 代表者 人数
    従業員数 資本金 職種 address zip zipcode postalcode url
"""


class Rule(NamedTuple):
    """A compound header with one of these words, and none of those, is likely this field's."""

    field: Field | None
    score: int
    words: re.Pattern[str]
    unless: re.Pattern[str] | None = None


def _rule(field: Field | None, score: int, words: str, unless: str = "") -> Rule:
    return Rule(field, score, re.compile(words), re.compile(unless) if unless else None)


_COMPANY = (
    "事業所|会社|企業|法人|学校|団体|求人者|貴社|御社|貴校|社|校|園|施設|店舗|機関|組織|大学|高校|"
    "事業主"
)
RULES = (
    _rule(None, 0, r"フリガナ|ふりがな|カナ|かな$|ヨミ|よみ|読み|kana$|^セイ$|^メイ$"),
    _rule(None, 0, r"url|ホームページ|^hp|hp$|ウェブ|サイト|homepage|website|sns"),
    _rule(None, 0, r"住所|所在|郵便|〒|都道府県|市区町村|postal|^ip"),
    _rule(Field.CORPORATE_NUMBER, 80, r"法人番号|法人no"),
    _rule(
        None,
        0,
        r"(メール|mail|アドレス).*(可否|有無|希望|配信|送信|送付|件名|済|不要|マガジン|日$)",
    ),
    _rule(Field.EMAIL, 60, r"(メール|mail|アドレス).*(確認|再入力|サブ|予備|旧)"),
    _rule(Field.EMAIL, 66, r"代表.*(メール|mail|アドレス)"),
    _rule(Field.EMAIL, 78, r"担当.*(メール|mail|アドレス)"),
    _rule(Field.EMAIL, 74, r"メールアドレス|mail"),
    _rule(Field.EMAIL, 70, r"メール|アドレス"),
    _rule(None, 0, r"fax|ファックス|ファクス|ファクシミリ", r"電話|tel"),
    _rule(None, 0, r"(電話|tel).*(済|可否|時間|結果|日$)"),
    _rule(
        None, 0, r"当所|所内|安定所|ハローワーク|hw|職員|担当官|代表者|校長|理事長|社長|生徒|保護者"
    ),
    _rule(Field.PHONE, 76, r"電話番号"),
    _rule(Field.PHONE, 70, r"電話|tel|phone|直通", r"氏名|者名"),
    _rule(Field.PHONE, 60, r"携帯|mobile"),
    _rule(
        None, 0, r"番号|コード|code|id$|規模|概要|業種|産業|職種|人数|数$|日$|日付|日時|時間|種別"
    ),
    _rule(Field.FAMILY_NAME, 80, r"(担当者?様?の?|氏名|名前)(姓|名字|苗字)$"),
    _rule(Field.GIVEN_NAME, 80, r"(氏名|名前)の?名$|担当者?様?の?下の名前$"),
    _rule(Field.CONTACT, 76, r"(担当|連絡|窓口).*(氏名|名前|名$)"),
    _rule(Field.CONTACT, 70, r"氏名|名前|姓名|fullname"),
    _rule(
        Field.DEPARTMENT, 70, r"部署|所属|分掌|部門|部課|課名|department|dept|division", "会社|企業"
    ),
    _rule(Field.TITLE, 70, r"役職|職名|肩書|職位|jobtitle|position"),
    _rule(Field.COMPANY, 50, rf"({_COMPANY})の?名.*(略称|通称|英)|略称|通称|旧社名"),
    _rule(Field.COMPANY, 76, rf"({_COMPANY})の?(名|正式名)|正式名称"),
    _rule(Field.COMPANY, 66, r"名称|company|organi[sz]ation|employer|school"),
    _rule(None, 0, r"担当(業務|地区|区域|エリア|日)|ブース|座席|駐車|弁当|回答日|記入|作成"),
    _rule(Field.CONTACT, 60, r"担当|contact|person|窓口|教諭|責任者"),
    _rule(Field.CONTACT, 40, r"(参加|出席|来場)者"),
    _rule(Field.STATUS, 60, r"参加|出欠|辞退|出席|欠席|参否|[○〇]|attend"),
    _rule(Field.STATUS, 30, r"可否|回答"),
    _rule(Field.PHONE, 50, r"連絡先"),
    _rule(Field.NOTES, 50, r"備考|摘要|メモ|特記|その他|コメント|連絡事項|要望|配慮|remark"),
)
