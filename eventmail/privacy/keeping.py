"""保存期間: for how long an office keeps personal data, changed by two people."""

from __future__ import annotations

from sqlalchemy.orm import Session

from eventmail.errors import UserError
from eventmail.language import said
from eventmail.offices.models import Office
from eventmail.offices.settings import Value
from eventmail.proposals.kinds import Kind, Place, Row, add

SHORTEST, LONGEST = 1, 120  # months
WRONG = said(
    "保存期間は{shortest}か月から{longest}か月までの数字にしてください。",
    shortest=SHORTEST,
    longest=LONGEST,
)
SOONER = said(
    "保存期間が短くなると、期限が過ぎるイベントの個人情報を、次の夜から消去します。消去は元に"
    "戻せません。どのイベントが消えるかは「保存期間を過ぎたイベント」の画面で確かめられます。"
)
LATER = said(
    "保存期間が長くなると、参加事業所の個人情報を、それだけ長く持つことになります。"
    "必要な長さだけにしてください。"
)


def _read(session: Session, place: Place) -> Value:
    return session.get_one(Office, place.office_id).retention_months


def _apply(session: Session, place: Place, after: Value) -> None:
    session.get_one(Office, place.office_id).retention_months = after
    session.flush()


def _check(_session: Session, _place: Place, after: Value) -> Value:
    if not isinstance(after, int) or not SHORTEST <= after <= LONGEST:
        raise UserError(WRONG)
    return after


RETENTION = add(
    Kind(
        name="retention",
        title=said("個人情報の保存期間"),
        read=_read,
        apply=_apply,
        describe=lambda before, after: [
            Row(
                said("保存期間"),
                *(said("イベントの日から{months}か月", months=each) for each in (before, after)),
            )
        ],
        meaning=lambda before, after: SOONER if after < before else LATER,
        check=_check,
    )
)
