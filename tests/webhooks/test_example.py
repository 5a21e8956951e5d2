"""docs/webhooks.md: its example verifies a real call, and its tables are those of the code."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eventmail.api.document import described
from eventmail.database import Database
from eventmail.mailings.models import Snapshot
from eventmail.outbox import control
from eventmail.sample import People
from eventmail.webhooks.kinds import ALL
from eventmail.webhooks.sending import WAITS
from tests.webhooks.hands import Hook
from tests.webhooks.receiver import Receiver

PAGE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")
(EXAMPLE,) = re.findall(r"```python\n(.+?)```", PAGE, re.DOTALL)
ROW = re.compile(r"^\| ((?:`[a-z.]+`、?)+) \|", re.MULTILINE)
Verify = Callable[[str, dict[str, str], bytes], Any]


@pytest.fixture
def verified() -> Verify:
    found: dict[str, Any] = {}
    exec(compile(EXAMPLE, "docs/webhooks.md", "exec"), found)
    verify: Verify = found["verified"]
    return verify


def test_the_example_takes_a_real_call_and_nothing_else(
    database: Database,
    people: People,
    approved: Snapshot,
    hook: Hook,
    receiver: Receiver,
    verified: Verify,
) -> None:
    with database.writing() as session:
        control.pause(session, people.author, session.get_one(Snapshot, approved.id))
    hook.visit()
    (told,) = receiver.told
    assert verified(hook.secret, told.headers, told.body)["type"] == "sending.paused"
    another = "whsec_" + "A" * 43 + "="
    old = told.headers | {"webhook-timestamp": "1614265330"}
    moved = told.headers | {"webhook-id": "msg_other"}
    for secret, headers, body in (
        (hook.secret, told.headers, told.body + b" "),
        (another, told.headers, told.body),
        (hook.secret, old, told.body),
        (hook.secret, moved, told.body),
    ):
        with pytest.raises(ValueError, match=r"signed|too old"):
            verified(secret, headers, body)


def test_the_table_of_kinds_is_that_of_the_code() -> None:
    rows = ROW.findall(PAGE.replace("| `type` |", "| type |"))
    told = [kind for row in rows for kind in re.findall(r"`([a-z.]+)`", row)]
    assert sorted(told) == sorted(ALL)


def test_the_waits_that_are_told_are_those_of_the_code() -> None:
    words = re.search(r"約(.+?)の間をおいて", PAGE)
    assert words is not None
    minutes = [
        int(number) * (60 if unit == "時間" else 1)
        for number, unit in re.findall(r"(\d+)(分|時間)", words[1])
    ]
    assert minutes == [each.total_seconds() / 60 for each in WAITS]


def test_each_kind_is_described_with_its_data() -> None:
    document = described()
    assert set(document["webhooks"]) == set(ALL)
    for name, each in ALL.items():
        post = document["webhooks"][name]["post"]
        schema = post["requestBody"]["content"]["application/json"]["schema"]
        assert schema["properties"]["type"] == {"const": name}
        reference = schema["properties"]["data"]["$ref"]
        assert reference == f"#/components/schemas/{each.data.__name__}"
        assert each.data.__name__ in document["components"]["schemas"]
