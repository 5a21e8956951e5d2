"""Reads an uploaded file in a child process with limits, and gives its rows one after another."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import closing
from dataclasses import replace
from pathlib import PurePath

from eventmail import confined
from eventmail.spreadsheet.kinds import kind_of
from eventmail.spreadsheet.limits import MEGABYTE
from eventmail.spreadsheet.reading import Choices, Reading
from eventmail.spreadsheet.refusal import unreadable
from eventmail.spreadsheet.rows import Row

# Of the processor: a small file gets little, so that nobody waits long for a hostile one.
SECONDS = 20.0
SECONDS_PER_MEGABYTE = 10.0
MEGABYTES_OF_CHILD = 3072


def read_roster(content: bytes, filename: str = "", choices: Choices | None = None) -> Reading:
    """The reading with all its rows.

    Raises :class:`~eventmail.spreadsheet.refusal.UnreadableFile` and nothing else.
    """
    with closing(stream(content, filename, choices)) as told:
        reading = next(told)
        assert isinstance(reading, Reading)
        return replace(reading, rows=tuple(row for row in told if isinstance(row, Row)))


def stream(
    content: bytes, filename: str = "", choices: Choices | None = None
) -> Generator[Reading | Row]:
    """The reading without its rows, then every row, as the child tells them.

    What this process holds does not grow with the number of rows. Raises
    :class:`~eventmail.spreadsheet.refusal.UnreadableFile` and nothing else.
    """
    kind_of(content)  # what is no roster at sight needs no child
    head = {"filename": PurePath(filename).name, "choices": (choices or Choices()).to_json()}
    payload = json.dumps(head).encode() + b"\n" + content
    try:
        with closing(
            confined.stream(
                "eventmail.spreadsheet.reading:answer",
                payload,
                seconds=SECONDS + SECONDS_PER_MEGABYTE * len(content) / MEGABYTE,
                megabytes=MEGABYTES_OF_CHILD,
            )
        ) as lines:
            for line in lines:
                if "refused" in line:
                    raise unreadable(line["refused"])
                yield (
                    Row.from_json(line["row"])
                    if "row" in line
                    else Reading.from_json(line["reading"])
                )
    except confined.TooSlow as error:
        raise unreadable("too_slow") from error
    except confined.ConfinedError as error:
        raise unreadable("damaged") from error
