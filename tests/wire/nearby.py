"""Looks into materials in this very process: a child for each of thousands would take minutes.

That both give the same answer is shown in ``test_extract.py``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from eventmail.wire import searchable


@contextmanager
def no_child() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(searchable, "call", _call)
        yield


def _call(function: str, payload: bytes, *, seconds: float, megabytes: int) -> object:
    assert function == f"{searchable.__name__}:in_child"
    assert seconds > 0 < megabytes
    return json.loads(json.dumps(searchable.in_child(payload)))
