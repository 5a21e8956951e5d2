"""Who may do what: one table of actions and roles. What is not in it is refused."""

from __future__ import annotations

import enum
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeVar

from eventmail.errors import UserError
from eventmail.language import listed, said
from eventmail.offices.models import Office, Role, Staff


class Action(enum.StrEnum):
    """Everything a page can be asked to do."""

    ANYBODY = "anybody"
    OWN_ACCOUNT = "own_account"  # whoever is signed in, in an office or not
    SEE = "see"
    EDIT_EVENT = "edit_event"
    IMPORT_ROSTER = "import_roster"
    EDIT_MATERIALS = "edit_materials"
    EDIT_MAILING = "edit_mailing"
    ALLOW_ADDRESS = "allow_address"
    CHECK = "check"
    APPROVE = "approve"
    SEE_TO_ALERT = "see_to_alert"
    STOP = "stop"
    RESUME = "resume"
    RELEASE = "release"
    CANCEL = "cancel"
    DECIDE_FATE = "decide_fate"
    APPOINT = "appoint"
    PRINT_RECIPIENTS = "print_recipients"
    SUPPRESS = "suppress"
    LIFT_SUPPRESSION = "lift_suppression"
    MANAGE_STAFF = "manage_staff"
    MANAGE_API = "manage_api"  # tokens with which a program asks
    PROPOSE_SETTING = "propose_setting"
    CONFIRM_SETTING = "confirm_setting"
    SEE_AUDIT = "see_audit"
    OVERSEE = "oversee"  # a bureau's offices in figures
    ADMINISTER = "administer"  # the installation: bureaus, offices, their first managers
    SEE_ADDRESSES = "see_addresses"
    REVEAL = "reveal"
    SEE_PRIVACY = "see_privacy"
    MANAGE_PRIVACY = "manage_privacy"
    MANAGE_TRAINING = "manage_training"
    SET_UP_GATEWAY = "set_up_gateway"  # rules for the mail server that is not ours
    SEE_INCIDENT = "see_incident"
    RESPOND = "respond"  # open an incident, add what is known, call, write down
    LEAD_RESPONSE = "lead_response"  # what is told to others, and when it is over


class Standing(enum.StrEnum):
    """What somebody is outside any office. It opens no office's pages."""

    ANYONE = "anyone"
    SIGNED_IN = "signed_in"
    OVERSEER = "overseer"
    ADMINISTRATOR = "administrator"


Holder = Role | Standing
EVERY_ROLE: frozenset[Holder] = frozenset(Role)
AUTHORS: frozenset[Holder] = frozenset({Role.AUTHOR})
# Those who take part in the sending of a mailing.
HANDS_ON: frozenset[Holder] = frozenset({Role.AUTHOR, Role.CHECKER, Role.APPROVER})
ALLOWED: dict[Action, frozenset[Holder]] = {
    Action.ANYBODY: frozenset({Standing.ANYONE}),
    Action.OWN_ACCOUNT: frozenset({Standing.SIGNED_IN}),
    Action.OVERSEE: frozenset({Standing.OVERSEER}),
    Action.ADMINISTER: frozenset({Standing.ADMINISTRATOR}),
    Action.SEE: EVERY_ROLE,
    Action.EDIT_EVENT: AUTHORS,
    Action.IMPORT_ROSTER: AUTHORS,
    Action.EDIT_MATERIALS: AUTHORS,
    Action.EDIT_MAILING: AUTHORS,
    Action.ALLOW_ADDRESS: frozenset({Role.AUTHOR, Role.APPROVER}),
    Action.CHECK: frozenset({Role.CHECKER}),
    Action.APPROVE: frozenset({Role.APPROVER}),
    Action.SEE_TO_ALERT: frozenset({Role.APPROVER}),
    # Whoever sees that something is wrong can stop it; going on is decided like the sending was.
    Action.STOP: HANDS_ON | {Role.MANAGER},
    Action.RESUME: frozenset({Role.APPROVER}),
    Action.RELEASE: HANDS_ON,
    Action.CANCEL: frozenset({Role.AUTHOR, Role.APPROVER}),
    Action.DECIDE_FATE: frozenset({Role.AUTHOR, Role.APPROVER}),
    Action.APPOINT: frozenset({Role.APPROVER}),
    # Addresses on paper: only those who write, check or approve; a new role does not get them.
    Action.PRINT_RECIPIENTS: HANDS_ON,
    # Whoever is told on the phone "no more mails" writes it down at once; mailing somebody again
    # is for those who answer for it.
    Action.SUPPRESS: HANDS_ON | {Role.MANAGER},
    Action.LIFT_SUPPRESSION: frozenset({Role.APPROVER, Role.MANAGER}),
    Action.MANAGE_STAFF: frozenset({Role.MANAGER}),
    Action.MANAGE_API: frozenset({Role.MANAGER}),
    Action.PROPOSE_SETTING: frozenset({Role.MANAGER, Role.APPROVER}),
    Action.CONFIRM_SETTING: frozenset({Role.MANAGER, Role.APPROVER}),
    Action.SEE_AUDIT: frozenset({Role.MANAGER, Role.APPROVER, Role.AUDITOR}),
    # Whole addresses where the work needs them; elsewhere, and for the manager, by a recorded
    # reveal; for the auditor never.
    Action.SEE_ADDRESSES: HANDS_ON,
    Action.REVEAL: HANDS_ON | {Role.MANAGER},
    Action.SEE_PRIVACY: frozenset({Role.MANAGER, Role.APPROVER, Role.AUDITOR}),
    Action.MANAGE_PRIVACY: frozenset({Role.MANAGER}),
    Action.MANAGE_TRAINING: frozenset({Role.MANAGER}),
    Action.SET_UP_GATEWAY: frozenset({Role.MANAGER, Standing.ADMINISTRATOR}),
    Action.SEE_INCIDENT: EVERY_ROLE,
    # Whoever notices a leak opens it, and all hands call; what is told outside is decided above.
    Action.RESPOND: HANDS_ON | {Role.MANAGER},
    Action.LEAD_RESPONSE: frozenset({Role.MANAGER, Role.APPROVER}),
}
STANDING_NAMES = {
    Standing.OVERSEER: said("局の担当者"),
    Standing.ADMINISTRATOR: said("システム管理者"),
}
ROLE_NAMES = {
    Role.AUTHOR: said("起案者"),
    Role.CHECKER: said("確認者"),
    Role.APPROVER: said("決裁者"),
    Role.MANAGER: said("所の管理者"),
    Role.AUDITOR: said("監査担当"),
}
NOT_BY_PROGRAM = said("この操作はAPIからはできません。職員が画面で行ってください。")


