"""所の設定: proposed on one page, confirmed on another, and shown to all who decide."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from eventmail import sample
from eventmail.database import Database
from eventmail.offices import service as offices
from eventmail.offices.models import Office
from eventmail.offices.setting_models import Proposal
from eventmail.proposals import sending, service
from eventmail.sample import People
from tests.pages import Page, Pages

SignIn = Callable[[str], Pages]
PASSWORDS = {each["role"]: each["password"] for each in sample.story()["staff"]}
ON = {"allowed": "yes", "size": "20", "reason": "案内先が多いため"}
NEW = "shokai@himesato-anteisho.example"
BOX = "gakusotsu@himesato-anteisho.example"


def propose(browser: Pages, kind: str, data: dict[str, str], *, status: int = 200) -> Page:
    browser.get(f"/settings/{kind}")
    return browser.post(f"/settings/{kind}", data, status=status)


def digest(database: Database) -> tuple[int, str]:
    with database.reading() as session:
        made = session.scalars(sa.select(Proposal).order_by(Proposal.id.desc())).first()
        assert made is not None
        return made.id, made.digest


def answer(
    database: Database, browser: Pages, act: str, data: dict[str, str], *, status: int = 200
) -> Page:
    number, named = digest(database)
    browser.get(f"/proposals/{number}")
    return browser.post(f"/proposals/{number}/{act}", {"digest": named} | data, status=status)


def office(database: Database) -> Office:
    with database.reading() as session:
        return session.scalars(sa.select(Office)).one()


def test_one_proposes_and_another_confirms(database: Database, sign_in: SignIn) -> None:
    manager = sign_in("manager")
    assert "変更を提案しました" in propose(manager, "batches", ON).text
    assert not office(database).batches_allowed
    own = manager.get(f"/proposals/{digest(database)[0]}")
    assert "大河内 由紀子さんが認めると変わります" in own.text

    approver = sign_in("approver")
    assert "設定「BCC一括送信」の変更が、認められるのを待っています" in approver.get("/").text
    number, _ = digest(database)
    page = approver.get(f"/proposals/{number}")
    for told in ("いま", "変更後", "認めない", "20件まで", "案内先が多いため", sending.BATCHES_ON):
        assert told in page.text
    confirmed = answer(database, approver, "confirm", {"password": PASSWORDS["approver"]})
    assert "変更を認めました" in confirmed.text
    assert (office(database).batches_allowed, office(database).batch_size) == (True, 20)
    assert "藤堂 健一郎さんが提案し、大河内 由紀子さんが認めました" in confirmed.text
    assert "この提案は終わっています" in approver.get(f"/proposals/{number}").text


def test_no_changes_nothing_and_says_why(database: Database, sign_in: SignIn) -> None:
    propose(sign_in("manager"), "batches", ON)
    approver = sign_in("approver")
    assert (
        "認めない理由を入力してください"
        in answer(database, approver, "decline", {"grounds": ""}, status=422).text
    )
    page = answer(database, approver, "decline", {"grounds": "個別送信で足りるため"})
    assert "認められませんでした（個別送信で足りるため）" in page.text
    assert not office(database).batches_allowed


def test_the_proposer_takes_it_back(database: Database, sign_in: SignIn) -> None:
    manager = sign_in("manager")
    propose(manager, "hold", {"minutes": "0", "reason": "x"}, status=409)  # it is 0
    propose(manager, "first_copy", {"way": "minutes", "minutes": "0", "reason": "x"}, status=409)
    propose(manager, "batches", ON)
    page = answer(database, manager, "withdraw", {})
    assert "提案を取り下げました" in page.text


def test_less_danger_needs_one_person(database: Database, sign_in: SignIn) -> None:
    page = propose(sign_in("approver"), "hold", {"minutes": "15", "reason": "念のため"})
    assert "危険を減らす変更のため、すぐに変えました" in page.text
    assert office(database).hold_minutes == 15
    assert "大河内 由紀子さんが変えました（危険を減らす変更）" in sign_in("manager").get("/").text


def test_a_wrong_password_confirms_nothing(database: Database, sign_in: SignIn) -> None:
    propose(sign_in("manager"), "batches", ON)
    page = answer(database, sign_in("approver"), "confirm", {"password": "x"}, status=422)
    assert "パスワードが違います" in page.text
    assert not office(database).batches_allowed


@pytest.mark.parametrize("number", ["x", "²", "9" * 5000, "-1"])
def test_a_change_that_is_none_is_not_looked_at(sign_in: SignIn, number: str) -> None:
    browser = sign_in("approver")
    browser.get("/settings")
    assert browser.post("/settings-looked-at", {"change": number}).h1 == "所の設定"


REFUSED: dict[str, tuple[str, str, int]] = {
    "the proposer confirms": ("manager", "confirm", 409),
    "the author confirms": ("author", "confirm", 403),
    "the auditor declines": ("auditor", "decline", 403),
    "another withdraws": ("approver", "withdraw", 409),
}


@pytest.mark.parametrize("name", REFUSED)
def test_who_may_not(database: Database, sign_in: SignIn, name: str) -> None:
    role, act, status = REFUSED[name]
    propose(sign_in("manager"), "batches", ON)
    given = {"password": PASSWORDS[role], "grounds": "x"}
    answer(database, sign_in(role), act, given, status=status)
    assert not office(database).batches_allowed


WRONG: dict[str, tuple[str, dict[str, str], int, str]] = {
    "a batch of too many": ("batches", ON | {"size": "101"}, 422, sending.WRONG_SIZE),
    "no number": ("batches", ON | {"size": "たくさん"}, 422, ""),
    "no reason": ("batches", ON | {"reason": " "}, 422, "変更する理由を入力してください"),
    "nothing chosen": ("first_copy", {"reason": "x"}, 422, ""),
    "by itself, but when": (
        "first_copy",
        {"way": "minutes", "minutes": "", "reason": "x"},
        422,
        sending.WRONG_MINUTES,
    ),
    "no address": ("mailbox", {"address": "a@", "name": "x", "reason": "x"}, 409, "登録できません"),
    "a mailbox that is there": (
        "mailbox",
        {"address": BOX, "name": "x", "reason": "x"},
        409,
        "すでに登録されています",
    ),
    "a mailbox in use": (
        f"mailbox?subject={BOX}",
        {"way": "remove", "name": "", "reason": "x"},
        409,
        "使われているため削除できません",
    ),
}


def test_wrong_input_is_kept_and_explained(
    database: Database, sign_in: SignIn, meeting: object
) -> None:
    manager = sign_in("manager")
    for name, (kind, data, status, told) in WRONG.items():
        page = propose(manager, kind, data, status=status)
        assert told in page.text, name
        kept = {each.attributes.get("value") for each in page.all("input")}
        assert data.get("size") in kept | {None}, name
    for path in ("/settings/nothing", "/settings/hold?subject=x", "/settings/mailbox?subject=x"):
        manager.get(path, status=404)
    sign_in("author").get("/settings/batches", status=403)


def test_a_mailbox_is_proposed_and_renamed(database: Database, sign_in: SignIn) -> None:
    manager, approver = sign_in("manager"), sign_in("approver")
    new = {
        "address": "shokai@himesato-anteisho.example",
        "name": "紹介部門",
        "reason": "部門のため",
    }
    propose(manager, "mailbox", new)
    yes = {"password": PASSWORDS["approver"]}
    assert NEW in answer(database, approver, "confirm", yes).text
    renamed = {"way": "rename", "name": "職業紹介部門", "reason": "改称のため"}
    propose(manager, f"mailbox?subject={NEW}", renamed)
    answer(database, approver, "confirm", yes)
    with database.reading() as session:
        names = [each.name for each in offices.mailboxes(session, office(database).id)]
    assert names[-1] == "職業紹介部門"


def test_a_change_is_shown_until_each_has_looked(
    database: Database, people: People, sign_in: SignIn
) -> None:
    approver, manager = sign_in("approver"), sign_in("manager")
    page = approver.get("/settings")
    assert "設置のときに管理者が決めました" in page.text
    ids = [
        each.attributes["value"]
        for each in page.all("input")
        if each.attributes.get("name") == "change"
    ]
    assert f"変更{len(ids)}件を見ました" in page.text
    approver.post("/settings-looked-at", {"change": ids})
    assert "まだ見ていない変更" not in approver.get("/settings").text
    assert "件変わりました" not in approver.get("/").text
    assert "件変わりました" in manager.get("/").text
    assert "件変わりました" not in sign_in("author").get("/").text


def test_another_offices_proposal_is_not_there(
    database: Database, people: People, sign_in: SignIn
) -> None:
    with database.writing() as session:
        other = offices.add_office(session, "ほかの労働局", "ほかの所")
        made = service.propose(
            session, None, sending.HOLD_MINUTES.at(other.id), 5, "よその所のため"
        )
    approver = sign_in("approver")
    approver.get(f"/proposals/{made.id}", status=404)
    for act in ("confirm", "decline", "withdraw"):
        data = {"digest": made.digest, "password": PASSWORDS["approver"], "grounds": "x"}
        approver.post(f"/proposals/{made.id}/{act}", data, status=404)
    assert "よその所のため" not in approver.get("/settings").text
