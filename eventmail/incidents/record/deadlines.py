"""What has to be reported to whom until when, and why: a pure function of the facts."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date, timedelta

from eventmail import workdays
from eventmail.incidents.models import Law
from eventmail.incidents.record import laws
from eventmail.incidents.record.laws import Statute, Text
from eventmail.language import listed, said

FIRST_DAYS, LAST_DAYS = 3, 5  # 速報: about so many days, the day of knowing is the first
FINAL_DAYS, MALICIOUS_DAYS = 30, 60
UNANSWERED = said("まだ判断を入力していません")
# What is said of each question that somebody answered.
ANSWERED = (
    {True: said("要配慮個人情報が含まれます"), False: said("要配慮個人情報が含まれません")},
    {
        True: said("財産的被害のおそれがあります"),
        False: said("財産的被害のおそれがありません"),
    },
    {
        True: said("不正の目的のおそれがあります"),
        False: said("不正の目的のおそれがありません"),
    },
)
NOBODY = said("個人を識別するアドレスの漏えいがありません：0人")
SOON = said("速やかに（おおむね{first}〜{last}日以内）")
SOON_BUT_CLOSED = said(
    "速やかに（おおむね{first}〜{last}日以内）。{last}日目は閉庁日です。その前に報告してください"
)
WITHIN = said("知った日から{days}日以内（知った日が1日目）")
WITHIN_OR_NEXT = said(
    "知った日から{days}日以内（知った日が1日目）。{days}日目が閉庁日のため、その翌開庁日"
)
DELETED_UNREAD = said(
    "開封されずに削除されたことを確かめたため個人を識別するアドレスの漏えいがありません：0人"
)
NOT_SHOWN = said("だれのアドレスが見えたかが、まだ登録されていません")
MORE = said("{most:,}人を超えます：{leaked:,}人")
NO_MORE = said("{most:,}人を超えません：{leaked:,}人")
UNCONFIRMED = said(
    "個人を識別するかどうかを確かめていないアドレスが{count}件あり、人数がまだ決まりません"
)


class Duty(enum.StrEnum):
    """Who is told, and how thoroughly."""

    INTERNAL = "internal"
    BUREAU = "bureau"
    PRELIMINARY = "preliminary"
    PERSONS = "persons"
    FINAL = "final"


DUTY_NAMES = {
    Duty.INTERNAL: said("所内の報告"),
    Duty.BUREAU: said("労働局への報告"),
    Duty.PRELIMINARY: said("個人情報保護委員会への速報"),
    Duty.PERSONS: said("本人への通知"),
    Duty.FINAL: said("個人情報保護委員会への確報"),
}
BY_LAW = (Duty.PRELIMINARY, Duty.PERSONS, Duty.FINAL)


class Applies(enum.StrEnum):
    """Whether something has to be done. ``unknown``: somebody has to say more first."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Assessed:
    """What a person says of the incident, which no machine can know."""

    sensitive: bool
    financial: bool
    malicious: bool


@dataclass(frozen=True, slots=True)
class Own:
    """The office's own deadlines in working days: 0 is the same day, None is no deadline."""

    internal: int | None = 0
    bureau: int | None = 0


