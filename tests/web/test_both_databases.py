"""Every page opens on SQLite and on PostgreSQL: tests through the pages run on one by turns."""

from __future__ import annotations

from flask import Flask

from eventmail.database import Database
from eventmail.mailings.models import Snapshot
from eventmail.sample import People
from tests.attacks.crawler import Crawler, kind_of
from tests.kinds import both_databases

ROLES = ("author", "checker", "approver", "manager", "auditor")


@both_databases
def test_whatever_links_lead_to_opens(
    app: Flask, database: Database, people: People, approved: Snapshot
) -> None:
    kinds, broken = set(), []
    for role in ROLES:
        crawler = Crawler(app, getattr(people, role).id, each_kind=1)
        crawler.walk()
        broken += [f"{role}: {each}" for each in crawler.found if ": status" in each]
        kinds |= {kind_of(path) for path in crawler.pages}
    assert broken == []
    assert len(kinds) >= 60, sorted(kinds)
