"""What the gate said to a draft's mails is kept for as long as it would say the same."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from eventmail.database import Database
from eventmail.mailings import findings
from eventmail.mailings.findings import UNSEARCHABLE, Finding
from eventmail.mailings.judged import Judged, digest_of_ground
from eventmail.mailings.known import KnownAddresses, KnownKeys
from eventmail.mailings.models import Mailing
from eventmail.mailings.rendering import OfficeAddresses, Press
from eventmail.mailings.snapshot import FORMAT, Content
from tests.conftest import Meeting
from tests.mailings.contents import ADDRESSES, CONTENT, DESK, MAP, SATO
from tests.pages import Pages
from tests.wire.samples import AOZORA, MIDORI, OFFICE

FOUND = Finding("foreign_address", "送信ゲートが1通を止めました。")
UNSEEN = Finding(UNSEARCHABLE, "資料の中身を調べられません。")
OFFICE_ADDRESSES = replace(ADDRESSES, known=KnownKeys({AOZORA.key, MIDORI.key}))
OTHERS: dict[str, Any] = {
    "mailing_id": 4, "revision": 5, "purpose": "変更", "mode": "batch",
    "sender_name": "別所", "sender_address": "other@office.example",
    "reply_to": "reply@office.example", "subject": "変更", "body": "変更\n", "html": True,
    "event_name": "面接会", "event_date": date(2026, 12, 10), "event_hours": "11時から",
    "event_place": "小ホール", "materials": (), "recipients": (SATO,),
    "send_at": datetime(2026, 12, 1, tzinfo=UTC), "audience": "返事のない方", "expected_count": 2,
    "by_link": True, "stoppable": True, "format": FORMAT - 1,
}  # fmt: skip


@pytest.mark.parametrize("field", [each.name for each in dataclasses.fields(Content)])
def test_another_content_is_judged_anew(field: str) -> None:
    changed = replace(CONTENT, **{field: OTHERS[field]})
    assert digest_of_ground(changed, OFFICE_ADDRESSES) != digest_of_ground(
        CONTENT, OFFICE_ADDRESSES
    )


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"ours": frozenset({OFFICE})}, id="a mailbox less"),
        pytest.param({"known": KnownKeys({AOZORA.key})}, id="an address less"),
        pytest.param({"suppressed": frozenset({MIDORI.key})}, id="one who wants no more"),
        pytest.param({"by_participant": {1: frozenset({AOZORA})}}, id="a company less"),
        pytest.param(
            {"by_participant": {1: ADDRESSES.by_participant[2], 2: ADDRESSES.by_participant[1]}},
            id="the addresses of the other company",
        ),
    ],
)
def test_other_addresses_are_judged_anew(changed: dict[str, Any]) -> None:
    after = replace(OFFICE_ADDRESSES, **changed)
    assert digest_of_ground(CONTENT, after) != digest_of_ground(CONTENT, OFFICE_ADDRESSES)


def test_the_order_in_which_addresses_are_read_says_nothing() -> None:
    turned = dict(reversed(ADDRESSES.by_participant.items()))
    assert digest_of_ground(CONTENT, replace(OFFICE_ADDRESSES, by_participant=turned)) == (
        digest_of_ground(CONTENT, OFFICE_ADDRESSES)
    )


def test_of_addresses_that_can_only_be_asked_for_nothing_is_kept() -> None:
    compact = OfficeAddresses(frozenset(), KnownAddresses([AOZORA.key]), {})
    with pytest.raises(TypeError):
        digest_of_ground(replace(CONTENT, materials=(MAP,), recipients=(DESK,)), compact)


class Gate:
    """Counts how often it was asked."""

    def __init__(self, *found: Finding) -> None:
        self.found, self.asked = found, 0

    def __call__(self) -> tuple[Finding, ...]:
        self.asked += 1
        return self.found


@pytest.mark.parametrize("found", [(), (FOUND,)], ids=["nothing found", "something found"])
def test_the_same_is_judged_once(found: tuple[Finding, ...]) -> None:
    gate, kept = Gate(*found), Judged()
    assert [kept.of("a", gate), kept.of("a", gate)] == [found, found]
    assert gate.asked == 1


def test_a_file_that_could_not_be_looked_into_is_looked_into_again() -> None:
    """The machine may have been too busy for it."""
    gate, kept = Gate(FOUND, UNSEEN), Judged()
    kept.of("a", gate)
    gate.found = ()
    assert kept.of("a", gate) == ()


def test_the_page_of_a_draft_makes_its_mails_only_if_something_has_changed(
    sign_in: Callable[[str], Pages],
    database: Database,
    meeting: Meeting,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[str] = []
    real = findings.of_rehearsal

    def noting(press: Press, at: datetime) -> list[Finding]:
        made.append(press.content.body)
        return real(press, at)

    monkeypatch.setattr(findings, "of_rehearsal", noting)
    author, place = sign_in("author"), f"/mailings/{meeting.mailing.id}"
    assert author.get(place).text == author.get(place).text
    assert len(made) == 1
    with database.writing() as session:
        session.get_one(Mailing, meeting.mailing.id).body += "なお、雨天でも行います。\n"
    author.get(place)
    assert [body.endswith("行います。\n") for body in made] == [False, True]