@dataclass(frozen=True, slots=True)
class DeadlineFacts:
    """``persons``: whose addresses name them; ``unread``: those of them whom nobody has read;
    ``unconfirmed``: others who may turn out to be named; ``shown``: whether it is known at all
    what was shown.
    """

    law: Law
    persons: int
    noticed_on: date
    unread: int = 0
    assessed: Assessed | None = None
    own: Own = Own()
    unconfirmed: int = 0
    shown: bool = True

    @property
    def leaked(self) -> int:
        """Whose data has leaked."""
        return max(self.persons - self.unread, 0)

    @property
    def unsure(self) -> str:
        """Why their number may still turn out to be reportable; empty if it cannot."""
        most = laws.STATUTES[self.law].most
        if not self.shown:
            return NOT_SHOWN
        may_be = self.leaked + self.unconfirmed
        matters = self.leaked <= most < may_be or self.leaked == 0 < may_be
        return UNCONFIRMED.format(count=self.unconfirmed) if matters else ""


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that makes it reportable, or does not; ``met`` is None where nobody has said."""

    text: Text
    met: bool | None
    told: str


@dataclass(frozen=True, slots=True)
class Deadline:
    """``since``: from this day on it is expected; ``due``: the last day, None if there is none."""

    duty: Duty
    applies: Applies
    due: date | None
    when: str
    why: str
    texts: tuple[Text, ...]
    reasons: tuple[Reason, ...] = ()
    since: date | None = None

    @property
    def name(self) -> str:
        """What it is called."""
        return DUTY_NAMES[self.duty]

    @property
    def asks(self) -> bool:
        """Whether it has to be done until some day."""
        return self.applies is Applies.YES and self.due is not None

    @property
    def is_unanswered(self) -> bool:
        """Whether somebody still has to answer the questions; the count is none of them."""
        return any(each.met is None for each in self.reasons[1:])


def deadlines(facts: DeadlineFacts) -> list[Deadline]:
    """All duties in the order in which they come."""
    statute = laws.STATUTES[facts.law]
    reasons = reasons_of(facts, statute)
    applies, why = _verdict(facts, reasons)
    return [
        *_own(facts),
        _preliminary(facts, statute, applies, why, reasons),
        Deadline(
            Duty.PERSONS,
            applies,
            None,
            said("状況に応じて、速やかに"),
            why,
            (statute.telling, statute.persons),
            reasons,
        ),
        _final(facts, statute, applies, why, reasons),
    ]


def reasons_of(facts: DeadlineFacts, statute: Statute) -> tuple[Reason, ...]:
    """Each case of the rules, and whether this is one."""
    known = facts.assessed
    answers = (known.sensitive, known.financial, known.malicious) if known else (None, None, None)
    texts = (statute.sensitive, statute.financial, statute.malicious)
    return (
        _counted(facts, statute),
        *(
            Reason(text, met, UNANSWERED if met is None else sentences[met])
            for text, met, sentences in zip(texts, answers, ANSWERED, strict=True)
        ),
    )


def day(noticed_on: date, number: int) -> date:
    """The ``number``-th day, of which the day of knowing is the first."""
    return noticed_on + timedelta(days=number - 1)


def open_day(last: date) -> date:
    """The day itself, or the first day after it on which the offices work."""
    return last if workdays.is_open(last) else workdays.next_open(last)


def after_working_days(noticed_on: date, count: int) -> date:
    """So many working days later; 0 is the same day, whatever day it is."""
    found = noticed_on
    for _ in range(count):
        found = workdays.next_open(found)
    return found


def _counted(facts: DeadlineFacts, statute: Statute) -> Reason:
    leaked = facts.leaked
    more = leaked > statute.most
    if facts.unsure:
        return Reason(
            statute.many,
            None,
            said("{unsure}：いまのところ{leaked:,}人", unsure=facts.unsure, leaked=leaked),
        )
    sentence = MORE if more else NO_MORE
    return Reason(statute.many, more, sentence.format(most=statute.most, leaked=leaked))


def _verdict(facts: DeadlineFacts, reasons: tuple[Reason, ...]) -> tuple[Applies, str]:
    if facts.persons and not facts.leaked and not facts.unsure:
        return Applies.NO, DELETED_UNREAD
    met = [each.told for each in reasons if each.met]
    if met:
        return Applies.YES, listed(met, said("、"))
    if facts.unsure:
        return Applies.UNKNOWN, said("{told}。", told=reasons[0].told)
    if not facts.leaked:
        return Applies.NO, NOBODY
    if any(each.met is None for each in reasons):
        return Applies.UNKNOWN, said(
            "{told}。ほかの場合に当たるかは、まだ判断を入力していません。", told=reasons[0].told
        )
    return Applies.NO, listed((each.told for each in reasons), said("、"))


def _own(facts: DeadlineFacts) -> list[Deadline]:
    rows = (
        (Duty.INTERNAL, facts.own.internal, laws.INTERNAL_RULE),
        (Duty.BUREAU, facts.own.bureau, laws.BUREAU_RULE),
    )
    return [_own_one(facts.noticed_on, *row) for row in rows]


def _own_one(noticed_on: date, duty: Duty, days: int | None, text: Text) -> Deadline:
    if days is None:
        return Deadline(duty, Applies.NO, None, "", said("所の期限を決めていません"), (text,))
    due = after_working_days(noticed_on, days)
    when = said("知った日のうち") if days == 0 else said("知った日から{days}開庁日以内", days=days)
    return Deadline(duty, Applies.YES, due, when, said("人数にかかわらず報告します"), (text,))


def _preliminary(
    facts: DeadlineFacts, statute: Statute, applies: Applies, why: str, reasons: tuple[Reason, ...]
) -> Deadline:
    due = day(facts.noticed_on, LAST_DAYS)
    sentence = SOON if workdays.is_open(due) else SOON_BUT_CLOSED
    when = sentence.format(first=FIRST_DAYS, last=LAST_DAYS)
    texts = (statute.duty, statute.preliminary, statute.known)
    since = day(facts.noticed_on, FIRST_DAYS)
    return Deadline(Duty.PRELIMINARY, applies, due, when, why, texts, reasons, since)


def _final(
    facts: DeadlineFacts, statute: Statute, applies: Applies, why: str, reasons: tuple[Reason, ...]
) -> Deadline:
    malicious = facts.assessed is not None and facts.assessed.malicious
    days = MALICIOUS_DAYS if malicious else FINAL_DAYS
    last = day(facts.noticed_on, days)
    when = (WITHIN if workdays.is_open(last) else WITHIN_OR_NEXT).format(days=days)
    texts = (statute.duty, statute.final, statute.counting, laws.CLOSED_DAY)
    return Deadline(Duty.FINAL, applies, open_day(last), when, why, texts, reasons)
