"""What the service writes to its log, as somebody would read it from standard error."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from _pytest.logging import LogCaptureHandler

from eventmail.observing import logs
from eventmail.observing.masking import Masker

KEY = "tests only: the key of the digests"


class Lines(io.StringIO):
    """All that was written."""

    @property
    def records(self) -> list[dict[str, Any]]:
        """Each line, which is a whole JSON object."""
        return [json.loads(line) for line in self.getvalue().splitlines()]

    def saying(self, message: str, **fields: object) -> list[dict[str, Any]]:
        """The records with this message and these fields."""
        return [
            each
            for each in self.records
            if each["message"] == message and fields.items() <= each.items()
        ]


@contextmanager
def listening(monkeypatch: pytest.MonkeyPatch, form: type[logs._Masking]) -> Iterator[Lines]:
    """The log of a process, with standard error kept; afterwards all is as before."""
    loggers = [logging.getLogger(name) for name in (None, *logging.root.manager.loggerDict)]
    before = [(each, list(each.handlers), each.level) for each in loggers]
    written = Lines()
    monkeypatch.setattr(logs.Careful, "stream", written)
    # pytest listens as well, and would fail the test where a record cannot be formatted.
    monkeypatch.setattr(LogCaptureHandler, "handleError", lambda *_: None)
    logs.install(form(Masker(KEY)), logging.INFO)
    try:
        yield written
    finally:
        for logger, handlers, level in before:
            logger.handlers[:] = handlers
            logger.setLevel(level)
