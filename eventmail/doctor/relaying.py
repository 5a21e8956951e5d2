"""The relays: connecting, certificate, signing in, what is offered, whether our sender may send."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from datetime import datetime

from eventmail import clock
from eventmail.addresses import EmailAddress
from eventmail.doctor.finding import Finding, broken, good, look, quoted
from eventmail.language import listed, said
from eventmail.wire import Examined, Relay, RelayUnavailable, Security, examine

PATIENCE = 4.0  # seconds for each step
SOON = 21  # days before a certificate ends
MEGABYTE = 1_000_000
FINE = said("送信サーバー {place} を使えます（{told_said}）。")
UNAVAILABLE = said("{sentence_said}応答：{reply}")
CERTIFIED = said("証明書はあと{days}日")
LOCAL = said("このコンピューターの中なので暗号化なし")
SIGNED_IN = said("サインインできる")
UNSIGNED = said("サインインなし")
SIZE = said("1通{size}MBまで")
NO_SIZE = said("大きさの上限は示されていない")
HAS = {True: said("{name}あり"), False: said("{name}なし")}
TAKEN = said("差出人を受け付ける")
NOT_ASKED = said("差出人は未登録")
ENDING = said("送信サーバー {place} の証明書は、あと{days}日で切れます。")
RENEW = said("送信サーバーの担当者に、証明書の更新を依頼してください。")
CLEAR = said("送信サーバー {place} との間が暗号化されていません。")
ENCRYPT = said("EVENTMAIL_MAIL_USE_TLS か EVENTMAIL_MAIL_USE_SSL を true にしてください。")
REFUSED = said("送信サーバー {place} が、差出人（{domain} のアドレス）を断りました：{reply}")
LET_SEND = said(
    "送信サーバーの担当者に、この応答を伝え、この差出人での送信を認めてもらってください。"
)
LATER = said("送信サーバー {place} が、差出人（{domain} のアドレス）を今は受け付けません：{reply}")
AGAIN = said("5分ほど待って、もう一度点検してください。続くときは、担当者に応答を伝えてください。")
TODO = {
    "cannot_connect": said(
        "EVENTMAIL_MAIL_SERVER と EVENTMAIL_MAIL_PORT（所が選んだ送信サーバーなら「所の設定」）と、"
        "途中のファイアウォールを確かめてください。"
    ),
    "certificate": said(
        "送信サーバーの名前が証明書の名前と同じか確かめ、違わなければ担当者に証明書を直してもらって"
        "ください。"
    ),
    "auth": said(
        "EVENTMAIL_MAIL_USERNAME と EVENTMAIL_MAIL_PASSWORD（所が選んだ送信サーバーなら"
        "「所の設定」）を入れ直してください。"
    ),
}
ASK = said("送信サーバーの担当者に、この結果を伝えてください。")
WHY = said("{sentence_said}（{why}）")


def relay(
    place: Relay,
    sender: EmailAddress | None,
    ask: Callable[[Relay, EmailAddress | None], Examined] = examine,
) -> Finding:
    """How one relay answers to what every mail begins with."""
    try:
        found = ask(dataclasses.replace(place, timeout=min(place.timeout, PATIENCE)), sender)
    except RelayUnavailable as error:
        return broken(_unavailable(error), TODO.get(error.code, ASK))
    return _refused(place, sender, found) or _warned(place, found) or _fine(place, found)


def _unavailable(error: RelayUnavailable) -> str:
    why = str(getattr(error.__cause__, "verify_message", ""))
    sentence = WHY.format(sentence_said=error.message_ja, why=quoted(why)) if why else None
    told = sentence or error.message_ja
    if not error.reply.code:
        return told
    reply = quoted(f"{error.reply.code} {error.reply.text}")
    return UNAVAILABLE.format(sentence_said=told, reply=reply)


def _refused(place: Relay, sender: EmailAddress | None, found: Examined) -> Finding | None:
    answer = found.sender
    if sender is None or answer is None or answer.code // 100 == 2:
        return None
    told = {"place": place.place, "domain": sender.domain}
    reply = quoted(f"{answer.code or ''} {answer.text}")
    if answer.code // 100 == 5:
        return broken(REFUSED.format(**told, reply=reply), LET_SEND)
    return look(LATER.format(**told, reply=reply), AGAIN)


def _warned(place: Relay, found: Examined) -> Finding | None:
    if found.certified_until is None:
        if place.security is Security.NONE and not place.loopback:
            return look(CLEAR.format(place=place.place), ENCRYPT)
        return None
    days = days_left(found.certified_until)
    return look(ENDING.format(place=place.place, days=days), RENEW) if days <= SOON else None


def days_left(until: datetime) -> int:
    """Whole days until then."""
    return (until - clock.now()).days


def _fine(place: Relay, found: Examined) -> Finding:
    told = listed(_parts(place, found), said("、"))
    return good(FINE.format(place=place.place, told_said=told))


def _parts(place: Relay, found: Examined) -> Iterator[str]:
    until, offered = found.certified_until, found.offered
    yield CERTIFIED.format(days=days_left(until)) if until else LOCAL
    yield SIGNED_IN if place.username else UNSIGNED
    largest = offered.largest_size
    yield SIZE.format(size=largest // MEGABYTE) if largest else NO_SIZE
    yield HAS[offered.pipelining].format(name="PIPELINING")
    yield HAS[offered.smtputf8].format(name="SMTPUTF8")
    yield TAKEN if found.sender else NOT_ASKED
