"""What is done in the background: the queue, what waits in it, and whether a worker lives."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from sqlite3 import Error as SqliteError
from typing import Any

from eventmail import clock
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.doctor.finding import Finding, broken, good, look
from eventmail.files import COMMAND
from eventmail.language import said
from eventmail.outbox import standing
from eventmail.outbox.queue import last_beat, make_huey, queue_file

NO_QUEUE = said("送信処理を起こす待ち行列を開けません。")
OPEN_QUEUE = said("データのフォルダーに書き込めることを確かめてください。")
NO_FILE = said("待ち行列のファイル {file} がまだありません。")
EMPTY = said("待ち行列を使えます。送れるのに進んでいない送信はありません。")
SHORT = said("待ち行列を使えます。いまの送信は、最後に進んでから、長いもので{minutes}分です。")
LONG = said("送れるはずの送信が、{minutes}分進んでいません。")
START_WORKER = said(
    "送信処理を動かしてください（{command} worker。画面と一緒なら {command} serve）。",
    command=COMMAND,
)
RUNNING = said("送信処理は動いています（最後に動いたのは{seconds}秒前）。")
QUIET = said("送信処理が最後に動いてから{minutes}分たっています。")
NEVER = said("送信処理が動いた跡がありません。")
PATIENCE, LOST = timedelta(minutes=5), timedelta(minutes=30)
BEAT, GONE = timedelta(minutes=3), timedelta(minutes=10)


def queue(settings: Settings, database: Database) -> Finding:
    """Whether the queue can be used, and how long a sending that could go on stands still."""
    file = queue_file(settings)
    if file is not None and not file.is_file():
        return broken(NO_FILE.format(file=file), START_WORKER)
    try:
        with closing(_storage(settings)) as storage:
            storage.queue_size()
    except (SqliteError, OSError):
        return broken(NO_QUEUE, OPEN_QUEUE)
    with database.reading() as session:
        since = standing.waiting_since(session)
    if since is None:
        return good(EMPTY)
    waiting = clock.now() - since
    minutes = int(waiting.total_seconds() // 60)
    if waiting > PATIENCE:
        make = broken if waiting > LOST else look
        return make(LONG.format(minutes=minutes), START_WORKER)
    return good(SHORT.format(minutes=minutes))


def worker(settings: Settings) -> Finding:
    """Whether the sweep of every minute was made lately."""
    file = queue_file(settings)
    if file is not None and not file.is_file():
        return broken(NEVER, START_WORKER)
    huey = make_huey(settings)
    with closing(huey.storage):
        beat = last_beat(huey)
    if beat is None:
        return broken(NEVER, START_WORKER)
    quiet = clock.now() - beat
    if quiet > BEAT:
        make = broken if quiet > GONE else look
        return make(QUIET.format(minutes=int(quiet.total_seconds() // 60)), START_WORKER)
    return good(RUNNING.format(seconds=max(0, int(quiet.total_seconds()))))


def _storage(settings: Settings) -> Any:
    return make_huey(settings).storage
