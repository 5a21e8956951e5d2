"""所内報告（顛末書）: everything, with the names. It stays in the office and the bureau."""

from __future__ import annotations

from collections.abc import Sequence

from eventmail.clock import japanese_date, japanese_moment
from eventmail.incidents.papers import words
from eventmail.incidents.papers.sentences import handled, level_of, lines, overview
from eventmail.incidents.papers.values import Facts, Handled, Mail, Measure
from eventmail.papers.paper import Line, Paper, Section, Style, as_printed

FOOT = "所外秘　メールの誤送信に関する顛末書"
YES, NOT_YET = "済み", "まだ"


def report(facts: Facts) -> Paper:
    """The whole of it."""
    parts = (
        _case(facts),
        Section("1　事案の概要", tuple(overview(facts, facts.office)), Style.TEXT),
        _mails(facts),
        _course(facts),
        Section("4　事業所への対応", tuple(handled(facts)), Style.TEXT),
        _companies(facts),
        _causes(facts),
        _measures(facts),
        _duties(facts),
        _rest(facts),
    )
    found = tuple(each for each in parts if each.lines or len(each.rows) > 1)
    return as_printed(Paper(words.INTERNAL_TITLE, facts.office, found, FOOT, ""))


def _case(facts: Facts) -> Section:
    sent = japanese_date(facts.sent_on) if facts.sent_on else words.UNKNOWN
    pairs = {
        "事案": facts.title,
        "発生した日": sent,
        "知った日時": japanese_moment(facts.noticed_at),
        "知った経緯": facts.noticed_how.full or words.UNKNOWN,
        "作成日": japanese_date(facts.written_on),
    }
    return Section("事案", tuple(Line(text, label) for label, text in pairs.items()))


def _mails(facts: Facts) -> Section:
    head = ("番号", "送信日時", "表示された件数", "欄")
    return _table("2　表示されたメール", head, [_mail(each) for each in facts.mails])


def _mail(mail: Mail) -> tuple[str, ...]:
    at = japanese_moment(mail.sent_at) if mail.sent_at else words.UNKNOWN
    fields = "".join(words.FIELD_NAMES.get(each, "本文など") for each in mail.places)
    return str(mail.number), at, f"{mail.shown}件", fields


def _course(facts: Facts) -> Section:
    rows = [(japanese_moment(each.at), each.told.full) for each in facts.chronology]
    return _table("3　経過", ("日時", "内容"), rows)


def _companies(facts: Facts) -> Section:
    head = ("番号", "事業所", "説明した日時", "削除の了承", "印刷物", "要望")
    rows = [_company(str(number), each) for number, each in enumerate(facts.handled, start=1)]
    return _table("5　事業所ごとの対応", head, rows)


def _company(number: str, each: Handled) -> tuple[str, ...]:
    reached = japanese_moment(each.reached_at) if each.reached_at else NOT_YET
    agreed = YES if each.deletion_agreed else NOT_YET
    destroyed = YES if each.printouts_destroyed else NOT_YET
    return number, each.company, reached, agreed, destroyed, each.wishes


def _causes(facts: Facts) -> Section:
    found = tuple(Line(each.full) for each in facts.causes) or (Line(words.UNKNOWN),)
    return Section("6　発生原因", found, Style.NUMBERED)


def _measures(facts: Facts) -> Section:
    head = ("区分", "内容", "担当", "期日・実施日", "状態")
    return _table("7　再発防止策", head, [_measure(each) for each in facts.measures])


def _measure(each: Measure) -> tuple[str, ...]:
    day = japanese_date(each.on) if each.on else ""
    return level_of(each.level), each.told.full, each.owner, day, YES if each.done else NOT_YET


def _duties(facts: Facts) -> Section:
    rows = [
        (each.name, japanese_date(each.due) if each.due else "―", each.why, each.cited)
        for each in facts.duties
    ]
    return _table("8　報告と通知", ("報告・通知", "期限", "理由", "根拠"), rows)


def _rest(facts: Facts) -> Section:
    written = facts.written
    found = [*lines(written.second_harm), *lines(written.reference)]
    return Section("9　その他", tuple(found or [Line(words.NOTHING)]), Style.TEXT)


def _table(title: str, head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Section:
    return Section(title, (), Style.TABLE, rows=(head, *rows))
