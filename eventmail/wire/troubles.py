"""What enhanced status codes say (RFC 3463): in the relay's reply, and in what comes back later."""

from __future__ import annotations

import re

from eventmail.language import said

ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")

# What happened, as the office reads it.
NO_MAILBOX = said("このアドレスは存在しないと返ってきました。")
MOVED = said("このアドレスは移転したと返ってきました。")
BAD_ADDRESS = said("アドレスの書き方が正しくないと返ってきました。")
NO_DOMAIN = said("アドレスの@から後ろが見つからないと返ってきました。")
NO_MAIL_THERE = said("アドレスの@から後ろは、メールを受け取らない設定になっています。")
DISABLED = said("このアドレスは使用が止められていると返ってきました。")
FULL = said("相手のメールボックスがいっぱいです。")
TOO_BIG = said("メールが大きすぎると返ってきました。")
TOO_FAST = said("短い時間に届くメールが多すぎると返ってきました。")
LOOP = said("相手の側で転送がくり返され、届きませんでした。")
SENDER = said("差出人のアドレスが受け付けられませんでした。")
UNSIGNED = said(
    "差出人がなりすましでないことを確かめられない（SPF・DKIM・DMARC）と返ってきました。"
)

# Subject and detail of a code. Who reads them adds what they say to him alone.
CODES: dict[tuple[int, int], str] = {
    (1, 0): NO_MAILBOX,
    (1, 1): NO_MAILBOX,
    (1, 2): NO_DOMAIN,
    (1, 3): BAD_ADDRESS,
    (1, 4): NO_MAILBOX,
    (1, 6): MOVED,
    (1, 7): SENDER,
    (1, 8): SENDER,
    (1, 10): NO_MAIL_THERE,
    (2, 1): DISABLED,
    (2, 2): FULL,
    (2, 3): TOO_BIG,
    (3, 4): TOO_BIG,
    (4, 3): NO_DOMAIN,
    (4, 4): NO_DOMAIN,
    (4, 5): TOO_FAST,
    (4, 6): LOOP,
    (4, 14): LOOP,
    (4, 310): NO_DOMAIN,
    (6, 7): BAD_ADDRESS,
    (7, 28): TOO_FAST,
    **dict.fromkeys([(7, n) for n in (20, 21, 22, 23, 24, 25, 26, 27, 29, 30)], UNSIGNED),
}
