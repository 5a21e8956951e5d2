"""The command line: ``python app.py COMMAND``, or ``eventmail COMMAND`` when installed."""

from __future__ import annotations

import dataclasses
import os
import sys
from pathlib import Path

import click
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import OperationalError

from eventmail import (
    cli_accounts,
    cli_audit,
    cli_bounces,
    cli_doctor,
    cli_keeping,
    cli_language,
    cli_people,
    cli_scan,
    cli_settings,
    cli_sheets,
    config,
    create_app,
    demo,
    migrate,
    processes,
)
from eventmail.administration.service import HOLD_MINUTES
from eventmail.audit import chain, origin
from eventmail.audit.keys import open_database, opened
from eventmail.config import ConfigError, Settings
from eventmail.errors import UserError
from eventmail.files import COMMAND, make_data_folder
from eventmail.mailings.models import Mailing
from eventmail.observing import logs
from eventmail.offices import service as offices
from eventmail.offices.models import Role, Staff
from eventmail.outbox import retention
from eventmail.outbox.worker import Outbox
from eventmail.production import require_safe
from eventmail.proposals import mailboxes, roles, sending
from eventmail.staffmail import service as staffmail
from eventmail.version import VERSION
from eventmail.wire.sink import run_sink

NO_DATABASE = (
    "データベースに接続できません。設定 EVENTMAIL_DATABASE_URL と、"
    "データベースが動いていることを確かめてください。"
)
FIRST = (
    "まだだれも登録されていません。別の端末で次のコマンドを実行し、出たリンクを開いてください。\n"
    f"  {COMMAND} add-administrator ユーザー名 氏名"
)


def settings_here() -> Settings:
    """The settings of this environment and the ``.env`` file in the working folder."""
    return config.load(dotenv=Path(".env"))


def app_that_runs_on(settings: Settings) -> Flask:
    """The web application of a process that serves it, with what goes on in its background."""
    app = create_app(settings)
    app.extensions["eventmail"].outbox.keep_forgetting()
    return app


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(
    VERSION, prog_name="eventmail", message="%(prog)s %(version)s", help="版を表示して終わります。"
)
@click.pass_context
def cli(context: click.Context) -> None:
    """イベントメール：参加事業所のアドレスがほかへ見えないメール送信。"""
    origin.this_process_is(origin.COMMAND)
    logs.begin()


def main() -> None:
    """Run a command; faults of the user end with one sentence, not with a traceback."""
    try:
        cli_language.chosen(cli)()
    except (ConfigError, UserError) as error:
        cli_language.refuse(str(error))
    except OperationalError as error:
        cli_language.refuse(f"{NO_DATABASE}（{error.orig}）")


@cli.command("migrate")
@cli_keeping.to_option
@cli_keeping.without_option
def migrate_command(backup_to: Path | None, without_backup: bool) -> None:
    """データベースを最新の形にします。古い形のときは、はじめにバックアップを取ります。"""
    settings = settings_here()
    make_data_folder(settings.data_dir)
    cli_keeping.before_migrating(settings, backup_to, without=without_backup)
    database = open_database(settings)
    migrate.upgrade(database)
    chain.seal_older(database)
    click.echo("データベースは最新です。")


@cli.command()
@click.option("--listening", type=int, hidden=True)  # of several that one command has started
@click.option("--parent", type=int, hidden=True)
def web(listening: int | None, parent: int | None) -> None:
    """画面（Webサーバー）を動かします。"""
    settings = _starting()
    if listening is None and settings.web_processes > 1:
        sys.exit(processes.run_group(settings, [], settings.web_processes))
    logs.configure(settings)
    processes.serve_web(app_that_runs_on(settings), settings, listening, parent)


@cli.command()
def worker() -> None:
    """送信処理を動かします。"""
    origin.this_process_is(origin.WORKER)
    settings = _starting()
    logs.configure(settings)
    outbox = Outbox(settings, open_database(settings))
    outbox.keep_forgetting()
    processes.run_worker(outbox.consumer(), outbox.ending)


@cli.command()
def serve() -> None:
    """画面と送信処理を一緒に動かします。"""
    settings = _starting()
    click.echo(f"http://{settings.host}:{settings.port}/ で動いています。Ctrl-Cで終わります。")
    if _is_empty(settings):
        click.echo(FIRST)
    workers = [["worker"]] * settings.worker_processes
    sys.exit(processes.run_group(settings, workers, settings.web_processes))


