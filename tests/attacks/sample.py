"""A mailing to two companies, made without a database: the second is whose address may not show."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any

from eventmail.mailings.rendering import OfficeAddresses, Press, make_press
from eventmail.mailings.snapshot import Content, Recipient
from tests.wire.samples import AOZORA, AOZORA_TOO, IDENTITY, KNOWLEDGE, KURE, STAMP

FIRST = Recipient(1, 11, "株式会社青空", "人事部", "課長", "佐藤", str(AOZORA))
SECOND = Recipient(2, 22, "呉精機", "総務部", "係長", "田中", str(KURE))
DATE = STAMP.date
TOKEN = "d41d8cd98f00b204"


def content(*, first: dict[str, str] | None = None, **changes: Any) -> Content:
    """The mailing with changes to itself, or to its first recipient's roster row."""
    made = Content(
        mailing_id=1,
        revision=1,
        purpose="資料の送付",
        mode="individual",
        sender_name=IDENTITY.name,
        sender_address=str(IDENTITY.address),
        reply_to=str(IDENTITY.reply_to),
        subject="【{イベント名}】ご案内",
        body="{宛名}\n{開催日} {時間} {会場}",
        html=False,
        event_name="雇用情報交換会",
        event_date=date(2026, 12, 9),
        event_hours="13:30〜16:00",
        event_place="大会議室",
        materials=(),
        recipients=(dataclasses.replace(FIRST, **(first or {})), SECOND),
    )
    return dataclasses.replace(made, **changes)


def press_of(made: Content, files: dict[str, bytes] | None = None) -> Press:
    """The press for it, as the worker prepares it."""
    office = OfficeAddresses(
        ours=KNOWLEDGE.ours,
        known=KNOWLEDGE.known,
        by_participant={1: frozenset({AOZORA, AOZORA_TOO}), 2: frozenset({KURE})},
    )
    return make_press(made, (files or {}).__getitem__, office)
