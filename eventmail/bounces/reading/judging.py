"""From the servers' words to a class and a Japanese sentence. Only ``hard`` condemns an address."""

from __future__ import annotations

import re
from dataclasses import dataclass

from eventmail.bounces.reading.report import Class, Recipient, Told
from eventmail.bounces.reading.status import ADDRESS, DELAYED
from eventmail.wire import troubles
from eventmail.wire.troubles import ENHANCED

HARD, SOFT, POLICY, UNKNOWN = Class.HARD, Class.SOFT, Class.POLICY, Class.UNKNOWN


@dataclass(frozen=True, slots=True)
class Finding:
    """A class and its sentence."""

    kind: Class
    reason: str


NO_MAILBOX = Finding(HARD, troubles.NO_MAILBOX)
NO_PHONE = Finding(
    HARD, "このアドレスは存在しないか、相手の携帯電話の受信設定（指定受信など）で断られました。"
)
MOVED = Finding(HARD, troubles.MOVED)
BAD_ADDRESS = Finding(HARD, troubles.BAD_ADDRESS)
NO_DOMAIN = Finding(HARD, troubles.NO_DOMAIN)
NO_MAIL_THERE = Finding(HARD, troubles.NO_MAIL_THERE)
DISABLED = Finding(HARD, troubles.DISABLED)
LIMITED = Finding(SOFT, "このアドレスは、いま一時的に使えないと返ってきました。")
FULL = Finding(SOFT, troubles.FULL)
TOO_BIG = Finding(SOFT, troubles.TOO_BIG)
GREYLISTED = Finding(SOFT, "はじめて届くメールを、いったん断るサーバーです。")
TOO_FAST = Finding(SOFT, troubles.TOO_FAST)
NO_CONNECTION = Finding(SOFT, "相手のサーバーにつながらず、期限までに届けられませんでした。")
THEIR_TROUBLE = Finding(SOFT, "相手のサーバーで一時的な問題が起きています。")
LOOP = Finding(SOFT, troubles.LOOP)
SPAM = Finding(POLICY, "迷惑メールと判定されたか、相手の受信の決まりで断られました。")
UNSIGNED = Finding(POLICY, troubles.UNSIGNED)
LISTED = Finding(POLICY, "所の送信サーバーが、迷惑メールの発信元の一覧に載っています。")
NO_RELAYING = Finding(POLICY, "途中のサーバーが、このあて先への送信を認めていません。")
SENDER = Finding(POLICY, troubles.SENDER)
CONTENT = Finding(POLICY, "メールの形式が受け付けられませんでした。")
LATER = Finding(SOFT, "相手のサーバーが、いまは受け取れないと返してきました。")
WAITING = Finding(SOFT, "まだ届いていません。送信サーバーが送り直しを続けています。")
NEVER = Finding(UNKNOWN, "相手のサーバーに受け取りを断られました。理由ははっきりしません。")
ARRIVED = Finding(UNKNOWN, "届いた、または次のサーバーに渡したという知らせです。")

# They say "unknown user" also where the phone takes mail from chosen senders only.
CARRIERS = ("@docomo.ne.jp", "@ezweb.ne.jp", "@au.com", "@softbank.ne.jp", "@i.softbank.jp")

