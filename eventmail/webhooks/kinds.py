"""What webhooks can tell, in one table: the form, the description and the calls are made of it."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec import Struct

from eventmail.language import said
from eventmail.webhooks import shapes

TEST = "webhook.test"
SETTLED, ATTENTION = "deliveries.settled", "deliveries.attention"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of news: what it is called, and what its ``data`` is."""

    title: str
    data: type[Struct]


KINDS: dict[str, Kind] = {
    "mailing.submitted": Kind(said("確認を依頼した"), shapes.MailingNews),
    "mailing.checked": Kind(said("確認を終え、決裁に回した"), shapes.MailingNews),
    "mailing.approved": Kind(said("決裁した"), shapes.MailingNews),
    "mailing.returned": Kind(said("差し戻し・取り下げなどで作成に戻った"), shapes.MailingReturned),
    "mailing.rejected": Kind(said("却下した"), shapes.MailingNews),
    "sending.scheduled": Kind(said("送信の準備ができた"), shapes.SendingScheduled),
    "sending.released": Kind(said("送信控えを確かめ、残りの送信を始めた"), shapes.MailingNews),
    "sending.paused": Kind(said("送信を一時停止した"), shapes.MailingNews),
    "sending.resumed": Kind(said("送信を再開した"), shapes.MailingNews),
    "sending.stopped": Kind(
        said("送信を取りやめた、または期限を過ぎて終わった"), shapes.SendingStopped
    ),
    "sending.halted": Kind(
        said("送信ゲートなどが、安全のために送信を止めた"), shapes.SendingHalted
    ),
    "sending.finished": Kind(said("送信が終わった（状態ごとの件数）"), shapes.SendingFinished),
    "office.stopped": Kind(said("所の送信をすべて止めた"), shapes.OfficeNews),
    "office.resumed": Kind(said("所の送信を再開した"), shapes.OfficeNews),
    SETTLED: Kind(said("メール1通ごとの結果が決まった（まとめて）"), shapes.DeliveriesNews),
    ATTENTION: Kind(
        said("人が確かめるメールがある（要確認・受け取り拒否・不達）"), shapes.DeliveriesNews
    ),
}
# Asked for by a person on the page, and never chosen.
ALL = KINDS | {TEST: Kind(said("テストの呼び出し"), shapes.TestNews)}
OF_DELIVERIES = frozenset({SETTLED, ATTENTION})
