"""The queue's own tables are made by whoever comes first, however many come at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from eventmail.config import Mode, Settings
from eventmail.outbox.queue import make_huey
from tests.conftest import SECRET, Templates
from tests.kinds import DATABASES

AT_ONCE = 8


@pytest.mark.parametrize("kind", DATABASES)
def test_many_processes_may_start_at_once_on_a_fresh_database(
    kind: str, templates: Templates, tmp_path: Path
) -> None:
    settings = Settings(
        mode=Mode.TEST, secret_key=SECRET, data_dir=tmp_path, database_url=templates.empty(kind)
    )
    ready = Barrier(AT_ONCE)

    def start(_: int) -> int:
        ready.wait()
        huey = make_huey(settings)
        pending: int = huey.pending_count()
        huey.storage.close()
        return pending

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert list(pool.map(start, range(AT_ONCE))) == [0] * AT_ONCE
