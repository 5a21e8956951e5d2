"""The setting which roles need a second factor: proposed by one, confirmed by another."""

from __future__ import annotations

from eventmail.accounts.factors.means import REQUIRED_AT_FIRST
from eventmail.accounts.factors.rules import KIND
from eventmail.errors import UserError
from eventmail.language import listed, said
from eventmail.offices.models import Role
from eventmail.offices.settings import Value
from eventmail.proposals.kinds import Kind, Place, Row, add, kept
from eventmail.proposals.roles import in_words

STRANGE = said("二段階認証を必須にする役割を選び直してください。")
MORE = said(
    "「{roles}」の職員は、次に画面を開いたとき、認証アプリかパスキーの登録を求められます。"
    "登録が終わるまで、ほかの画面は使えません。"
)
LESS = said(
    "「{roles}」の職員は、二段階認証の登録をすべて削除できるようになります。"
    "削除した職員は、パスワードを知られるだけで、ほかの人にサインインされます。"
)


def given(value: Value) -> set[str]:
    """The roles of a value; where nothing was set yet, those of a new office."""
    return {each.value for each in REQUIRED_AT_FIRST} if value is None else set(value)


def _words(value: Value) -> str:
    roles = in_words(sorted(given(value)))
    if value is None:
        return said("{roles}（はじめの設定。デモでは求めません）", roles=roles)
    return roles


def _check(_session: object, _place: Place, after: Value) -> Value:
    if not isinstance(after, list) or not set(after) <= {role.value for role in Role}:
        raise UserError(STRANGE)
    return sorted(set(after))


def _meaning(before: Value, after: Value) -> str:
    more, less = given(after) - given(before), given(before) - given(after)
    told = [(MORE, more), (LESS, less)]
    sentences = (text.format(roles=in_words(sorted(roles))) for text, roles in told if roles)
    return listed(sentences, "")


READ, APPLY = kept(None)
REQUIRED = add(
    Kind(
        name=KIND,
        title=said("二段階認証を必須にする役割"),
        read=READ,
        apply=APPLY,
        describe=lambda before, after: [Row(said("必須にする役割"), _words(before), _words(after))],
        meaning=_meaning,
        check=_check,
    )
)
