"""What the administrator's commands do to an office's settings.

While the office is being set up they decide; from then on they propose, and somebody of the office
confirms.
"""

from __future__ import annotations

import click
from sqlalchemy.orm import Session

from eventmail.offices import settings
from eventmail.offices.settings import Value, canonical
from eventmail.proposals import service
from eventmail.proposals.kinds import Place

REASON = "サーバーの管理者が、コマンドで提案しました。"
WAITS = (
    "「{title}」の変更を提案しました（番号{number}）。まだ変わっていません。"
    "次の職員のひとりが画面の「所の設定」で認めると変わります：{names}"
)
reason_option = click.option(
    "--reason", default=REASON, help="変更する理由。認める職員の画面に表示されます。"
)


def decide(session: Session, place: Place, after: Value, reason: str) -> str:
    """Change a setting, or propose to; what is to be told if it only waits, else nothing."""
    assert place.office_id is not None
    if canonical(place.now(session)) == canonical(after):
        return ""
    if settings.is_being_set_up(session, place.office_id):
        checked = place.kind.check(session, place, after)
        settings.set_up(session, place.office_id, place.kind.name, checked, place.subject)
        return ""
    made = service.propose(session, None, place, after, reason)
    able = place.kind.who_confirms(session, place.office_id)
    names = "、".join(each.name for each in able)
    return WAITS.format(title=place.kind.title, number=made.id, names=names)
