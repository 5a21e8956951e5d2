"""The table of everything that is looked at."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from dns.resolver import Resolver

from eventmail.config import Settings
from eventmail.database import Database
from eventmail.doctor import (
    backups,
    configured,
    domains,
    machine,
    posting,
    relaying,
    returning,
    rows,
    work,
)
from eventmail.doctor.finding import Finding, State
from eventmail.doctor.names import system_resolver
from eventmail.doctor.running import WITHOUT_DATABASE, Check, Result, run, within
from eventmail.doctor.stock import Stock, stock_of, without_offices
from eventmail.language import Said, said

PLANNING = 3.0  # seconds for asking whether the database answers, and what there is to check
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
    "test_mail": posting.TITLE,
}


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
        return self._run(self._answer(), self._local())

    def whole(self, *more: Check) -> list[Result]:
        """Everything, and what the caller adds."""
        begun = time.monotonic()
        answer = self._answer()
        stock = without_offices(self.settings)
        if answer.state is State.GOOD:
            rest = max(0.0, begun + PLANNING - time.monotonic())
            stock = within(rest, lambda: _planned(self.settings, self.database), stock)
        return self._run(answer, [*self._local(), *self._remote(stock), *more])

    def _answer(self) -> Finding:
        """Whether the database answers: asked first, and in vain by nothing else."""
        late = rows.not_reached(self.database)
        return within(PLANNING, lambda: rows.reachable(self.database), late)

    def _run(self, answer: Finding, checks: Iterable[Check]) -> list[Result]:
        known = Check("database", TITLES["database"], partial(_told, answer))
        spared = partial(_told, WITHOUT_DATABASE)
        in_vain = answer.state is not State.GOOD
        left = (replace(each, run=spared) if in_vain and each.database else each for each in checks)
        return run([known, *left])

    def _local(self) -> Iterator[Check]:
        settings, database = self.settings, self.database
        beside: dict[str, Callable[[], Finding]] = {
            "migrations": partial(rows.migrations, database),
            "clock": partial(rows.time, database),
            "queue": partial(work.queue, settings, database),
        }
        yield from (Check(name, TITLES[name], act, database=True) for name, act in beside.items())
        beats = partial(work.worker, settings)
        yield Check("worker", TITLES["worker"], beats, database=not database.is_sqlite)
        alone: dict[str, Callable[[], Finding]] = {
            "disk": partial(machine.disk, settings),
            "files": partial(machine.files, settings),
            "fonts": machine.fonts,
            "backup": partial(backups.backup, settings),
            "secret": partial(configured.secret, settings),
            "production": partial(configured.production, settings),
        }
        yield from (Check(name, TITLES[name], action) for name, action in alone.items())

    def _remote(self, stock: Stock) -> Iterator[Check]:
        yield _asking("bounces", partial(returning.bounces, self.settings))
        for relay, sender in stock.relays.items():
            yield _asking("relay", partial(relaying.relay, relay, sender))
        for known in stock.faults:
            yield _asking("relay", partial(_told, known))
        for domain, host in stock.domains.items():
            table = {
                "mx": partial(domains.mx, domain, self.resolver),
                "spf": partial(domains.spf, domain, self.resolver, host),
                "dkim": partial(domains.dkim, domain, self.resolver, host, self.selectors),
                "dmarc": partial(domains.dmarc, domain, self.resolver),
            }
            yield from (_asking(name, action) for name, action in table.items())


def _told(known: Finding) -> Finding:
    return known


def _asking(name: str, action: partial[Finding]) -> Check:
    return Check(name, TITLES[name], action, network=True)


def _planned(settings: Settings, database: Database) -> Stock:
    with database.reading() as session:
        return stock_of(session, settings)
