"""The table of transitions: what is not in it is refused."""

import itertools

import pytest

from eventmail.errors import UserError
from eventmail.mailings.models import MailingState as S
from eventmail.mailings.review import TRANSITIONS, Deed, require_other_person, transition
from eventmail.offices.permissions import Action

ALLOWED = {
    (S.DRAFT, Deed.EDIT): S.DRAFT,
    (S.DRAFT, Deed.SUBMIT): S.CHECKING,
    (S.CHECKING, Deed.EDIT): S.DRAFT,
    (S.CHECKING, Deed.WITHDRAW): S.DRAFT,
    (S.CHECKING, Deed.PASS_CHECK): S.APPROVING,
    (S.CHECKING, Deed.RETURN_CHECK): S.DRAFT,
    (S.APPROVING, Deed.EDIT): S.DRAFT,
    (S.APPROVING, Deed.WITHDRAW): S.DRAFT,
    (S.APPROVING, Deed.APPROVE): S.SENDING,
    (S.APPROVING, Deed.RETURN_APPROVAL): S.DRAFT,
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
    "deed", [Deed.PASS_CHECK, Deed.RETURN_CHECK, Deed.APPROVE, Deed.RETURN_APPROVAL]
)
def test_an_editor_reviews_nothing(deed: Deed) -> None:
    with pytest.raises(UserError, match="作成に関わった人"):
        require_other_person(deed, 1, frozenset({1}), frozenset())


def test_the_checker_does_not_approve() -> None:
    with pytest.raises(UserError, match="確認した人"):
        require_other_person(Deed.APPROVE, 2, frozenset({1}), frozenset({2}))


@pytest.mark.parametrize("deed", [Deed.EDIT, Deed.SUBMIT, Deed.WITHDRAW])
def test_an_editor_may_go_on_editing(deed: Deed) -> None:
    require_other_person(deed, 1, frozenset({1}), frozenset())
