"""What a person is shown of signing in under his name: when, from where, with what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.accounts.models import Outcome, SignIn
from eventmail.language import said

SHOWN = 50
KEPT = timedelta(days=366)
WORDS = {
    Outcome.SIGNED_IN: (said("サインイン"), "ok"),
    Outcome.PASSWORD_ONLY: (said("二段階目の前まで"), "neutral"),
    Outcome.REFUSED: (said("パスワードの誤り"), "warn"),
    Outcome.SECOND_REFUSED: (said("二段階目の誤り"), "warn"),
}
# What browsers and systems call themselves, in the order in which to look: many claim to be others.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrom", "Chrome"),
    ("CriOS", "Chrome"),
    ("FxiOS", "Firefox"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)
UNKNOWN = said("わからない機器")


def recent(session: Session, staff_id: int) -> Sequence[SignIn]:
    """The newest attempts to sign in as somebody."""
    query = (
        sa.select(SignIn)
        .where(SignIn.staff_id == staff_id, SignIn.at > clock.now() - KEPT)
        .order_by(SignIn.id.desc())
        .limit(SHOWN)
    )
    return session.scalars(query).all()


def forget(session: Session) -> None:
    """Of a year ago nothing is kept."""
    session.execute(sa.delete(SignIn).where(SignIn.at < clock.now() - KEPT))


def device(agent: str) -> str:
    """A browser's name for itself in plain words: ``WindowsのEdge``."""
    browser = next((name for sign, name in BROWSERS if sign in agent), "")
    machine = next((name for sign, name in SYSTEMS if sign in agent), "")
    if browser and machine:
        return said("{machine}の{browser}", machine=machine, browser=browser)
    return browser or machine or UNKNOWN
