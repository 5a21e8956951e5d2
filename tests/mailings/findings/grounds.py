"""An ordinary mailing of an ordinary office, on which every rule is quiet; cases change a bit."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from eventmail.clock import TOKYO
from eventmail.mailings.findings.directory import People, Person
from eventmail.mailings.findings.ground import (
    Ground,
    History,
    Office,
    OtherEvent,
    Roster,
    strangers,
)
from eventmail.mailings.snapshot import Attachment, Content, Recipient
from eventmail.scanning.report import Passage, Scan

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=TOKYO)  # a Tuesday morning
OFFICE = Office(
    "姫里公共職業安定所",
    frozenset({"gakusotsu@himesato-anteisho.example", "info@himesato-anteisho.example"}),
    ("森下 あかり", "長谷川 誠", "鈴木 一郎"),
)
RECIPIENTS = (
    Recipient(1, 11, "株式会社あおぞら製作所", "総務部", "課長", "山田 太郎",
              "taro.yamada@aozora-seisakusho.example"),
    Recipient(2, 12, "㈱みなと電機", "人事課", "", "佐々木 花子", "saiyo@minato-denki.example"),
    Recipient(3, 13, "有限会社髙﨑建設", "", "代表取締役", "髙﨑 一郎",
              "info@takasaki-kensetsu.example"),
    Recipient(4, 14, "社会福祉法人 ひなた会", "法人本部", "", "鈴木", "honbu@hinatakai.example"),
    Recipient(5, 15, "医療法人社団 さくら中央病院", "看護部", "看護部長", "鈴木 恵子",
              "kango@sakura-chuo-hp.example"),
    Recipient(6, 16, "北姫里運輸株式会社", "管理部", "主任", "田中 健",
              "ken.tanaka@kitahimesato-unyu.example"),
    Recipient(7, 17, "株式会社アート", "", "", "採用担当", "jinji@art.example"),
)  # fmt: skip
PHONES = ("0123-11-2001", "0123-11-2002", "０１２３－１１－２００３", "0123-11-2004",
          "0123-11-2005", "090-1234-5678", "(0123)11-2007")  # fmt: skip
PEOPLE = tuple(
    Person(each.company, each.name, phone, each.address)
    for each, phone in zip(RECIPIENTS, PHONES, strict=True)
)
BODY = """{宛名}

いつもお世話になっております。姫里公共職業安定所 学卒部門です。
「{イベント名}」の当日の資料をお送りします。

　開催日：{開催日}
　時　間：{時間}
　会　場：{会場}

ご欠席の場合は、12月4日（金）までにこのメールにご返信ください。

姫里公共職業安定所　学卒部門　担当：森下
電話　0123-45-6789
"""
CONTENT = Content(
    mailing_id=3, revision=1, purpose="当日資料の送付", mode="individual",
    sender_name="姫里公共職業安定所 学卒部門",
    sender_address="gakusotsu@himesato-anteisho.example",
    reply_to="gakusotsu@himesato-anteisho.example",
    subject="【{イベント名}】当日資料の送付について", body=BODY, html=False,
    event_name="企業と学校との雇用情報交換会", event_date=date(2026, 12, 9),
    event_hours="13:30〜16:00", event_place="姫里市民交流センター　2階 大会議室",
    materials=(), recipients=RECIPIENTS,
)  # fmt: skip
LAST_YEAR = OtherEvent("令和7年度 姫里合同企業説明会", date(2025, 12, 10), "姫里文化会館")


SCHEDULE = Scan("pdf", 1, passages=(Passage("1ページ", "13:00 受付　13:30 開会"),))


def ground(
    *,
    subject: str = CONTENT.subject,
    body: str = BODY,
    more: str = "",
    files: Iterable[tuple[str, Scan]] = (("当日スケジュール.pdf", SCHEDULE),),
    recipients: tuple[Recipient, ...] = RECIPIENTS,
    people: tuple[Person, ...] = PEOPLE,
    office: Office = OFFICE,
    now: datetime = NOW,
    history: History | None = None,
    roster: Roster | None = None,
    expected: int | None = None,
    **content: object,
) -> Ground:
    """The ordinary ground with some of it changed; ``more`` is added to the body."""
    materials = {attachment(name): scan for name, scan in files}
    changed = replace(
        CONTENT, subject=subject, body=body + more, recipients=recipients,
        materials=tuple(materials), **content,
    )  # type: ignore[arg-type]  # fmt: skip
    addresses = frozenset(each.address for each in recipients)
    return Ground(
        content=changed,
        now=now,
        office=office,
        directory=strangers(changed, office, People(people)),
        scans={each.sha256: scan for each, scan in materials.items()},
        roster=roster or Roster(),
        history=history or History(ever=addresses, events=(LAST_YEAR,)),
        expected_count=expected,
    )


def attachment(filename: str) -> Attachment:
    return Attachment(filename, "application/pdf", 10, digest(filename))


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def page(text: str, kind: str = "pdf", **more: object) -> Scan:
    """A file with this text on its first page."""
    return Scan(kind, 1, passages=(Passage("1ページ", text),), **more)  # type: ignore[arg-type]
