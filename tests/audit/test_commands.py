"""``app.py audit`` and the nightly verification."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from eventmail.alerts import chains
from eventmail.alerts.models import Alert
from eventmail.alerts.wording import AUDIT, RECORDS
from eventmail.audit import verifying
from eventmail.audit.models import AuditCheck
from eventmail.cli import cli
from eventmail.database import Database
from eventmail.sample import People
from tests.conftest import SECRET
from tests.guards import drop_guard

Call = Callable[..., Result]


@pytest.fixture
def call(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EVENTMAIL_MODE", "test")
    monkeypatch.setenv("EVENTMAIL_SECRET_KEY", SECRET)
    monkeypatch.setenv("EVENTMAIL_DATA_DIR", str(tmp_path))
    url = database.url.render_as_string(hide_password=False)
    monkeypatch.setenv("EVENTMAIL_DATABASE_URL", url)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(cli, ["audit", *arguments])

    return run


def _broken(database: Database) -> None:
    drop_guard(database, "audit_entries", "update")
    with database.writing() as session:
        session.execute(
            sa.text(
                "UPDATE audit_entries SET staff_id = 3 WHERE id = (SELECT entry_id "
                "FROM audit_links WHERE chain = 1 AND number = 4)"
            )
        )


def test_a_whole_chain_its_head_and_what_was_noted(call: Call, database: Database) -> None:
    first = call("verify")
    assert first.exit_code == 0, first.output
    line = next(each for each in first.output.splitlines() if "つながっています" in each)
    code = line.rpartition("先頭の符号 ")[2]
    office = line.split("：")[1].split(" ")[0]
    assert verifying.noted(code) is not None
    assert call("verify", "--office", office, "--since", code).exit_code == 0
    number = code.partition(":")[0]
    wrong = call("verify", "--office", office, "--since", f"{number}:0000-0000-0000-0000")
    assert wrong.exit_code == 1
    assert "切れています" in wrong.output
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(AuditCheck))


def test_the_first_broken_link_ends_with_one(call: Call, database: Database) -> None:
    _broken(database)
    done = call("verify")
    assert done.exit_code == 1
    assert "4番" in done.output
    assert verifying.FORGED in done.output


def _without(database: Database, *tables: str) -> None:
    """All that there is of the office's chain in these tables is gone."""
    for table in tables:
        drop_guard(database, table, "delete")
        column = "office_id" if table == "audit_entries" else "chain"
        with database.writing() as session:
            session.execute(sa.text(f"DELETE FROM {table} WHERE {column} = 1"))


def test_a_chain_of_which_nothing_is_left_is_missed_by_what_was_noted(
    call: Call, database: Database, people: People
) -> None:
    _without(database, "audit_heads", "audit_links", "audit_entries")
    name = people.author.office.name
    done = call("verify", "--office", name, "--since", "3:0123-4567-89ab-cdef")
    assert done.exit_code == 1
    assert "切れています" in done.output


def test_a_lost_head_is_repaired(call: Call, database: Database, people: People) -> None:
    name = people.author.office.name
    assert call("repair", name).exit_code != 0, "nothing is lost"
    _without(database, "audit_heads")
    assert call("verify").exit_code == 1
    assert "作り直しました" in call("repair", name).output
    assert call("verify").exit_code == 0
    assert call("repair", "全体").exit_code != 0, "nothing is lost"


def test_what_cannot_be_read_is_refused(call: Call) -> None:
    assert call("verify", "--since", "1:0000-0000-0000-0000").exit_code != 0
    assert call("verify", "--office", "どこにもない所").exit_code != 0


def test_the_office_s_audit_as_text(call: Call, database: Database, people: People) -> None:
    done = call("export", people.author.office.name)
    assert done.exit_code == 0, done.output
    assert "所を登録しました" in done.output


def test_a_broken_chain_alerts_its_office_once(
    database: Database, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert chains.verify_due(database)
    assert chains.verify_due(database) == [], "once a night"
    _broken(database)
    monkeypatch.setattr(chains, "_is_due", lambda *_: True)  # the next nights
    chains.verify_due(database)
    chains.verify_due(database)
    with database.reading() as session:
        (alert,) = session.scalars(sa.select(Alert).where(Alert.kind == AUDIT))
        assert alert.office_id == people.author.office.id
        assert "4番" in alert.sentence
        assert alert.title == RECORDS.title
        last = verifying.last_check(session, people.author.office.id)
        assert last is not None
        assert last.fault.startswith("4番")
