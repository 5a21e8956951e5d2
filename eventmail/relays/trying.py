"""Tries a relay before anybody chooses it: connects, checks the certificate, signs in, leaves."""

from __future__ import annotations

from dataclasses import dataclass

from eventmail.wire import Connection, Relay, RelayUnavailable

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of it: a sentence, and whether mails could be handed over."""

    works: bool
    sentence: str


def try_out(relay: Relay) -> Trial:
    """Go as far as a mail would, and hand over none."""
    try:
        with Connection(relay) as connection:
            largest, most = connection.largest_size, connection.most_recipients
    except RelayUnavailable as error:
        return Trial(False, error.message_ja)
    size = f"1通{largest // MEGABYTE}MBまで" if largest else "1通の大きさの上限は示されていません"
    signed = "サインインし、" if relay.username else ""
    told = f"（{size}、一度に{most}件まで）"
    return Trial(True, f"送信サーバー {relay.place} につないで{signed}確かめました{told}。")
