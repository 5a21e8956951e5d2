"""What there is to be checked: the relays and domains that the settings and the offices name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.addresses import EmailAddress
from eventmail.config import Settings
from eventmail.doctor.finding import Finding, broken
from eventmail.language import said
from eventmail.offices.models import Mailbox, Office
from eventmail.relays import service as relays
from eventmail.relays.service import NoRoute
from eventmail.wire import Relay, ReturnPattern

SAMPLE_TAG = f"d1-{'a' * 20}"  # of no delivery: its signature is none
SET_RELAY = said("所の管理者か決裁者に、「所の設定」で送信サーバーを選び直してもらってください。")
UNREADABLE = said("送信サーバーの設定（EVENTMAIL_MAIL_SERVER など）に誤りがあり、送信できません。")
MEND = said(
    "EVENTMAIL_MAIL_SERVER と EVENTMAIL_MAIL_PORT を直してください。直すと、所ごとの送信サーバーと"
    "ドメインも点検します。"
)
UNKNOWN = said("所ごとの送信サーバーとドメインを調べられませんでした。")
LOOK_AGAIN = said("「データベース」の行を確かめてから、もう一度点検してください。")


@dataclass(frozen=True, slots=True)
class Stock:
    """Each relay with a sender of ours, each domain with its relay's host, and what is known
    already: ``faults`` that keep a relay or a domain from being looked at.
    """

    relays: Mapping[Relay, EmailAddress | None] = field(default_factory=dict)
    domains: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[Finding, ...] = ()


def of_settings(settings: Settings) -> Stock:
    """The relay that the settings name, if it can be one."""
    returns = settings.bounce_address
    envelope = ReturnPattern.parse(returns).address(SAMPLE_TAG) if returns else None
    try:
        return Stock({relays.default_route(settings).relay: envelope})
    except ValueError:
        return Stock(faults=(broken(UNREADABLE, MEND),))


def without_offices(settings: Settings) -> Stock:
    """The same where the database did not say in time what the offices use."""
    known = of_settings(settings)
    return Stock(known.relays, faults=(*known.faults, broken(UNKNOWN, LOOK_AGAIN)))


def stock_of(session: Session, settings: Settings) -> Stock:
    """Every relay in use, each with a sender of ours, and every sender's domain."""
    known = of_settings(settings)
    if known.faults:
        return known  # an office's relay, too, is made from it
    found, faults, hosts = dict(known.relays), list[Finding](), dict[str, str]()
    (envelope,) = found.values()
    senders = _senders(session)
    for office_id in session.scalars(sa.select(Office.id).order_by(Office.id)):
        try:
            relay = relays.route_of(session, settings, office_id).relay
        except NoRoute as error:
            faults.append(broken(error.message_ja, SET_RELAY))
            continue
        ours = senders.get(office_id, [])
        found[relay] = found.get(relay) or envelope or next(iter(ours), None)
        hosts.update({each.domain: relay.host for each in ours})
    return Stock(found, hosts, tuple(faults))


def _senders(session: Session) -> dict[int, list[EmailAddress]]:
    """The mailboxes of all offices."""
    query = sa.select(Mailbox).order_by(Mailbox.office_id, Mailbox.id)
    grouped: Iterable[tuple[int, Iterable[Mailbox]]] = groupby(
        session.scalars(query), lambda each: each.office_id
    )
    return {office_id: [each.email for each in mailboxes] for office_id, mailboxes in grouped}
