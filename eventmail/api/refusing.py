"""What the API says no to, with the status and the code that programs read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eventmail.language import said
from eventmail.web.problems import Fault

NO_TOKEN = said(
    "APIトークンが要ります。Authorizationヘッダーに「Bearer em_…」の形で付けてください。"
)
UNKNOWN = said("このAPIトークンは使えません。トークンを写し間違えていないか確かめてください。")
NO_SCOPE = said(
    "このAPIトークンには「{scope}」の権限がありません。"
    "所の管理者に、この権限のあるトークンを作ってもらってください。"
)
BUSY = said("短い間に要求が続いたため、受け付けませんでした。{seconds}秒ほど待ってください。")
NOT_THERE = said("お探しのものが見つかりません。番号を確かめてください。")
INVALID = said("送られた値のうち{count}件を受け取れません。errorsにある箇所を直してください。")
NOT_JSON = said("本文をJSONとして読み取れません。文字コードはUTF-8にしてください。")
WRONG_KIND = said("Content-Typeヘッダーを「{kind}」にしてください。")
MISSING = said("「{name}」がありません。")
STRANGE = said("「{name}」という項目はありません。")
MISFIT = said("「{name}」の値が、APIの説明にある型・長さ・範囲と合いません。")
NO_OBJECT = said("本文には、項目を並べたもの（JSONのオブジェクト）を送ってください。")
NO_FILE = said("「file」に名簿のファイルを付けてください。")
BAD_KEY = said("Idempotency-Keyヘッダーは、半角の英数字と記号で100文字以内にしてください。")
OTHER_BODY = said(
    "このIdempotency-Keyは、24時間以内に別の内容で使われています。新しいキーを付けてください。"
)
WAITING = said(
    "このイベントには、職員の確認を待っている取り込みがあります。"
    "職員が画面で取り込むか、やめてから、もう一度送ってください。"
)


class Refused(Exception):
    """One answer that is a problem."""

    def __init__(
        self,
        status: int,
        sentence: str,
        code: str = "",
        faults: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.code = status, sentence, code
        self.faults, self.headers = faults, headers


def invalid(faults: Sequence[Fault]) -> Refused:
    """For values that cannot be taken as they are."""
    return Refused(422, INVALID.format(count=len(faults)), faults=faults)


def unauthorized(sentence: str, code: str) -> Refused:
    """For whoever shows no token that is of use."""
    told = 'Bearer realm="eventmail"' + ("" if code == "no_token" else ', error="invalid_token"')
    return Refused(401, sentence, code, headers={"WWW-Authenticate": told})
