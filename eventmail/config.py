"""Every setting, parsed and checked once at the start; a wrong one stops the start by name.

Settings come from environment variables ``EVENTMAIL_…`` or a ``.env`` file; those for mail carry
Flask-Mail's own names behind the prefix. ``docs/settings.md`` is generated from this file.
"""

from __future__ import annotations

import enum
import os
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from eventmail import config_values as values
from eventmail.config_values import SHORTEST_SECRET

PREFIX = "EVENTMAIL_"
MEGABYTE = 1024 * 1024
# A value of these settings is never shown.
SECRET = frozenset({"password", "key", "keys", "token"})


class Mode(enum.StrEnum):
    """Where the service runs. Only production may send to anybody."""

    PRODUCTION = "production"
    DEMO = "demo"
    TEST = "test"


class LogForm(enum.StrEnum):
    """How a line of the log is written."""

    JSON = "json"
    TEXT = "text"


class ConfigError(Exception):
    """A setting is missing or unreadable; the text is one Japanese sentence with its name."""


def _setting(parse: Callable[[str], Any], default: Any, expects: str, text: str) -> Any:
    metadata = {"parse": parse, "expects": expects, "text": text}
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one process."""

    mode: Mode = _setting(
        lambda v: Mode(v.strip().lower()),
        Mode.PRODUCTION,
        "production、demo、test のどれか",
        "動作の種類。production 以外では、内蔵の受信箱か許可したドメインにしか送信しません。",
    )
    secret_key: str = _setting(
        values.text, "", "32文字以上の文字列", "署名に使う秘密の文字列。production では必須です。"
    )
    sealing_keys: tuple[str, ...] = _setting(
        values.keys,
        (),
        "32文字以上の文字列（コンマ区切りで、いまの鍵、前の鍵の順）",
        "データベースの中の秘密（二要素認証、送信サーバーのパスワード、Webhookの署名）を封じる鍵。"
        "空なら SECRET_KEY から作ります。",
    )
    data_dir: Path = _setting(
        lambda v: Path(v.strip()), Path("var"), "フォルダー", "データを置くフォルダー。"
    )
    database_url: str = _setting(
        values.text,
        "",
        "sqlite:///… または postgresql+psycopg://…",
        "データベース。空ならデータのフォルダーの中の SQLite を使います。",
    )
    host: str = _setting(values.text, "127.0.0.1", "アドレス", "画面を出すアドレス。")
    port: int = _setting(values.port, 8025, "0〜65535の整数", "画面を出すポート。")
    https: bool = _setting(
        values.switch,
        False,
        "true か false",
        "利用者との間がHTTPSか。クッキーをHTTPSだけに限り、ブラウザーにHTTPSだけを使わせます。",
    )
    trusted_proxy: str = _setting(
        values.peer,
        "",
        "IPアドレス1つ",
        "手前のプロキシーのアドレス。ここからの X-Forwarded-For と X-Forwarded-Proto だけを"
        "信じます。空なら、だれの X-Forwarded-… も信じません。",
    )
    trusted_proxy_count: int = _setting(
        values.few, 1, "1〜64の整数", "利用者との間にある、信じてよいプロキシーの段数。"
    )
    public_url: str = _setting(
        values.base_url,
        "",
        "https://ホスト名 の形のアドレス",
        "職員と参加者が画面を開くアドレス。職員へのお知らせのメールに載せ（空なら載せません）、"
        "参加者ページのリンクを作ります（空なら作れません）。"
        "書いたときは、ほかのホスト名あての要求を断ります。",
    )
    session_hours: int = _setting(
        values.few,
        12,
        "1〜64の整数",
        "サインインしてから、もう一度サインインしてもらうまでの時間数。",
    )
    idle_minutes: int = _setting(
        values.count, 60, "1〜1000の整数", "操作がないとき、サインインを終えるまでの分数。"
    )
    staff_domains: tuple[str, ...] = _setting(
        values.domains,
        (),
        "コンマ区切りのドメイン",
        "職員のアドレスとして登録できるドメイン（所のアドレスと同じドメインのほかに）。",
    )
    web_processes: int = _setting(
        values.few,
        2,
        "1〜64の整数",
        "画面を受け持つプロセスの数。コアの数が目安です（1つにつきメモリ 約150MB、"
        "連絡先が10万件を超える所では約270MB）。",
    )
    worker_processes: int = _setting(
        values.few, 2, "1〜64の整数", "serve が動かす送信処理プロセスの数。"
    )
    lease_seconds: int = _setting(
        values.lease,
        60,
        "2〜3600の整数",
        "送信処理が応答しなくなってから、手元のメールをほかに渡すまでの秒数。",
    )
    worker_threads: int = _setting(
        values.count, 2, "1〜1000の整数", "1つの送信処理プロセスのスレッド数。"
    )
    upload_megabytes: int = _setting(
        values.count, 24, "1〜1000の整数", "一度に受け取る大きさの上限（MB）。"
    )
    clamd: str = _setting(
        values.scanner,
        "",
        "unix:/… か ホスト名:ポート",
        "ウイルス対策（ClamAVのclamd）の場所。書くと、受け取るファイルをすべて調べ、"
        "調べられないときも受け取りません。空なら調べません。",
    )
    allow_debug: bool = _setting(
        values.switch, False, "true か false", "FLASK_DEBUG が付いたまま production を始めること。"
    )
    allow_plain_relay: bool = _setting(
        values.switch,
        False,
        "true か false",
        "production で、ほかのコンピューターの送信サーバーに暗号化しないで送ること。",
    )
    allow_plain_http: bool = _setting(
        values.switch, False, "true か false", "HTTPSなしで production を始めること。"
    )
    allow_no_proxy: bool = _setting(
        values.switch,
        False,
        "true か false",
        "TRUSTED_PROXY なしで production を始めること。操作の記録と回数の制限で、"
        "利用者のアドレスがどれもプロキシーのアドレスになります。",
    )
    log: str = _setting(
        lambda v: v.strip() and LogForm(v.strip().lower()).value,
        "",
        "json か text（空なら、production では json、ほかでは text）",
        "標準エラー出力に書くログの形。どちらにも、メールアドレスは書きません。",
    )
    metrics_token: str = _setting(
        values.token,
        "",
        "32文字以上の文字列",
        "監視ソフト（Prometheus）が /metrics を読むときの合言葉。空なら /metrics はありません。",
    )
    webhook_hosts: tuple[str, ...] = _setting(
        values.origins,
        (),
        "コンマ区切りの、ホスト名 か ホスト名:ポート か http://ホスト名:ポート",
        "Webhookで呼び出してよいサーバー。書かれたものだけを、HTTPSで呼び出します"
        "（http:// を付けて書いたものだけは、暗号化しないで呼び出します）。"
        "空なら、どの所もWebhookを使えません。",
    )
    mail_server: str = _setting(values.text, "127.0.0.1", "ホスト名", "送信サーバー（SMTP）。")
    mail_port: int = _setting(values.port, 25, "0〜65535の整数", "送信サーバーのポート。")
    mail_use_tls: bool = _setting(
        values.switch, False, "true か false", "STARTTLSを使う（証明書を必ず確かめます）。"
    )
    mail_use_ssl: bool = _setting(
        values.switch, False, "true か false", "はじめからTLSで接続する（証明書を必ず確かめます）。"
    )
    mail_username: str = _setting(values.text, "", "文字列", "送信サーバーのユーザー名。")
    mail_password: str = _setting(str, "", "文字列", "送信サーバーのパスワード。")
    mail_suppress_send: bool = _setting(
        values.switch, False, "true か false", "true の間は、どのメールも送信しません。"
    )
    mail_timeout: float = _setting(
        values.seconds, 30.0, "秒数（3600以下）", "送信サーバーの応答を待つ時間（秒）。"
    )
    mail_ehlo_name: str = _setting(
        values.text, "", "ホスト名", "EHLOで名のる名前。空ならこのコンピューターの名前を使います。"
    )
    mail_connections: int = _setting(
        values.few, 8, "1〜64の整数", "送信サーバーへの接続の上限（すべての送信処理の合計）。"
    )
    mail_lanes: int = _setting(
        values.few, 4, "1〜64の整数", "1つの送信処理プロセスが同時に使う接続の数。"
    )
    mail_per_minute: int | None = _setting(
        values.limit, None, "1以上の整数（空なら制限なし）", "1分間に送る通数の上限（全体の合計）。"
    )
    mail_max_emails: int | None = _setting(
        values.limit, None, "1以上の整数（空なら制限なし）", "1つの接続で送る通数の上限。"
    )
    mail_max_recipients: int = _setting(
        values.batch, 100, "1〜100の整数", "BCC一括送信で、一度に渡すあて先の数の上限。"
    )
    mail_sink: bool = _setting(
        values.switch, False, "true か false", "送信サーバーが内蔵の受信箱（デモ用）であること。"
    )
    mail_allowed_domains: tuple[str, ...] = _setting(
        values.domains,
        (),
        "コンマ区切りのドメイン",
        "production 以外で送信してよいあて先のドメイン。",
    )

    bounce_address: str = _setting(
        values.returns,
        "",
        "bounce@example.jp か bounce+*@example.jp の形のアドレス",
        "届かなかったメールの知らせを受け取るアドレス。1通ごとの番号と署名を「*」のところに入れて"
        "（「*」がなければ「+」のあとに付けて）、封筒の差出人にします。"
        "空なら、所のアドレスのまま送ります。",
    )
    bounce_maildir: str = _setting(
        values.text, "", "フォルダー", "届かなかったメールの知らせが入るMaildir。空なら読みません。"
    )
    bounce_imap_server: str = _setting(
        values.text,
        "",
        "ホスト名",
        "届かなかったメールの知らせを取りに行くIMAPサーバー（TLS）。空なら取りに行きません。",
    )
    bounce_imap_port: int = _setting(
        values.port, 993, "0〜65535の整数", "そのIMAPサーバーのポート。"
    )
    bounce_imap_username: str = _setting(
        values.text, "", "文字列", "そのIMAPサーバーのユーザー名。"
    )
    bounce_imap_password: str = _setting(str, "", "文字列", "そのIMAPサーバーのパスワード。")
    bounce_imap_folder: str = _setting(
        values.text, "INBOX", "フォルダーの名前", "そのIMAPサーバーで読むフォルダー。"
    )
    dkim_selectors: tuple[str, ...] = _setting(
        values.domains,
        (),
        "コンマ区切りのセレクター",
        "点検でDKIMの公開鍵を探すセレクター。空なら、よくある名前で探します。",
    )
    language: str = _setting(
        values.language,
        "",
        "ja か en",
        "コマンドの説明の言語。空なら、LC_ALL、LC_MESSAGES、LANG のはじめのものが en で始まるとき"
        "英語です。",
    )

    @property
    def database(self) -> str:
        """The URL of the database in use."""
        return self.database_url or f"sqlite:///{self.data_dir / 'eventmail.sqlite3'}"

    @property
    def log_form(self) -> LogForm:
        """How this installation writes its log."""
        usual = LogForm.JSON if self.mode is Mode.PRODUCTION else LogForm.TEXT
        return LogForm(self.log) if self.log else usual

    @property
    def on_tls(self) -> bool:
        """Whether people reach the pages over HTTPS, here or at a proxy in front."""
        return self.https or self.public_url.startswith("https://")

    def cookie(self, name: str) -> str:
        """A cookie's whole name. On TLS the prefix has browsers refuse one that a neighbour plants
        from another host of the domain or over a plain connection.
        """
        return f"__Host-{name}" if self.on_tls else name

    @property
    def mail(self) -> dict[str, Any]:
        """The mail settings under Flask-Mail's names, and whether this is production."""
        names = [each.name for each in fields(self) if each.name.startswith("mail_")]
        own = {"EVENTMAIL_MODE": self.mode.value}
        return own | {name.upper(): getattr(self, name) for name in names}


