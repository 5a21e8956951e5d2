"""More of the same rules: other shapes of the real cases, and other innocent neighbours."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from eventmail.mailings.findings.directory import Person
from eventmail.mailings.findings.ground import Ground, History, OtherEvent, Roster
from eventmail.scanning.report import Scan
from tests.mailings.findings.cases import ALLOWING, at, files, last
from tests.mailings.findings.grounds import (
    BODY,
    OFFICE,
    PEOPLE,
    RECIPIENTS,
    ground,
    page,
)

HAYASHI = (*PEOPLE, Person("林業の会", "林 健一", "", "a@hayashi.example"),
           Person("森の会", "林 進", "", "b@hayashi.example"))  # fmt: skip
NAMESAKE = (*PEOPLE, Person("林業の会", "鈴木 一郎", "", "c@hayashi.example"))

# More of the same rules: what must speak …
SPEAKS: dict[str, tuple[str, Ground]] = {
    "materials by the page of a batch": (
        "no_way_to_materials", ground(mode="batch", by_link=True, body="皆様\n{参加者ページ}"),
    ),
    "attached, and it is taken from the page": (
        "nothing_attached", ground(by_link=True, more="資料を添付します。{参加者ページ}"),
    ),
    "a page in a batch": ("batch_field", ground(mode="batch", body="皆様\n{参加者ページ}")),
    "an address cut by a line break": (
        "participant_address", ground(more="taro.yamada@aozora-\nseisakusho.example"),
    ),
    "an address in the subject": (
        "participant_address", ground(subject="saiyo@minato-denki.example 宛"),
    ),
    "an address in a file's name": (
        "participant_address", ground(files=[("saiyo@minato-denki.example.pdf", page("会場図"))]),
    ),
    "an address in a file": (
        "participant_address",
        ground(files=[("表.xlsx", Scan("xlsx", 1, addresses=("saiyo@minato-denki.example",)))]),
    ),
    "a number in a file, full width": (
        "participant_phone", ground(files=[("表.pdf", page("電話（０１２３）１１－２００３"))]),
    ),
    "a number without hyphens": ("participant_phone", ground(more="09012345678")),
    "a number in a file's name": ("participant_phone", ground(files=files("0123-11-2001.pdf"))),
    "a name in a file, in columns": (
        "participant_name", ground(files=[("表.xlsx", page("佐々木\n花子", "xlsx"))]),
    ),
    "a name in old letters written new": ("participant_name", ground(more="高崎一郎")),
    "a name in the subject": ("participant_name", ground(subject="山田太郎課長へのご案内")),
    "a name in a file's name": ("participant_name", ground(files=files("佐々木花子様.pdf"))),
    "a short name with a title": ("participant_name", ground(more="担当 田中健様")),
    "a name of three letters": ("participant_name", ground(people=HAYASHI, more="担当 林健一様")),
    "a name of two letters and 様": ("participant_name", ground(people=HAYASHI, more="林　進様")),
    "a letter to one company names another": (
        "participant_name", ground(recipients=RECIPIENTS[:1], more="佐々木花子様もご一緒です。"),
    ),
    "a company's name in the subject": (
        "other_company", ground(subject="北姫里運輸株式会社 御中 ご案内"),
    ),
    "a company's short name with its form": ("other_company", ground(more="株式会社アートの求人")),
    "a company in a file's name": ("other_company", ground(files=files("みなと電機様_案内.pdf"))),
    "a short era date": ("wrong_weekday", ground(more="R8.12.9(木)")),
    "a slash date": ("wrong_weekday", ground(more="12/9（木）に")),
    "the second day of two": ("wrong_weekday", ground(more="12月9日(水)から11日(木)まで")),
    "the weekday in words": ("wrong_weekday", ground(more="12月9日　木曜日")),
    "last year's weekday": ("wrong_weekday", ground(more="12月9日（火）")),
    "a weekday in a file": (
        "wrong_weekday", ground(files=[("表.pdf", page("日時　令和８年１２月９日（木）"))]),
    ),
    "the event's day in last year": ("wrong_year", ground(more="令和7年12月9日に")),
    "a placeholder for a telephone": ("placeholder", ground(more="電話 0XX-XXXX-XXXX")),
    "words in brackets": ("placeholder", ground(more="【要確認】")),
    "two circles": ("placeholder", ground(more="〇〇までにお送りください。")),
    "attached for them to read": (
        "nothing_attached", ground(more="地図を添付しますのでご覧ください。", files=()),
    ),
    "様様": ("honorific_typed", ground(more="山本様様")),
    "殿様": ("honorific_typed", ground(more="山本 殿 様")),
    "各位様": ("honorific_typed", ground(more="ご担当者各位様")),
    "御中 behind a manager": ("honorific_typed", ground(more="総務部長 御中")),
    "a person's name and 御中": (
        "honorific_merged", ground(body=BODY.replace("{宛名}", "{会社名}\n{担当者名} 御中")),
    ),
    "敬称 and 様": (
        "honorific_merged", ground(body=BODY.replace("{宛名}", "{会社名}\n{担当者名}{敬称}様")),
    ),
    "late in the afternoon": ("bad_time", ground(now=at(11, 25, 16, 40))),
    "on a Saturday": ("bad_time", ground(send_at=at(11, 28, 10))),
    "on a holiday": ("bad_time", ground(send_at=at(11, 23, 10))),
    "on Friday afternoon": ("bad_time", ground(send_at=at(11, 27, 15, 30))),
    "at New Year": ("bad_time", ground(send_at=at(12, 30, 10))),
    "early in the morning": ("bad_time", ground(send_at=at(11, 25, 6))),
    "after the hold": (
        "bad_time", ground(now=at(11, 25, 16), office=replace(OFFICE, hold_minutes=60)),
    ),
    "an answer of refusal": (
        "negative_to_participants", ground(more="誠に残念ながら、ご参加は見送らせていただきます。"),
    ),
    "an absence accepted": (
        "negative_to_participants", ground(more="ご欠席として承りました。"),
    ),
    "another event's name in the subject": (
        "other_event", ground(subject="姫里会のご案内", history=History(
            events=(OtherEvent("姫里会", date(2026, 10, 1)),))),
    ),
    "a list's domain": ("list_address", ground(reply_to="himesato@googlegroups.com")),
    "a roster named after another event": (
        "roster_of_another",
        ground(roster=Roster(files=("令和7年度姫里合同企業説明会.xlsx",))),
    ),
}  # fmt: skip

# … and what must not.
QUIET: dict[str, tuple[str, Ground]] = {
    "the only recipient's own address": (
        "participant_address",
        ground(recipients=RECIPIENTS[:1], more="taro.yamada@aozora-seisakusho.example"),
    ),
    "the only recipient's own name": (
        "participant_name", ground(recipients=RECIPIENTS[:1], more="山田太郎様"),
    ),
    "the head of the office, called as a participant is": (
        "participant_name", ground(more="姫里公共職業安定所長　田中 健"),
    ),
    "a name of three letters inside another": (
        "participant_name", ground(people=HAYASHI, more="講師 小林健一"),
    ),
    "a name of two letters that are words": (
        "participant_name", ground(people=HAYASHI, more="森を守り、林進めるために"),
    ),
    "our own staff, called as a participant is": (
        "participant_name", ground(people=NAMESAKE, more="担当　鈴木 一郎"),
    ),
    "another person whose name begins the same": (
        "participant_name", ground(more="講師 佐藤健一郎、髙﨑一郎太")),
    "a company that is the place of the event": (
        "participant_phone",
        ground(event_place="みなと電機 本社ホール", more="会場の電話 0123-11-2002"),
    ),
    "a number that only contains another": ("participant_phone", ground(more="00123-11-20011")),
    "a long number": ("participant_phone", ground(more="振込番号 10123112001999")),
    "an address of an allowed domain": (
        "foreign_address",
        ground(more="a@kaikan.example", office=ALLOWING),
    ),
    "an allowed address": (
        "foreign_address",
        ground(more="a@kaikan.example",
               office=replace(OFFICE, allowed=frozenset({"a@kaikan.example"}))),
    ),
    "a company that holds it with us": ("other_company", ground(more="共催：みなと電機株式会社")),
    "a word that is a company's name": ("other_company", ground(more="アートに触れる一日です。")),
    "a surname inside another": ("typed_name", ground(more="小鈴木様")),
    "a fiscal year": ("wrong_year", ground(subject="令和8年度 情報交換会のご案内")),
    "an event in January of the fiscal year before": (
        "wrong_year",
        ground(subject="令和8年度 情報交換会", event_date=date(2027, 1, 20)),
    ),
    "dates without a year across New Year": (
        "wrong_weekday", ground(more="1月20日（水）", event_date=date(2027, 1, 20)),
    ),
    "a fraction": ("wrong_weekday", ground(more="1/2（木造）")),
    "a range told as candidates": (
        "not_the_event_date", ground(body=BODY.replace("{開催日}", "候補日時：12月10日")),
    ),
    "the day before and after a change": (
        "not_the_event_date", ground(more="変更前　日時：12月2日\n変更後　日時：12月9日"),
    ),
    "a date of a law": ("past_date", ground(more="令和6年4月1日施行の改正により届出ください。")),
    "a number of companies": ("attachment_count", ground(more="参加は30社、資料は1点です。")),
    "an earlier attachment": (
        "nothing_attached", ground(more="先日のメールに添付した案内です。", files=()),
    ),
    "a morning before a weekend": ("bad_time", ground(now=at(11, 27, 14, 30))),
    "a morning before a holiday": ("bad_time", ground(now=at(11, 20, 11))),
    "this event's name holds the other's": (
        "other_event",
        ground(more="令和7年度 姫里合同企業説明会（第2回）",
               event_name="令和7年度 姫里合同企業説明会（第2回）"),
    ),
    "cancelling a booth's equipment": (
        "negative_to_participants", ground(more="欠席や辞退をされる場合は、ご連絡ください。"),
    ),
    "a letter that goes to chosen ones": (
        "other_than_last", replace(ground(history=last(drop=3)), chosen=True),
    ),
    "one more of many": (
        "other_than_last",
        ground(history=History(last={f"a{n}@b.example": "株式会社乙" for n in range(40)}
                               | {each.address: each.company for each in RECIPIENTS[:-1]}),
               recipients=(*RECIPIENTS, *(
                   replace(RECIPIENTS[0], contact_id=100 + n, address=f"a{n}@b.example")
                   for n in range(40)))),
    ),
    "no last mailing": ("other_than_last", ground()),
    "no number was typed": ("unexpected_count", ground(expected=None)),
}  # fmt: skip