# What a text says, tried in this order: the more particular first.
TEXTS: tuple[tuple[str, Finding], ...] = (
    (r"gr[ae]y-?list", GREYLISTED),
    (r"\bspf\b|\bdkim\b|\bdmarc\b|unauthenticated (mail|email|sender)"
     r"|authentication (information|checks)", UNSIGNED),
    (r"spamhaus|block ?list|black-?list|\brbl\b|dnsbl|(poor|bad) reputation|unwanted m(ail|essage)",
     LISTED),
    (r"temporar(y|ily) (limited|disabled|suspended|unavailable)|一時的に(利用|使)", LIMITED),
    (r"no such (user|mailbox|address|recipient|person|account)"
     r"|(user|address|recipient|mailbox|account|local[- ]part) (name )?(is )?(unknown|invalid)"
     r"|(unknown|invalid|illegal|bad) (or illegal )?"
     r"(user|recipient|mailbox|local|account|alias|address)"
     r"|(user|mailbox|account|recipient|address|group)\b.{0,60}"
     r"(n't|\bnot|could not) (be )?(found|exist|known|recogni[sz]ed|listed)"
     r"|(does|did)(n't| not) (exist|have an? \S{1,60} (account|mailbox))|recip(ient)?notfound"
     r"|no mailbox here|not a (known|valid) (user|mailbox|recipient|address)|not our customer"
     r"|no longer (available|valid|with|employed|in use)|unrouteable address|not listed in"
     r"|no account (by|with) (this|that) name|mailbox unavailable|user not local"
     r"|メールアドレスが(見つ|みつ|存在|不明|無効)|リストにありません"
     r"|(宛先|あて先|アドレス|アカウント|受信者|ユーザー?).{0,16}"
     r"(存在し(ない|ません)|(見|み)つか(りません|らな)|不明)",
     NO_MAILBOX),
    (r"quota|(mail|in)box('s)?( is)? full|over limit|insufficient (mailbox )?storage"
     r"|exceeded (the )?(storage|local limit)|mailbox size limit|out of storage|mailfull"
     r"|not enough (disk )?space"
     r"|(メールボックス|受信箱|受信トレイ|容量).{0,12}(一杯|いっぱい|超過|満杯|不足)",
     FULL),
    (r"too (big|large)|size (exceeds|limit)|exceeds? .{0,40}(size|maximum)|サイズ.{0,12}(超|大き)",
     TOO_BIG),
    (r"too (many|fast|frequent|quickly)|receiving mail at a rate|rate limit|throttl|unusual rate",
     TOO_FAST),
    (r"temporary (dns|lookup)|lookup failed temporarily|try again|name server.{0,30}timed out",
     THEIR_TROUBLE),
    (r"(domain|host)( name)? ?(or domain name )?(was |is )?(not found|unknown)"
     r"|(unknown|no such) (domain|host|mail host)|nxdomain|no mx|couldn't find any host"
     r"|(domain|host).{0,40}(does ?n[o']t exist|doesnt exist)|name service error"
     r"|non-existent hosts?|unrouteable (mail )?domain|domain error"
     r"|ドメインが(見つ|存在し)", NO_DOMAIN),
    (r"relay(ing)? (access )?(is )?(denied|not permitted|not allowed|prohibited)"
     r"|not permitted to relay|relay not|unable to relay", NO_RELAYING),
    (r"sender.{0,40}(rejected|denied|not (exist|found|allowed))|(bad|invalid) sender", SENDER),
    (r"disabled|inactive|deactivated|suspended|frozen|account (has been )?(closed|expired|locked)"
     r"|利用(が)?(停止|できなく)|解約", DISABLED),
    (r"loop|too many hops|hop count", LOOP),
    (r"timed? ?out|connection (refused|reset|lost)|no route to host|network is unreachable"
     r"|retry timeout|(message|delivery time).{0,20}expired|could ?n[o']t (connect|establish)"
     r"|not delivered within|unable to connect|failing for a long time"
     r"|(hours|days)\b.{0,40}(queue|retry)", NO_CONNECTION),
    (r"spam|junk|virus|malware|phishing|policy|content rejected|rejected by (the )?(domain )?filter"
     r"|access denied|not authori[sz]ed|administrative prohibition|prohibited|unsolicited"
     r"|迷惑メール|ブロックされ|受信(を)?拒否|指定受信|なりすまし", SPAM),
)  # fmt: skip
PATTERNS = tuple((re.compile(pattern, re.I), found) for pattern, found in TEXTS)

BY_TROUBLE = {
    each.reason: each
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
# Subject and detail of a permanent code; a code without its own entry goes by its subject.
CODES: dict[tuple[int, int], Finding] = {
    **{code: BY_TROUBLE[trouble] for code, trouble in troubles.CODES.items()},
    (3, 2): THEIR_TROUBLE,
    (4, 7): NO_CONNECTION,
    (4, 300): NO_CONNECTION,
    (4, 316): NO_CONNECTION,
}
SUBJECTS: dict[int, Finding] = {6: CONTENT, 7: SPAM}
# Sure of themselves: here a text cannot say better what happened.
CLEAR = {
    *[(1, 1), (1, 2), (1, 6), (1, 7), (1, 8), (1, 10), (2, 2), (2, 3)],
    *[code for code, found in CODES.items() if found is UNSIGNED],
}
# But for these: servers give them the code of an unknown mailbox, and nobody may be shut out so.
SURE = (UNSIGNED, LISTED, GREYLISTED, TOO_FAST, FULL, LIMITED, TOO_BIG)
EXCHANGE = re.compile(r"recipient address rejected: access denied", re.I)
REPLY = re.compile(r"(?:^|[\s;(#<])([245])\d\d[\s-]")


def judged(told: Told) -> Recipient:
    """What the servers' words about one address come to."""
    found = _finding(told)
    if found is NO_MAILBOX and told.address.casefold().endswith(CARRIERS):
        found = NO_PHONE
    return Recipient(told.address, told.action, told.status, found.kind, found.reason)


def _finding(told: Told) -> Finding:
    if told.action in ("delivered", "relayed", "expanded"):
        return ARRIVED
    said = _by_text(ADDRESS.sub(" ", told.diagnostic))
    found = ENHANCED.findall(f"{told.status} {told.diagnostic}")
    codes = [(int(subject), int(detail)) for _, subject, detail in found]
    if told.action == DELAYED:
        return _soft(said or WAITING)
    if _is_passing(told):
        return _soft(said or LATER)
    clear = next((CODES[code] for code in codes if code in CLEAR), None)
    detail = next((CODES[code] for code in codes if code in CODES), None)
    if EXCHANGE.search(told.diagnostic):
        return NO_MAILBOX  # Exchange Online refuses unknown people with these words
    if said in SURE:
        return said
    return clear or said or detail or _by_subject(codes) or NEVER


def _is_passing(told: Told) -> bool:
    if told.status:
        return told.status.startswith("4")
    reply = REPLY.search(told.diagnostic)
    return reply is not None and reply[1] == "4"


def _soft(found: Finding) -> Finding:
    """What might be mended by waiting is never held against an address."""
    return found if found.kind is not HARD else Finding(SOFT, found.reason)


def _by_text(text: str) -> Finding | None:
    return next((found for pattern, found in PATTERNS if pattern.search(text)), None)


def _by_subject(codes: list[tuple[int, int]]) -> Finding | None:
    return next((SUBJECTS[subject] for subject, _ in codes if subject in SUBJECTS), None)
