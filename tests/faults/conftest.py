"""One nursery and one PostgreSQL for all faults of a test process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.handles import Nursery
from tests.faults.servers import Postgres, Prepared
from tests.faults.world import Tools


@pytest.fixture(scope="session")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tools]:
    folder = tmp_path_factory.mktemp("faults")
    with Postgres() as server, Nursery() as nursery:
        yield Tools(folder, nursery, Prepared(folder, server), server)
