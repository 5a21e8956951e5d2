"""The frozen content and its digest: another content is another digest, and nothing is left out."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from eventmail.clock import TOKYO
from eventmail.mailings.models import SendMode
from eventmail.mailings.snapshot import Content, content_of_draft, content_of_snapshot
from tests.mailings.contents import BATCH, CONTENT, DESK, MAP, SATO

TIMED = replace(CONTENT, send_at=datetime(2026, 12, 1, tzinfo=UTC))
TOLD = replace(CONTENT, audience="選んだ送信先だけ", expected_count=2)
LINKED = replace(TOLD, by_link=True)
OTHERS: dict[str, Any] = {
    "mailing_id": 9, "revision": 9, "purpose": "x", "mode": "batch", "sender_name": "x",
    "sender_address": "x@hirono.example", "reply_to": "x@hirono.example", "subject": "x",
    "body": "x", "html": True, "event_name": "x", "event_date": date(2026, 12, 10),
    "event_hours": "x", "event_place": "x", "materials": (), "recipients": (DESK, SATO),
    "send_at": datetime(2026, 12, 1, tzinfo=UTC), "format": 1,
    "audience": "x", "expected_count": 9, "stoppable": True, "by_link": True,
}  # fmt: skip


@pytest.mark.parametrize(
    ("number", "digest"),
    [
        (1, "7e761164a25f028adf9c96ec0ce941ea3329852d3e69a77b0fd2ee273ca5eb0e"),
        (2, "e92e42de9afe9b1c367ba140724cfb4056b93f68adb13f3a6eee554c5c44c37b"),
        (3, "1a47dcf4ea8a5e555a1d820a6be4efedeb0f3aca34051986def0c491b825a08d"),
        (4, "b516fcbd30fd926a90225fa45f9f24909a0b1fe4c2ce0e3cace9bbf62ecd0a71"),
        (5, "c576d37e98479f5e0d39f7b71cce8d7bb3a3bfa96f1de17dc38f10473c8d3d9f"),
        (6, "3e367dd6849d67efb7e0be0709a416da5119c8b43b923cf033e2a3b17043ac70"),
    ],
)
def test_the_digest_of_a_content_is_the_same_for_ever(number: int, digest: str) -> None:
    assert replace(CONTENT, format=number).digest == digest


def test_the_digest_is_that_of_the_whole_canonical_json() -> None:
    plain = dataclasses.asdict(TIMED)
    plain |= {"event_date": "2026-12-09", "send_at": "2026-12-01T00:00:00+00:00"}
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert TIMED.digest == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("text", ['"recipients":[]', '\\"recipients":[]', '{"recipients":[]}'])
def test_no_text_is_taken_for_the_list_of_recipients(text: str) -> None:
    hostile = replace(CONTENT, body=text, purpose=text)
    plain = dataclasses.asdict(hostile) | {"event_date": "2026-12-09"}
    whole = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert hostile.digest == hashlib.sha256(whole.encode()).hexdigest()


@pytest.mark.parametrize("name", [each.name for each in dataclasses.fields(Content)])
def test_another_digest_comes_of_another(name: str) -> None:
    assert replace(CONTENT, **{name: OTHERS[name]}).digest != CONTENT.digest


@pytest.mark.parametrize("part", [SATO, MAP], ids=["recipient", "material"])
def test_another_digest_comes_of_any_other_detail_of_a(part: Any) -> None:
    for each in dataclasses.fields(part):
        value = getattr(part, each.name)
        other = replace(part, **{each.name: value + 1 if isinstance(value, int) else f"{value}x"})
        held = "recipients" if part is SATO else "materials"
        assert replace(CONTENT, **{held: (other,)}).digest != CONTENT.digest


def test_the_planned_time_is_one_moment_in_whatever_zone() -> None:
    assert TIMED.send_at is not None
    moved = replace(TIMED, send_at=TIMED.send_at.astimezone(TOKYO))
    assert moved.digest == TIMED.digest != CONTENT.digest


@pytest.mark.parametrize("number", [1, 2])
def test_the_earlier_formats_had_no_planned_time(number: int) -> None:
    assert replace(TIMED, format=number).digest == replace(CONTENT, format=number).digest


@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_earlier_formats_said_neither_for_whom_nor_for_how_many(number: int) -> None:
    told = replace(CONTENT, audience="選んだ送信先だけ", expected_count=3, format=number)
    assert told.digest == replace(CONTENT, format=number).digest


def test_up_to_the_fifth_format_all_materials_were_attached() -> None:
    fifth = replace(CONTENT, format=5)
    assert replace(fifth, by_link=True).digest == fifth.digest
    assert (CONTENT.attachments, replace(CONTENT, by_link=True).attachments) == ((MAP,), ())


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_the_earlier_formats_knew_nobody_who_unsubscribed(number: int) -> None:
    told = replace(CONTENT, stoppable=True, format=number)
    assert told.digest == replace(CONTENT, format=number).digest


def test_the_first_format_had_no_html_to_speak_of() -> None:
    first = replace(CONTENT, format=1)
    assert replace(first, html=True).digest == first.digest


@pytest.mark.parametrize("value", [CONTENT, SATO, MAP], ids=["content", "recipient", "material"])
def test_nobody_changes_a(value: Any) -> None:
    assert CONTENT.digest
    field = dataclasses.fields(value)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, field, getattr(value, field))


def test_a_content_is_of_the_newest_format_unless_it_says_otherwise() -> None:
    assert CONTENT.format == 6


def test_only_one_mode_is_a_batch() -> None:
    assert (CONTENT.is_batch, BATCH.is_batch) == (False, True)


def test_the_subject_shown_has_the_events_fields_and_leaves_the_recipients() -> None:
    assert CONTENT.subject_shown == "交換会のご案内（{会社名}）"


def test_letter_occasion_and_addressee_hold_each_field_in_its_place() -> None:
    assert dataclasses.astuple(CONTENT.letter) == (CONTENT.subject, CONTENT.body)
    occasion = ("交換会", date(2026, 12, 9), "10時から", "大ホール")
    assert dataclasses.astuple(CONTENT.occasion) == occasion
    to = SATO.addressee
    assert (to.company, to.department) == ("株式会社青空", "総務部")
    assert (to.title, to.name, to.address) == ("課長", "佐藤 健", SATO.email)


def draft(content: Content, mode: SendMode) -> Any:
    """The rows of a mailing that say what ``content`` says."""
    newest = SimpleNamespace(media_type=MAP.media_type, size=MAP.size, sha256=MAP.sha256)
    older = SimpleNamespace(media_type="old", size=0, sha256="old")
    event = SimpleNamespace(
        sender=SimpleNamespace(name=content.sender_name, address=content.sender_address),
        reply_to=SimpleNamespace(name="x", address=content.reply_to),
        name=content.event_name, held_on=content.event_date,
        hours=content.event_hours, place=content.event_place,
    )  # fmt: skip
    shelf = [SimpleNamespace(filename=MAP.filename, versions=[older, newest], newest=newest)]
    return SimpleNamespace(
        id=content.mailing_id, purpose=content.purpose, mode=mode, subject=content.subject,
        body=content.body, html=content.html, send_at=content.send_at,
        event=event, materials=shelf,
        audience_in_words=content.audience, expected_count=content.expected_count,
        by_link=content.by_link,
        stoppable=content.stoppable,
    )  # fmt: skip


@pytest.mark.parametrize(
    "content", [CONTENT, replace(CONTENT, html=True, stoppable=True), TIMED, LINKED]
)
def test_a_draft_is_read_whole(content: Content) -> None:
    assert content_of_draft(draft(content, SendMode.INDIVIDUAL), (SATO, DESK), 4) == content


def test_a_batchs_letter_has_the_events_fields_filled_in_before_anybody_sees_it() -> None:
    written = replace(CONTENT, subject="{イベント名}", body="{開催日} {時間} {会場} {会社名}")
    found = content_of_draft(draft(written, SendMode.BATCH), (SATO,), 4)
    assert found.mode == "batch"
    assert found.subject == "交換会"
    assert found.body == "令和8年12月9日（水） 10時から 大ホール {会社名}"


@pytest.mark.parametrize(
    "content", [CONTENT, TIMED, TOLD, replace(CONTENT, html=True, format=1, stoppable=True)]
)
def test_a_stored_snapshot_is_read_whole(content: Content) -> None:
    plain = {each.name: getattr(content, each.name) for each in dataclasses.fields(content)}
    rows: dict[str, Any] = {
        "mode": SendMode.INDIVIDUAL,
        "materials": [SimpleNamespace(**dataclasses.asdict(each)) for each in content.materials],
        "recipients": [SimpleNamespace(**dataclasses.asdict(each)) for each in content.recipients],
    }
    stored: Any = SimpleNamespace(**(plain | rows))
    assert content_of_snapshot(stored) == content
    assert content_of_snapshot(stored).digest == content.digest
