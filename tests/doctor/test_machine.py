"""Settings, disk, files and fonts: what is good, what is broken, and the next step."""

from __future__ import annotations

import random
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from eventmail.config import Mode, Settings, load
from eventmail.doctor import configured, machine
from eventmail.doctor.finding import Finding, State
from eventmail.scanning.picturing import NoPicture
from tests.doctor.cases import BROKEN, GOOD, LOOK, MB, REAL, STRONG, Case, holds
from tests.test_production import CLOSED, OPEN

CONFIGURED: dict[str, tuple[Callable[[Settings], Finding], dict[str, object], Case]] = {
    "a strong secret": (configured.secret, {}, (GOOD, "推測されにくい", "")),
    "a short one": (
        configured.secret,
        {"secret_key": STRONG[:20]},
        (BROKEN, "短い", "（2）EVENTMAIL_SECRET_KEY"),
    ),
    "one letter": (
        configured.secret,
        {"secret_key": "x" * 64},
        (BROKEN, "推測", "rand -base64 48」で新しい文字列を作り、（2）EVENTMAIL_SECRET_KEY"),
    ),
    "one that may have sealed something": (
        configured.secret,
        {"secret_key": "x" * 64, "mode": Mode.TEST},
        (BROKEN, "推測", "（2）EVENTMAIL_SEALING_KEYS に「新しい文字列,いまの文字列」"),
    ),
    "one that sealed nothing": (
        configured.secret,
        {"secret_key": "x" * 64, "mode": Mode.TEST, "sealing_keys": (STRONG,)},
        (BROKEN, "推測", "（2）EVENTMAIL_SECRET_KEY"),
    ),
    "a repeated word": (configured.secret, {"secret_key": "himitsu!" * 8}, (BROKEN, "推測", "")),
    "an example": (configured.secret, {"secret_key": f"change-me-{STRONG}"}, (BROKEN, "推測", "")),
    "fit for real mails": (configured.production, {}, (GOOD, "そろって", "")),
    "a test": (configured.production, {"mode": Mode.TEST}, (LOOK, "EVENTMAIL_MODE", "production")),
    "nothing is sent": (
        configured.production, {"mail_suppress_send": True}, (BROKEN, "止めています", "false"),
    ),
    "open to all in the clear": (
        configured.production,
        {"public_url": "", "host": "0.0.0.0", "allow_plain_http": True},
        (BROKEN, "暗号化されない", "プロキシー"),
    ),
    "all reasons not to start": (
        configured.production,
        {"public_url": "", "trusted_proxy": ""},
        (BROKEN, "PUBLIC_URL が https:// で始まっていません。", "動かし直して"),
    ),
    "all reasons not to start, the second": (
        configured.production,
        {"public_url": "", "trusted_proxy": ""},
        (BROKEN, "EVENTMAIL_TRUSTED_PROXY がありません", "動かし直して"),
    ),
    "a relay that cannot be one": (
        configured.production, {"mail_server": "送信サーバー"}, (BROKEN, "MAIL_SERVER", "直して"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CONFIGURED)
def test_settings(name: str) -> None:
    check, changes, (state, found, todo) = CONFIGURED[name]
    settings = replace(REAL, **changes)  # type: ignore[arg-type]
    finding = check(settings)
    holds(finding, state, found, todo)
    assert settings.secret_key not in finding.found + finding.todo


@pytest.mark.parametrize("name", OPEN)
def test_what_production_does_not_start_with_is_not_good(name: str) -> None:
    changed, named = OPEN[name]
    holds(configured.production(load({**CLOSED, **changed}), {}), BROKEN, named, "直して")


def test_what_production_starts_with_is() -> None:
    assert configured.production(load(CLOSED), {}).state is GOOD


@pytest.mark.parametrize("written", [bytes.hex, lambda each: urlsafe_b64encode(each).decode()])
def test_no_random_secret_is_weak(written: Callable[[bytes], str]) -> None:
    chance = random.Random(1)  # the same secrets in every run
    made = [written(chance.randbytes(32)) for _ in range(5_000)]
    weak = [each for each in made if configured.secret(Settings(secret_key=each)).state is BROKEN]
    assert weak == []


DISKS: dict[str, tuple[int, Case]] = {
    "room": (5_000 * MB, (GOOD, "5,000MB", "")),
    "little": (500 * MB, (LOOK, "少なく", "片付ける")),
    "hardly any": (50 * MB, (BROKEN, "ほとんど", "片付ける")),
}


@pytest.mark.parametrize("name", DISKS)
def test_disk(name: str, tmp_path: Path) -> None:
    free, (state, found, todo) = DISKS[name]
    holds(machine.disk(Settings(data_dir=tmp_path), lambda path: free), state, found, todo)


def test_the_fuller_of_two_disks_counts(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    url = f"sqlite:///{tmp_path}/eventmail.sqlite3"
    settings = Settings(data_dir=tmp_path / "data", database_url=url)
    rooms = {tmp_path / "data": 9_000 * MB, tmp_path: 10 * MB}
    holds(machine.disk(settings, rooms.__getitem__), BROKEN, "10MB")


def test_no_folder_for_data(tmp_path: Path) -> None:
    holds(machine.disk(Settings(data_dir=tmp_path / "none")), BROKEN, "ありません", "migrate")


MODES: dict[str, tuple[int, int, State, str]] = {
    "closed": (0o700, 0o600, GOOD, "読めません"),
    "for the group": (0o750, 0o640, GOOD, "読めません"),
    "the folder is open": (0o755, 0o600, BROKEN, "data"),
    "the settings are open": (0o700, 0o644, BROKEN, ".env"),
}


@pytest.mark.parametrize("name", MODES)
def test_files(name: str, tmp_path: Path) -> None:
    folder, dotenv = tmp_path / "data", tmp_path / ".env"
    folder.mkdir()
    dotenv.touch()
    of_folder, of_file, state, found = MODES[name]
    folder.chmod(of_folder)
    dotenv.chmod(of_file)
    finding = machine.files(Settings(data_dir=folder), dotenv)
    holds(finding, state, found, "chmod" if state is BROKEN else "")


def test_a_database_beside_the_folder_is_looked_at(tmp_path: Path) -> None:
    folder, file = tmp_path / "data", tmp_path / "eventmail.sqlite3"
    folder.mkdir(mode=0o700)
    file.touch()
    file.chmod(0o644)
    settings = Settings(data_dir=folder, database_url=f"sqlite:///{file}")
    holds(machine.files(settings, tmp_path / ".env"), BROKEN, str(file), f"chmod 600 {file}")


def _no_picture(content: bytes, number: int) -> bytes:
    raise NoPicture


FONTS: dict[str, tuple[Callable[[bytes, int], bytes], State]] = {
    "each word its picture": (lambda content, number: content, GOOD),
    "boxes": (lambda content, number: b"the same", BROKEN),
    "nothing": (_no_picture, BROKEN),
}


@pytest.mark.parametrize("name", FONTS)
def test_fonts(name: str) -> None:
    painted, state = FONTS[name]
    assert machine.fonts(painted).state is state


def test_this_machine_has_fonts() -> None:
    holds(machine.fonts(), GOOD, "正しく表示できます")
