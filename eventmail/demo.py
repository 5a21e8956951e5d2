"""The demo: the sample meeting on this machine, by hand in the browser or all by itself."""

from __future__ import annotations

import dataclasses
import json
import re
import secrets
import shutil
import socket
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from eventmail import migrate, processes, sample
from eventmail.audit.keys import open_database
from eventmail.config import Mode, Settings
from eventmail.database import Database
from eventmail.errors import UserError
from eventmail.files import DEMO, DEMO_RESET, make_data_folder
from eventmail.mailings import service as mailings
from eventmail.mailings.models import Snapshot
from eventmail.offices.models import Role
from eventmail.offices.permissions import ROLE_NAMES, STANDING_NAMES, Actor, Standing
from eventmail.outbox import control
from eventmail.outbox import service as outbox
from eventmail.outbox.models import DeliveryState
from eventmail.outbox.service import Progress
from eventmail.outbox.worker import Outbox
from eventmail.sample import People

LOOPBACK = "127.0.0.1"
PATIENCE_SECONDS = 120
NUMBERED = re.compile(r"\d{3,}\.(eml|json)")


def prepare(settings: Settings, *, reset: bool) -> Settings:
    """Bring the demo's data to where it can start; a second start goes on where it was."""
    folder = settings.data_dir / "demo"
    _require_free(settings)
    if reset and folder.exists():
        shutil.rmtree(folder)
    make_data_folder(folder)
    ready = settings_in(folder, settings)
    database = open_database(ready)
    migrate.upgrade(database)
    with database.writing() as session:
        if not sample.is_loaded(session):
            people = sample.load_office(session)
            sample.load_outside(session)
            event = sample.make_event(session, people.author)
            sample.draft_letter(session, people.author, event)
    database.dispose()
    return ready


def settings_in(folder: Path, settings: Settings) -> Settings:
    """The demo's own settings; the links in its mails lead to its own pages."""
    return dataclasses.replace(
        settings,
        data_dir=folder,
        secret_key=_secret(folder),
        mail_port=_free_port(),
        public_url=settings.public_url or f"http://{settings.host}:{settings.port}",
    )


def welcome(settings: Settings) -> str:
    """What the terminal says: the address and the accounts."""
    lines = [
        "",
        "  イベントメール（デモ）",
        f"  画面          http://{settings.host}:{settings.port}/",
    ]
    told = sample.story()
    titles = [ROLE_NAMES[Role(each["role"])] for each in told["staff"]]
    titles += [STANDING_NAMES[Standing(each["standing"])] for each in told["outside"]]
    for title, each in zip(titles, [*told["staff"], *told["outside"]], strict=True):
        blank = "　" * (8 - len(title))  # as wide as the widest
        lines.append(f"  {title}{blank}{each['login']:<8} パスワード {each['password']}")
    lines += [
        f"  受信箱        {settings.data_dir / 'received'} に届きます（外へは送りません）",
        f"  Ctrl-C で終わります。続きからは {DEMO}、はじめからは {DEMO_RESET}。",
        "",
    ]
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Report:
    """What ``report.json`` says."""

    participants: int
    accepted: int
    refused: int
    uncertain: int
    snapshot: str
    seconds: float


def unattended(out: Path, relay: tuple[str, int] | None) -> bool:
    """Walk the whole journey as the three people and send; True if every mail was accepted.

    Mails that arrive at the built-in sink are written to ``out`` as ``NNN.eml`` and ``NNN.json``;
    with ``relay`` they go there instead. ``report.json`` is written either way.
    """
    started = time.monotonic()
    _clear(out)
    with tempfile.TemporaryDirectory(prefix="eventmail-") as folder:
        settings = _settings_for(Path(folder), relay)
        database = open_database(settings)
        migrate.upgrade(database)
        people, snapshot = _three_people(database)
        sending = _Sending(settings, database, people.approver, snapshot)
        progress = _send(sending, None if relay else out)
        database.dispose()
    report = _report(snapshot, progress, time.monotonic() - started)
    text = json.dumps(dataclasses.asdict(report), ensure_ascii=False, indent=2)
    (out / "report.json").write_text(text + "\n", encoding="utf-8")
    print(text)  # noqa: T201 - the command's answer
    if progress.notice:
        print(progress.notice)  # noqa: T201
    return report.participants == report.accepted > 0


