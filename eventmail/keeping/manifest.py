"""What a backup says of itself: of when it is, what it holds, and which keys it needs."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from eventmail import migrate
from eventmail.audit.keys import ChainKeys
from eventmail.clock import japanese_moment
from eventmail.config import Settings
from eventmail.errors import UserError
from eventmail.keeping.troubles import Broken

FORMAT = 1
UNREADABLE = (
    "バックアップ {name} の目録を読めません。ファイルが壊れています。"
    "ほかのバックアップを使ってください。"
)
ALTERED = "バックアップ {name} の目録が、作ったときのものと違います。書き換えられています。"
NEWER_FORMAT = (
    "バックアップ {name} は、このプログラムより新しいもので作られています。"
    "新しいプログラムに入れ替えてから戻してください。"
)
NEWER = (
    "バックアップ {name} のデータベースの版（{revision}）は、"
    "このプログラムの版（{newest}）より新しいため、戻せません。"
    "バックアップを作ったときと同じか新しいプログラムに入れ替えてください。"
)
OTHER_KEY = (
    "バックアップ {name} を戻すには、指紋 {keys} の鍵が必要です"
    "（いまの設定の鍵の指紋は {here} です）。"
    "その鍵を EVENTMAIL_SEALING_KEYS（なければ EVENTMAIL_SECRET_KEY）に書いてください。"
)


@dataclass(frozen=True, slots=True)
class Written:
    """One table: how many rows, and the SHA-256 of their lines."""

    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """``keys`` are fingerprints: no key is ever in a backup. ``secret``: of what signs cookies.

    ``seal`` is made with the newest key, so nobody without it can make a backup that passes.
    """

    made_at: datetime
    revision: str
    tables: dict[str, Written]
    keys: tuple[str, ...]
    secret: str
    seal: str = ""

    @property
    def rows(self) -> int:
        """Of all tables together."""
        return sum(each.rows for each in self.tables.values())

    @property
    def files(self) -> int:
        """The materials, each a row of its own."""
        return self.tables["blobs"].rows

    @property
    def told_moment(self) -> str:
        """Of when it is, on a clock in Tokyo."""
        return japanese_moment(self.made_at)

    def sealed(self, keys: ChainKeys) -> Manifest:
        """The same with its seal."""
        return replace(self, seal=keys.mac(self._content(), keys.newest) or "")

    def require_whole(self, name: str, keys: ChainKeys) -> None:
        """Raise :class:`UserError` unless this program, with these keys, can make use of it."""
        missing = [each for each in self.keys if each not in keys.names]
        if missing:
            here = "、".join(keys.names)
            raise UserError(OTHER_KEY.format(name=name, keys="、".join(missing), here=here))
        if not hmac.compare_digest(keys.mac(self._content(), self.keys[0]) or "", self.seal):
            raise Broken(ALTERED.format(name=name))
        if not migrate.is_known(self.revision):
            raise UserError(
                NEWER.format(name=name, revision=self.revision, newest=migrate.newest())
            )

    def to_json(self) -> bytes:
        """As it lies in the file."""
        told = self._told() | {"seal": self.seal}
        return json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True).encode()

    @classmethod
    def of(cls, written: bytes, name: str) -> Manifest:
        """Read again. Raises :class:`UserError`."""
        try:
            told: dict[str, Any] = json.loads(written)
            if told.pop("format") != FORMAT:
                raise UserError(NEWER_FORMAT.format(name=name))
            if not told["keys"]:
                raise Broken(UNREADABLE.format(name=name))
            tables = {each: Written(**told["tables"][each]) for each in told["tables"]}
            return cls(
                **told
                | {
                    "made_at": datetime.fromisoformat(told["made_at"]),
                    "tables": tables,
                    "keys": tuple(told["keys"]),
                }
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Broken(UNREADABLE.format(name=name)) from error

    def _told(self) -> dict[str, Any]:
        told = asdict(self) | {"format": FORMAT, "made_at": self.made_at.isoformat()}
        del told["seal"]
        return told

    def _content(self) -> bytes:
        return b"backup:" + json.dumps(self._told(), sort_keys=True).encode()


def secret_of(settings: Settings) -> str:
    """The fingerprint of the secret that signs cookies and the queue."""
    return hashlib.sha256(b"eventmail secret:" + settings.secret_key.encode()).hexdigest()[:16]
