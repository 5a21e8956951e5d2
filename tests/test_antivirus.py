"""A file is kept only if the scanner, where there is one, has said that it is clean."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from eventmail.antivirus import PIECE, Scanner
from eventmail.database import Database
from eventmail.errors import UserError
from tests.clamd import EICAR, clamd
from tests.conftest import Meeting
from tests.pages import Pages

SignIn = Callable[[str], Pages]

LONG = b"x" * (2 * PIECE - len(EICAR) // 2)


@pytest.mark.parametrize("content", [b"", b"PK ordinary", LONG])
def test_a_clean_file_passes(tmp_path: Path, content: bytes) -> None:
    with clamd(tmp_path) as place:
        Scanner(place).require_clean("案内.pdf", content)


@pytest.mark.parametrize("tcp", [True, False])
@pytest.mark.parametrize("content", [EICAR, LONG + EICAR])
def test_a_virus_is_named_even_across_two_pieces(tmp_path: Path, content: bytes, tcp: bool) -> None:
    with clamd(tmp_path, tcp=tcp) as place, pytest.raises(UserError) as refused:
        Scanner(place).require_clean("案内.pdf", content)
    assert "「案内.pdf」からウイルスが見つかった" in refused.value.message
    assert "Win.Test.EICAR_HDB-1" in refused.value.message


@pytest.mark.parametrize(
    "says",
    [
        b"\0",
        b"INSTREAM size limit exceeded. ERROR\0",
        b"stream: Can't allocate memory ERROR\0",
        b"OK and more\0",
        b"x" * 5000,
    ],
)
def test_what_is_not_plainly_good_keeps_the_file_out(tmp_path: Path, says: bytes) -> None:
    with clamd(tmp_path, says) as place, pytest.raises(UserError) as refused:
        Scanner(place).require_clean("案内.pdf", b"ordinary")
    assert "調べられなかった" in refused.value.message


def test_a_scanner_that_is_not_there_keeps_every_file_out(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="調べられなかった"):
        Scanner(f"unix:{tmp_path}/nobody").require_clean("案内.pdf", b"ordinary")


def test_without_one_nothing_is_asked() -> None:
    Scanner("").require_clean("案内.pdf", EICAR)


@pytest.fixture
def guarded(app: Flask, tmp_path: Path) -> Iterator[Flask]:
    """The app of an office with a scanner."""
    found = app.extensions["eventmail"]
    with clamd(tmp_path) as place:
        app.extensions["eventmail"] = replace(found, settings=replace(found.settings, clamd=place))
        yield app


@pytest.mark.parametrize(
    ("path", "field", "table"),
    [("materials", "files", "material_versions"), ("roster", "file", "roster_imports")],
)
def test_neither_the_shelf_nor_the_roster_takes_an_infected_file(
    guarded: Flask,
    sign_in: SignIn,
    meeting: Meeting,
    database: Database,
    path: str,
    field: str,
    table: str,
) -> None:
    def count() -> int:
        with database.reading() as session:
            return int(session.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one())

    before, browser = count(), sign_in("author")
    target = f"/events/{meeting.event.id}/{path}"
    page = browser.post(target, {field: (BytesIO(EICAR), "名簿.csv")}, status=422)
    assert "「名簿.csv」からウイルスが見つかった" in page.text
    assert count() == before
    clean = "会社名,メール\n株式会社甲,a@kou.example\n".encode("cp932")
    browser.post(target, {field: (BytesIO(clean), "名簿.csv")})
    assert count() == before + 1