@dataclass(frozen=True, slots=True)
class _Sending:
    """What the unattended demo sends, and who says that its first copy is right."""

    settings: Settings
    database: Database
    approver: Actor
    snapshot: Snapshot


def _three_people(database: Database) -> tuple[People, Snapshot]:
    """Author, checker and approver, each in a transaction of their own as from the pages."""
    with database.writing() as session:
        people = sample.load_office(session)
        event = sample.make_event(session, people.author)
        mailing = sample.draft_letter(session, people.author, event)
    with database.writing() as session:
        mailing = mailings.get_mailing(session, people.author, mailing.id, lock=True)
        sample.answer_warnings(session, people.author, mailing)
        snapshot = mailings.submit(session, people.author, mailing)
    with database.writing() as session:
        mailing = mailings.get_mailing(session, people.checker, mailing.id, lock=True)
        sample.look_through(session, people.checker, mailing)
    with database.writing() as session:
        mailing = mailings.get_mailing(session, people.approver, mailing.id, lock=True)
        snapshot = mailings.approve(session, people.approver, mailing, snapshot.digest)
        outbox.start(session, snapshot)
    return people, snapshot


def _send(sending: _Sending, received: Path | None) -> Progress:
    settings = sending.settings
    sink = [["sink", "--folder", str(received)]] if received else []
    children = [processes.start(settings, command) for command in sink]
    try:
        if received:
            _wait_for_port(settings.mail_server, settings.mail_port)
        children.append(processes.start(settings, ["worker"]))
        return _wait_for_end(sending)
    finally:
        processes.end(children)


def _wait_for_end(sending: _Sending) -> Progress:
    deadline = time.monotonic() + PATIENCE_SECONDS
    noticed = 0
    released = False
    while True:
        with sending.database.reading() as session:
            progress = outbox.progress(session, sending.snapshot)
        noticed = noticed + 1 if progress.notice else 0
        # A notice that stays means a relay that is down: the report says so at once.
        if progress.finished_at or noticed > 25 or time.monotonic() > deadline:
            return progress
        if not released and progress.first_copy.state is DeliveryState.ACCEPTED:
            _release(sending)
            released = True
        time.sleep(0.1)


def _release(sending: _Sending) -> None:
    """The approver saw that the office's own copy arrived: the rest may go."""
    with sending.database.writing() as session:
        control.release(session, sending.approver, session.get_one(Snapshot, sending.snapshot.id))
    worker = Outbox(sending.settings, sending.database)
    worker.wake(sending.snapshot.id)
    worker.huey.storage.close()


def _report(snapshot: Snapshot, progress: Progress, seconds: float) -> Report:
    return Report(
        participants=progress.total,
        accepted=progress.accepted,
        refused=progress.counts.get(DeliveryState.REFUSED, 0),
        uncertain=progress.counts.get(DeliveryState.UNCERTAIN, 0),
        snapshot=snapshot.digest,
        seconds=round(seconds, 2),
    )


def _settings_for(folder: Path, relay: tuple[str, int] | None) -> Settings:
    host, port = relay or (LOOPBACK, _free_port())
    return Settings(
        mode=Mode.DEMO,
        secret_key=secrets.token_hex(32),
        data_dir=folder,
        mail_server=host,
        mail_port=port,
        mail_sink=relay is None,
        mail_allowed_domains=("example",),
    )


def _clear(out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for old in out.iterdir():
        if NUMBERED.fullmatch(old.name) or old.name == "report.json":
            old.unlink()


def _secret(folder: Path) -> str:
    kept = folder / "secret"
    if not kept.exists():
        part = folder / "secret.part"
        part.touch(mode=0o600)
        part.write_text(secrets.token_hex(32), encoding="ascii")
        part.replace(kept)
    return kept.read_text(encoding="ascii")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def _require_free(settings: Settings) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise UserError(
                f"ポート{settings.port}はほかで使われています。"
                f"EVENTMAIL_PORT=8026 {DEMO} のように、別の番号で始めてください。"
            ) from error


def _wait_for_port(host: str, port: int) -> None:
    for _ in range(300):  # a slow machine takes its time
        with socket.socket() as probe:
            if probe.connect_ex((host, port)) == 0:
                return
        time.sleep(0.1)
    raise UserError("内蔵の受信箱が始まりませんでした。もう一度お試しください。")
