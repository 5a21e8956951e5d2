"""Moves all rows to another database, with the same files and the same comparison as a backup."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.audit.keys import opened
from eventmail.config import Settings
from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.keeping import bags, making, restoring
from eventmail.keeping.archive import Reader, created
from eventmail.keeping.folder import scratch
from eventmail.keeping.manifest import Manifest
from eventmail.keeping.troubles import NO_ROOM, writing_to
from eventmail.offices.models import Office
from eventmail.outbox.models import Attempt, Delivery, DeliveryState
from eventmail.sendlock import service as sendlock
from eventmail.sendlock.models import LockKind

SAME = "移す先が、いまのデータベースと同じです。--to に別のデータベースを指定してください。"
UNKNOWN = "--to の書き方が違います。postgresql+psycopg://利用者@ホスト/名前 の形にしてください。"
LOCKED_NOW = (
    "{message}（元のデータベースは送信を止めたままです。元を使い続けるときは、"
    "unlock-restored --nothing-sent-since --reason 理由 を実行してください。）"
)
GLANCE = 0.2  # seconds between two looks whether the mails in hand are settled


def move(settings: Settings, url: str) -> Manifest:
    """Copy every row to the empty database at ``url`` and compare them; this one is locked first.

    Both are locked afterwards: this one for good, the new one until a person unlocks it.
    """
    target = replace(settings, database_url=_checked(settings, url))
    restoring.require_empty(target)
    with opened(settings) as database:
        _lock(database, restoring.where(target))
        _wait(database, settings.lease_seconds)
    try:
        return _copied(settings, target)
    except UserError as error:
        raise UserError(LOCKED_NOW.format(message=error.message)) from error


def _checked(settings: Settings, url: str) -> str:
    try:
        wanted = sa.make_url(url)
        known = wanted.drivername in ("sqlite", "postgresql+psycopg") and bool(wanted.database)
    except sa.exc.ArgumentError as error:
        raise UserError(UNKNOWN) from error
    if not known:
        raise UserError(UNKNOWN)
    if wanted == sa.make_url(settings.database):
        raise UserError(SAME)
    return url


def _lock(database: Database, to: str) -> None:
    """No office is just handing a mailing's mails over when this is written down."""
    with database.writing() as session:
        session.execute(sa.select(Office.id).order_by(Office.id).with_for_update()).all()
        sendlock.lock(session, LockKind.MOVED, to)


def _wait(database: Database, seconds: int) -> None:
    """What is on its way gets its answer written down, if it comes in time; in the copy the rest is
    uncertain. Of the service's own mails none is begun any more: each asks for the lock first.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with database.reading() as session:
            if not (_in_hand(session) or bags.any_in_hand(session)):
                return
        time.sleep(GLANCE)


def _in_hand(session: Session) -> bool:
    open_ = sa.select(Attempt.id).join(Delivery, Delivery.id == Attempt.delivery_id)
    open_ = open_.where(Attempt.settled_at.is_(None), Delivery.state == DeliveryState.CLAIMED)
    return session.scalar(open_.limit(1)) is not None


def _copied(settings: Settings, target: Settings) -> Manifest:
    place = settings.data_dir
    with writing_to(place, NO_ROOM), scratch(place, ".move-") as at:
        with created(at / "rows.zip") as part:
            manifest = making.write(settings, part)
            with closing(Reader(part, "rows.zip")) as reader:
                reader.require_whole()
                restoring.put_into(target, reader, restoring.settle_copy)
        return manifest
