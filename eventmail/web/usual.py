"""What people of each role usually do next, for the days on which nothing waits for them."""

from __future__ import annotations

from dataclasses import dataclass

from eventmail.language import said
from eventmail.offices.permissions import Action, Actor


@dataclass(frozen=True, slots=True)
class Usual:
    """A sentence, a button, and where it leads."""

    needs: Action
    sentence: str
    label: str
    endpoint: str


# The first that the person may do is his.
USUAL = (
    Usual(
        Action.EDIT_EVENT,
        said("次の催しが決まったら、イベントを作って参加者名簿を取り込みます。"),
        said("新しいイベントを作る"),
        "events.new",
    ),
    Usual(
        Action.CHECK,
        said("確認を頼まれると、ここに表示します。それまでは、これからのイベントを見ておけます。"),
        said("待っている仕事の一覧を見る"),
        "desk.index",
    ),
    Usual(
        Action.APPROVE,
        said(
            "決裁を頼まれると、ここに表示します。不在になる日があるときは、代理を指定しておきます。"
        ),
        said("代理決裁の指定を見る"),
        "offices.deputies_page",
    ),
    Usual(
        Action.MANAGE_STAFF,
        said("異動や退職があったときは、職員の画面で、招待したり利用を止めたりします。"),
        said("職員を見る"),
        "people.index",
    ),
    Usual(
        Action.SEE_AUDIT,
        said("だれがいつ何をしたかを、監査記録で確かめられます。"),
        said("監査記録を見る"),
        "audit.index",
    ),
)


def usual(actor: Actor) -> Usual | None:
    """What this person usually does."""
    return next((each for each in USUAL if actor.may(each.needs)), None)
