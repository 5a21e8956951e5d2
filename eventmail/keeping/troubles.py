"""What may go wrong with a backup, each in one sentence."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError, OperationalError

from eventmail.errors import UserError

FULL = (
    "保存先 {place} の空きが足りないため、バックアップを作れませんでした"
    "（書きかけのファイルは消しました）。"
    "空きを増やすか、--keep で残す数を減らして、もう一度実行してください。"
)
NO_ROOM = "{place} の空きが足りません。空きを増やして、もう一度実行してください。"
NO_PLACE = "保存先 {place} に書き込めません（{why}）。フォルダーと権限を確かめてください。"
UNWRITABLE = "表「{table}」の行を書き込めません（{why}）"
DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Faulty(Exception):
    """What was written down is not what was there, or cannot be read back: one Japanese phrase."""

    def __init__(self, phrase: str) -> None:
        super().__init__(phrase)
        self.phrase = phrase


class Broken(UserError):
    """A backup's file is damaged."""


@contextmanager
def unwritable(table: str) -> Iterator[None]:
    """A row that this database does not take names its table."""
    try:
        yield
    except OperationalError:
        raise  # the disk, or the connection: not the row
    except (DBAPIError, ValueError, TypeError) as error:
        why = error.orig if isinstance(error, DBAPIError) else error
        words = str(why).splitlines()[0] if str(why) else type(error).__name__
        raise Faulty(UNWRITABLE.format(table=table, why=words)) from error


@contextmanager
def writing_to(place: Path, full: str = FULL) -> Iterator[None]:
    """A full disk, or one that may not be written to, is told by name."""
    try:
        yield
    except OperationalError as error:  # SQLite's own words
        if "full" not in str(error.orig) and "disk I/O" not in str(error.orig):
            raise
        raise UserError(full.format(place=place)) from error
    except OSError as error:
        sentence = full if error.errno in DISK_FULL else NO_PLACE
        raise UserError(sentence.format(place=place, why=error.strerror)) from error
