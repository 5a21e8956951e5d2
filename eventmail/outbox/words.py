"""From the relay's words to one sentence or two: what happened, and what to do now.

The reply's enhanced status code (RFC 3463) says most; where a server gives none, its text and the
reply code must do. The raw words always stand beside it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from eventmail.language import listed, retold, said
from eventmail.outbox.fates import GIVEN_UP
from eventmail.outbox.models import DeliveryState
from eventmail.wire import troubles
from eventmail.wire.troubles import ENHANCED

CODE = re.compile(r"\s*(\d{3})\b")

BY_PHONE = said("急ぐときは、会社に電話などで知らせてください。")
MEND = said("会社に電話などでアドレスを確かめ、名簿を直してください。")
ADMINISTRATOR = said("管理者に、送信サーバーの応答をそのまま伝えてください。")
OTHER_WAY = said("会社に電話などで知らせ、受け取れるようになってから、もう一度送ってください。")
AUTOMATIC = said("自動で送り直します。")
TRIED_LONG = said("期限まで送り直しましたが、受け取られませんでした。")

OPEN_FATE = said(
    "送信の途中で応答が途切れ、届いたかどうかわかりません。"
    "会社に電話などで届いたかを確かめ、結果を記録してください。"
)
LEFT_ROSTER = said(
    "承認のあとに名簿から外れたか、内容が変わったため、送っていません。"
    "送るときは、新しいメールを作ってください。"
)
CALLED_SINCE = said(
    "承認のあとに電話の記録が変わり、このメールが合わなくなったため、送っていません。"
    "漏えい等事案の連絡表から、いまの記録に合うメールを作ってください。"
)
ASKED_TO_STOP = said(
    "承認のあとに配信が停止されたため、送っていません。"
    "知らせることがあるときは、会社に電話などで伝えてください。"
)
CAME_BACK = said("会社に電話などでアドレスを確かめ、「修正して再送」で送り直してください。")
WAS_HALTED = said(
    "案件が止まったため、送っていません。止まった理由を直し、作成に戻すと、この送信先にも送れます。"
)
WAS_CANCELLED = said("送信を取りやめたため、送っていません。作成に戻すと、この送信先にも送れます。")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a reply says, and what a person does about it when it was the last word."""

    happened: str
    do: str


NO_MAILBOX = Meaning(troubles.NO_MAILBOX, MEND)
MOVED = Meaning(troubles.MOVED, MEND)
BAD_ADDRESS = Meaning(troubles.BAD_ADDRESS, MEND)
NO_DOMAIN = Meaning(troubles.NO_DOMAIN, MEND)
NO_MAIL_THERE = Meaning(troubles.NO_MAIL_THERE, MEND)
DISABLED = Meaning(troubles.DISABLED, MEND)
FULL = Meaning(troubles.FULL, OTHER_WAY)
TOO_BIG = Meaning(
    troubles.TOO_BIG,
    said("添付する資料を小さくするか減らして、新しいメールを作ってください。"),
)
GREYLISTED = Meaning(said("はじめて届くメールを、いったん断るサーバーです。"), OTHER_WAY)
TOO_FAST = Meaning(troubles.TOO_FAST, said("時間をおいて、もう一度送ってください。"))
SPAM = Meaning(
    said("迷惑メールと判定されたか、相手の受信の決まりで断られました。"),
    said(
        "会社に電話などで知らせ、くり返すときは管理者に、送信サーバーの応答をそのまま伝えてください。"
    ),
)
UNSIGNED = Meaning(troubles.UNSIGNED, ADMINISTRATOR)
LISTED = Meaning(
    said("所の送信サーバーが、迷惑メールの発信元の一覧に載っています。"), ADMINISTRATOR
)
NO_RELAYING = Meaning(said("送信サーバーが、このあて先への送信を認めていません。"), ADMINISTRATOR)
SENDER = Meaning(troubles.SENDER, ADMINISTRATOR)
SIGN_IN = Meaning(said("送信サーバーへのサインインが認められませんでした。"), ADMINISTRATOR)
THEIR_TROUBLE = Meaning(said("相手のサーバーで一時的な問題が起きています。"), OTHER_WAY)
NO_CONNECTION = Meaning(said("相手のサーバーに接続できませんでした。"), MEND)
LOOP = Meaning(troubles.LOOP, said("会社に電話などで知らせてください。"))
CONTENT = Meaning(said("メールの形式が受け付けられませんでした。"), ADMINISTRATOR)
PROTOCOL = Meaning(said("送信サーバーとのやりとりが、うまくいきませんでした。"), ADMINISTRATOR)
LATER = Meaning(said("相手のサーバーが、いまは受け取れないと返してきました。"), OTHER_WAY)
NEVER = Meaning(
    said("相手のサーバーに受け取りを断られました。"),
    said(
        "会社に電話などでアドレスを確かめてください。"
        "くり返すときは管理者に、送信サーバーの応答をそのまま伝えてください。"
    ),
)

