"""The main job as three people do it in their browsers, whichever web server answers."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO

from werkzeug.datastructures import FileStorage

from eventmail import clock, sample
from eventmail.mailings.review_forms import PREFIX
from tests.accounts.factors.conftest import code_of
from tests.accounts.factors.test_pages import GROUPS
from tests.machines.browser import Proxy, Visitor
from tests.mailings import walking

COUNT = 30  # on the roster
REASON = "会場の代表窓口です。電話で確かめました。"


@dataclass
class Staff:
    """Author, checker and approver, each with a browser."""

    author: Visitor
    checker: Visitor
    approver: Visitor
    codes: list[str]  # the approver's, on paper: in production a password is not all


def signed_in(proxy: Proxy) -> Staff:
    """All three, through the form; the approver sets up a second factor first."""
    author, checker, approver = (
        _signed_in(proxy, each) for each in ("author", "checker", "approver")
    )
    assert approver.path == "/account/factors"
    found = GROUPS.search(approver.post("/account/factors/app/offer").text)
    assert found
    sheet = approver.post("/account/factors/app", {"code": code_of(found[0].replace(" ", ""))})
    assert author.path == checker.path == "/"
    return Staff(author, checker, approver, [each.text for each in sheet.all("code")])


def _signed_in(proxy: Proxy, role: str) -> Visitor:
    told = next(each for each in sample.story()["staff"] if each["role"] == role)
    visitor = Visitor(proxy)
    visitor.get("/sign-in")
    visitor.fill("/sign-in", login=told["login"], password=told["password"])
    return visitor


def make_event(author: Visitor) -> str:
    """The meeting, its roster and one file; its path."""
    told = sample.story()
    author.get("/events/new")
    held_on = (clock.today() + timedelta(days=14)).isoformat()
    facts = {name: told["event"][name] for name in ("name", "hours", "place")}
    author.fill("/events/new", held_on=held_on, **facts)
    event = author.path
    author.get(f"{event}/roster")
    author.fill(f"{event}/roster", file=_file(told["workbook"]))
    review = author.path
    while not walking.values(author.page, "stamp"):  # a worker may be at it
        time.sleep(0.2)
        author.get(review)
    author.fill(review)
    assert f"{COUNT}件" in author.get(f"{event}/participants").text
    author.get(event)
    author.fill(f"{event}/materials", files=_file(told["materials"][-1]))
    return event


def bring(staff: Staff, event: str, purpose: str) -> str:
    """A letter with the file, written, submitted, checked and approved; its path."""
    author, told = staff.author, sample.story()["letter"]
    author.get(f"{event}/mailings/new")
    body = (sample.FOLDER / told["body"]).read_text("utf-8")
    author.fill(
        f"{event}/mailings/new", purpose=purpose, subject=told["subject"], body=body,
        expected_count=str(COUNT),
    )  # fmt: skip
    mailing = author.path
    _submit(author, mailing)
    walking.check(staff.checker, int(mailing.rpartition("/")[2]), COUNT)
    page = staff.approver.get(f"{mailing}/approve")
    staff.approver.post(f"{mailing}/approve", walking.yes(page, code=staff.codes.pop()))
    return mailing


def _submit(author: Visitor, mailing: str) -> None:
    """With a reason for whatever wants one, some at a time."""
    author.get(mailing)
    asked = [each.attributes.get("name") or "" for each in author.page.all("textarea")]
    while given := {name: REASON for name in asked if name.startswith(PREFIX)}:
        author.fill(f"{mailing}/answers", **given, then="submit")
        if "確認者に提出しました" in author.page.text:
            return
        asked = [each.attributes.get("name") or "" for each in author.page.all("textarea")]
    page = author.post(f"{mailing}/submit")
    assert "確認者に提出しました" in page.text, page.text[:2000]


def decide(approver: Visitor, delivery_id: int, *, arrived: bool) -> None:
    """Somebody has asked the company, and says what is to become of a mail that is uncertain."""
    path = f"/deliveries/{delivery_id}/decision"
    approver.get(path)
    approver.post(
        path, {"note": "電話で確認しました。", "verdict": "arrived" if arrived else "send_again"}
    )


def _file(name: str) -> FileStorage:
    return FileStorage(BytesIO((sample.FOLDER / name).read_bytes()), filename=name)
