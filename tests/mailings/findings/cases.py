"""For every code one case built from what really happened, and the nearest innocent one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from eventmail.clock import TOKYO
from eventmail.mailings.findings.ground import Ground, History, OtherEvent, Roster
from eventmail.scanning.report import Hidden, Passage, Scan, Trace
from tests.mailings.findings.grounds import (
    BODY,
    LAST_YEAR,
    OFFICE,
    RECIPIENTS,
    digest,
    ground,
    page,
)


def files(*names: str) -> tuple[tuple[str, Scan], ...]:
    return tuple((name, Scan("pdf", 1)) for name in names)


def hiding(trace: Trace, where: str = "シート「内部」", **more: bool) -> Ground:
    scan = Scan("xlsx", 1, (Hidden(trace, where, **more),), (Passage("シート「案内」", "あ"),))
    return ground(files=[("予定表.xlsx", scan)])


def last(*changed: tuple[str, str], drop: int = 0) -> History:
    """The last mailing went to the same recipients, but for these."""
    before = {each.address: each.company for each in RECIPIENTS[drop:]} | dict(changed)
    return History(last=before, ever=frozenset(before) | {r.address for r in RECIPIENTS})


def at(month: int, day: int, hour: int, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=TOKYO)


def with_address(index: int, address: str) -> tuple:  # type: ignore[type-arg]
    one = replace(RECIPIENTS[index], address=address)
    return (*RECIPIENTS[:index], one, *RECIPIENTS[index + 1 :])


SHOWN = "xlsx"
CLEAN = ground(files=[("予定表.xlsx", page("日程", SHOWN))])
ELSEWHERE = History(
    events=(LAST_YEAR,),
    ever=frozenset(each.address for each in RECIPIENTS),
    elsewhere={digest("案内図.pdf"): (LAST_YEAR,)},
)
ORDINARY = ground()

ALLOWING = replace(OFFICE, allowed=frozenset({"kaikan.example"}))
SHELF = History(shelf=("予定表_v1.pdf", "予定表_v2.pdf"))
SENT = History(sent_files={"当日スケジュール.pdf": "0" * 64})

# code → (the case in which it must speak, the nearest in which it must not)
CASES: dict[str, tuple[Ground, Ground]] = {
    "no_subject": (ground(subject=" "), ORDINARY),
    "no_body": (ground(body="\n"), ORDINARY),
    "no_purpose": (ground(purpose=""), ORDINARY),
    "no_recipients": (ground(recipients=()), ORDINARY),
    "stray_brace": (ground(more="{会社名"), ground(more="[会社名]")),
    "unknown_field": (ground(more="{会社名称}"), ground(more="{会社名}")),
    "batch_field": (ground(mode="batch"), ground(mode="batch", body="皆様\n資料を添付します。")),
    "blank_value": (ground(more="{部署}"), ground(more="{会社名}")),
    "too_large": (
        replace(
            ORDINARY, content=replace(ORDINARY.content, materials=tuple(
                replace(each, size=21 * 1024 * 1024) for each in ORDINARY.content.materials))),
        ORDINARY,
    ),
    "outside_jis": (ground(more="髙橋"), ground(more="高橋", recipients=RECIPIENTS[:1])),
    "placeholder": (
        ground(more="締切は●月●日です。"),
        ground(more="件名を「○○株式会社　欠席」としてご返信ください。"),
    ),
    "placeholder_in_example": (
        ground(more="件名を「○○株式会社　欠席」としてご返信ください。"),
        ground(more="○ 印を付けてください。\n●●●●●●●●●●\n□ 出席　□ 欠席"),
    ),
    "honorific_typed": (
        ground(body=BODY.replace("{宛名}", "株式会社○○御中 様")),
        ground(more="関係者各位、お客様各位、様々なご意見をお待ちします。総務部長様"),
    ),
    "honorific_merged": (
        ground(body=BODY.replace("{宛名}", "{宛名} 様")),
        ground(body=BODY.replace("{宛名}", "{会社名} 御中")),
    ),
    "wrong_weekday": (
        ground(more="日時は１２月９日（火）です。"),
        ground(more="日時は１２月９日（水）です。令和7年12月10日（水）に続き、2回目です。"),
    ),
    "no_such_day": (ground(more="11月31日から"), ground(more="11月30日から")),
    "past_date": (
        ground(more="11月13日（金）までにご返信ください。"),
        ground(more="11月13日（金）までにご返信をいただきました。11月1日現在、30社です。"),
    ),
    "not_the_event_date": (
        ground(body=BODY.replace("{開催日}", "令和8年12月10日（木）")),
        ground(body=BODY.replace("{開催日}", "令和8年12月9日（水）"), more="締切日時：12月4日"),
    ),
    "wrong_year": (
        ground(subject="令和7年度 企業と学校との雇用情報交換会のご案内"),
        ground(subject="令和9年3月新規高等学校卒業予定者を対象とする情報交換会のご案内"),
    ),
    "negative_to_participants": (
        ground(subject="{イベント名}中止のお知らせ"),
        ground(more="荒天で中止となる場合は、前日にご連絡します。参加を取りやめる方はご返信ください。"),
    ),
    "participant_address": (
        ground(more="送付先：taro.yamada＠aozora-seisakusho.example"),
        ground(more="返信先：gakusotsu@himesato-anteisho.example"),
    ),
    "participant_phone": (
        ground(more="担当者 +81 (0)90-1234-5678"),
        ground(more="電話 0123-45-6789、090-1234-5679"),
    ),
    "participant_name": (
        ground(more="窓口は髙﨑　一郎様です。"),
        ground(more="担当の鈴木が、田中健康食品の会場でお待ちします。鈴木 一郎（職員）"),
    ),
    "foreign_address": (
        ground(more="kaijo@kaikan.example へお問い合わせください。"),
        ground(more="info@himesato-anteisho.example、shokugyo@himesato-anteisho.example"),
    ),
    "typed_name": (
        ground(body=BODY.replace("{宛名}", "鈴木様")),
        ground(more="担当の鈴木です。お客様、皆様、ご担当者様"),
    ),
    "other_company": (
        ground(more="みなと電機様のブースは3番です。"),
        ground(more="アートのある会場です。みなと電機通りを左折してください。"),
    ),
    "other_event": (
        ground(more="「令和７年度　姫里合同企業説明会」の当日資料です。"),
        ground(more="合同企業説明会は別に開きます。"),
    ),
    "nothing_attached": (
        ground(more="資料を添付します。", files=()),
        ground(more="出席票を添付のうえ、ご返信ください。添付ファイルはありません。", files=()),
    ),
    "attachment_count": (
        ground(more="添付資料：3点（別紙1〜3）", files=files("別紙1.pdf", "別紙2.pdf")),
        ground(more="添付資料：2点（別紙1、別紙2）。ブースは3件です。",
               files=files("別紙1.pdf", "別紙2.pdf")),
    ),
    "file_not_attached": (
        ground(more="「会場図.pdf」をご覧ください。"),
        ground(more="「当日スケジュール.pdf」をご覧ください。"),
    ),
    "attachments_untold": (
        ground(subject="ご連絡", body="{宛名}\n当日はよろしくお願いいたします。"),
        ground(subject="ご連絡", body="{宛名}\n日程表を添付します。"),
    ),
    "list_name": (
        ground(files=files("交換会参加企業一覧.pdf")),
        ground(files=files("持ち物一覧.pdf", "バス時刻一覧.pdf")),
    ),
    "internal_name": (
        ground(files=files("進行表（内部用）.pdf")),
        ground(files=files("内部統制セミナーのご案内.pdf")),
    ),
    "draft_name": (
        ground(files=files("次第（案）.pdf", "会場レイアウト_案.pdf")),
        ground(files=files("ご案内.pdf", "提案書.pdf", "案内図.pdf", "求人案件.pdf", "提案.pdf")),
    ),
    "money_name": (
        ground(files=files("会場設営_御見積書.pdf")),
        ground(files=files("見学のご案内.pdf")),
    ),
    "personal_name": (
        ground(files=files("個人票.pdf")),
        ground(files=files("個人情報の取扱いについて.pdf", "個人事業主の方へ.pdf")),
    ),
    "old_name": (
        ground(files=files("会場図 - コピー.pdf")),
        ground(files=files("旧姫里小学校までの道順.pdf", "会場図（2階）.pdf")),
    ),
    "newer_on_shelf": (
        ground(files=files("予定表_v1.pdf"), history=SHELF),
        ground(files=files("別紙1.pdf"), history=History(shelf=("別紙1.pdf", "別紙2.pdf"))),
    ),
    "same_name_other_content": (
        ground(history=SENT),
        ground(more="差し替えた資料です。", history=SENT),
    ),
    "used_elsewhere": (
        ground(files=[("案内図.pdf", page("令和7年12月10日 姫里文化会館"))], history=ELSEWHERE),
        ground(files=[("会場図.pdf", page("令和7年12月10日 姫里文化会館"))], history=ELSEWHERE),
    ),
    "unfinished_material": (
        ground(files=[("案内図.pdf", page("【要修正】 駐車場の台数"))]),
        ground(files=[("案内図.pdf", page("修正ペンは使わないでください。"))]),
    ),
    "internal_material": (
        ground(files=[("進行表.pdf", page("部外秘　進行"))]),
        ground(files=[("進行表.pdf", page("個人情報の取扱いに注意します。"))]),
    ),
    "unscannable_material": (
        ground(files=[("予定表.xlsx", Scan("encrypted", unscannable="encrypted"))]), CLEAN,
    ),
    "material_without_text": (
        ground(files=[("地図.png", Scan("png", 1))]),
        ground(files=[("地図.png", page("地図", "png"))]),
    ),
    **{
        f"material_{trace.value}": (hiding(trace), CLEAN)
        for trace in Trace
    },
    "unexpected_count": (ground(expected=30), ground(expected=7)),
    "other_than_last": (
        ground(history=last(drop=1)),
        ground(history=last()),
    ),
    "address_moved": (
        ground(history=last(("saiyo@minato-denki.example", "株式会社あおぞら製作所"))),
        ground(history=last(("saiyo@minato-denki.example", "株式会社みなと電機"))),
    ),
    "roster_of_another": (
        ground(roster=Roster(files=("R7参加企業一覧.xlsx",))),
        ground(roster=Roster(files=("R8参加企業一覧.xlsx", "参加企業.xlsx"))),
    ),
    "odd_domain": (
        ground(recipients=with_address(6, "art.saiyo@gmai.com")),
        ground(recipients=with_address(6, "art.saiyo@gmail.com")),
    ),
    "new_free_mail": (
        ground(recipients=with_address(6, "art.saiyo@gmail.com"), history=last()),
        ground(recipients=with_address(6, "art.saiyo@gmail.com"),
               history=last(("art.saiyo@gmail.com", "株式会社アート"))),
    ),
    "free_mail": (
        ground(recipients=with_address(6, "art.saiyo@gmail.com")),
        ground(recipients=with_address(6, "saiyo@gmail-shop.example")),
    ),
    "first_time": (
        ground(history=History()),
        ground(),
    ),
    "withdrawn_too": (
        ground(roster=Roster(withdrawn=frozenset({"株式会社みなと電機"}))),
        ground(roster=Roster(withdrawn=frozenset({"株式会社みなと電気"}))),
    ),
    "list_address": (
        ground(reply_to="gakusotsu-ml@himesato-anteisho.example"),
        ground(reply_to="allergy@himesato-anteisho.example"),
    ),
    "sender_is_participant": (
        ground(reply_to="honbu@hinatakai.example"),
        ground(reply_to="honbu@himesato-anteisho.example"),
    ),
    "bad_time": (ground(now=at(12, 28, 14)), ground(now=at(12, 25, 14))),
}  # fmt: skip

# More of the same rules: what must speak …
SPEAKS: dict[str, tuple[str, Ground]] = {
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
