"""期限を過ぎた職員: what is withdrawn while training is overdue, as the office decided.

Two people decide it. What ends it is never withdrawn: to answer, to assign, to confirm.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from eventmail.clock import japanese_date
from eventmail.errors import UserError
from eventmail.language import listed, said
from eventmail.offices import deputies, holding
from eventmail.offices.models import Role, Staff
from eventmail.offices.permissions import Action, Hold, Holder, allows
from eventmail.offices.settings import Value
from eventmail.proposals.kinds import Kind, Place, Row, add, kept
from eventmail.training import figures
from eventmail.training.models import TrainingTask
from eventmail.training.papers import paper

WITHDRAWN: dict[str, frozenset[Action]] = {
    "author": frozenset(
        {
            Action.EDIT_EVENT,
            Action.IMPORT_ROSTER,
            Action.EDIT_MATERIALS,
            Action.EDIT_MAILING,
            Action.ALLOW_ADDRESS,
        }
    ),
    "check": frozenset({Action.CHECK}),
    # Going on after a stop is decided like the sending was; stopping is never withdrawn.
    "approve": frozenset({Action.APPROVE, Action.RESUME}),
}
ALL = frozenset().union(*WITHDRAWN.values())
NAMES = {"author": said("起案"), "check": said("確認"), "approve": said("決裁")}
NONE = said("なし（期限を過ぎても、できることは変わらない）")
STRANGE = said("止める仕事を選び直してください。")
SENTENCE = said(
    "「{title}」を期限の{due_on}までに終えていないため、{what}はできません。"
    "終えると、すぐにできるようになります。"
)
LABEL = said("「{title}」に答える")
ON = said(
    "認めると、自主点検や確認テストの期限を過ぎた職員は、終えるまで{what}ができません。"
    "担当する職員が全員期限を過ぎると、その仕事は止まります。送信を止めることと、"
    "自主点検に答えることは、いつでもできます。"
)
OFF = said("認めると、自主点検や確認テストの期限を過ぎていても、起案・確認・決裁ができます。")


def in_words(value: Value) -> str:
    """What is withdrawn, in the order of the work."""
    return listed((name for each, name in NAMES.items() if each in value), said("・"))


def _check(_session: object, _place: Place, after: Value) -> Value:
    if not isinstance(after, list) or not set(after) <= set(WITHDRAWN):
        raise UserError(STRANGE)
    return sorted(set(after))


READ, APPLY = kept([])
OVERDUE = add(
    Kind(
        name="training_overdue",
        title=said("自主点検の期限を過ぎた職員の権限"),
        read=READ,
        apply=APPLY,
        describe=lambda before, after: [
            Row(said("終えるまでできないこと"), in_words(before) or NONE, in_words(after) or NONE)
        ],
        meaning=lambda _before, after: ON.format(what=in_words(after)) if after else OFF,
        check=_check,
    )
)


def actions(value: Collection[str]) -> frozenset[Action]:
    """The actions behind a stored value; what nobody knows withdraws everything."""
    return frozenset().union(*(WITHDRAWN.get(each, ALL) for each in value))


def _concerning(session: Session, staff: Staff, office_id: int, value: Collection[str]) -> str:
    """What of it is this person's work at all: his own, or lent to him."""
    roles: frozenset[Holder] = frozenset(staff.roles_in(office_id))
    if deputies.standing_in(session, office_id, staff.id):
        roles |= {Role.APPROVER}
    return in_words(
        [each for each in value if any(allows(a, roles) for a in WITHDRAWN.get(each, ALL))]
    )


@holding.add
def hold_on(session: Session, staff: Staff, office_id: int) -> Hold | None:
    """What is withdrawn from somebody in an office now; None while nothing is overdue."""
    value = OVERDUE.at(office_id).now(session)
    late = figures.late_tasks(session, office_id, staff.id) if value else []
    if not late:
        return None
    task = session.get_one(TrainingTask, late[0])
    title = paper(task.assignment.sort, task.assignment.edition).title
    due_on = japanese_date(task.assignment.due_on)
    return Hold(
        actions(value),
        SENTENCE.format(
            title=title, due_on=due_on, what=_concerning(session, staff, office_id, value)
        ),
        f"/training/tasks/{task.id}",
        LABEL.format(title=title),
    )
