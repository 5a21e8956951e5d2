"""A program that asks the API, and the office that it asks."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from eventmail import sample
from eventmail.api import tokens
from eventmail.api.models import ApiToken, Scope
from eventmail.api.tokens import Wanted
from eventmail.offices import service as offices
from eventmail.offices.models import Role, Staff
from eventmail.offices.permissions import Actor
from eventmail.proposals.kinds import Place, known
from eventmail.sample import People, decide

EVERYTHING = frozenset(Scope)
NEXT_DOOR = "となりの公共職業安定所"
PASSWORD = "a stranger's password"


@dataclass
class Program:
    """Asks with its token; a program without one has none to show."""

    app: Flask
    secret: str = ""
    language: str = "ja"
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.ask("GET", path, **options)

    def post(self, path: str, **options: Any) -> TestResponse:
        return self.ask("POST", path, **options)

    def ask(self, method: str, path: str, **options: Any) -> TestResponse:
        headers = {"Accept-Language": self.language, **self.headers, **options.pop("headers", {})}
        if self.secret:
            headers["Authorization"] = f"Bearer {self.secret}"
        client = self.app.test_client()
        return client.open("/api/v1" + path, method=method, headers=headers, **options)

    def hand_in(self, event_id: int, name: str, content: bytes, key: str = "") -> TestResponse:
        return self.post(
            f"/events/{event_id}/roster-imports",
            data={"file": (io.BytesIO(content), name)},
            content_type="multipart/form-data",
            headers={"Idempotency-Key": key} if key else {},
        )


def manager_too(session: Session, people: People) -> Actor:
    """The author, who is a manager as well from now on."""
    office_id = people.author.office.id
    place = Place(office_id, known("roles"), str(people.author.id))
    decide(session, people, place, [Role.AUTHOR.value, Role.MANAGER.value])
    session.expire_all()
    return acting(session, people.author.id, office_id)


def acting(session: Session, staff_id: int, office_id: int) -> Actor:
    return offices.actor_of(session, session.get_one(Staff, staff_id), office_id)


def next_door(session: Session) -> Actor:
    """Who manages and writes in another office."""
    office = offices.add_office(session, "みどり野労働局", NEXT_DOOR)
    offices.add_staff(session, office, "tonari", "隣 花子", PASSWORD, [Role.MANAGER, Role.AUTHOR])
    session.flush()
    staff = session.scalars(sa.select(Staff).where(Staff.login == "tonari")).one()
    return acting(session, staff.id, office.id)


def made(
    session: Session,
    actor: Actor,
    scopes: Iterable[Scope] = EVERYTHING,
    *,
    contacts: bool = False,
    name: str = "統計システム",
) -> tuple[ApiToken, str]:
    return tokens.make(session, actor, Wanted(name, frozenset(scopes), contacts, 90))


def workbook() -> bytes:
    """The roster that the sample meeting was made of."""
    return (Path(sample.FOLDER) / "参加企業一覧.xlsx").read_bytes()
