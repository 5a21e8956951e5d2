"""The first installation as one person sees it: what is done, and the one thing to do next."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.orm import Session

from eventmail.language import listed, said
from eventmail.offices.models import Role
from eventmail.offices.permissions import ROLE_NAMES, Action, Actor
from eventmail.offices.setting_models import Proposal
from eventmail.offices.settings import ENOUGH
from eventmail.proposals import service as proposals
from eventmail.proposals.mailboxes import MAILBOX
from eventmail.proposals.roles import ROLES
from eventmail.setup import facts
from eventmail.setup.facts import Facts, Step

WORDS = {
    Step.OFFICE: said("所をつくる"),
    Step.RELAY: said("送信サーバーを確かめる"),
    Step.MAILBOX: said("差出人のアドレスを登録する"),
    Step.PEOPLE: said("職員を招く"),
    Step.EVENT: said("はじめのイベントを作る"),
}
DONE, CURRENT, LATER = "done", "current", "next"


@dataclass(frozen=True, slots=True)
class Deed:
    """The next thing to do: what and why, and the button. Without a label it is another's turn."""

    sentence: str
    label: str = ""
    endpoint: str = ""
    arguments: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class Guide:
    """The steps with their states, in order, and what this person does next."""

    facts: Facts
    deed: Deed

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Each step: its words and its state; the first that is not done is the current one."""
        left = [step for step in Step if step not in self.facts.done]
        return [
            (WORDS[step], LATER if step in left[1:] else CURRENT if step in left else DONE)
            for step in Step
        ]

    @property
    def count(self) -> int:
        """How many steps are done."""
        return len(self.facts.done)


TRY = Deed(
    said(
        "はじめの案内を送る前に、送信サーバーから試しの一通を自分あてに送って、届くことを確かめます。"
    ),
    said("試しの一通を送る"),
    "setup.try_relay",
)
ADDRESS = Deed(
    said("メールの差出人になる、所のアドレスを登録します。もう1人の職員が認めると使えます。"),
    said("差出人のアドレスを登録する"),
    "proposals.change",
    (("kind", "mailbox"),),
)
ADDRESS_WAITS = Deed(said("差出人のアドレスは、もう1人の職員が認めるのを待っています。"))
ROLES_WAIT = Deed(
    said("招いた職員の役割は、もう1人の職員が認めるのを待っています。"),
    said("待っている変更を見る"),
    "proposals.index",
)
ALONE = Deed(
    said(
        "設定と職員の役割は、2人で決めます。所の管理者か決裁者が、もう1人必要です。"
        "サーバーの管理者に、コマンド invite での招待を頼んでください。"
    )
)
NOT_COME = Deed(
    said(
        "招いた職員のうち、まだサインインしていない人がいます。リンクが届いているか確かめてください。"
        "リンクの期限が切れたときは、作り直して渡します。"
    ),
    said("まだ来ていない職員を見る"),
    "people.index",
)
EVENT = Deed(
    said("イベントを作ると、参加者名簿の取り込みとメールの作成を始められます。"),
    said("はじめのイベントを作る"),
    "events.new",
)
INVITE = said(
    "次の役割の職員が、まだいません：{roles}。役割は、もう1人の職員が認めると決まります。"
)
OTHERS = {
    Step.RELAY: said("所の管理者か決裁者が、送信サーバーを確かめます。"),
    Step.MAILBOX: said("所の管理者か決裁者が、差出人のアドレスを登録します。"),
    Step.PEOPLE: said("所の管理者が、いっしょに仕事をする職員を招きます。"),
    Step.EVENT: said("起案者がイベントを作ると、名簿の取り込みとメールの作成が始まります。"),
}


def of(session: Session, actor: Actor) -> Guide | None:
    """The guide of the actor's office; None as soon as there is nothing left in it for him."""
    found = facts.of(session, actor.office.id)
    if found is None or found.is_over:
        return None
    deed = _deed(actor, found, proposals.waiting(session, actor.office.id))
    if found.has_event and not deed.label:
        return None
    return Guide(found, deed)


