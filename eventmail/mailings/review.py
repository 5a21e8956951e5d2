"""Who may move a mailing where: one table of transitions. What is not in it is refused."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from eventmail.errors import UserError
from eventmail.language import said
from eventmail.mailings.models import Decision, MailingState, Step
from eventmail.offices.permissions import Action

STATE_NAMES = {
    MailingState.DRAFT: said("作成中"),
    MailingState.CHECKING: said("確認待ち"),
    MailingState.APPROVING: said("決裁待ち"),
    MailingState.SENDING: said("送信中"),
    MailingState.SENT: said("送信済み"),
    MailingState.HALTED: said("停止"),
    MailingState.REJECTED: said("却下"),
}


class Deed(enum.StrEnum):
    """What a person does to a mailing."""

    EDIT = "edit"
    ANSWER = "answer"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    LOOK = "look"
    PASS_CHECK = "pass_check"  # noqa: S105 - not a password
    RETURN_CHECK = "return_check"
    APPROVE = "approve"
    RETURN_APPROVAL = "return_approval"
    REJECT = "reject"
    TAKE_UP_AGAIN = "take_up_again"


DEED_NAMES = {
    Deed.EDIT: said("編集"),
    Deed.ANSWER: said("指摘への回答"),
    Deed.SUBMIT: said("提出"),
    Deed.WITHDRAW: said("取り下げ"),
    Deed.LOOK: said("確認の記録"),
    Deed.PASS_CHECK: said("確認"),
    Deed.RETURN_CHECK: said("差し戻し"),
    Deed.APPROVE: said("決裁"),
    Deed.RETURN_APPROVAL: said("差し戻し"),
    Deed.REJECT: said("却下"),
    Deed.TAKE_UP_AGAIN: said("作成への戻し"),
}


@dataclass(frozen=True, slots=True)
class Transition:
    """Where a deed leads, what it needs, and the review that it writes (if any)."""

    to: MailingState
    needs: Action
    step: Step | None = None
    decision: Decision | None = None


TRANSITIONS: dict[tuple[MailingState, Deed], Transition] = {
    (MailingState.DRAFT, Deed.EDIT): Transition(MailingState.DRAFT, Action.EDIT_MAILING),
    (MailingState.CHECKING, Deed.EDIT): Transition(MailingState.DRAFT, Action.EDIT_MAILING),
    (MailingState.APPROVING, Deed.EDIT): Transition(MailingState.DRAFT, Action.EDIT_MAILING),
    (MailingState.DRAFT, Deed.ANSWER): Transition(MailingState.DRAFT, Action.EDIT_MAILING),
    (MailingState.DRAFT, Deed.SUBMIT): Transition(MailingState.CHECKING, Action.EDIT_MAILING),
    (MailingState.CHECKING, Deed.WITHDRAW): Transition(MailingState.DRAFT, Action.EDIT_MAILING),
    (MailingState.APPROVING, Deed.WITHDRAW): Transition(MailingState.DRAFT, Action.EDIT_MAILING),
    (MailingState.CHECKING, Deed.LOOK): Transition(MailingState.CHECKING, Action.CHECK),
    (MailingState.CHECKING, Deed.PASS_CHECK): Transition(
        MailingState.APPROVING, Action.CHECK, Step.CHECK, Decision.PASSED
    ),
    (MailingState.CHECKING, Deed.RETURN_CHECK): Transition(
        MailingState.DRAFT, Action.CHECK, Step.CHECK, Decision.RETURNED
    ),
    (MailingState.APPROVING, Deed.APPROVE): Transition(
        MailingState.SENDING, Action.APPROVE, Step.APPROVE, Decision.PASSED
    ),
    (MailingState.APPROVING, Deed.RETURN_APPROVAL): Transition(
        MailingState.DRAFT, Action.APPROVE, Step.APPROVE, Decision.RETURNED
    ),
    # For good: nothing leads on from here.
    (MailingState.APPROVING, Deed.REJECT): Transition(
        MailingState.REJECTED, Action.APPROVE, Step.APPROVE, Decision.REJECTED
    ),
    # What was halted goes on only as a new snapshot, with both reviews from the beginning.
    (MailingState.HALTED, Deed.TAKE_UP_AGAIN): Transition(MailingState.DRAFT, Action.EDIT_MAILING),
}


OF_AUTHORS = frozenset(
    deed for (_, deed), row in TRANSITIONS.items() if row.needs is Action.EDIT_MAILING
)


def transition(state: MailingState, deed: Deed) -> Transition:
    """The table's row, or :class:`UserError` saying where the mailing stands."""
    found = TRANSITIONS.get((state, deed))
    if found is None:
        raise UserError(
            said(
                "このメール案件はいま「{state}」のため、{deed}はできません。"
                "画面を読み込み直して、いまの状態を確かめてください。",
                state=STATE_NAMES[state],
                deed=DEED_NAMES[deed],
            )
        )
    return found


def require_other_person(
    deed: Deed, actor_id: int, editors: frozenset[int], reviewers: frozenset[int]
) -> None:
    """Raise :class:`UserError` if the person wrote in the mailing or already reviewed it.

    The database refuses the same by constraint and trigger; this is the sentence for people.
    """
    if deed in OF_AUTHORS:
        return
    if actor_id in editors:
        raise UserError(
            said(
                "この案件の作成に関わった人は、確認も決裁もできません。ほかの職員に依頼してください。"
            )
        )
    if actor_id in reviewers:
        raise UserError(
            said("確認した人が決裁することはできません。ほかの決裁者に依頼してください。")
        )
