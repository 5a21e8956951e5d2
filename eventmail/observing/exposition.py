"""The figures in the form that Prometheus reads. No label holds an address, a name or free text."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from eventmail import clock
from eventmail.audit import verifying
from eventmail.database import Database
from eventmail.observing import figures, totals
from eventmail.observing.backups import Backup
from eventmail.observing.troubles import KINDS
from eventmail.outbox.standing import waiting_since
from eventmail.version import VERSION
from eventmail.wire import RULES, Kind

REPLIES = ("2xx", "4xx", "5xx", "none")
SIGN_INS = {
    "staff.sign_in_refused": "password",
    "staff.second_step_refused": "second_factor",
    "staff.confirmation_refused": "confirmation",
}
HALTED = "dispatch.halted"
# Why a sending may be halted without the gate. Each stands at 0 first, as each rule of the gate's:
# of a series that begins at 1 Prometheus would see no increase.
NOT_THE_GATE = (
    *("broken", "no_first_copy", "not_allowed_here", "snapshot_changed", "too_big"),
    "unwritable",
)


def exposition(
    database: Database, requests: CollectorRegistry, backup: Backup | None, waiting: int
) -> bytes:
    """All figures: those of the database in one look at it, and this process's own requests.

    ``waiting``: how many tasks are in the queue.
    """
    registry = CollectorRegistry()
    registry.register(_Given(list(_all(database, backup, waiting))))
    return bytes(generate_latest(registry) + generate_latest(requests))


class _Given(Collector):
    """Metrics that are there already."""

    def __init__(self, found: list[Metric]) -> None:
        self._found = found

    def collect(self) -> list[Metric]:
        return self._found


def _all(database: Database, backup: Backup | None, waiting: int) -> Iterator[Metric]:
    with database.reading() as session:
        verifying.begin(session)
        counted = totals.read(session)
        yield _by_label(
            GaugeMetricFamily,
            "eventmail_deliveries",
            "Mails of sendings that go on, by state; uncertain ones of every sending.",
            "state",
            figures.deliveries(session),
        )
        broken, verified = figures.chains(session)
        since = (
            (
                "eventmail_oldest_due_seconds",
                "How long a sending that could go on has stood still.",
                waiting_since(session),
            ),
            (
                "eventmail_oldest_import_seconds",
                "How long rosters wait for a worker.",
                figures.oldest_import(session),
            ),
        )
        down = figures.relays_down(session)
        going_on = figures.troubles(session)
        calls = figures.webhook_calls(session)
    for name, text, moment in since:
        yield GaugeMetricFamily(name, text, value=_age(moment))
    yield GaugeMetricFamily("eventmail_queue_tasks", "Tasks in the queue.", value=waiting)
    yield GaugeMetricFamily("eventmail_relays_down", "Relays that cannot be used.", value=down)
    yield GaugeMetricFamily(
        "eventmail_webhook_calls", "Calls of webhooks that are still to be made.", value=calls
    )
    yield from _audit(broken, verified)
    yield from _counters(counted)
    yield _latency(counted)
    yield _by_label(
        GaugeMetricFamily,
        "eventmail_troubles",
        "Troubles that go on, by kind.",
        "kind",
        dict.fromkeys(KINDS, 0) | going_on,
    )
    yield from _backup(backup)
    yield _build(database)


def _by_label(
    family: type[GaugeMetricFamily] | type[CounterMetricFamily],
    name: str,
    text: str,
    label: str,
    values: dict[str, float] | dict[str, int],
) -> Metric:
    made = family(name, text, labels=(label,))
    for each, value in values.items():
        made.add_metric((each,), value)
    return made


def _counters(counted: totals.Totals) -> Iterator[Metric]:
    def of(series: str, part: str) -> float:
        return counted[series, part]

    halts: dict[str, float] = {
        part.removeprefix(HALTED).strip(): value
        for (series, part), value in counted.items()
        if series == totals.ACTS and part.startswith(HALTED)
    }
    gate = {rule: halts.pop(rule, 0.0) for rule in RULES}
    other = dict.fromkeys(NOT_THE_GATE, 0.0) | halts
    mails = {kind.value: of(totals.MAILS, kind.value) for kind in Kind}
    replies = {each: of(totals.REPLIES, each) for each in REPLIES}
    steps = {name: of(totals.ACTS, act) for act, name in SIGN_INS.items()}
    rows: tuple[tuple[str, str, str, dict[str, float]], ...] = (
        ("mails", "Tries to hand a mail over, by what became of them.", "outcome", mails),
        ("relay_replies", "The relay's replies, by class.", "class", replies),
        ("gate_refusals", "Sendings that the gate halted, by rule.", "rule", gate),
        ("halts", "Sendings that were halted for another reason.", "reason", other),
        ("sign_in_failures", "Refused sign-ins and confirmations, by step.", "step", steps),
    )
    for name, text, label, values in rows:
        yield _by_label(CounterMetricFamily, f"eventmail_{name}", text, label, values)
    yield CounterMetricFamily(
        "eventmail_access_refusals",
        "Pages that signed-in people asked for without leave.",
        value=of(totals.ACTS, "access.refused"),
    )


def _latency(counted: totals.Totals) -> Metric:
    buckets, sofar = [], 0.0
    for each in (*map(str, totals.BUCKETS), totals.BEYOND):
        sofar += counted[totals.SECONDS, each]
        buckets.append((each, sofar))
    found = HistogramMetricFamily(
        "eventmail_relay_seconds", "From handing a mail over to the relay's answer."
    )
    found.add_metric((), buckets, counted[totals.SECONDS, totals.SUM])
    return found


def _audit(broken: int, verified: datetime | None) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "eventmail_audit_chains_broken", "Audit chains whose last check failed.", value=broken
    )
    if verified is not None:
        yield GaugeMetricFamily(
            "eventmail_audit_verified_timestamp_seconds",
            "When the chain was verified that was longest ago.",
            value=verified.timestamp(),
        )


def _backup(backup: Backup | None) -> Iterator[Metric]:
    if backup is None:
        return
    yield GaugeMetricFamily(
        "eventmail_backup_failed", "Whether a backup failed since.", value=backup.failed_since
    )
    if backup.good_at is not None:
        yield GaugeMetricFamily(
            "eventmail_backup_timestamp_seconds",
            "When the last good backup was made.",
            value=backup.good_at.timestamp(),
        )


def _build(database: Database) -> Metric:
    kind = "sqlite" if database.is_sqlite else "postgresql"
    told = {"version": VERSION, "python": platform.python_version(), "database": kind}
    return InfoMetricFamily("eventmail_build", "What runs here.", value=told)


def _age(moment: datetime | None) -> float:
    return 0.0 if moment is None else max(0.0, (clock.now() - moment).total_seconds())
