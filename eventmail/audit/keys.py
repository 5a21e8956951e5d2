"""The keys of the chain: they lie outside the database, so its owner cannot forge a link."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.orm import Session

from eventmail import doorway
from eventmail.config import Settings
from eventmail.database import Database

CARRIED = "audit keys"  # under this name every session of a keyed database has them


class Unkeyed(Exception):
    """Something would be recorded, and no key is at hand: nothing of the transaction is kept."""


@dataclass(frozen=True, slots=True)
class ChainKeys:
    """Signs with the first key; knows each former one by its id."""

    keys: tuple[bytes, ...]

    @classmethod
    def of(cls, settings: Settings) -> ChainKeys:
        """From the installation's sealing keys, or from its secret where there are none."""
        chosen = settings.sealing_keys or (settings.secret_key,)
        made = (hashlib.sha256(b"eventmail audit chain:" + each.encode()) for each in chosen)
        return cls(tuple(each.digest() for each in made))

    @property
    def newest(self) -> str:
        """The id of the key that signs."""
        return _name(self.keys[0])

    @property
    def names(self) -> tuple[str, ...]:
        """The ids of all keys, the one that signs first: they tell nothing of the keys."""
        return tuple(_name(each) for each in self.keys)

    def mac(self, content: bytes, key_id: str) -> str | None:
        """The keyed digest of a link's content; None if this key is not known here."""
        for key in self.keys:
            if _name(key) == key_id:
                return hmac.digest(key, content, "sha256").hex()
        return None

    def digest(self, value: str) -> str:
        """Stands for a value that may not be seen: equal ones are seen to be equal."""
        return hmac.digest(self.keys[0], b"value:" + value.encode(), "sha256").hex()[:16]


def open_database(settings: Settings, also: Mapping[str, object] | None = None) -> Database:
    """The installation's database; whatever is recorded through it hangs in a chain.

    ``also``: what else each of its sessions is to carry.
    """
    carried = {
        CARRIED: ChainKeys.of(settings),
        doorway.CARRIED: doorway.Doorway.of(settings),
        **(also or {}),
    }
    return Database(settings.database, carried)


@contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    """The same for the length of a command."""
    database = open_database(settings)
    try:
        yield database
    finally:
        database.dispose()


def keys_of(session: Session) -> ChainKeys:
    """The keys that this session carries. Raises :class:`Unkeyed`."""
    found = session.info.get(CARRIED)
    if not isinstance(found, ChainKeys):
        raise Unkeyed("the audit needs a key: open the database with audit.keys.open_database")
    return found


def _name(key: bytes) -> str:
    return hashlib.sha256(b"id:" + key).hexdigest()[:16]
