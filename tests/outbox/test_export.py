"""The list of a sending to take away, as CSV and as a workbook."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

import sqlalchemy as sa
from openpyxl import load_workbook

from eventmail.audit.models import AuditEntry
from eventmail.database import Database
from eventmail.mailings.models import Snapshot
from eventmail.outbox.models import Delivery
from eventmail.outbox.worker import Outbox
from tests.pages import Pages
from tests.recorder import PASS, Recorder

SignIn = Callable[[str], Pages]
UNKNOWN = "550 5.1.1 no such user"


def csv_of(browser: Pages, snapshot: Snapshot, query: str = "") -> list[list[str]]:
    place = f"/mailings/{snapshot.mailing_id}/deliveries.csv{query}"
    text = browser.post_raw(place, {}).get_data().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_csv_and_workbook_say_the_same_as_the_page(
    sign_in: SignIn, snapshot: Snapshot, outbox: Outbox, recorder: Recorder
) -> None:
    recorder.script("RCPT", PASS)
    recorder.script("RCPT", UNKNOWN)
    outbox.send_due(snapshot.id)
    browser = sign_in("author")
    rows = csv_of(browser, snapshot)
    assert len(rows) == 31
    assert rows[1][4] == "受け取り拒否"
    assert rows[1][6] == UNKNOWN
    assert "名簿を直してください" in rows[1][7]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", rows[1][5])
    answer = browser.post_raw(f"/mailings/{snapshot.mailing_id}/deliveries.xlsx", {})
    sheet = load_workbook(io.BytesIO(answer.data)).active
    assert [[str(c or "") for c in row] for row in sheet.iter_rows(values_only=True)] == rows


def test_only_what_was_filtered_is_taken_and_it_is_noted(
    sign_in: SignIn,
    snapshot: Snapshot,
    outbox: Outbox,
    recorder: Recorder,
    database: Database,
) -> None:
    recorder.script("RCPT", PASS)
    recorder.script("RCPT", UNKNOWN)
    outbox.send_due(snapshot.id)
    assert len(csv_of(sign_in("author"), snapshot, "?state=refused")) == 2
    with database.reading() as session:
        query = sa.select(AuditEntry).where(AuditEntry.action == "deliveries.exported")
        assert session.scalars(query).one().details["kind"] == "csv"


def test_the_relays_words_are_no_formula(
    sign_in: SignIn, snapshot: Snapshot, database: Database
) -> None:
    with database.writing() as session:
        session.execute(sa.update(Delivery).values(reply='=HYPERLINK("http://x")'))
    browser = sign_in("author")
    assert csv_of(browser, snapshot)[1][6].startswith("'=")
    answer = browser.post_raw(f"/mailings/{snapshot.mailing_id}/deliveries.xlsx", {})
    cell = load_workbook(io.BytesIO(answer.data)).active["G2"]
    assert (cell.data_type, cell.quotePrefix) == ("s", True)
