"""The table of transitions: what is not in it is refused."""

import dataclasses
import itertools

import pytest

from eventmail.errors import UserError
from eventmail.mailings.models import Decision, Step
from eventmail.mailings.models import MailingState as S
from eventmail.mailings.review import (
    DEED_NAMES,
    STATE_NAMES,
    TRANSITIONS,
    Deed,
    Transition,
    require_other_person,
    transition,
)
from eventmail.offices.permissions import Action

ALLOWED = {
    (S.DRAFT, Deed.EDIT): S.DRAFT,
    (S.DRAFT, Deed.ANSWER): S.DRAFT,
    (S.DRAFT, Deed.SUBMIT): S.CHECKING,
    (S.CHECKING, Deed.EDIT): S.DRAFT,
    (S.CHECKING, Deed.WITHDRAW): S.DRAFT,
    (S.CHECKING, Deed.LOOK): S.CHECKING,
    (S.CHECKING, Deed.PASS_CHECK): S.APPROVING,
    (S.CHECKING, Deed.RETURN_CHECK): S.DRAFT,
    (S.APPROVING, Deed.EDIT): S.DRAFT,
    (S.APPROVING, Deed.WITHDRAW): S.DRAFT,
    (S.APPROVING, Deed.APPROVE): S.SENDING,
    (S.APPROVING, Deed.RETURN_APPROVAL): S.DRAFT,
    (S.APPROVING, Deed.REJECT): S.REJECTED,
    (S.HALTED, Deed.TAKE_UP_AGAIN): S.DRAFT,
}


@pytest.mark.parametrize(("state", "deed"), list(itertools.product(S, Deed)))
def test_every_state_and_deed(state: S, deed: Deed) -> None:
    if (state, deed) in ALLOWED:
        assert transition(state, deed).to is ALLOWED[(state, deed)]
    else:
        with pytest.raises(UserError):
            transition(state, deed)


def test_only_an_approval_leads_to_sending() -> None:
    leading = {key for key, row in TRANSITIONS.items() if row.to is S.SENDING}
    assert leading == {(S.APPROVING, Deed.APPROVE)}
    assert TRANSITIONS[(S.APPROVING, Deed.APPROVE)].needs is Action.APPROVE


@pytest.mark.parametrize(
    "deed",
    [
        Deed.LOOK,
        Deed.PASS_CHECK,
        Deed.RETURN_CHECK,
        Deed.APPROVE,
        Deed.RETURN_APPROVAL,
        Deed.REJECT,
    ],
)
def test_an_editor_reviews_nothing(deed: Deed) -> None:
    with pytest.raises(UserError, match="作成に関わった人"):
        require_other_person(deed, 1, frozenset({1}), frozenset())


def test_the_checker_does_not_approve() -> None:
    with pytest.raises(UserError, match="確認した人"):
        require_other_person(Deed.APPROVE, 2, frozenset({1}), frozenset({2}))


AUTHORS = [Deed.EDIT, Deed.ANSWER, Deed.SUBMIT, Deed.WITHDRAW, Deed.TAKE_UP_AGAIN]
WRITTEN = {
    Deed.LOOK: (Action.CHECK, None, None),
    Deed.PASS_CHECK: (Action.CHECK, Step.CHECK, Decision.PASSED),
    Deed.RETURN_CHECK: (Action.CHECK, Step.CHECK, Decision.RETURNED),
    Deed.APPROVE: (Action.APPROVE, Step.APPROVE, Decision.PASSED),
    Deed.RETURN_APPROVAL: (Action.APPROVE, Step.APPROVE, Decision.RETURNED),
    Deed.REJECT: (Action.APPROVE, Step.APPROVE, Decision.REJECTED),
}


@pytest.mark.parametrize(("state", "deed"), ALLOWED)
def test_a_deed_needs_its_role_and_only_a_review_writes_one(state: S, deed: Deed) -> None:
    row = transition(state, deed)
    assert (row.needs, row.step, row.decision) == WRITTEN.get(
        deed, (Action.EDIT_MAILING, None, None)
    )


def test_a_refusal_says_where_the_mailing_stands_and_what_cannot_be_done() -> None:
    with pytest.raises(UserError, match="いま「送信中」のため、取り下げはできません。"):
        transition(S.SENDING, Deed.WITHDRAW)


def test_states_and_deeds_have_these_names() -> None:
    assert STATE_NAMES == {
        S.DRAFT: "作成中", S.CHECKING: "確認待ち", S.APPROVING: "決裁待ち",
        S.SENDING: "送信中", S.SENT: "送信済み", S.HALTED: "停止", S.REJECTED: "却下",
    }  # fmt: skip
    assert DEED_NAMES.keys() == set(Deed)
    assert {deed.value for state, deed in TRANSITIONS if transition(state, deed)} == {
        "edit", "answer", "submit", "withdraw", "look", "pass_check", "return_check", "approve",
        "return_approval", "reject", "take_up_again",
    }  # fmt: skip


@pytest.mark.parametrize(("state", "deed"), sorted(set(itertools.product(S, Deed)) - set(ALLOWED)))
def test_every_refusal_is_a_sentence_with_both_names(state: S, deed: Deed) -> None:
    with pytest.raises(UserError) as caught:
        transition(state, deed)
    assert STATE_NAMES[state] in str(caught.value)
    assert DEED_NAMES[deed] in str(caught.value)


def test_nobody_changes_a_transition() -> None:
    row: Transition = transition(S.DRAFT, Deed.EDIT)
    with pytest.raises(dataclasses.FrozenInstanceError):
        row.to = S.SENDING  # type: ignore[misc]


def test_who_neither_wrote_nor_checked_may_approve() -> None:
    require_other_person(Deed.APPROVE, 3, frozenset({1}), frozenset({2}))


@pytest.mark.parametrize("deed", AUTHORS)
def test_a_reviewer_may_edit(deed: Deed) -> None:
    require_other_person(deed, 2, frozenset({1}), frozenset({2}))


@pytest.mark.parametrize("deed", AUTHORS)
def test_an_editor_may_go_on_editing(deed: Deed) -> None:
    require_other_person(deed, 1, frozenset({1}), frozenset())
