"""The choice of an office's relay, as a setting that needs two people."""

from __future__ import annotations

from eventmail.errors import UserError
from eventmail.language import said
from eventmail.offices.settings import Value
from eventmail.proposals.kinds import Kind, Place, Row, add, kept
from eventmail.relays.service import KIND, Choice
from eventmail.wire import Security

SECURITIES = {
    Security.STARTTLS: said("STARTTLS（587番で多い）"),
    Security.TLS: said("はじめからTLS（465番で多い）"),
    Security.NONE: said("暗号化しない（同じ建物の中のサーバーだけ）"),
}
UNFIT = said("この内容では送信サーバーを登録できません。入力を確かめてください。")
OWN = said(
    "認めると、次のメールからこのサーバーで送ります。送る途中の案件も、残りはこのサーバーで送ります。"
    "サーバーの名前が所のもので間違いないか、確かめてください。"
)
COMMON = said("認めると、次のメールから、すべての所に共通の送信サーバーで送ります。")
COMMON_NAME = said("共通の送信サーバー")


def _describe(before: Value, after: Value) -> list[Row]:
    one, other = Choice.of(before), Choice.of(after)
    told = zip(_facts(one), _facts(other), strict=True)
    rows = [Row(what, now, then) for (what, now), (_, then) in told]
    return [*rows, Row(said("パスワード"), *_passwords(one, other))]


def _facts(choice: Choice) -> list[tuple[str, str]]:
    most = choice.per_minute
    limit = said("1分間に{count}通まで", count=most) if most else said("なし")
    first = (said("送信サーバー"), choice.host or COMMON_NAME)
    values = (
        (said("ポート"), str(choice.port)),
        (said("暗号化"), SECURITIES[choice.security]),
        (said("ユーザー名"), choice.username or said("使わない")),
        (said("同時につなぐ数"), said("{count}本まで", count=choice.connections)),
        (said("送る速さの上限"), limit),
        (
            said("BCC一括で一度に渡す件数"),
            said("{count}件まで", count=choice.most_recipients),
        ),
    )
    return [first, *((what, value if choice.host else "―") for what, value in values)]


def _passwords(one: Choice, other: Choice) -> tuple[str, str]:
    """Never shown; only whether it is another."""
    names = [said("登録済み") if each.sealed_password else said("なし") for each in (one, other)]
    if other.sealed_password and one.sealed_password not in ("", other.sealed_password):
        names[1] = said("新しいパスワード")
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
        title=said("送信サーバー"),
        read=READ,
        apply=APPLY,
        describe=_describe,
        meaning=lambda _before, after: OWN if after["host"] else COMMON,
        check=_check,
    )
)
