"""What a service that may send to anybody does not start with, unless a setting allows it by name.

A setting that cannot be read stops everything, in ``config``. What stands here can be read well,
and would still leave the doors open; commands that only prepare the service are not held up by it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from eventmail.config import ConfigError, Mode, Settings
from eventmail.files import PROGRAM
from eventmail.language import Said, said
from eventmail.wire import Security, relay_from

# A random secret has at least this many different letters.
FEWEST_LETTERS = 8
# What examples, tutorials and placeholders say.
WORDS = re.compile(
    r"change.?(me|this|it)|example|password|secret.?key|your.?secret|himitsu|placeholder|tests.only"
    r"|super.?secret|not.?so.?secret|推測できない|秘密",
    re.IGNORECASE,
)
REPEATED = re.compile(r"(.{1,16}?)\1+.{0,15}")
OF_A_DEMO = said(
    "設定 EVENTMAIL_{name} がデモの秘密と同じです。"
    "「openssl rand -base64 48」のように作った、推測できない文字列にしてください。"
)
GUESSABLE = said(
    "設定 EVENTMAIL_{name} が見本の文字列か、推測できる文字列です。"
    "「openssl rand -base64 48」のように作った、推測できない文字列にしてください。"
)
IN_THE_PROGRAM = said(
    "データのフォルダー {folder} がプログラムの中にあり、更新で失われます。"
    "設定 EVENTMAIL_DATA_DIR を /var/lib/eventmail のような別のフォルダーにしてください。"
)
# What Flask reads as "no".
OFF = frozenset({"", "0", "false", "no"})


def require_safe(settings: Settings, environment: Mapping[str, str] | None = None) -> None:
    """Raise :class:`ConfigError` with every reason not to start, a sentence for each."""
    found = refusals(settings, os.environ if environment is None else environment)
    if found:
        raise ConfigError("\n".join(found))


def refusals(settings: Settings, environment: Mapping[str, str]) -> list[str]:
    """Every reason why production may not start so; none of them outside production."""
    if settings.mode is not Mode.PRODUCTION:
        return []
    found = [*_known_secrets(settings), *_data_in_the_program(settings)]
    found += [
        each.text.format(server=settings.mail_server)
        for each in EXCEPTIONS
        if not each.is_allowed(settings) and each.is_so(settings, environment)
    ]
    return found


def _known_secrets(settings: Settings) -> Iterator[str]:
    demo = _secrets_of_demos(settings)
    kept = {"SECRET_KEY": (settings.secret_key,), "SEALING_KEYS": settings.sealing_keys}
    for name, each in kept.items():
        if any(secret in demo for secret in each):
            yield OF_A_DEMO.format(name=name)
        elif any(is_guessable(secret) for secret in each):
            yield GUESSABLE.format(name=name)


def is_guessable(secret: str) -> bool:
    """Whether a secret stands in examples, or is too plain to be random."""
    return bool(
        len(set(secret)) < FEWEST_LETTERS or WORDS.search(secret) or REPEATED.fullmatch(secret)
    )


def _secrets_of_demos(settings: Settings) -> set[str]:
    """A demo keeps its secret in its folder, which anybody who tried it may know."""
    folder = settings.data_dir
    places = (folder / "secret", folder / "demo" / "secret")
    return {each.read_text("utf-8").strip() for each in places if each.is_file()}


def _data_in_the_program(settings: Settings) -> Iterator[str]:
    if settings.data_dir.resolve().is_relative_to(PROGRAM):
        yield IN_THE_PROGRAM.format(folder=settings.data_dir)


def _debugs(settings: Settings, environment: Mapping[str, str]) -> bool:
    return environment.get("FLASK_DEBUG", "").strip().lower() not in OFF


def _speaks_plainly_to_its_relay(settings: Settings, environment: Mapping[str, str]) -> bool:
    """On the very same machine there is no line to listen to."""
    try:
        relay = relay_from(settings.mail, production=True)
    except ValueError as error:
        raise ConfigError(*error.args) from error
    return relay.security is Security.NONE and not relay.loopback


def _is_reached_plainly(settings: Settings, environment: Mapping[str, str]) -> bool:
    return not settings.public_url.startswith("https://")


def _knows_no_proxy(settings: Settings, environment: Mapping[str, str]) -> bool:
    return not settings.trusted_proxy


@dataclass(frozen=True, slots=True)
class Exceptional:
    """What is refused unless one of these settings allows it; the first is the one to name."""

    allowed_by: tuple[str, ...]
    is_so: Callable[[Settings, Mapping[str, str]], bool]
    text: Said

    def is_allowed(self, settings: Settings) -> bool:
        """Whether somebody wrote that it is meant."""
        return any(getattr(settings, name) for name in self.allowed_by)


EXCEPTIONS = (
    Exceptional(
        ("allow_debug",),
        _debugs,
        said(
            "環境変数 FLASK_DEBUG が付いています。消してください"
            "（それでも始めるには EVENTMAIL_ALLOW_DEBUG=true）。"
        ),
    ),
    Exceptional(
        ("allow_plain_relay",),
        _speaks_plainly_to_its_relay,
        said(
            "送信サーバー {server} との間が暗号化されません。"
            "設定 EVENTMAIL_MAIL_USE_TLS か EVENTMAIL_MAIL_USE_SSL を true にしてください"
            "（暗号化しないで送るには EVENTMAIL_ALLOW_PLAIN_RELAY=true）。"
        ),
    ),
    Exceptional(
        ("allow_plain_http",),
        _is_reached_plainly,
        said(
            "設定 EVENTMAIL_PUBLIC_URL が https:// で始まっていません。"
            "手前のプロキシーでHTTPSを受け、職員が開くアドレスを書いてください"
            "（HTTPSなしで始めるには EVENTMAIL_ALLOW_PLAIN_HTTP=true）。"
        ),
    ),
    Exceptional(
        ("allow_no_proxy", "allow_plain_http"),
        _knows_no_proxy,
        said(
            "設定 EVENTMAIL_TRUSTED_PROXY がありません。HTTPSを受ける手前のプロキシーのアドレスを"
            "書いてください（アドレスが決まらないときは EVENTMAIL_ALLOW_NO_PROXY=true）。"
        ),
    ),
)
