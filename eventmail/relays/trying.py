"""Tries a relay before anybody chooses it: connects, checks the certificate, signs in, leaves."""

from __future__ import annotations

from dataclasses import dataclass

from eventmail.language import said
from eventmail.wire import Connection, Relay, RelayUnavailable

MEGABYTE = 1_000_000
REACHED = said("送信サーバー {place} につないで確かめました（{size}、一度に{most}件まで）。")
SIGNED_IN = said(
    "送信サーバー {place} につないでサインインし、確かめました（{size}、一度に{most}件まで）。"
)


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
    size = said("1通の大きさの上限は示されていません")
    if largest:
        size = said("1通{size}MBまで", size=largest // MEGABYTE)
    sentence = SIGNED_IN if relay.username else REACHED
    return Trial(True, sentence.format(place=relay.place, size=size, most=most))
