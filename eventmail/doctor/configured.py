"""What the settings say: whether this is fit for real mails, and whether its secret is one."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from eventmail.config import ConfigError, Mode, Settings
from eventmail.config_values import SHORTEST_SECRET
from eventmail.doctor.finding import Finding, broken, good, look
from eventmail.language import behind_each_other, said
from eventmail.production import is_guessable, refusals

STRONG = said("署名に使う秘密の文字列は、十分に長く、推測されにくいものです。")
WEAK = said("署名に使う秘密の文字列（EVENTMAIL_SECRET_KEY）が、短いか推測されやすいものです。")
EXCHANGE = said(
    "（1）「openssl rand -base64 48」で新しい文字列を作り、"
    "（2）EVENTMAIL_SECRET_KEY をその文字列にして、動かし直してください。"
)
EXCHANGE_BOTH = said(
    "（1）「openssl rand -base64 48」で新しい文字列を作り、（2）EVENTMAIL_SEALING_KEYS に"
    "「新しい文字列,いまの文字列」と書き、（3）EVENTMAIL_SECRET_KEY を新しい文字列にして、"
    "動かし直してください。"
)
REFUSED = said("この設定では、画面も送信処理も始まりません：{reasons_said}")
AS_TOLD = said("この理由のとおりに設定を直して、動かし直してください。")
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
)


def secret(settings: Settings) -> Finding:
    """Whether the secret could be guessed. Its words are never told."""
    key = settings.secret_key
    if len(key) >= SHORTEST_SECRET and not is_guessable(key):
        return good(STRONG)
    return broken(WEAK, EXCHANGE_BOTH if _may_have_sealed(settings) else EXCHANGE)


def _may_have_sealed(settings: Settings) -> bool:
    """Whether something may be sealed with a weak secret: production never starts with one."""
    long_enough = len(settings.secret_key) >= SHORTEST_SECRET  # to be kept as a former key
    return long_enough and not settings.sealing_keys and settings.mode is not Mode.PRODUCTION


def production(settings: Settings, environment: Mapping[str, str] = os.environ) -> Finding:
    """Everything that production refuses to start with; else the first rule that is broken."""
    reasons = _reasons(settings, environment)
    if reasons:
        return broken(REFUSED.format(reasons_said=behind_each_other(reasons)), AS_TOLD)
    found = [each.make(each.found, each.todo) for each in RULES if each.breaks(settings)]
    grave = [each for each in found if each.state == "broken"]
    return next(iter([*grave, *found]), good(FIT))


def _reasons(settings: Settings, environment: Mapping[str, str]) -> list[str]:
    try:
        return refusals(settings, environment)
    except ConfigError as error:
        return list(error.args)
