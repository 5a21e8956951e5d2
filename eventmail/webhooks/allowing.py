"""Whether webhooks may be told names and addresses at all: a setting that needs two people."""

from __future__ import annotations

from sqlalchemy.orm import Session

from eventmail.errors import UserError
from eventmail.language import said
from eventmail.offices.settings import Value
from eventmail.proposals.kinds import Kind, Place, Row, add, kept

YES, NO = said("渡すことを認める"), said("渡さない")
STRANGE = said("渡すことを認めるかどうかを選び直してください。")
ON = said(
    "認めると、「連絡先を含める」を付けたWebhookの呼び出しに、メールの送信先の会社名・担当者名・"
    "アドレスが入り、ほかのシステムに渡ります。渡したものは、消去の請求や保存期間の満了のときも、"
    "このサービスからは消せません。必要なシステムがあるときだけ認めてください。"
)
OFF = said("これからのWebhookの呼び出しには、会社名・担当者名・アドレスが入りません。")


def _check(_session: object, _place: Place, after: Value) -> Value:
    if not isinstance(after, bool):
        raise UserError(STRANGE)
    return after


READ, APPLY = kept(False)
CONTACTS = add(
    Kind(
        name="webhook_contacts",
        title=said("Webhookで連絡先を渡すこと"),
        read=READ,
        apply=APPLY,
        describe=lambda before, after: [
            Row(said("会社名・担当者名・アドレス"), *(YES if e else NO for e in (before, after)))
        ],
        meaning=lambda _before, after: ON if after else OFF,
        check=_check,
        safer=lambda before, after: before is True and after is False,
    )
)


def is_allowed(session: Session, office_id: int) -> bool:
    """Whether two people of the office have agreed to it, and nobody has ended it."""
    return CONTACTS.at(office_id).now(session) is True
