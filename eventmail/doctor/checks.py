"""The table of everything that is looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

import sqlalchemy as sa
from dns.resolver import Resolver
from sqlalchemy.orm import Session

from eventmail.addresses import EmailAddress
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.doctor import backups, configured, domains, machine, relaying, returning, rows, work
from eventmail.doctor.finding import Finding, broken
from eventmail.doctor.names import system_resolver
from eventmail.doctor.running import Check, Result, run, within
from eventmail.language import Said, said
from eventmail.offices.models import Mailbox, Office
from eventmail.relays import service as relays
from eventmail.relays.service import NoRoute
from eventmail.wire import Relay, ReturnPattern

PLANNING = 3.0  # seconds for asking the database what there is to check
SAMPLE_TAG = f"d1-{'a' * 20}"  # of no delivery: its signature is none
TITLES: dict[str, Said] = {
    "database": said("データベース"),
    "migrations": said("データベースの形"),
    "clock": said("時計"),
    "queue": said("待ち行列"),
    "worker": said("送信処理"),
    "disk": said("ディスクの空き"),
    "files": said("ファイルの権限"),
    "fonts": said("文字（フォント）"),
    "backup": said("バックアップ"),
    "secret": said("秘密の文字列"),
    "production": said("本番の設定"),
    "bounces": said("届かなかった知らせ"),
    "relay": said("送信サーバー"),
    "mx": said("DNS：MX"),
    "spf": said("DNS：SPF"),
    "dkim": said("DNS：DKIM"),
    "dmarc": said("DNS：DMARC"),
    "test_mail": said("テストメール"),
}
SET_RELAY = said("所の管理者か決裁者に、「所の設定」で送信サーバーを選び直してもらってください。")


@dataclass(frozen=True, slots=True)
class Stock:
    """What the database says is there to be checked; ``unroutable``: offices without a relay."""

    relays: Mapping[Relay, EmailAddress | None] = field(default_factory=dict)
    unroutable: tuple[str, ...] = ()
    domains: Mapping[str, str] = field(default_factory=dict)  # each with its relay's host


@dataclass(frozen=True, slots=True)
class Examination:
    """One round of checks: of what, with which resolver, under which names keys are sought."""

    settings: Settings
    database: Database
    resolver: Resolver | None = None
    selectors: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, settings: Settings, database: Database, selectors: tuple[str, ...] = ()
    ) -> Examination:
        """With this machine's own resolver, and the selectors of the settings besides."""
        wanted = (*selectors, *settings.dkim_selectors)
        return cls(settings, database, system_resolver(), wanted)

    def at_once(self) -> list[Result]:
        """What can be known without asking other machines."""
        return run(list(self._local()))

    def whole(self, *more: Check) -> list[Result]:
        """Everything, and what the caller adds."""
        default = relays.default_route(self.settings).relay
        nothing = Stock({default: None})
        stock = within(PLANNING, lambda: _stock(self.settings, self.database), nothing)
        return run([*self._local(), *self._remote(stock), *more])

    def _local(self) -> Iterator[Check]:
        settings, database = self.settings, self.database
        table: dict[str, Callable[[], Finding]] = {
            "database": partial(rows.reachable, database),
            "migrations": partial(rows.migrations, database),
            "clock": partial(rows.time, database),
            "queue": partial(work.queue, settings, database),
            "worker": partial(work.worker, settings),
            "disk": partial(machine.disk, settings),
            "files": partial(machine.files, settings),
            "fonts": machine.fonts,
            "backup": partial(backups.backup, settings),
            "secret": partial(configured.secret, settings),
            "production": partial(configured.production, settings),
        }
        return (Check(name, TITLES[name], action) for name, action in table.items())

    def _remote(self, stock: Stock) -> Iterator[Check]:
        yield _asking("bounces", partial(returning.bounces, self.settings))
        for relay, sender in stock.relays.items():
            yield _asking("relay", partial(relaying.relay, relay, sender))
        for sentence in stock.unroutable:
            yield _asking("relay", partial(broken, sentence, SET_RELAY))
        for domain, host in stock.domains.items():
            table = {
                "mx": partial(domains.mx, domain, self.resolver),
                "spf": partial(domains.spf, domain, self.resolver, host),
                "dkim": partial(domains.dkim, domain, self.resolver, host, self.selectors),
                "dmarc": partial(domains.dmarc, domain, self.resolver),
            }
            yield from (_asking(name, action) for name, action in table.items())


def _asking(name: str, action: partial[Finding]) -> Check:
    return Check(name, TITLES[name], action, network=True)


def _stock(settings: Settings, database: Database) -> Stock:
    with database.reading() as session:
        return stock_of(session, settings)


def stock_of(session: Session, settings: Settings) -> Stock:
    """Every relay in use, each with a sender of ours, and every sender's domain."""
    returns = settings.bounce_address
    envelope = ReturnPattern.parse(returns).address(SAMPLE_TAG) if returns else None
    found: dict[Relay, EmailAddress | None] = {relays.default_route(settings).relay: envelope}
    unroutable, hosts = list[str](), dict[str, str]()
    for office in session.scalars(sa.select(Office).order_by(Office.id)):
        try:
            relay = relays.route_of(session, settings, office.id).relay
        except NoRoute as error:
            unroutable.append(error.message_ja)
            continue
        query = sa.select(Mailbox).where(Mailbox.office_id == office.id).order_by(Mailbox.id)
        senders = [each.email for each in session.scalars(query)]
        found[relay] = found.get(relay) or envelope or next(iter(senders), None)
        hosts.update({each.domain: relay.host for each in senders})
    return Stock(found, tuple(unroutable), hosts)
