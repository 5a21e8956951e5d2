"""For every code one case built from what really happened, and the nearest innocent one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from eventmail.clock import TOKYO
from eventmail.mailings.findings.ground import Ground, History, Roster
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
    "page_in_subject": (ground(subject="{参加者ページ}"), ground(more="{参加者ページ}")),
    "no_way_to_materials": (ground(by_link=True), ground(by_link=True, more="{参加者ページ}")),
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
