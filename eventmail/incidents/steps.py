"""The rooms of an incident, in the order of the work: one navigation for all its pages."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from eventmail.incidents.companies import Company
from eventmail.incidents.exposure import Exposure
from eventmail.incidents.models import Evidence, Incident, Origin
from eventmail.language import said

# Endpoint and label.
ROOMS = (
    ("incidents.show", said("概要")),
    ("incidents.exposure", said("見えたアドレス")),
    ("incidents.parties", said("対応先")),
    ("incident_calls.index", said("電話・メール")),
    ("incident_record.deadlines", said("期限・報告")),
    ("incident_record.chronology", said("経過")),
    ("incident_record.measures", said("原因・再発防止")),
    ("incident_papers.index", said("書類")),
)


@dataclass(frozen=True, slots=True)
class Next:
    """The one thing to do now: what, why, and where."""

    title: str
    text: str
    endpoint: str
    label: str


NO_MAILS = Next(
    said("アドレスが見えたメールを登録してください"),
    said(
        "送信済みのメール（.emlか.msg）を置くか、宛先の欄を貼り付けると、"
        "どの事業所にどのアドレスが見えたかを数えます。"
    ),
    "incidents.mails",
    said("メールを登録する"),
)
NOT_SAID = Next(
    said("どの事業所の情報が見えたかを選んでください"),
    said(
        "メールは1通ずつ送っているため、ほかの事業所のあて先は見えていません。"
        "本文や添付ファイルに情報が載っていた事業所を選んでください。"
    ),
    "incidents.exposure",
    said("見えた事業所を選ぶ"),
)
REFUSED = Next(
    said("止めた理由を確かめて、対応を終えてください"),
    said(
        "止めたメールは、だれにも届いていません。"
        "案件の画面で止まった理由を確かめ、下の「対応を終える」に書いてください。"
    ),
    "",
    "",
)


def next_step(
    incident: Incident, found: Exposure, parties: Collection[Company], then: Callable[[], Next]
) -> Next | None:
    """What to do now; None once it is over. ``then``: what follows when all this is known."""
    if incident.closed_at is not None:
        return None
    ours = all(each.mail.evidence is Evidence.MAILING for each in found.mails)
    silent = sum(not each.phone for each in parties)
    steps = (
        (incident.origin is Origin.REFUSAL, REFUSED),
        (not found.mails, NO_MAILS),
        (not is_shown(incident, ours=ours, total=found.total), NOT_SAID),
        (silent > 0, _to_name(silent, len(parties))),
        (found.unconfirmed > 0, _to_confirm(found)),
    )
    return next((step for is_now, step in steps if is_now), None) or then()


def is_shown(incident: Incident, *, ours: bool, total: int) -> bool:
    """Whether it is known whose addresses were shown, or that none were. ``ours``: all its mails
    are of this service, which never shows one by itself; ``total``: how many were shown.
    """
    return incident.origin is Origin.REFUSAL or not ours or total > 0


def _to_name(silent: int, total: int) -> Next:
    return Next(
        said("電話番号がない対応先が{silent}件あります", silent=silent),
        said("対応先{total}件の名前と電話番号を入れると、連絡を始められます。", total=total),
        "incidents.parties",
        said("名前と電話番号を入れる"),
    )


def _to_confirm(found: Exposure) -> Next:
    return Next(
        said(
            "個人の名前が入ったアドレスかどうか、{unconfirmed}件を確かめてください",
            unconfirmed=found.unconfirmed,
        ),
        said("いまの件数は機械の見立てです。人が見て確かめると、報告する件数が決まります。"),
        "incidents.exposure",
        said("{unconfirmed}件を確かめる", unconfirmed=found.unconfirmed),
    )
