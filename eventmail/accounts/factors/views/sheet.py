"""The sheet of recovery codes: shown once, printed or kept as a file."""

from __future__ import annotations

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from eventmail import clock
from eventmail.accounts.factors import recovery, service
from eventmail.accounts.factors.views.common import blueprint, means
from eventmail.accounts.views.entering import confirmed
from eventmail.errors import UserError
from eventmail.language import said, told
from eventmail.offices.permissions import Action, permitted
from eventmail.web.context import reading, writing

NO_FACTOR = said("予備のコードを作る前に、認証アプリかパスキーを登録してください。")
NOT_THESE = said(
    "この予備のコードは、もう使えないため保存できません。"
    "「新しい予備のコードを作る」から、作り直してください。"
)
LINES = (
    said("イベントメール　予備のコード"),
    said("ユーザー名：{login}"),
    said("作った日時：{moment}"),
    said("1つのコードは1回だけ使えます。ほかの人の目に触れない場所に保管してください。"),
)


@blueprint.post("/account/factors/codes")
@permitted(Action.OWN_ACCOUNT)
@confirmed
def renew() -> ResponseReturnValue:
    """Ten new codes; those before do not work any more."""
    with writing() as db:
        if not service.has_any(db, current_user.id):
            raise UserError(NO_FACTOR)
        codes = recovery.renew(db, means().sealer, current_user.id)
    return shown(codes)


@blueprint.post("/account/factors/codes/file")
@permitted(Action.OWN_ACCOUNT)
@confirmed
def file() -> ResponseReturnValue:
    """The codes that the page shows, as a text file: the service itself knows them no more."""
    codes = request.form.getlist("code")[: recovery.COUNT + 1]
    if not recovery.are_own(reading(), means().sealer, current_user.id, codes):
        raise UserError(NOT_THESE)
    moment = clock.japanese_moment(clock.now())
    head = [told(each.format(login=current_user.login, moment=moment)) for each in LINES]
    text = "\r\n".join([*head, "", *codes, ""])
    name = "attachment; filename*=UTF-8''eventmail-recovery-codes.txt"
    return Response(
        text.encode("utf-8-sig"),
        mimetype="text/plain",
        headers={"Content-Disposition": name},
    )


def shown(codes: list[str]) -> str:
    """The page that shows them, this one time."""
    return render_template("factors/codes.html", codes=codes)