class Forbidden(UserError):
    """The person has no role for this action."""


def allows(action: Action, held: Collection[Holder]) -> bool:
    """Whether the table lets somebody who is all this do it. What is not in it is refused."""
    return not ALLOWED.get(action, frozenset()).isdisjoint(held)


def refusal(action: Action) -> Forbidden:
    """The sentence that names who could do it."""
    able = ALLOWED.get(action, frozenset())
    names = [name for holder, name in (ROLE_NAMES | STANDING_NAMES).items() if holder in able]
    if not names:
        return Forbidden(said("この操作をする権限がありません。"))
    roles = listed(names, said("・"))
    return Forbidden(said("この操作は{roles}の役割を持つ職員だけができます。", roles=roles))


def standings(staff: Staff | None) -> frozenset[Standing]:
    """What somebody is outside any office; None is whoever has not signed in."""
    if staff is None:
        return frozenset({Standing.ANYONE})
    found = {Standing.ANYONE, Standing.SIGNED_IN}
    found |= {Standing.OVERSEER} if staff.oversight else set()
    found |= {Standing.ADMINISTRATOR} if staff.administrator else set()
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Hold:
    """What somebody may not do for now although his roles allow it: why, and what ends it."""

    actions: frozenset[Action]
    sentence: str
    path: str
    label: str


@dataclass(frozen=True, slots=True)
class Actor:
    """A member of staff at work in one office: what every service is asked on behalf of.

    ``lent``: what he may do in another's place as well, as his appointments say. ``holds_on``:
    what is withdrawn from him for now, whether it is his own or lent. ``by_token``: the name of the
    API token with which a program acts as him; nobody looks at what it does.
    """

    staff: Staff
    office: Office
    lent: frozenset[Action] = frozenset()
    holds_on: tuple[Hold, ...] = ()
    by_token: str = ""

    @property
    def id(self) -> int:
        """The person's id."""
        return self.staff.id

    @property
    def roles(self) -> frozenset[Role]:
        """The person's roles in this office."""
        return self.staff.roles_in(self.office.id)

    def holds(self, action: Action) -> bool:
        """Whether the table allows it by a role of his own, and nothing withdraws it."""
        return self._by_role(action) and self.held_back(action) is None

    def may(self, action: Action) -> bool:
        """Whether he may, by a role of his own or in another's place."""
        return self._has(action) and self.held_back(action) is None

    def held_back(self, action: Action) -> Hold | None:
        """What withdraws an action from him for now."""
        return next((each for each in self.holds_on if action in each.actions), None)

    @property
    def withheld(self) -> tuple[Hold, ...]:
        """What of all that concerns work that he would have otherwise."""
        return tuple(hold for hold in self.holds_on if any(map(self._has, hold.actions)))

    def require(self, action: Action) -> None:
        """Raise :class:`Forbidden` unless he may: with the roles that could, or why not now."""
        if not self._has(action):
            raise refusal(action)
        hold = self.held_back(action)
        if hold is not None:
            raise Forbidden(hold.sentence)

    def require_person(self) -> None:
        """Raise :class:`Forbidden` where a program acts: this is for somebody who has looked."""
        if self.by_token:
            raise Forbidden(NOT_BY_PROGRAM)

    def _has(self, action: Action) -> bool:
        return self._by_role(action) or action in self.lent

    def _by_role(self, action: Action) -> bool:
        return allows(action, self.roles | {Standing.ANYONE, Standing.SIGNED_IN})


View = TypeVar("View", bound=Callable[..., object])


def permitted(action: Action) -> Callable[[View], View]:
    """Mark a view with the action it needs; the app does not start with an unmarked view."""

    def mark(view: View) -> View:
        view.needs = action  # type: ignore[attr-defined]
        return view

    return mark
