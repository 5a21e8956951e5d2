"""The log: one line a record on stderr, without addresses, whoever wrote it.

What cannot be written safely is not written: then a fixed sentence says from where it came.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TextIO

from eventmail import away, tracing
from eventmail.config import LogForm, Settings
from eventmail.observing.masking import Masker

LONGEST = 20_000  # characters of one value
UNWRITABLE = "a record that could not be written"
TEXT = "%(asctime)s %(name)s %(levelname)s %(message)s"
OURS = "eventmail"
_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class _Masking(logging.Formatter):
    """Says nothing but what has gone through the masker, and fails closed."""

    def __init__(self, masker: Masker) -> None:
        super().__init__(TEXT)
        self._masker = masker

    def format(self, record: logging.LogRecord) -> str:
        """One line; never raises."""
        try:
            return self.line(record)
        except Exception as error:  # noqa: BLE001 - whatever it was, its words may hold anything
            return self.unwritable(record, type(error).__name__)

    def line(self, record: logging.LogRecord) -> str:
        raise NotImplementedError

    def unwritable(self, record: logging.LogRecord, why: str) -> str:
        raise NotImplementedError

    def said(self, record: logging.LogRecord) -> str:
        """The record's message, its arguments in it."""
        return self.masked(record.getMessage())

    def masked(self, text: str) -> str:
        """Without addresses, and not too long: cut between words, which cuts no address in two."""
        return self._masker(text if len(text) <= LONGEST else text[:LONGEST].rsplit(None, 1)[0])

    def traces(self, record: logging.LogRecord) -> dict[str, str]:
        """Exception and stack, where there are any. What others have formatted is not used."""
        found = {}
        if record.exc_info:
            exc_info = record.exc_info if isinstance(record.exc_info, tuple) else sys.exc_info()
            found["exception"] = self.masked(self._told_of(exc_info))
        if record.stack_info:
            found["stack"] = self.masked(self.formatStack(record.stack_info))
        return found

    def _told_of(self, exc_info: _ExcInfo) -> str:
        """Where it came from; of a database that is away only what its driver says."""
        if away.is_away(exc_info[1]):
            return away.words(exc_info[1])
        return self.formatException(exc_info)


class JsonLines(_Masking):
    """One JSON object a line."""

    def line(self, record: logging.LogRecord) -> str:
        """Time, level, logger and message, then what the work at hand belongs to."""
        own: Mapping[str, Any] = record.__dict__.get(tracing.FACTS) or {}
        fields = self._head(record) | {"message": self.said(record)}
        fields |= {name: self._value(value) for name, value in {**tracing.current(), **own}.items()}
        return json.dumps(fields | self.traces(record), ensure_ascii=False)

    def unwritable(self, record: logging.LogRecord, why: str) -> str:
        """The fixed sentence."""
        where = f"{record.module}:{record.lineno}"
        fields = self._head(record) | {"message": UNWRITABLE, "where": where, "why": why}
        return json.dumps(fields, ensure_ascii=False)

    def _head(self, record: logging.LogRecord) -> dict[str, Any]:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        level = record.levelname.lower()
        return {"time": at, "level": level, "logger": self._masker(record.name)}

    def _value(self, value: Any) -> Any:
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, list | tuple):
            return [self._value(each) for each in value]
        return self.masked(str(value))


class TextLines(_Masking):
    """As one reads it in a terminal."""

    def line(self, record: logging.LogRecord) -> str:
        """One line, and below it exception and stack."""
        ids = "".join(f" {name}={value}" for name, value in tracing.current().items())
        first = self._first(record, _visible(self.said(record)) + self.masked(ids))
        below = (_visible(each, stay="\n\t") for each in self.traces(record).values())
        return "\n".join((first, *below))

    def unwritable(self, record: logging.LogRecord, why: str) -> str:
        """The fixed sentence."""
        return self._first(record, f"{UNWRITABLE} ({record.module}:{record.lineno}, {why})")

    def _first(self, record: logging.LogRecord, message: str) -> str:
        at, name = self.formatTime(record), self._masker(record.name)
        return f"{at} {name} {record.levelname} {message}"


def _visible(text: str, stay: str = "") -> str:
    """Nothing that begins a line of its own, or that a terminal would obey."""
    return CONTROL.sub(lambda at: at[0] if at[0] in stay else ascii(at[0])[1:-1], text)


class Careful(logging.StreamHandler[TextIO]):
    """Writes to stderr, wherever that is now. What fails in it shows nothing of the record."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        """Standard error."""
        return sys.stderr

    def handleError(self, record: logging.LogRecord) -> None:
        """Python would write message and arguments as they are."""


FORMS: dict[LogForm, type[_Masking]] = {LogForm.JSON: JsonLines, LogForm.TEXT: TextLines}
LEVELS = {LogForm.JSON: logging.INFO, LogForm.TEXT: logging.WARNING}


def begin() -> None:
    """The log of a command, before its settings are known: masked under a key of its own.

    Also of what nobody caught.
    """
    install(TextLines(Masker(secrets.token_hex(16))), logging.WARNING)
    _take_uncaught()


def configure(settings: Settings) -> None:
    """The log of a process that runs on: also of what nobody caught, and of warnings."""
    form = settings.log_form
    install(FORMS[form](Masker(settings.secret_key)), LEVELS[form])
    logging.captureWarnings(True)
    _take_uncaught()


def _take_uncaught() -> None:
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    sys.unraisablehook = _unraisable


def install(formatter: logging.Formatter, level: int) -> None:
    """Have every logger write through this one formatter, those of libraries as well."""
    handler = Careful()
    handler.setFormatter(formatter)
    for name in (None, *logging.root.manager.loggerDict):
        logger = logging.getLogger(name)
        # Only the standard library's: a test that listens goes on doing so.
        own = [each for each in logger.handlers if type(each).__module__ in ("logging", __name__)]
        for each in own:
            logger.removeHandler(each)
    logging.root.addHandler(handler)
    logging.root.setLevel(logging.WARNING)
    logging.getLogger(OURS).setLevel(level)


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        logging.getLogger(OURS).critical("the process broke", exc_info=(kind, error, trace))


def _uncaught_in_thread(told: threading.ExceptHookArgs) -> None:
    if told.exc_value is not None and told.exc_type is not SystemExit:
        _uncaught_of("a thread broke", told.exc_value)


def _unraisable(told: sys.UnraisableHookArgs) -> None:
    if told.exc_value is not None:
        _uncaught_of("something broke where nobody could be told", told.exc_value)


def _uncaught_of(what: str, error: BaseException) -> None:
    logging.getLogger(OURS).error(what, exc_info=(type(error), error, error.__traceback__))
