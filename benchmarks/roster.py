"""What reading and importing a roster costs, beside openpyxl alone, in one run.

    make bench-roster                          print the table
    python benchmarks/roster.py --markdown     the same as Markdown, for README.md

Every figure comes from a process of its own, so that memory is that step's alone. openpyxl loads
the workbook in full mode and does nothing else; ours finds the table, judges every row, and tells
the rows to the process that asked. Rounds alternate, and the median of each is taken.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

HEADER = (
    "番号", "事業所名", "部署", "役職", "担当者名", "電話番号", "メールアドレス", "参加", "備考",
)  # fmt: skip
SURNAMES = ("山田", "佐々木", "髙﨑", "鈴木", "田中", "渡邉", "中村", "小林", "加藤", "吉田")


def make(path: Path, rows: int) -> None:
    """A roster of a title, a header and ``rows`` contacts, three to a company."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("参加企業")
    sheet.append(["令和8年度 企業と学校との雇用情報交換会 参加企業一覧"])
    sheet.append(HEADER)
    for n in range(rows):
        company = f"株式会社{SURNAMES[n % 10]}製作所{n // 3}"
        phone = f"0123-{n // 10000 % 100:02}-{n % 10000:04}"
        address = f"tanto{n}@kaisha{n // 3}.example"
        name = f"{SURNAMES[n * 7 % 10]} {n}郎"
        sheet.append([n + 1, company, "総務部人事課", "課長", name, phone, address, "参加", ""])
    book.save(path)


def load(path: Path) -> dict[str, float]:
    """openpyxl alone."""
    from openpyxl import load_workbook

    content = path.read_bytes()
    start = time.perf_counter()
    book = load_workbook(BytesIO(content))
    seconds = time.perf_counter() - start
    assert book.active is not None
    return {"seconds": seconds}


def read(path: Path) -> dict[str, float]:
    """Ours: the child reads and judges, this process takes the rows one by one."""
    from eventmail.spreadsheet.reader import stream
    from eventmail.spreadsheet.reading import Reading

    content = path.read_bytes()
    before = peak()
    start = time.perf_counter()
    told = stream(content, path.name)
    reading = next(told)
    assert isinstance(reading, Reading)
    count = sum(1 for _ in told)
    seconds = time.perf_counter() - start
    assert count == sum(reading.counts.values()) == reading.counts["ok"], reading.counts
    return {"seconds": seconds, "memory": peak() - before}


def bring(path: Path) -> dict[str, float]:
    """Upload, read, compare, import, and look at the pages, over SQLite."""
    import sqlalchemy as sa

    from eventmail import migrate, sample
    from eventmail.audit.keys import open_database
    from eventmail.config import Mode, Settings
    from eventmail.events.models import Contact
    from eventmail.mailings import service as mailings
    from eventmail.roster import jobs, service

    with tempfile.TemporaryDirectory() as folder:
        database = open_database(
            Settings(
                mode=Mode.TEST,
                secret_key="x" * 32,
                database_url=f"sqlite:///{folder}/roster.sqlite3",
            )
        )
        migrate.upgrade(database)
        with database.writing() as session:
            people = sample.load_office(session)
            event = sample.make_empty_event(session, people.author)
            found = service.upload(session, people.author, event, path.name, path.read_bytes())
        before = peak()
        start = time.perf_counter()
        jobs.run(database.writing, found.id, mailings.refresh)
        read_in = time.perf_counter()
        with database.writing() as session:
            own = service.get_import(session, event, found.id, lock=True)
            service.confirm(session, people.author, own, own.stamp)
        jobs.run(database.writing, found.id, mailings.refresh)
        done = time.perf_counter()
        with database.reading() as session:
            rows = session.scalars(sa.select(sa.func.count()).select_from(Contact)).one()
            assert rows == own.total
        database.dispose()
    return {"seconds": read_in - start, "import": done - read_in, "memory": peak() - before}


def peak() -> float:
    """This process's largest size so far, in megabytes."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


STEPS: dict[str, Callable[[Path], dict[str, float]]] = {"load": load, "read": read, "bring": bring}


def apart(step: str, path: Path) -> dict[str, float]:
    """One step in a process of its own."""
    command = [sys.executable, __file__, "--step", step, str(path)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    told: dict[str, float] = json.loads(answer.stdout)
    return told


def measure(path: Path, rounds: int) -> dict[str, float]:
    """The medians of one file's steps."""
    taken = [{step: apart(step, path) for step in ("load", "read")} for _ in range(rounds)]
    brought = apart("bring", path)

    def median(step: str, name: str) -> float:
        return statistics.median(each[step][name] for each in taken)

    return {
        "openpyxl": median("load", "seconds"),
        "ours": median("read", "seconds"),
        "ratio": statistics.median(e["read"]["seconds"] / e["load"]["seconds"] for e in taken),
        "memory": median("read", "memory"),
        "job": brought["seconds"],
        "import": brought["import"],
        "worker": brought["memory"],
    }


def show(rows: int, size: float, figures: dict[str, float], markdown: bool) -> None:
    """One line of the table."""
    cells = [
        f"{rows:,}",
        f"{size:.1f}",
        *(f"{figures[name]:.2f}" for name in ("openpyxl", "ours", "ratio")),
        f"{figures['memory']:.0f}",
        *(f"{figures[name]:.1f}" for name in ("job", "import")),
        f"{figures['worker']:.0f}",
    ]
    print("| " + " | ".join(cells) + " |" if markdown else "".join(f"{c:>13}" for c in cells))


TITLES = (
    "rows", "MB", "openpyxl s", "ours s", "ratio", "asker MB", "stored in s", "import s",
    "worker MB",
)  # fmt: skip


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--markdown", action="store_true")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--rows", type=int, nargs="*", default=[1_000, 10_000, 100_000])
    options.add_argument("--step", nargs=2, metavar=("STEP", "FILE"), help=argparse.SUPPRESS)
    chosen: Any = options.parse_args()
    if chosen.step:
        print(json.dumps(STEPS[chosen.step[0]](Path(chosen.step[1]))))
        return
    if chosen.markdown:
        print("| " + " | ".join(TITLES) + " |\n|" + " ---: |" * len(TITLES))
    else:
        print("".join(f"{title:>13}" for title in TITLES))
    with tempfile.TemporaryDirectory() as folder:
        for rows in chosen.rows:
            path = Path(folder) / f"{rows}.xlsx"
            make(path, rows)
            figures = measure(path, chosen.rounds)
            show(rows, path.stat().st_size / 1_000_000, figures, chosen.markdown)


if __name__ == "__main__":
    main()