@cli.command()
@click.option("--folder", type=click.Path(path_type=Path), help="届いたメールを置くフォルダー")
def sink(folder: Path | None) -> None:
    """内蔵の受信箱（デモ用のSMTPサーバー）を動かします。"""
    settings = settings_here()
    run_sink(settings.mail_server, settings.mail_port, folder)


@cli.command("demo")
@click.option("--reset", is_flag=True, help="デモのデータを消して、はじめからにします。")
@click.option("--unattended", is_flag=True, help="3人の役を自動で行い、最後まで送信します。")
@click.option("--out", type=click.Path(path_type=Path), help="届いたメールと報告を置くフォルダー")
@click.option("--relay", metavar="HOST:PORT", help="内蔵の受信箱の代わりに使う送信サーバー")
def demo_command(reset: bool, unattended: bool, out: Path | None, relay: str | None) -> None:
    """見本の会議で、はじめから終わりまで試せるようにします。"""
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


@cli.command("settings")
def settings_command() -> None:
    """設定の一覧をMarkdownの表で出します。"""
    click.echo(config.table(), nl=False)


@cli.command("add-office")
@click.argument("bureau")
@click.argument("name")
def add_office(bureau: str, name: str) -> None:
    """労働局 BUREAU に所 NAME を登録します。"""
    with opened(_ready()) as database, database.writing() as session:
        found = offices.add_office(session, bureau, name)
        offices.set_sending(session, found, HOLD_MINUTES, None)
    click.echo(
        f"所「{name}」を登録しました。送信は決裁の{HOLD_MINUTES}分後に始まり、残りは送信控えを人が"
        "確かめてから送ります（set-sending で変えられます）。"
    )
    click.echo("次に add-mailbox で差出人のアドレスを登録します。")


@cli.command("add-mailbox")
@click.argument("office")
@click.argument("name")
@click.argument("address")
@cli_settings.reason_option
def add_mailbox(office: str, name: str, address: str, reason: str) -> None:
    """所 OFFICE のアドレス ADDRESS を、差出人名 NAME で登録します。"""
    with opened(_ready()) as database, database.writing() as session:
        found = offices.office_named(session, office)
        place = mailboxes.place_of(found.id, address)
        if place.now(session) is not None:
            raise UserError(mailboxes.TAKEN.format(address=address))
        waits = cli_settings.decide(session, place, {"name": name}, reason)
    done = f"アドレス {address} を登録しました。次に add-staff で職員を登録します。"
    click.echo(waits or done)


@cli.command("set-batches")
@click.argument("office")
@click.argument("allowed", type=click.Choice(["yes", "no"]))
@click.option("--size", type=click.IntRange(1, 100), help="一度に渡すあて先の数（はじめは50）")
@cli_settings.reason_option
def set_batches(office: str, allowed: str, size: int | None, reason: str) -> None:
    """所 OFFICE でBCC一括送信を認めるか（yes、no）を決めます。"""
    with opened(_ready()) as database, database.writing() as session:
        found = offices.office_named(session, office)
        wanted = {"allowed": allowed == "yes", "size": size or found.batch_size}
        place = sending.BATCHES.at(found.id)
        waits = cli_settings.decide(session, place, wanted, reason)
    told = f"認めます（一度に{wanted['size']}件まで）" if allowed == "yes" else "認めません"
    click.echo(waits or f"所「{office}」では、BCC一括送信を{told}。")


@cli.command("set-sending")
@click.argument("office")
@click.option("--hold", type=click.IntRange(0, 1440), help="決裁から送信開始まで待つ分数")
@click.option("--first-copy", help="控えを確かめる方法。hand（人が確かめる）か、自動で続ける分数")
@cli_settings.reason_option
def set_sending(office: str, hold: int | None, first_copy: str | None, reason: str) -> None:
    """所 OFFICE の、送信開始までの待ち時間と、送信控えの確かめ方を決めます。"""
    with opened(_ready()) as database, database.writing() as session:
        found = offices.office_named(session, office)
        held = found.hold_minutes if hold is None else hold
        copied = found.first_copy_minutes if first_copy is None else _first_copy(first_copy)
        wanted = {sending.HOLD_MINUTES: held, sending.FIRST_COPY: copied}
        waits = [
            cli_settings.decide(session, kind.at(found.id), value, reason)
            for kind, value in wanted.items()
        ]
    told = "人が確かめてから" if copied is None else f"送信控えの{copied}分後に自動で"
    done = f"所「{office}」では、決裁の{held}分後に送信控えを送り、残りは{told}送ります。"
    click.echo("\n".join(filter(None, waits)) or done)


