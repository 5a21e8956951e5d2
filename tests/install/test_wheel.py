"""What is installed is whole, holds nothing else, and does the main job away from the checkout."""

from __future__ import annotations

import http.client
import json
import re
import secrets
import signal
import socket
import subprocess
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.install.conftest import ROOT, Installed
from tests.judge import judge
from tests.recorder import allow_port
from tests.test_cli import Kept

# Folder of the checkout to its place in the wheel.
PLACES = {
    "eventmail": "eventmail",
    **{
        each: f"eventmail/shipped/{each}"
        for each in ("templates", "migrations", "sample_data", "docs/manual")
    },
}
# What makes the sample data, and is not needed to use it.
WORKSHOP = re.compile(r"sample_data/(source/|\w+\.py)")
PROXY = "127.0.0.1"
SITE = "https://mail.office.example"


def carried() -> set[str]:
    """Where each file of the checkout belongs in the wheel."""
    found = {"eventmail/shipped/app.py"}
    for folder, place in PLACES.items():
        for path in (ROOT / folder).rglob("*"):
            inside = path.relative_to(ROOT).as_posix()
            if path.is_file() and "__pycache__" not in inside and not WORKSHOP.match(inside):
                found.add(f"{place}/{path.relative_to(ROOT / folder).as_posix()}")
    return found


def test_the_wheel_holds_every_file_of_the_program_and_no_other(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    about = {each for each in names if each.startswith("eventmail-") and ".dist-info/" in each}
    assert names - about == carried()


@pytest.mark.parametrize(
    "kind",
    ["base.html", "app.css", "0001_the_tables_and_their_guards.py", "start.md", "check.png",
     "audit.po", "office.json", "common_passwords.txt", "2026-1.json"],
)  # fmt: skip
def test_each_kind_of_file_is_among_them(kind: str) -> None:
    assert any(each.endswith(f"/{kind}") for each in carried())


def test_the_wheel_asks_for_what_requirements_in_names(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    (name,) = (each for each in archive.namelist() if each.endswith("/METADATA"))
    asked = re.findall(r"^Requires-Dist: (\S+)", archive.read(name).decode(), re.M)
    lines = (ROOT / "requirements.in").read_text("utf-8").splitlines()
    named = [each.split("#")[0].strip().replace(".", "-") for each in lines]
    assert sorted(asked) == sorted(filter(None, named))


def test_the_journey_of_the_sample_meeting_ends_in_thirty_mails(installed: Installed) -> None:
    done = installed.run("eventmail", "demo", "--unattended", "--out", "received")
    assert done.returncode == 0, done.stderr
    out = installed.folder / "received"
    report = json.loads((out / "report.json").read_text("utf-8"))
    assert (report["participants"], report["accepted"]) == (30, 30)
    mails = [Kept(each) for each in sorted(out.glob("*.eml"))]
    assert len(mails) == 31, "thirty, and the office's own copy"
    assert judge(mails) == []


def test_it_says_which_version_it_is(installed: Installed, wheel: Path) -> None:
    said = installed.run("eventmail", "--version").stdout.split()
    assert wheel.name.startswith("-".join(said) + "-")


def test_its_modules_are_the_wheels_and_it_names_its_command(installed: Installed) -> None:
    ask = "from eventmail import files; print(files.PACKAGE, files.ROOT, files.COMMAND, sep='|')"
    package, root, command = installed.run("python", "-c", ask).stdout.strip().split("|")
    assert Path(package).is_relative_to(installed.bin.parent)
    assert Path(root) == Path(package) / "shipped"
    assert command == "eventmail"


@pytest.fixture
def office(installed: Installed, tmp_path: Path) -> dict[str, str]:
    """The settings of a production behind a proxy on the same machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    allow_port(port)
    return {
        "EVENTMAIL_SECRET_KEY": secrets.token_urlsafe(48),
        "EVENTMAIL_DATA_DIR": str(tmp_path / "data"),
        "EVENTMAIL_PORT": str(port),
        "EVENTMAIL_HTTPS": "true",
        "EVENTMAIL_PUBLIC_URL": SITE,
        "EVENTMAIL_TRUSTED_PROXY": PROXY,
    }


@pytest.fixture
def site(installed: Installed, office: dict[str, str]) -> Iterator[int]:
    """``eventmail web``, running; its port."""
    made = installed.run("python", "-m", "eventmail", "migrate", **office)
    assert (made.returncode, made.stdout) == (0, "データベースは最新です。\n")
    child = subprocess.Popen(
        [str(installed.bin / "eventmail"), "web"],
        cwd=installed.folder,
        env=installed.environment(**office),
        stderr=subprocess.PIPE,
        text=True,
    )
    port = int(office["EVENTMAIL_PORT"])
    try:
        for _ in range(2_400):  # two minutes, on a machine that has other things to do
            with socket.socket() as probe:
                if probe.connect_ex((PROXY, port)) == 0:
                    break
            assert child.poll() is None, child.stderr and child.stderr.read()
            time.sleep(0.05)
        yield port
    finally:
        child.send_signal(signal.SIGTERM)
        child.communicate(timeout=60)
    assert child.returncode == 0


def get(port: int, path: str, language: str = "ja") -> tuple[int, str, bytes]:
    """As the proxy asks for it: status, kind, content."""
    connection = http.client.HTTPConnection(PROXY, port, timeout=60)
    try:
        headers = {"Host": "mail.office.example", "X-Forwarded-For": "192.0.2.7"}
        headers |= {"X-Forwarded-Proto": "https", "Cookie": f"__Host-language={language}"}
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.headers.get_content_type(), answer.read()
    finally:
        connection.close()


def test_the_pages_come_with_their_style_manual_and_english(
    site: int, installed: Installed, office: dict[str, str]
) -> None:
    status, kind, page = get(site, "/sign-in")
    assert (status, kind) == (200, "text/html")
    assert "サインイン" in page.decode()
    sheets = re.findall(r'href="(/static/[^"]+\.css[^"]*)"', page.decode())
    assert sheets
    assert {get(site, each)[:2] for each in sheets} == {(200, "text/css")}
    status, _, chapter = get(site, "/manual/start")
    pictures = re.findall(r'src="(/manual/images/[^"]+)"', chapter.decode())
    assert status == 200
    assert {get(site, each)[:2] for each in pictures or ["/manual/images/check.png"]} == {
        (200, "image/png")
    }
    assert "Sign in" in get(site, "/sign-in", "en")[2].decode()
    assert (Path(office["EVENTMAIL_DATA_DIR"]) / "eventmail.sqlite3").is_file()
    assert not (installed.folder / "var").exists()
