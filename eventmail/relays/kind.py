"""The choice of an office's relay, as a setting that needs two people."""

from __future__ import annotations

from eventmail.errors import UserError
from eventmail.offices.settings import Value
from eventmail.proposals.kinds import Kind, Place, Row, add, kept
from eventmail.relays.service import KIND, Choice
from eventmail.wire import Security

SECURITIES = {
    Security.STARTTLS: "STARTTLS（587番で多い）",
    Security.TLS: "はじめからTLS（465番で多い）",
    Security.NONE: "暗号化しない（同じ建物の中のサーバーだけ）",
}
UNFIT = "この内容では送信サーバーを登録できません。入力を確かめてください。"
OWN = (
    "認めると、次のメールからこのサーバーで送ります。送る途中の案件も、残りはこのサーバーで送ります。"
    "サーバーの名前が所のもので間違いないか、確かめてください。"
)
COMMON = "認めると、次のメールから、すべての所に共通の送信サーバーで送ります。"
COMMON_NAME = "共通の送信サーバー"


def _describe(before: Value, after: Value) -> list[Row]:
    one, other = Choice.of(before), Choice.of(after)
    told = zip(_facts(one), _facts(other), strict=True)
    rows = [Row(what, now, then) for (what, now), (_, then) in told]
    return [*rows, Row("パスワード", *_passwords(one, other))]


def _facts(choice: Choice) -> list[tuple[str, str]]:
    own = bool(choice.host)
    limit = f"1分間に{choice.per_minute}通まで" if choice.per_minute else "なし"
    values = (
        ("送信サーバー", choice.host or COMMON_NAME),
        ("ポート", str(choice.port)),
        ("暗号化", SECURITIES[choice.security]),
        ("ユーザー名", choice.username or "使わない"),
        ("同時につなぐ数", f"{choice.connections}本まで"),
        ("送る速さの上限", limit),
        ("BCC一括で一度に渡す件数", f"{choice.most_recipients}件まで"),
    )
    return [(what, value if own or what == "送信サーバー" else "―") for what, value in values]


def _passwords(one: Choice, other: Choice) -> tuple[str, str]:
    """Never shown; only whether it is another."""
    names = [("登録済み" if each.sealed_password else "なし") for each in (one, other)]
    if other.sealed_password and one.sealed_password not in ("", other.sealed_password):
        names[1] = "新しいパスワード"
    return names[0], names[1]


def _check(_session: object, _place: Place, after: Value) -> Value:
    try:
        return Choice.of(after).told()
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(UNFIT) from error


READ, APPLY = kept(Choice().told())
RELAY = add(
    Kind(
        name=KIND,
        title="送信サーバー",
        read=READ,
        apply=APPLY,
        describe=_describe,
        meaning=lambda _before, after: OWN if after["host"] else COMMON,
        check=_check,
    )
)
