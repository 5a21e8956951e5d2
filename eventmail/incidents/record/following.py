"""The one thing to do next, once it is known who was shown whose address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from eventmail.incidents.calls import service as calls
from eventmail.incidents.calls.standing import Progress
from eventmail.incidents.models import Incident
from eventmail.incidents.record import reporting, service
from eventmail.incidents.record.deadlines import Applies
from eventmail.incidents.record.models import Measure
from eventmail.incidents.record.reporting import Standing
from eventmail.incidents.steps import Next
from eventmail.language import said

CALLS, DUE, MEASURES = (
    "incident_calls.index",
    "incident_record.deadlines",
    "incident_record.measures",
)
OVERDUE = said("「{name}」の期限を過ぎています")
TO_REPORT = said("「{name}」をしてください")
CAUSES = Next(
    said("原因を書いてください"),
    said("なぜ起きたかを、よくある原因から選ぶか、自分の言葉で書きます。報告の書類に入ります。"),
    MEASURES,
    said("原因を書く"),
)
PLANS = Next(
    said("再発防止策を決めてください"),
    said("用意してある対策から選ぶと、担当と期限を決めて、実施まで追えます。"),
    MEASURES,
    said("再発防止策を決める"),
)
QUESTIONS = Next(
    said("個人情報保護委員会への報告が必要かどうかを判断してください"),
    said("3つの質問に答えると、報告の要否と期限が決まります。"),
    DUE,
    said("3つの質問に答える"),
)
END = Next(
    said("書類を取り出し、対応を終えてください"),
    said(
        "連絡・報告・再発防止はすべて済んでいます。"
        "書類を確かめたら、この画面の「対応を終える」に確かめたことを書きます。"
    ),
    "incident_papers.index",
    said("書類を見る"),
)


@dataclass(frozen=True, slots=True)
class Known:
    """What the next thing follows from."""

    called: Progress
    told: Sequence[Standing]
    causes: int
    measures: Sequence[Measure]


def following(session: Session, incident: Incident) -> Next:
    """What to do now. Whoever waits for a call comes first; what is late next."""
    return choose(
        Known(
            called=calls.progress(session, incident),
            told=reporting.standings(session, incident),
            causes=len(service.causes(session, incident)),
            measures=service.measures(session, incident),
        )
    )


def choose(known: Known) -> Next:
    """The same of what is in hand already."""
    due = reporting.next_due(known.told)
    again = known.called.total - known.called.explained
    undone = sum(each.done_on is None for each in known.measures)
    steps = (
        (known.called.due_today > 0, _to_call(known.called.due_today)),
        (due is not None and due.is_overdue, _to_report(due)),
        (any(each.deadline.applies is Applies.UNKNOWN for each in known.told), QUESTIONS),
        (due is not None and due.deadline.due is not None, _to_report(due)),
        (known.causes == 0, CAUSES),
        (not known.measures, PLANS),
        (again > 0, _to_call_again(again)),
        (due is not None, _to_report(due)),
        (undone > 0, _to_finish(undone)),
    )
    return next((step for is_now, step in steps if is_now), END)


def _to_call(count: int) -> Next:
    return Next(
        said("対応先{count}社に、電話で連絡してください", count=count),
        said("説明・おわび・メールの削除のお願いを、1社ずつ記録します。"),
        CALLS,
        said("{count}社の連絡表を開く", count=count),
    )


def _to_call_again(count: int) -> Next:
    return Next(
        said("説明がまだ済んでいない対応先が{count}社あります", count=count),
        said("次にかける日は、連絡表で確かめられます。それまでに取り扱いのメールも送れます。"),
        CALLS,
        said("{count}社を確かめる", count=count),
    )


def _to_report(due: Standing | None) -> Next:
    name = due.deadline.name if due else ""
    sentence = OVERDUE if due and due.is_overdue else TO_REPORT
    return Next(
        sentence.format(name=name),
        said("報告したら、日時と受付番号を記録します。期限と理由は、期限・報告の画面にあります。"),
        DUE,
        said("期限と理由を見る"),
    )


def _to_finish(count: int) -> Next:
    return Next(
        said("まだ実施していない再発防止策が{count}件あります", count=count),
        said("実施したら、日付を記録します。担当や期限を変えることもできます。"),
        MEASURES,
        said("{count}件を確かめる", count=count),
    )
