"""The database: whether it answers, is of this release, and agrees with us about the time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa
from alembic.script import ScriptDirectory

from eventmail import clock, migrate
from eventmail.database import Database
from eventmail.doctor import machine
from eventmail.doctor.finding import Finding, broken, good, look
from eventmail.doctor.running import DATABASE_ERRORS
from eventmail.files import COMMAND
from eventmail.language import said

REACHED = said("データベース（{kind}）につながります。")
NOT_REACHED = said("データベース（{kind}）につながりません。")
START_IT = said("データベースが動いていることと、設定 EVENTMAIL_DATABASE_URL を確かめてください。")
NO_FILE = said("データベースのファイル {file} がありません。")
MAKE_FILE = said(
    "はじめて使うときは {command} migrate を実行してください。使っていたデータがあるときは、"
    "設定 EVENTMAIL_DATA_DIR と EVENTMAIL_DATABASE_URL を確かめてください。",
    command=COMMAND,
)
CURRENT = said("データベースは最新の形です（{revision}）。")
OLDER = said("データベースが古い形です（いま{revision}、最新は{head}）。")
NEWER = said("データベースが、このプログラムより新しい形です（{revision}）。")
EMPTY = said("データベースがまだ空です。")
MIGRATE = said(
    "{command} migrate を実行してください。はじめにバックアップを取ります。", command=COMMAND
)
UPDATE = said("前の版のプログラムが動いています。新しい版に入れ替えてください。")
SAME_TIME = said("データベースとの時刻の差は{seconds}秒で、日本時間を使えます。")
OTHER_TIME = said("データベースの時計と、このコンピューターの時計が{seconds}秒ずれています。")
SET_CLOCK = said("両方のコンピューターで、時刻を自動で合わせる設定（NTP）を確かめてください。")
NO_ZONE = said("日本時間（Asia/Tokyo）の情報が、このコンピューターにありません。")
INSTALL_ZONE = said("tzdata を入れてください。")
NEAR, FAR = timedelta(seconds=5), timedelta(seconds=60)
JAPAN = timedelta(hours=9)


def reachable(database: Database) -> Finding:
    """Whether it answers. A file that is not there is not made by asking it."""
    kind = database.url.get_backend_name()
    file = machine.file_of(database.url)
    if file is not None and not file.is_file():
        return broken(NO_FILE.format(file=file), MAKE_FILE)
    try:
        with database.reading() as session:
            session.execute(sa.text("SELECT 1"))
    except DATABASE_ERRORS:
        return not_reached(database)
    return good(REACHED.format(kind=kind))


def not_reached(database: Database) -> Finding:
    """It does not answer, or not in time."""
    return broken(NOT_REACHED.format(kind=database.url.get_backend_name()), START_IT)


def migrations(database: Database) -> Finding:
    """Whether it stands at the newest revision that this program knows."""
    known, head = _known()
    revision = migrate.revision_of(database)
    if revision == head:
        return good(CURRENT.format(revision=revision))
    if revision is None:
        return broken(EMPTY, MIGRATE)
    if revision not in known:
        return broken(NEWER.format(revision=revision), UPDATE)
    return broken(OLDER.format(revision=revision, head=head), MIGRATE)


@lru_cache(maxsize=1)
def _known() -> tuple[frozenset[str], str | None]:
    """All revisions and the newest: they belong to the program, and are read once as it is."""
    script = ScriptDirectory.from_config(migrate.configuration())
    return frozenset(each.revision for each in script.walk_revisions()), script.get_current_head()


def time(database: Database) -> Finding:
    """Whether its clock agrees with ours, and Japan's time is known."""
    zone = _japan()
    if zone is not None:
        return zone
    before = clock.now()
    theirs = _now_of(database)
    after = clock.now()
    apart = max(before - theirs, theirs - after, timedelta())
    seconds = round(apart.total_seconds())
    if apart > NEAR:
        make = broken if apart > FAR else look
        return make(OTHER_TIME.format(seconds=seconds), SET_CLOCK)
    return good(SAME_TIME.format(seconds=seconds))


def _now_of(database: Database) -> datetime:
    asked = "SELECT julianday('now')" if database.is_sqlite else "SELECT clock_timestamp()"
    with database.reading() as session:
        told = session.execute(sa.text(asked)).scalar_one()
    if isinstance(told, datetime):
        return told
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=told - 2440587.5)


def _japan() -> Finding | None:
    try:
        offset = clock.now().astimezone(ZoneInfo("Asia/Tokyo")).utcoffset()
    except ZoneInfoNotFoundError:
        offset = None
    return None if offset == JAPAN else broken(NO_ZONE, INSTALL_ZONE)
