"""docs/api.md says what there is: every operation with its scope, every code."""

from __future__ import annotations

import re
from pathlib import Path

import eventmail.api
from eventmail.api.operations import OPERATIONS, PREFIX
from eventmail.api.tokens import Over
from eventmail.web.problems import CODES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (GET|POST) \| `([^`]+)` \| `(\w+)` \|", re.MULTILINE)
STATUS = re.compile(r"^\| (\d{3}) \| (.+) \|$", re.MULTILINE)


def test_the_table_of_operations_is_that_of_the_code() -> None:
    told = [(each.method, PREFIX + each.path, each.scope.value) for each in OPERATIONS.values()]
    assert sorted(ROW.findall(PAGE)) == sorted(told)


def test_every_code_that_programs_may_read_is_told() -> None:
    told = {code for _, row in STATUS.findall(PAGE) for code in re.findall(r"`([a-z_]+)`", row)}
    folder = Path(eventmail.api.__file__).parent
    sources = "\n".join(each.read_text(encoding="utf-8") for each in folder.rglob("*.py"))
    own = set(re.findall(r'(?:Refused|unauthorized)\(.*, "(\w+)"\)', sources))
    own |= {f"token_{each.value}" for each in Over}
    assert {"not_json", "no_token", "import_waiting"} <= own
    assert told - {"unauthorized"} == own | set(CODES.values()) - {"unauthorized"}