def variable(setting: Field[Any]) -> str:
    """The environment variable of a setting: ``EVENTMAIL_MAIL_SERVER``."""
    return PREFIX + setting.name.upper()


def load(environment: Mapping[str, str] | None = None, dotenv: Path | None = None) -> Settings:
    """Read the environment over the ``.env`` file. Raises :class:`ConfigError` on the first fault.

    A name beginning with ``EVENTMAIL_`` that is no setting is a fault too: a mistyped name would
    otherwise leave the setting at its default without a word.
    """
    found = _gather(os.environ if environment is None else environment, dotenv)
    known = {variable(each): each for each in fields(Settings)}
    unknown = sorted(set(found) - set(known))
    if unknown:
        raise ConfigError(f"設定 {unknown[0]} という名前はありません。つづりを確かめてください。")
    settings = Settings(**{known[name].name: _parse(known[name], found[name]) for name in found})
    _check(settings)
    return settings


def _gather(environment: Mapping[str, str], dotenv: Path | None) -> dict[str, str]:
    in_file = dotenv_values(dotenv) if dotenv and dotenv.is_file() else {}
    merged = {**in_file, **environment}
    return {name: value or "" for name, value in merged.items() if name.startswith(PREFIX)}


def _parse(setting: Field[Any], value: str) -> Any:
    try:
        return setting.metadata["parse"](value)
    except (ValueError, KeyError) as error:
        shown = "（表示しません）" if SECRET & set(setting.name.split("_")) else f"「{value}」"
        raise ConfigError(
            f"設定 {variable(setting)} の値{shown}を読めません。"
            f"{setting.metadata['expects']}にしてください。"
        ) from error


