"""How fast every page is over a full database: ``make bench-pages``, or

    python -m benchmarks.pages                       fill once, then 20 a second for 5 minutes
    python -m benchmarks.pages --scale 0.01          a hundredth of it, to try
    python -m benchmarks.pages --usual               of an event as most are, not of the largest
    python -m benchmarks.pages --only mailings.show  one page by itself, often
    python -m benchmarks.pages --keep                leave the server running for a look

The data stays under ``var/bench-pages``; ``--fresh`` makes it anew.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import shutil
import signal
import socket
import sys
import time
from pathlib import Path

import psycopg

from benchmarks.pages import filling, keeping, paths, report, serving, visiting
from benchmarks.pages.filling import of_an_event
from eventmail import create_app
from eventmail.config import Mode, Settings

SECRET = "the pages' benchmark signs with this and with nothing else"


def options() -> argparse.Namespace:
    """What was typed."""
    parser = argparse.ArgumentParser(description="すべての画面の速さを、いっぱいのデータで測る")
    parser.add_argument("--scale", type=float, default=1.0, help="データの大きさ（1 で100万社）")
    parser.add_argument("--fresh", action="store_true", help="データを作り直す")
    parser.add_argument("--rate", type=float, default=20.0, help="1秒間の要求の数")
    parser.add_argument("--seconds", type=float, default=300.0, help="測る秒数")
    parser.add_argument("--times", type=int, default=3, help="1画面だけで測る回数")
    parser.add_argument(
        "--usual", action="store_true", help="いちばん大きい行事でなく、ふつうの行事"
    )
    parser.add_argument("--only", default="", help="この文字を含む画面だけ")
    parser.add_argument("--but", default="", help="この文字を含む画面を除く")
    parser.add_argument("--seed", type=int, default=1, help="画面の順番の種")
    parser.add_argument("--markdown", action="store_true", help="表をMarkdownで書く")
    parser.add_argument("--keep", action="store_true", help="測らずに、画面を出したままにする")
    return parser.parse_args()


def main() -> None:
    """Fill, serve, open and print."""
    chosen = options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the database ends, too
    folder = Path("var/bench-pages").resolve() / f"{chosen.scale:g}"
    if chosen.fresh:
        shutil.rmtree(folder, ignore_errors=True)
    with keeping.server(folder) as database:
        settings = _settings(database.url, folder)
        started = time.monotonic()
        ids = filling.fill(settings, folder, chosen.scale)
        print(f"filled in {time.monotonic() - started:.0f} s; {_sizes(database.url)}", flush=True)
        if chosen.usual:
            ids = of_an_event.usual(settings, ids)
        app = create_app(_in_service(settings))
        pages = [each for each in paths.pages(app, ids) if _is_asked_for(each, chosen)]
        with serving.site(app, _in_service(settings), database) as site:
            if chosen.keep:
                print(json.dumps({each.told: each.path for each in pages}, indent=1))
                print(f"http://127.0.0.1:{site.port}/ and {database.url}; Ctrl-C ends it.")
                _wait_for_ctrl_c()
                return
            _measure(site, pages, chosen)


def _is_asked_for(page: paths.Page, chosen: argparse.Namespace) -> bool:
    return chosen.only in page.told and not (chosen.but and chosen.but in page.told)


def _measure(site: serving.Site, pages: list[paths.Page], chosen: argparse.Namespace) -> None:
    print(f"load {os.getloadavg()[0]:.1f}; each page by itself, {chosen.times} times", flush=True)
    visiting.warm(site, pages, 2 * site.processes)
    seen = visiting.alone(site, pages, chosen.times)
    failed = 0
    if chosen.seconds:
        print(f"load {os.getloadavg()[0]:.1f}; all of them, {chosen.rate:g} a second", flush=True)
        failed = visiting.mixed(site, seen, chosen.rate, chosen.seconds, chosen.seed)
    print(report.table(seen, markdown=chosen.markdown))
    print(report.totals(seen, failed, chosen.rate))


def _settings(url: str, folder: Path) -> Settings:
    data = folder / "eventmail"
    data.mkdir(exist_ok=True)
    port, relay = _free_port(), _free_port()
    return Settings(
        mode=Mode.DEMO,
        secret_key=SECRET,
        data_dir=data,
        database_url=url,
        port=port,
        public_url=f"http://127.0.0.1:{port}",
        mail_port=relay,
        mail_sink=True,
    )


def _in_service(settings: Settings) -> Settings:
    return dataclasses.replace(
        settings, mode=Mode.PRODUCTION, mail_sink=False, allow_plain_http=True
    )


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _sizes(url: str) -> str:
    counted = [
        "offices",
        "events",
        "participants",
        "contacts",
        "snapshot_recipients",
        "deliveries",
        "attempts",
        "audit_entries",
    ]
    with psycopg.connect(
        url.replace("postgresql+psycopg:", "postgresql:"), autocommit=True
    ) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        told = []
        for table in counted:
            row = connection.execute(
                f"SELECT reltuples::bigint FROM pg_class WHERE oid = '{table}'::regclass"
            ).fetchone()
            told.append(f"{row[0] if row else 0:,} {table}")
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    return ", ".join(told) + f"; {row[0] / 1e9 if row else 0:.1f} GB"


def _wait_for_ctrl_c() -> None:
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