# What a text says, tried in this order: the more particular first.
TEXTS: tuple[tuple[str, Meaning], ...] = (
    (r"\bspf\b|\bdkim\b|\bdmarc\b|unauthenticated", UNSIGNED),
    (r"gr[ae]y-?list", GREYLISTED),
    (r"spamhaus|blocklist|block list|black-?list|\brbl\b|dnsbl|poor reputation", LISTED),
    (r"relay(ing)? (access )?(is )?(denied|not permitted)|not permitted to relay", NO_RELAYING),
    (r"quota|mailbox( is)? full|over limit|insufficient (mailbox )?storage", FULL),
    (r"too (big|large)|size (exceeds|limit)|exceeds? .*(size|maximum)", TOO_BIG),
    (r"no such (user|mailbox|address|recipient)|(user|address|recipient|mailbox) unknown"
     r"|unknown (user|recipient|mailbox|local)|(user|mailbox|account)[^.]* not (found|exist)"
     r"|does(n't| not) exist|no mailbox here|invalid (recipient|mailbox)", NO_MAILBOX),
    (r"(domain|host)( name)? (was )?not found|unknown (domain|host)|nxdomain|no mx", NO_DOMAIN),
    (r"disabled|inactive|deactivated|suspended", DISABLED),
    (r"too (many|fast|frequent)|rate limit|throttl", TOO_FAST),
    (r"spam|junk|virus|malware|policy|content rejected", SPAM),
)  # fmt: skip

BY_TROUBLE = {
    each.happened: each
    for each in (
        NO_MAILBOX,
        MOVED,
        BAD_ADDRESS,
        NO_DOMAIN,
        NO_MAIL_THERE,
        DISABLED,
        FULL,
        TOO_BIG,
        TOO_FAST,
        LOOP,
        SENDER,
        UNSIGNED,
    )
}
# Subject and detail of the enhanced code; a code without its own entry goes by its subject.
CODES: dict[tuple[int, int], Meaning] = {
    **{code: BY_TROUBLE[trouble] for code, trouble in troubles.CODES.items()},
    (7, 8): SIGN_IN,
    (7, 9): SIGN_IN,
}
SUBJECTS: dict[int, Meaning] = {
    1: BAD_ADDRESS,
    2: THEIR_TROUBLE,
    3: THEIR_TROUBLE,
    4: NO_CONNECTION,
    5: PROTOCOL,
    6: CONTENT,
    7: SPAM,
}
# These say more than one thing, so the text is asked first.
VAGUE = {(1, 0), (2, 0), (4, 0), (7, 0), (7, 1), (3, 0), (0, 0), (5, 0), (6, 0)}
GREYLISTING = (4, 7, 1)
REPLY_CODES = {
    421: THEIR_TROUBLE,
    450: LATER,
    451: LATER,
    452: THEIR_TROUBLE,
    500: PROTOCOL,
    501: PROTOCOL,
    502: PROTOCOL,
    503: PROTOCOL,
    530: SIGN_IN,
    535: SIGN_IN,
    551: MOVED,
    552: TOO_BIG,
    553: BAD_ADDRESS,
    556: NO_MAIL_THERE,
}


def meaning(reply: str) -> Meaning | None:
    """What a reply of the relay says; None where it never answered with a code."""
    code = CODE.match(reply)
    if code is None:
        return None
    number, text = int(code[1]), reply[code.end() :]
    return _by_enhanced(text) or _by_text(text) or REPLY_CODES.get(number) or _by_class(number)


# Why a mail was withheld, by the words of ``supply`` in its row.
WITHHELD_BY = (
    (re.compile("辞退・変更"), LEFT_ROSTER),
    (re.compile("配信を停止"), ASKED_TO_STOP),
    (re.compile("電話の記録"), CALLED_SINCE),
)
# Where the state alone says what happened.
BY_STATE = {
    DeliveryState.UNCERTAIN: OPEN_FATE,
    DeliveryState.CANCELLED: WAS_CANCELLED,
    DeliveryState.BOUNCED: CAME_BACK,
}


def advice(state: DeliveryState, reply: str) -> str:
    """One sentence or two for the person at the screen; empty where there is nothing to do."""
    if state is DeliveryState.WITHHELD:
        return next((told for mark, told in WITHHELD_BY if mark.search(reply)), WAS_HALTED)
    if state is DeliveryState.DEFERRED:
        return _deferred(meaning(reply))
    if state is DeliveryState.REFUSED:
        return _refused(meaning(reply), tried_long=GIVEN_UP in reply)
    return BY_STATE.get(state, "")


def shown(reply: str) -> str:
    """What stands in a mail's row: the relay's own words as they came, ours in both languages."""
    relays, given_up, _ = reply.partition(GIVEN_UP)
    return listed([relays, GIVEN_UP], "") if given_up else retold(reply)


def _deferred(found: Meaning | None) -> str:
    if found is None:
        return AUTOMATIC
    waits = AUTOMATIC if found in (GREYLISTED, TOO_FAST) else AUTOMATIC + BY_PHONE
    return found.happened + waits


def _refused(found: Meaning | None, *, tried_long: bool) -> str:
    if found is None:
        return ""
    return found.happened + (TRIED_LONG if tried_long else "") + found.do


def _by_enhanced(text: str) -> Meaning | None:
    code = ENHANCED.search(text)
    if code is None:
        return None
    whole = int(code[1]), int(code[2]), int(code[3])
    by_text = _by_text(text) if whole[1:] in VAGUE else None
    if by_text is not None:
        return by_text
    if whole == GREYLISTING:
        return GREYLISTED
    return CODES.get(whole[1:]) or SUBJECTS.get(whole[1])


def _by_text(text: str) -> Meaning | None:
    return next((found for pattern, found in TEXTS if re.search(pattern, text, re.I)), None)


def _by_class(number: int) -> Meaning | None:
    return {4: LATER, 5: NEVER}.get(number // 100)