def _check(settings: Settings) -> None:
    if settings.mode is Mode.PRODUCTION and len(settings.secret_key) < SHORTEST_SECRET:
        raise ConfigError(
            f"設定 {PREFIX}SECRET_KEY がないか短すぎます。"
            f"{SHORTEST_SECRET}文字以上の推測できない文字列にしてください。"
        )
    if settings.mode is Mode.PRODUCTION and settings.mail_sink:
        raise ConfigError(
            f"設定 {PREFIX}MAIL_SINK はデモ用です。production では false にしてください。"
        )
    if settings.mail_use_tls and settings.mail_use_ssl:
        raise ConfigError(
            f"設定 {PREFIX}MAIL_USE_TLS と {PREFIX}MAIL_USE_SSL は、どちらか一方にしてください。"
        )
    if not settings.database.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ConfigError(
            f"設定 {PREFIX}DATABASE_URL を読めません。"
            "sqlite:///… または postgresql+psycopg://… にしてください。"
        )


def to_environment(settings: Settings) -> dict[str, str]:
    """The environment variables that :func:`load` reads these settings from again."""
    return {variable(each): _written(getattr(settings, each.name)) for each in fields(Settings)}


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return ""
    return ",".join(value) if isinstance(value, tuple) else str(value)


def table() -> str:
    """All settings as a Markdown table, for ``docs/settings.md``."""
    lines = ["| 環境変数 | 既定値 | 値 | 意味 |", "|---|---|---|---|"]
    for each in fields(Settings):
        default = "" if each.default is MISSING else _shown(each.default)
        cells = (f"`{variable(each)}`", default, each.metadata["expects"], each.metadata["text"])
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _shown(default: Any) -> str:
    if isinstance(default, bool):
        return "`true`" if default else "`false`"
    return f"`{default}`" if default not in ("", (), None) else "（空）"
