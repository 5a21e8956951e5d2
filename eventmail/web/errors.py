"""Errors as pages: one sentence that says what happened and what to do."""

from __future__ import annotations

import logging

from flask import Flask, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from eventmail.errors import NotFound, UserError
from eventmail.language import said
from eventmail.offices.permissions import Forbidden
from eventmail.web import problems, refusals
from eventmail.web.sizes import TAKE_FILES

log = logging.getLogger(__name__)

SENTENCES = {
    400: said("送られた内容を読み取れませんでした。前の画面に戻って、もう一度お試しください。"),
    403: said("この操作をする権限がありません。"),
    404: said("お探しのページが見つかりません。アドレスを確かめるか、最初の画面に戻ってください。"),
    405: said("このページはその方法では開けません。最初の画面に戻ってください。"),
    413: said("ファイルが大きすぎます。小さくしてから、もう一度お試しください。"),
}
TOO_LONG = said("送られた内容が長すぎます。前の画面に戻り、短くしてから、もう一度お試しください。")
BROKEN = said(
    "この操作を途中で終えられませんでした。入力した内容は送信していません。"
    "もう一度試しても同じ場合は、管理者に連絡してください。"
)
EXPIRED = said(
    "画面を開いてからサインインの状態や所が変わったため、処理しませんでした。"
    "前の画面に戻って読み込み直し、もう一度お試しください。"
)


def attach(app: Flask) -> None:
    """Answer every error with a page."""
    app.register_error_handler(UserError, _user_error)
    app.register_error_handler(CSRFError, lambda _error: page(400, EXPIRED))
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _broken)


def page(status: int, sentence: str) -> ResponseReturnValue:
    """The error page; for a program, the same sentence as it reads it."""
    if problems.is_api(request.path):
        return problems.answer(status, problems.SENTENCES.get(status, sentence))
    return render_template("web/error.html", status=status, sentence=sentence), status


def _user_error(error: UserError) -> ResponseReturnValue:
    status = {NotFound: 404, Forbidden: 403}.get(type(error), 409)
    if status == 403:
        refusals.note()
    return page(status, error.message)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.code is not None and error.code < 400:
        return error.get_response()
    status = error.code or 500
    if status == 413 and request.endpoint not in TAKE_FILES:
        return page(status, TOO_LONG)
    answered = page(status, SENTENCES.get(status, BROKEN))
    if isinstance(answered, Response) and isinstance(error, MethodNotAllowed):
        answered.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
    return answered


def _broken(error: Exception) -> ResponseReturnValue:
    log.exception("a page broke", exc_info=error)
    return page(500, BROKEN)
