"""The figures as Prometheus reads them."""

from __future__ import annotations

from flask import Flask
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from eventmail.database import Database
from eventmail.observing.exposition import exposition

TOKEN = "tests-only:-whoever-knows-this-may-read"


class Figures:
    """The samples of one scrape."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.samples = [
            each for family in text_string_to_metric_families(text) for each in family.samples
        ]

    def of(self, name: str, **labels: str) -> float | None:
        """The value of one sample; None if there is none."""
        found = [
            each.value
            for each in self.samples
            if each.name == name and labels.items() <= each.labels.items()
        ]
        assert len(found) < 2, f"{name} {labels}: {found}"
        return found[0] if found else None


def scrape(app: Flask, **headers: str) -> Figures:
    """As Prometheus asks for them."""
    given = headers or {"Authorization": f"Bearer {TOKEN}"}
    response = app.test_client().get("/metrics", headers=given)
    assert response.status_code == 200
    return Figures(response.get_data(as_text=True))


def look(database: Database) -> Figures:
    """What the database gives, without a web process."""
    return Figures(exposition(database, CollectorRegistry(), None, 0).decode())