@cli.command("erase-mailing")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="消去の理由。記録に残ります。例：保存期間の満了")
@click.confirmation_option(
    prompt="名前・アドレス・送ったメールを消去します。元に戻せません。続けますか"
)
def erase_mailing(number: int, reason: str) -> None:
    """番号 NUMBER のメール案件の、確定版の個人情報と送ったメールを消去します。"""
    with opened(_ready()) as database, database.writing() as session:
        mailing = session.get(Mailing, number)
        if mailing is None or not mailing.snapshots:
            raise UserError(f"番号{number}の案件に、消去する確定版はありません。")
        for snapshot in mailing.snapshots:
            retention.erase(session, None, snapshot, reason)
    click.echo(f"番号{number}の案件の個人情報を消去しました。件数と指紋は残っています。")


@cli.command("add-staff")
@click.argument("office")
@click.argument("login")
@click.argument("name")
@click.option(
    "--role",
    "given",
    multiple=True,
    required=True,
    type=click.Choice([role.value for role in Role]),
    help="役割。いくつでも指定できます。",
)
@click.password_option(prompt="パスワード", confirmation_prompt="パスワード（もう一度）")
@cli_settings.reason_option
def add_staff(
    office: str, login: str, name: str, given: tuple[str, ...], password: str, reason: str
) -> None:
    """所 OFFICE に、ユーザー名 LOGIN の職員 NAME を登録します。"""
    with opened(_ready()) as database, database.writing() as session:
        found = offices.office_named(session, office)
        person = offices.add_person(session, found, login, name, password)
        place = roles.ROLES.at(found.id, str(person.id))
        waits = cli_settings.decide(session, place, sorted(set(given)), reason)
    click.echo(f"職員「{name}」を登録しました。")
    if waits:
        click.echo(waits)


@cli.command("set-staff-address")
@click.argument("login")
@click.argument("address", default="")
def set_staff_address(login: str, address: str) -> None:
    """職員 LOGIN に、お知らせを送るアドレス ADDRESS を登録します。ADDRESS を省くと消します。"""
    settings = _ready()
    with opened(settings) as database, database.writing() as session:
        staff = staffmail.staff_with_login(session, login)
        staffmail.set_address(session, staff, address, settings.staff_domains)
        told, wanted = staff.address, staff.notices
    if told is None:
        click.echo(f"職員「{login}」のアドレスを消しました。お知らせのメールは送りません。")
        return
    off = "" if wanted else "（本人がお知らせを止めています）"
    click.echo(f"職員「{login}」のアドレスを {told} にしました{off}。")


cli_accounts.register(cli, lambda: _ready())
cli_sheets.register(cli)
cli_scan.register(cli)
cli_bounces.register(cli, lambda: _ready())
cli_people.register(cli, lambda: _ready())
cli_audit.register(cli, lambda: _ready())
cli_keeping.register(cli, lambda: settings_here())
cli_doctor.register(cli, lambda: settings_here())


def _first_copy(text: str) -> int | None:
    if text == "hand":
        return None
    if not text.isdecimal() or int(text) > 1440:
        raise UserError(
            f"--first-copy「{text}」を読めません。hand か 0〜1440 の数字にしてください。"
        )
    return int(text)


def settings_of_demo() -> Settings:
    """The demo's settings: those of the environment, but never a relay or production."""
    environment = {"EVENTMAIL_MODE": "demo"}
    chosen = config.load({**_chosen("HOST", "PORT", "DATA_DIR"), **environment})
    return dataclasses.replace(chosen, mail_sink=True)


def _chosen(*names: str) -> dict[str, str]:
    wanted = [config.PREFIX + name for name in names]
    return {name: os.environ[name] for name in wanted if name in os.environ}


def _ready() -> Settings:
    settings = settings_here()
    make_data_folder(settings.data_dir)
    with opened(settings) as database:
        migrate.require_current(database)
    return settings


def _starting() -> Settings:
    settings = _ready()
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
