"""The commands that run the service, its demo and its sink, and bring the database up to date."""

from __future__ import annotations

import dataclasses
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import sqlalchemy as sa

from eventmail import cli_keeping, cli_ready, config, create_app, migrate, processes
from eventmail.audit import chain, origin
from eventmail.audit.keys import open_database, opened
from eventmail.config import Settings
from eventmail.errors import UserError
from eventmail.files import COMMAND, make_data_folder
from eventmail.observing import logs
from eventmail.offices.models import Staff
from eventmail.production import require_safe

if TYPE_CHECKING:
    from flask import Flask

FIRST = (
    "まだだれも登録されていません。別の端末で次のコマンドを実行し、出たリンクを開いてください。\n"
    f"  {COMMAND} add-administrator ユーザー名 氏名"
)


def register(group: click.Group) -> None:
    """Add these commands to ``group``."""
    for each in (migrate_command, web, worker, serve, sink, demo_command, settings_command):
        group.add_command(each)


def app_that_runs_on(settings: Settings) -> Flask:
    """The web application of a process that serves it, with what goes on in its background."""
    app = create_app(settings)
    app.extensions["eventmail"].outbox.keep_forgetting()
    return app


@click.command("migrate")
@cli_keeping.to_option
@cli_keeping.without_option
def migrate_command(backup_to: Path | None, without_backup: bool) -> None:
    """データベースを最新の形にします。古い形のときは、はじめにバックアップを取ります。"""
    settings = cli_ready.settings_here()
    make_data_folder(settings.data_dir)
    cli_keeping.before_migrating(settings, backup_to, without=without_backup)
    database = open_database(settings)
    migrate.upgrade(database)
    chain.seal_older(database)
    click.echo("データベースは最新です。")


@click.command()
@click.option("--listening", type=int, hidden=True)  # of several that one command has started
@click.option("--parent", type=int, hidden=True)
def web(listening: int | None, parent: int | None) -> None:
    """画面（Webサーバー）を動かします。"""
    settings = _starting()
    if listening is None and settings.web_processes > 1:
        sys.exit(processes.run_group(settings, [], settings.web_processes))
    logs.configure(settings)
    processes.serve_web(app_that_runs_on(settings), settings, listening, parent)


@click.command()
def worker() -> None:
    """送信処理を動かします。"""
    origin.this_process_is(origin.WORKER)
    settings = _starting()
    logs.configure(settings)
    from eventmail.outbox.worker import Outbox

    outbox = Outbox(settings, open_database(settings))
    outbox.keep_forgetting()
    processes.run_worker(outbox.consumer(), outbox.ending)


@click.command()
def serve() -> None:
    """画面と送信処理を一緒に動かします。"""
    settings = _starting()
    click.echo(f"http://{settings.host}:{settings.port}/ で動いています。Ctrl-Cで終わります。")
    if _is_empty(settings):
        click.echo(FIRST)
    workers = [["worker"]] * settings.worker_processes
    sys.exit(processes.run_group(settings, workers, settings.web_processes))


@click.command()
@click.option("--folder", type=click.Path(path_type=Path), help="届いたメールを置くフォルダー")
def sink(folder: Path | None) -> None:
    """内蔵の受信箱（デモ用のSMTPサーバー）を動かします。"""
    from eventmail.wire.sink import run_sink

    settings = cli_ready.settings_here()
    run_sink(settings.mail_server, settings.mail_port, folder)


@click.command("demo")
@click.option("--reset", is_flag=True, help="デモのデータを消して、はじめからにします。")
@click.option("--unattended", is_flag=True, help="3人の役を自動で行い、最後まで送信します。")
@click.option("--out", type=click.Path(path_type=Path), help="届いたメールと報告を置くフォルダー")
@click.option("--relay", metavar="HOST:PORT", help="内蔵の受信箱の代わりに使う送信サーバー")
def demo_command(reset: bool, unattended: bool, out: Path | None, relay: str | None) -> None:
    """見本の会議で、はじめから終わりまで試せるようにします。"""
    from eventmail import demo

    if unattended:
        if out is None:
            raise UserError("--unattended には --out フォルダー も指定してください。")
        sys.exit(0 if demo.unattended(out, _relay(relay)) else 1)
    settings = demo.prepare(settings_of_demo(), reset=reset)
    if reset:
        click.echo("デモのデータを消して、はじめの状態にしました。")
        return
    click.echo(demo.welcome(settings))
    folder = str(settings.data_dir / "received")
    sys.exit(processes.run_group(settings, [["sink", "--folder", folder], ["worker"]], webs=1))


@click.command("settings")
def settings_command() -> None:
    """設定の一覧をMarkdownの表で出します。"""
    click.echo(config.table(), nl=False)


def settings_of_demo() -> Settings:
    """The demo's settings: those of the environment, but never a relay or production."""
    environment = {"EVENTMAIL_MODE": "demo"}
    chosen = config.load({**_chosen("HOST", "PORT", "DATA_DIR"), **environment})
    return dataclasses.replace(chosen, mail_sink=True)


def _chosen(*names: str) -> dict[str, str]:
    wanted = [config.PREFIX + name for name in names]
    return {name: os.environ[name] for name in wanted if name in os.environ}


def _starting() -> Settings:
    settings = cli_ready.ready()
    require_safe(settings)
    return settings


def _is_empty(settings: Settings) -> bool:
    """Whether nobody at all could sign in: a new installation."""
    with opened(settings) as database, database.reading() as session:
        return session.scalar(sa.select(Staff.id).limit(1)) is None


def _relay(text: str | None) -> tuple[str, int] | None:
    if text is None:
        return None
    host, separator, port = text.rpartition(":")
    if not separator or not host or not port.isdecimal():
        raise UserError(f"--relay「{text}」を読めません。HOST:PORT の形にしてください。")
    return host, int(port)
