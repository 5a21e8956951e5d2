"""The corpus of workbooks, written once in a session, however many processes it has."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.spreadsheet import corpus


@pytest.fixture(scope="session")
def workbooks(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder with one workbook in every format: ``ods/roster.ods``."""
    base = tmp_path_factory.getbasetemp()
    return corpus.made_once(base if worker_id == "master" else base.parent)
