"""The founding story's facts, as the papers get them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from eventmail.clock import TOKYO
from eventmail.incidents.models import Law, Place
from eventmail.incidents.papers.values import (
    Duty,
    Facts,
    Handled,
    Happening,
    Level,
    Mail,
    Measure,
    Published,
    Settled,
    Told,
    Wave,
    Written,
)

MAY_31, JUNE_1, JUNE_2 = date(2023, 5, 31), date(2023, 6, 1), date(2023, 6, 2)
OFFICE, BUREAU = "姫里公共職業安定所", "みどり野労働局"
STAFF = ("森下 あかり", "長谷川 誠", "藤堂 健一郎")
COMPANIES = tuple(f"株式会社まつかぜ第{number}" for number in range(1, 31))


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=TOKYO)


def same(text: str) -> Told:
    return Told(text, text)


WRITTEN = Written(
    second_harm="現在までに、二次被害は確認されていません。",
    contact="みどり野労働局 職業安定部 職業安定課\n電話 00-0000-0000",
    published=Published.YES,
    published_on=JUNE_2,
    reference="",
    version=1,
)
NOTICED_HOW = Told(
    "森下 あかりが送信済みのメールを見直して、全社のアドレスが表示されていることに気づき、"
    "長谷川 誠と確認したところ、「BCC」ではなく「To」に入力していた。",
    "職員Aが送信済みのメールを見直して、全社のアドレスが表示されていることに気づき、"
    "職員Bと確認したところ、「BCC」ではなく「To」に入力していた。",
)
CHRONOLOGY = (
    Happening(
        at(MAY_31, 10, 5),
        same("メール（2通のうち1通目）を、TO欄に15件のアドレスを入れて送信した。"),
    ),
    Happening(
        at(MAY_31, 10, 9),
        same("メール（2通のうち2通目）を、TO欄に15件のアドレスを入れて送信した。"),
    ),
    Happening(at(MAY_31, 11, 30), NOTICED_HOW),
    Happening(at(MAY_31, 13), Told("藤堂 健一郎に報告した。", "管理者に報告した。")),
    Happening(
        at(MAY_31, 16),
        same("30社に電話し、25社に説明・謝罪・削除依頼（了承）、5社は不在。"),
    ),
    Happening(
        at(MAY_31, 16, 30),
        same("電話がつながらない5社に、今後の対応を知らせるメールを個別に送信した。"),
    ),
    Happening(
        at(MAY_31, 18),
        same("電話で説明した25社に、あらためて正しい方法（個別送信）でメールを送信した。"),
    ),
    Happening(at(JUNE_1, 10), same("5社に電話し、5社に説明・謝罪・削除依頼（了承）。")),
    Happening(
        at(JUNE_1, 11),
        same("電話で説明した5社に、あらためて正しい方法（個別送信）でメールを送信した。"),
    ),
    Happening(at(JUNE_2, 17), same("報告・公表のための書面を作った。"), course=False),
)
FACTS = Facts(
    office=OFFICE,
    bureau=BUREAU,
    title="当日資料のメールの誤送信",
    law=Law.ADMINISTRATIVE,
    written_on=JUNE_2,
    noticed_at=at(MAY_31, 11, 30),
    noticed_how=NOTICED_HOW,
    mails=(
        Mail(1, at(MAY_31, 10, 5), 15, (Place.TO,)),
        Mail(2, at(MAY_31, 10, 9), 15, (Place.TO,)),
    ),
    companies=30,
    persons=7,
    others=23,
    settled=Settled(30, 30, 30, 30, 30, 0),
    waves=(
        Wave(at(MAY_31, 16, 30), 5, correction=False),
        Wave(at(MAY_31, 18), 25, correction=True),
        Wave(at(JUNE_1, 11), 5, correction=True),
    ),
    causes=(
        same("送信先を「BCC」に入力すべきところ、「To」に入力したこと。"),
        same("送信する前に、ほかの職員による確認をしていなかったこと。"),
    ),
    measures=(
        Measure(
            same("緊急の会議を開き、全職員に事案の内容を周知した。"),
            on=JUNE_1,
            done=True,
            owner="藤堂 健一郎",
        ),
        Measure(same("一斉に送信するメールは「BCC」とし、複数の職員で確認する。")),
        Measure(same("起案に「BCC」と明記し、決裁のときに確認する。")),
        Measure(same("全職員が、個人情報保護の自主点検と緊急の自主点検を行う。")),
        Measure(same("「To」「Cc」「BCC」の資料を配り、管理者が理解を確認する。")),
        Measure(same("各所の担当者に注意喚起した。"), Level.BUREAU, JUNE_1, done=True),
        Measure(same("各所の長に再発の防止を指示した。"), Level.BUREAU, JUNE_2, done=True),
    ),
    duties=(
        Duty("所内の報告", MAY_31, "人数にかかわらず報告します"),
        Duty("個人情報保護委員会への速報", None, "100人を超えません：7人", "施行規則 第44条第1項"),
    ),
    chronology=CHRONOLOGY,
    handled=tuple(
        Handled(each, at(MAY_31 if number < 25 else JUNE_1, 15), True, True)
        for number, each in enumerate(COMPANIES)
    ),
    written=WRITTEN,
)
FIRST_EVENING = replace(
    FACTS,
    settled=Settled(25, 25, 25, 25, 25, 0),
    chronology=CHRONOLOGY[:6],
    waves=FACTS.waves[:2],
    causes=(),
    measures=(),
    handled=tuple(
        each if number < 25 else Handled(each.company, None)
        for number, each in enumerate(FACTS.handled)
    ),
    written=Written(),
)
