"""One content with every field different, and what a press needs for it: plain values."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date

from eventmail.mailings.rendering import OfficeAddresses, Press, make_press
from eventmail.mailings.snapshot import Attachment, Content, Recipient
from tests.wire.samples import AOZORA, AOZORA_TOO, KNOWN, MIDORI, OFFICE, REPLIES

RAW = b"map"
MAP = Attachment("会場図.txt", "text/plain", len(RAW), hashlib.sha256(RAW).hexdigest())
SATO = Recipient(1, 11, "株式会社青空", "総務部", "課長", "佐藤 健", str(AOZORA))
DESK = Recipient(2, 12, "みどり高校", "", "", "", str(MIDORI))
CONTENT = Content(
    mailing_id=3, revision=4, purpose="案内", mode="individual",
    sender_name="ひろ野職安", sender_address=str(OFFICE), reply_to=str(REPLIES),
    subject="{イベント名}のご案内（{会社名}）", body="{宛名}\n\n{開催日} {時間} {会場}\n",
    html=False,
    event_name="交換会", event_date=date(2026, 12, 9),
    event_hours="10時から", event_place="大ホール",
    materials=(MAP,), recipients=(SATO, DESK),
)  # fmt: skip
BATCH = replace(CONTENT, mode="batch", subject="交換会のご案内", body="12月9日、大ホール\n")
ADDRESSES = OfficeAddresses(
    ours=frozenset((OFFICE, REPLIES)),
    known=KNOWN,
    by_participant={1: frozenset((AOZORA, AOZORA_TOO)), 2: frozenset((MIDORI,))},
)


def press(content: Content = CONTENT) -> Press:
    return make_press(content, {MAP.sha256: RAW}.__getitem__, ADDRESSES)
