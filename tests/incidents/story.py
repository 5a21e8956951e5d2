"""The founding story: 30 companies, two mails of 15 with everybody in To, on 31 May 2023.

Seven addresses bear a full name, by the import's own classifier; 23 do not.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from eventmail.addresses import EmailAddress
from eventmail.incidents import service, taking
from eventmail.incidents.models import Incident
from eventmail.incidents.own import own_of
from eventmail.incidents.reading import headers, reader
from eventmail.incidents.reading.values import Listed, SentMail
from eventmail.offices.permissions import Actor

WEDNESDAY = date(2023, 5, 31)
SENT = (datetime(2023, 5, 31, 1, 5, tzinfo=UTC), datetime(2023, 5, 31, 1, 9, tzinfo=UTC))
NOTICED = datetime(2023, 5, 31, 2, 30, tzinfo=UTC)  # 11:30 in Tokyo
SUBJECT = "【企業と学校との雇用情報交換会】当日資料の送付について"
OFFICE = "gakusotsu@himesato-anteisho.example"
PERSONS = 7
LOTS = (15, 15)


@dataclass(frozen=True)
class Company:
    company: str
    address: str
    phone: str


_NAMES = (
    *("ひかり精工株式会社", "あおば食品株式会社", "株式会社みなと運輸"),
    *("さくら介護サービス株式会社", "有限会社まつかぜ製作所", "株式会社はやぶさ電機"),
    *("やまびこ建設株式会社", "株式会社しらかば印刷", "医療法人すずらん会"),
    *("株式会社なぎさ水産", "みどり園芸株式会社", "株式会社ほたる硝子"),
    *("こだま金属株式会社", "株式会社あかつき商事", "株式会社わかば住設"),
    *("つばめ交通株式会社", "株式会社いずみ繊維", "かもめ物流株式会社"),
    *("株式会社こまくさ薬品", "有限会社あけぼの木工", "株式会社たけのこ幼育"),
    *("らいちょう観光株式会社", "株式会社しおさい設備", "ふじなみ造園株式会社"),
    *("株式会社ゆきやなぎ紙業", "株式会社もみじ電工", "社会福祉法人せせらぎ"),
    *("株式会社かざぐるま", "はるかぜ通信株式会社", "株式会社おおぞら警備"),
)
_LOCALS = (
    *("jinji", "taro.yamada", "saiyo", "info", "hanako.suzuki", "soumu", "recruit", "tanaka"),
    *("kenji_sato", "saiyou", "jinji", "k.mori", "info", "soumu", "misaki.kobayashi"),
    *("jinji", "somu", "recruit", "ito.naoki", "saiyo", "info", "kimura", "soumu", "saiyo"),
    *("yuko.nakamura", "jinji", "jimukyoku", "soumu", "daisuke.kato", "info"),
)
COMPANIES = tuple(
    Company(name, f"{local}@company{number:02}.example", f"06-0000-01{number:02}")
    for number, (name, local) in enumerate(zip(_NAMES, _LOCALS, strict=True), 1)
)
LISTED = tuple(
    Listed(each.company, EmailAddress.parse(each.address), each.phone) for each in COMPANIES
)
OPENING = service.Opening(
    title="当日資料のメールを、30社に全員のアドレスが見える形で送った",
    noticed_at=NOTICED,
    noticed_how="担当者が送信済みのメールを見直し、あて先に全社のアドレスが並んでいることに気づいた。"
    "同僚と確かめ、BCCではなくTOで送っていた。",
    happened_at=SENT[0],
)


def lots() -> tuple[tuple[Company, ...], ...]:
    """The companies of the first mail and of the second."""
    return COMPANIES[: LOTS[0]], COMPANIES[LOTS[0] :]


def eml(companies: tuple[Company, ...], sent_at: datetime, field: str = "To") -> bytes:
    """A mail as a mail program keeps it among what was sent."""
    addresses = ",\r\n ".join(each.address for each in companies)
    subject = f"=?utf-8?B?{b64encode(SUBJECT.encode()).decode()}?="
    return (
        f"From: {OFFICE}\r\n{field}: {addresses}\r\nSubject: {subject}\r\n"
        f"Date: {sent_at:%d %b %Y %H:%M:%S} +0000\r\nMessage-ID: <{sent_at:%H%M}@here.example>\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\nsee above\r\n"
    ).encode()


def emls() -> tuple[bytes, bytes]:
    """The two mails, each with its fifteen companies in To."""
    first, second = (eml(lot, at) for lot, at in zip(lots(), SENT, strict=True))
    return first, second


def sent_mails() -> tuple[SentMail, ...]:
    """The same, read as an upload is."""
    return tuple(reader.from_child(reader.to_plain(headers.of_bytes(raw)), raw) for raw in emls())


def leak(session: Session, actor: Actor) -> Incident:
    """The incident with its 30 companies and their telephone numbers, as the office opens it."""
    own = own_of(session, actor.office.id)
    incident = service.open_outside(session, actor, OPENING)
    for each in sent_mails():
        taking.add_mail(session, actor, incident, own, each)
    taking.name_parties(session, actor, incident, own, LISTED)
    return incident
