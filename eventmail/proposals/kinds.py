"""What kinds of setting need two people: one table. A new kind is one module that calls ``add``.

A kind whose value lies nowhere else is kept in ``setting_changes`` itself (:func:`kept`): it needs
no column, no migration and no guard of its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from eventmail.errors import NotFound
from eventmail.offices import settings
from eventmail.offices.models import Staff
from eventmail.offices.permissions import Action, Actor
from eventmail.offices.settings import Value


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the comparison: what it is about, いま, 変更後."""

    what: str
    now: str
    then: str

    @property
    def differs(self) -> bool:
        """Whether this is what changes."""
        return self.now != self.then


@dataclass(frozen=True, slots=True)
class Place:
    """One setting: of which office (None: of the installation), which kind, which of several."""

    office_id: int | None
    kind: Kind
    subject: str = ""

    def now(self, session: Session) -> Value:
        """The value that holds now."""
        return self.kind.read(session, self)


def _nothing_more(_session: Session, _place: Place, after: Value) -> Value:
    return after


def _never(_before: Value, _after: Value) -> bool:
    return False


def may_propose(actor: Actor) -> bool:
    """Who may propose, unless a kind says otherwise."""
    return actor.may(Action.PROPOSE_SETTING)


def may_confirm(actor: Actor) -> bool:
    """Who may confirm or decline what another proposed, unless a kind says otherwise."""
    return actor.may(Action.CONFIRM_SETTING)


def who_confirms(session: Session, office_id: int | None) -> list[Staff]:
    """The people to turn to, unless a kind says otherwise."""
    return settings.confirmers(session, office_id)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of setting.

    ``read``: the value that holds now; any JSON. ``describe``: a pure comparison in plain words.
    ``meaning``: what it will do, in a sentence or two, for whoever confirms. ``check``: the
    wanted value made clean, or a :class:`UserError`. ``apply``: makes it so; the change is written
    down already. ``safer``: whether it only takes danger away, so that one person is enough (the
    database knows the directions, too). ``subjects``: of what an office has several of, which;
    ``about`` calls one of them by its name. The last three say who.
    """

    name: str
    title: str
    read: Callable[[Session, Place], Value]
    apply: Callable[[Session, Place, Value], None]
    describe: Callable[[Value, Value], list[Row]]
    meaning: Callable[[Value, Value], str]
    about: Callable[[Session, Place], str] = lambda _session, _place: ""
    subjects: Callable[[Session, int], list[str]] = lambda _session, _office_id: [""]
    check: Callable[[Session, Place, Value], Value] = _nothing_more
    safer: Callable[[Value, Value], bool] = _never
    may_propose: Callable[[Actor], bool] = may_propose
    may_confirm: Callable[[Actor], bool] = may_confirm
    who_confirms: Callable[[Session, int | None], list[Staff]] = who_confirms

    @property
    def has_safe_way(self) -> bool:
        """Whether one person can change it in some direction."""
        return self.safer is not _never

    def at(self, office_id: int | None, subject: str = "") -> Place:
        """This setting of one office (None: of the installation)."""
        return Place(office_id, self, subject)


KINDS: dict[str, Kind] = {}


def add(kind: Kind) -> Kind:
    """Make a kind known."""
    assert kind.name not in KINDS, f"two kinds called {kind.name}"
    KINDS[kind.name] = kind
    return kind


def known(name: str) -> Kind:
    """The kind of that name; raises :class:`NotFound`."""
    if name not in KINDS:
        raise NotFound
    return KINDS[name]


Reading = Callable[[Session, Place], Value]
Applying = Callable[[Session, Place, Value], None]


def stored(name: str) -> tuple[Reading, Applying]:
    """``read`` and ``apply`` of what an office's own rows hold (``offices/settings.py``)."""
    store = settings.STORES[name]

    def read(session: Session, place: Place) -> Value:
        assert place.office_id is not None
        return store.read(session, place.office_id, place.subject)

    def apply(session: Session, place: Place, after: Value) -> None:
        assert place.office_id is not None
        store.put(session, place.office_id, place.subject, after)

    return read, apply


def kept(default: Value) -> tuple[Reading, Applying]:
    """``read`` and ``apply`` of a value that only its changes know; at first ``default``."""

    def read(session: Session, place: Place) -> Value:
        newest = settings.latest(session, place.office_id, place.kind.name, place.subject)
        return default if newest is None else json.loads(newest.after)

    return read, lambda _session, _place, _after: None