def _deed(actor: Actor, found: Facts, waiting: Collection[Proposal]) -> Deed:
    """The first thing left that this person can do; else who does the first thing left."""
    left = [step for step in Step if step not in found.done]
    own = [deed for step in left if (deed := _own(step, actor, found, waiting)) is not None]
    acting = next((each for each in own if each.label), None)
    return acting or next(iter(own), None) or Deed(OTHERS[left[0]])


def _own(step: Step, actor: Actor, found: Facts, waiting: Collection[Proposal]) -> Deed | None:
    """What this person does about a step, if it is his."""
    if step is Step.EVENT:
        return EVENT if actor.may(Action.EDIT_EVENT) and found.has_mailbox else None
    if step is Step.RELAY:
        return TRY if actor.may(Action.PROPOSE_SETTING) else None
    if step is Step.MAILBOX and actor.may(Action.PROPOSE_SETTING):
        return _address(found, waiting)
    if step is Step.PEOPLE and actor.may(Action.MANAGE_STAFF):
        return _people(found, waiting)
    return None


def _address(found: Facts, waiting: Collection[Proposal]) -> Deed:
    if found.confirmers < ENOUGH:
        return ALONE
    return ADDRESS_WAITS if MAILBOX.name in {each.kind for each in waiting} else ADDRESS


def _people(found: Facts, waiting: Collection[Proposal]) -> Deed:
    if found.confirmers < ENOUGH:
        return ALONE
    if found.arrived < ENOUGH:
        return NOT_COME
    proposed = [each for each in waiting if each.kind == ROLES.name]
    coming = {Role(role) for each in proposed for role in json.loads(each.after)}
    lacking = [ROLE_NAMES[role] for role in found.uninvited if role not in coming]
    if lacking:
        roles = listed(lacking, said("・"))
        return Deed(
            INVITE.format(roles=roles), said("{roles}を招く", roles=roles), "people.invite_page"
        )
    return ROLES_WAIT if coming else NOT_COME


CHOOSE_RELAY = said("この所のメールを送るサーバーを決め、試しの一通を自分あてに送って確かめます。")
REGISTER = said("参加事業所に表示される差出人と、返信先になる、所のアドレスを登録します。")
FIRST_TWO = said(
    "設定と職員の役割は2人で決めるため、はじめに2人を招きます（いま{count}人）。"
    "起案者・確認者などは、その2人が所の画面から招きます。"
)
LINKS = said(
    "招いた人がリンクを開くのを待っています。先に開いた人が入ったあと、もう1人のリンクは使えなくなります。"
    "もう1人には、先に入った管理者が所の画面「職員」から新しいリンクを渡します。"
)
BY_THEMSELVES = said("この所は仕事を始めています。残りは、所の職員がホームの案内にそって進めます。")


def for_administrator(found: Facts) -> Guide:
    """What the administrator does next for a new office; as soon as it is at work, nothing."""
    return Guide(found, _from_outside(found))


def _from_outside(found: Facts) -> Deed:
    at = (("office_id", found.id),)
    if found.is_at_work:
        return Deed(BY_THEMSELVES)
    if found.is_open and not found.relay_tried:
        return Deed(CHOOSE_RELAY, WORDS[Step.RELAY], "setup.relay", at)
    if found.is_open and not found.has_mailbox:
        return Deed(REGISTER, WORDS[Step.MAILBOX], "setup.mailbox", at)
    people = "administration.manager_page"
    if found.confirmers < ENOUGH:
        label = said("所の管理者を招く（あと{value}人）", value=ENOUGH - found.confirmers)
        return Deed(FIRST_TWO.format(count=found.confirmers), label, people, at)
    return Deed(LINKS, said("招待中の管理者を見る"), people, at)
