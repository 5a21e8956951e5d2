"""The fence around the one way out, held against every source file of the service."""

from __future__ import annotations

from pathlib import Path

from tests.attacks import fence

ROOT = Path(__file__).parents[2]
FILES = [*sorted((ROOT / "eventmail").rglob("*.py")), ROOT / "app.py"]


def test_no_source_file_goes_around_the_one_way_out() -> None:
    found = {
        str(path.relative_to(ROOT)): faults
        for path in FILES
        if (faults := fence.faults(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")))
    }
    assert len(FILES) > 80
    assert found == {}


def test_every_exception_in_the_fence_is_used() -> None:
    """An exception for a file that no longer needs it would be a gap."""
    for library, files in fence.LIBRARIES.items():
        for name in files:
            tree = fence.ast.parse((ROOT / name).read_text(encoding="utf-8"))
            roots = {each.partition(".")[0] for each in fence.imports(tree)}
            assert library in roots, f"{name} does not import {library}"
