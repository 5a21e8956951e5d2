"""What goes wrong, as programs read it: ``application/problem+json`` (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Response, json
from werkzeug.http import HTTP_STATUS_CODES

from eventmail.language import said, told

PREFIX = "/api/"
KIND = "application/problem+json"
# The general names; whoever knows better says a closer one.
CODES = {
    400: "unreadable",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    410: "erased",
    413: "too_large",
    415: "wrong_media_type",
    422: "invalid",
    429: "too_many_requests",
}
# For what is wrong before any of our operations is reached, or breaks in it.
SENTENCES = {
    400: said("要求を読み取れませんでした。送った内容とヘッダーを確かめてください。"),
    404: said(
        "このアドレスのAPIはありません。アドレスを /api/v1/openapi.json で確かめてください。"
    ),
    405: said(
        "このアドレスはその方法（メソッド）では使えません。Allowヘッダーにある方法を使ってください。"
    ),
    413: said("送られた内容が大きすぎます。小さくしてから、もう一度送ってください。"),
    500: said(
        "要求を途中で終えられませんでした。何も変わっていません。"
        "もう一度試しても同じ場合は、管理者に連絡してください。"
    ),
}
Fault = tuple[str, str]  # a JSON pointer to what is wrong, and the sentence


def is_api(path: str) -> bool:
    """Whether a program asks, and not a browser."""
    return path.startswith(PREFIX)


def answer(
    status: int,
    sentence: str,
    code: str = "",
    faults: Sequence[Fault] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """One problem: its stable ``code``, the sentence, and for each wrong value where it is."""
    body: dict[str, object] = {
        "type": "about:blank",
        "title": HTTP_STATUS_CODES.get(status, "Error"),
        "status": status,
        "code": code or CODES.get(status, "error"),
        "detail": told(sentence),
    }
    if faults:
        body["errors"] = [{"pointer": where, "detail": told(what)} for where, what in faults]
    text = json.dumps(body, ensure_ascii=False)
    response = Response(text, status, mimetype=KIND)
    response.headers.update(headers or {})
    return response
