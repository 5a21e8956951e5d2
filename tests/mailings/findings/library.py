"""Reads the corpus: 60 ordinary mailings of such offices, with the events and people around."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from eventmail.clock import TOKYO
from eventmail.mailings.findings.directory import People, Person
from eventmail.mailings.findings.ground import Ground, History, Office, OtherEvent, strangers
from eventmail.mailings.snapshot import Recipient
from eventmail.scanning.report import Passage, Scan
from tests.mailings.findings.grounds import CONTENT, attachment

FOLDER = Path(__file__).parent / "corpus"
OFFICE = Office(
    "姫里公共職業安定所",
    frozenset({"gakusotsu@himesato-anteisho.example", "kigyo@himesato-anteisho.example"}),
    ("森下 あかり", "長谷川 誠", "鈴木 一郎", "佐藤 健", "山田 太郎"),
)
# Common surnames, desks, no name at all; names like words, and one that a colleague has as well.
ROSTER = """
株式会社あおぞら製作所 | 総務部 | 課長 | 山田 太郎 | 0123-11-2001 | yamada@aozora.example
㈱みなと電機 | 人事課 | | 佐々木 花子 | 0123-11-2002 | saiyo@minato-denki.example
有限会社髙﨑建設 | | 代表取締役 | 髙﨑 一郎 | 0123-11-2003 | info@takasaki-kensetsu.example
社会福祉法人 ひなた会 | 法人本部 | | 鈴木 恵子 | 0123-11-2004 | honbu@hinatakai.example
医療法人社団 さくら中央病院 | 看護部 | 部長 | 佐藤 さくら | 0123-11-2005 | kango@sakura.example
北姫里運輸株式会社 | 管理部 | 主任 | 田中 健 | 090-1111-2006 | tanaka@kitahimesato.example
株式会社まるふじ食品 | | | 田中 | 0123-11-2007 | jinji@marufuji.example
株式会社アート | 採用 | | 採用担当 | 0123-11-2008 | saiyo@art.example
合同会社みらい | | 代表 | 林 進 | 0123-11-2009 | hayashi@mirai-works.example
姫里ホテル株式会社 | 総務課 | | 森 林子 | 0123-11-2010 | soumu@himesato-hotel.example
株式会社北斗警備保障 | 人事部 | 部長 | 高橋 和也 | 0123-11-2011 | hokuto.keibi@gmail.com
NPO法人ささえ | | 理事 | 伊藤 明美 | 0123-11-2012 | npo.sasae@gmail.com
姫里農業協同組合 | 総務課 | | 渡辺 直樹 | 0123-11-2013 | soumu@ja-himesato.example
株式会社ナカムラ | | | 中村 | 0123-11-2014 | info@nakamura.example
東姫里タクシー㈲ | 配車室 | | 小林 隆 | 0123-11-2015 | haisha@higashi-taxi.example
学校法人緑野学園 | 法人事務局 | 事務長 | 加藤 由美 | 0123-11-2016 | jimu@midorino-gakuen.example
株式会社リンク | 営業 | | 吉田 大輔 | 0123-11-2017 | yoshida@link-corp.example
姫里商工会議所 | 事務局 | | 山本 千尋 | 0123-11-2018 | info@himesato-cci.example
ひだまり薬局 | | 店長 | 松本 真由美 | 0123-11-2019 | hidamari@yakkyoku.example
株式会社山と森 | 製造部 | 係長 | 井上 拓也 | 0123-11-2020 | inoue@yamatomori.example
"""
KINDS = re.compile(r"^--- (?P<name>.+\.(?P<kind>pdf|xlsx|docx))$", re.MULTILINE)
_FIELD = re.compile(r"(?m)^(?P<key>[^:\n]+): *(?P<value>.*)$")


@dataclass(frozen=True)
class Mailing:
    """One mailing of the corpus."""

    name: str
    head: dict[str, str]
    body: str
    files: dict[str, Scan]


def mailings() -> list[Mailing]:
    """All of them, in the order of their names."""
    return [_read(path) for path in sorted(FOLDER.glob("*.txt"))]


def _read(path: Path) -> Mailing:
    head, _, rest = path.read_text(encoding="utf-8").partition("---\n")
    parts = KINDS.split(rest)
    told = {at["key"]: at["value"].strip() for at in _FIELD.finditer(head)}
    named = [each for each in told.get("資料", "").split(", ") if each]
    files = {name: _scan(name, "案内") for name in named}
    files |= {name: _scan(name, text) for name, text in zip(parts[1::3], parts[3::3], strict=True)}
    assert list(files) == named, path.name
    return Mailing(path.stem, told, parts[0], files)


def _scan(name: str, text: str) -> Scan:
    kind = name.rpartition(".")[2]
    lines = [line for line in text.splitlines() if line.strip()]
    passages = tuple(Passage(f"{n}行目", line) for n, line in enumerate(lines, 1))
    return Scan(kind, 1, passages=passages)


def people() -> tuple[list[Person], tuple[Recipient, ...]]:
    """The roster: everybody the office knows, and the recipients."""
    rows = [[cell.strip() for cell in line.split("|")] for line in ROSTER.strip().splitlines()]
    persons = [Person(company, name, phone, email) for company, _, _, name, phone, email in rows]
    recipients = tuple(
        Recipient(number, 100 + number, company, department, title, name, email)
        for number, (company, department, title, name, _, email) in enumerate(rows, 1)
    )
    return persons, recipients


def ground_of(mailing: Mailing, events: dict[str, OtherEvent]) -> Ground:
    """The mailing on its day, among the office's other events."""
    persons, recipients = people()
    event = events[mailing.head["イベント"]]
    if "{担当者名}" in mailing.body or "{部署}" in mailing.body:
        recipients = tuple(each for each in recipients if each.name and each.department)
    content = replace(
        CONTENT,
        mode=mailing.head.get("送信方法", "individual"),
        subject=mailing.head["件名"],
        body=mailing.body,
        event_name=event.name,
        event_date=event.held_on,
        event_place=event.place,
        materials=tuple(map(attachment, mailing.files)),
        recipients=recipients,
    )
    made = datetime.strptime(mailing.head["作成"], "%Y-%m-%d %H:%M").replace(tzinfo=TOKYO)
    addresses = frozenset(each.address for each in recipients)
    others = tuple(each for each in events.values() if each is not event)
    return Ground(
        content=content,
        now=made,
        office=OFFICE,
        directory=strangers(content, OFFICE, People(persons)),
        scans={attachment(name).sha256: scan for name, scan in mailing.files.items()},
        history=History(
            events=others, ever=addresses, last={each.address: each.company for each in recipients}
        ),
        expected_count=len(recipients),
    )


def events_of(found: list[Mailing]) -> dict[str, OtherEvent]:
    """The events that the mailings are of. One that was put off stands as its last letter says."""
    return {
        each.head["イベント"]: OtherEvent(
            each.head["イベント"], date.fromisoformat(each.head["開催日"]), each.head["会場"]
        )
        for each in found
    }


def grounds() -> dict[str, Ground]:
    """Every mailing on its ground."""
    found = mailings()
    made = {}
    for each in found:
        events = events_of(found) | events_of([each])
        made[each.name] = ground_of(each, events)
    return made
