"""What the settings say: whether this is fit for real mails, and whether its secret is one."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from eventmail.config import Mode, Settings
from eventmail.config_values import SHORTEST_SECRET
from eventmail.doctor.finding import Finding, broken, good, look
from eventmail.language import said

BITS = 100  # what a secret should be worth; 32 random hexadecimal digits are worth about 115
WORDS = re.compile("change|secret|password|example|eventmail|default|abcd|1234|qwerty", re.I)
STRONG = said("署名に使う秘密の文字列は、十分に長く、推測されにくいものです。")
WEAK = said("署名に使う秘密の文字列（EVENTMAIL_SECRET_KEY）が、短いか推測されやすいものです。")
MAKE_SECRET = said(
    '次の結果を設定してください：python -c "import secrets; print(secrets.token_hex(32))"　'
    "その前に、EVENTMAIL_SEALING_KEYS に新しい鍵といまの文字列をこの順で書いてください。"
)
FIT = said("本番で使う設定がそろっています。")


@dataclass(frozen=True, slots=True)
class Rule:
    """What must not be so in production, and what to do then."""

    breaks: Callable[[Settings], bool]
    make: Callable[[str, str], Finding]
    found: str
    todo: str


RULES = (
    Rule(
        lambda s: s.mode is not Mode.PRODUCTION,
        look,
        said(
            "本番の設定ではありません（EVENTMAIL_MODE）。許可したドメインのほかには送信しません。"
        ),
        said("本番で使うときは、EVENTMAIL_MODE を production にしてください。"),
    ),
    Rule(
        lambda s: s.mail_suppress_send,
        broken,
        said("設定 EVENTMAIL_MAIL_SUPPRESS_SEND により、メールの送信を止めています。"),
        said("送信を始めるときは、false にしてください。"),
    ),
    Rule(
        lambda s: not s.on_tls and s.host not in ("127.0.0.1", "::1", "localhost"),
        broken,
        said("画面が暗号化されないまま、ほかのコンピューターから開けます（EVENTMAIL_HOST）。"),
        said(
            "HTTPSのプロキシーを手前に置き、EVENTMAIL_HTTPS を true に、"
            "EVENTMAIL_HOST を 127.0.0.1 にしてください。"
        ),
    ),
    Rule(
        lambda s: not s.on_tls,
        look,
        said("利用者との間がHTTPSになっていません（EVENTMAIL_HTTPS）。"),
        said(
            "ほかのコンピューターから使う前に、HTTPSにして EVENTMAIL_HTTPS を true にしてください。"
        ),
    ),
    Rule(
        lambda s: not s.public_url.startswith("https://"),
        look,
        said(
            "職員と参加者が開くアドレスが、https:// で設定されていません（EVENTMAIL_PUBLIC_URL）。"
        ),
        said("設定すると、お知らせにリンクが載り、参加者ページを使えるようになります。"),
    ),
)


def secret(settings: Settings) -> Finding:
    """Whether the secret could be guessed. Its words are never told."""
    return good(STRONG) if _is_strong(settings.secret_key) else broken(WEAK, MAKE_SECRET)


def _is_strong(key: str) -> bool:
    if len(key) < SHORTEST_SECRET or WORDS.search(key) or _repeats(key):
        return False
    shares = [number / len(key) for number in Counter(key).values()]
    return -sum(each * math.log2(each) for each in shares) * len(key) >= BITS


def _repeats(key: str) -> bool:
    """Whether the same four letters come three times."""
    return max(Counter(key[at : at + 4] for at in range(len(key) - 3)).values()) > 2


def production(settings: Settings) -> Finding:
    """The first rule that is broken, the gravest first."""
    found = [each.make(each.found, each.todo) for each in RULES if each.breaks(settings)]
    grave = [each for each in found if each.state == "broken"]
    return next(iter([*grave, *found]), good(FIT))
