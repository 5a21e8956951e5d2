"""On which kinds of databases a test runs.

What may differ between them is proved on both: SQL of the services, locks, triggers, migrations,
two at once. A test that goes through the pages is about words, forms, order and permissions, which
are decided in Python: it runs on one of them, by turns, so that each still sees half of all pages.
That every page opens on either is one test (``tests/web/test_both_databases.py``), and a test
through the pages that is about the database itself says ``@both_databases``.
"""

from __future__ import annotations

import zlib

import pytest

DATABASES = ("sqlite", "postgresql")
THROUGH_PAGES = frozenset({"app", "pages", "sign_in"})

both_databases = pytest.mark.both_databases


def by_turns(name: str) -> str:
    """One of the two, always the same for the same name."""
    return DATABASES[zlib.crc32(name.encode()) % len(DATABASES)]


def choose(metafunc: pytest.Metafunc) -> None:
    """Let the test run on its databases, unless it says itself on which."""
    test = metafunc.definition
    said = {each.strip() for mark in test.iter_markers("parametrize") for each in _names(mark)}
    if "database" not in metafunc.fixturenames or "database" in said:
        return
    on_both = test.get_closest_marker("both_databases") is not None
    one = THROUGH_PAGES & set(metafunc.fixturenames) and not on_both
    kinds = (by_turns(test.nodeid),) if one else DATABASES
    metafunc.parametrize("database", kinds, indirect=True)


def _names(mark: pytest.Mark) -> list[str]:
    names = mark.args[0] if mark.args else mark.kwargs["argnames"]
    return names.split(",") if isinstance(names, str) else list(names)
