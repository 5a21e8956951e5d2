"""``python app.py backup``, ``restore``, ``move``: the rows kept, brought back, and taken along."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import click

from eventmail import migrate, processes
from eventmail.audit.keys import ChainKeys, open_database, opened
from eventmail.config import Settings
from eventmail.errors import UserError
from eventmail.files import COMMAND, make_data_folder
from eventmail.keeping import folder as folders
from eventmail.keeping import making, moving, restoring, trying, unlocking
from eventmail.keeping.archive import Reader, Trial
from eventmail.keeping.manifest import Manifest, secret_of
from eventmail.keeping.unlocking import Unlocked
from eventmail.migrate import Age

BACKUPS = "backups"  # in the data's folder: where ``migrate`` puts its own
KEPT = 2  # of those; in a folder that a person named he keeps what he likes
MADE = "バックアップを作りました：{path}\n{told}"
FAILED = "バックアップ {path} は使えません。{told}前のバックアップは残してあります。"
FINE = "バックアップ {name}（{at}、{rows}行、資料{files}件）は、そのまま戻せます。\n{told}"
UNDONE = (
    "バックアップのあとの変更（配信停止の申し出、直したアドレス、やめた職員とパスワード、"
    "取り消した参加者ページのリンクとAPIトークン、個人情報の消去）は、この写しにありません。"
    "もう一度行ってください。"
)
BEHIND = (
    "作成中・確認待ち・決裁待ちの案件も、バックアップのあとに元のサーバーで決裁され、"
    "送られているかもしれません。送る前に、所に届いた送信控えなどで確かめてください。"
)
RESTORED = (
    "バックアップ {name} を {where} に戻しました（{rows}行。1行ずつバックアップと比べました）。\n"
    "この写しからは、まだ1通も送信しません。\n"
    f"{UNDONE}\n"
    f"{BEHIND}\n"
    f"内容を確かめたら、送信を認めてください：{COMMAND} unlock-restored --reason 理由"
)
SIGN_IN_AGAIN = (
    "EVENTMAIL_SECRET_KEY がバックアップを作ったときと違います。職員はサインインし直してください。"
)
MOVED = (
    "{rows}行を {where} に移しました（1行ずつ、元と同じであることを確かめました）。\n"
    "元のデータベースは、送信を止めたままです。\n"
    "EVENTMAIL_DATABASE_URL を移した先に書きかえ、内容を確かめてから、送信を認めてください：\n"
    f"  {COMMAND} unlock-restored --reason 理由"
)
UNLOCKED = "送信を認めました。"
WAITING = (
    "途中だった{paused}件の送信は、一時停止にしました。バックアップを取ったあとに送られていないかを、"
    "それぞれの所の職員が確かめて、再開するか取りやめます。"
)
DROPPED = (
    "送信待ちだった、参加者ページのリンク、職員へのお知らせ、警報のメールと、"
    "Webhookの呼び出し、合わせて{dropped}件は取りやめました。警報は画面に残っています。"
)
NOT_CHANGED = (
    "{told}データベースは変えていません。"
    "バックアップを取らずに進めるときは、--without-backup を付けてください。"
)

to_option = click.option(
    "--backup-to", type=click.Path(path_type=Path), help="はじめに取るバックアップを置くフォルダー"
)
without_option = click.option(
    "--without-backup",
    is_flag=True,
    help="バックアップを取らずに進めます（別の方法で取ってあるとき）。",
)


def register(cli: click.Group, settings: Callable[[], Settings]) -> None:
    """Attach the commands; ``settings`` are those of this environment."""
    _register_backups(cli, settings)
    _register_copies(cli, settings)


def _register_backups(cli: click.Group, settings: Callable[[], Settings]) -> None:
    @cli.command("backup")
    @click.argument("folder", type=click.Path(path_type=Path))
    @click.option("--keep", type=click.IntRange(1), help="残す数。古いものから消します。")
    def backup_command(folder: Path, keep: int | None) -> None:
        """FOLDER にバックアップを作り、試しに戻して確かめます。止めずに実行できます。"""
        kept = making.backup(_placed(settings), folder, keep)
        if not kept.is_good:
            click.echo(FAILED.format(path=kept.path, told=kept.told), err=True)
            sys.exit(1)
        click.echo(MADE.format(path=kept.path, told=kept.told))

    @cli.command("verify-backup")
    @click.argument("path", type=click.Path(path_type=Path))
    def verify_command(path: Path) -> None:
        """バックアップ PATH を試しに戻し、使えるかを確かめます。データベースは変えません。"""
        found = _placed(settings)
        with closing(Reader(path)) as reader:
            reader.manifest.require_whole(reader.name, ChainKeys.of(found))
            trial = trying.tried(found, reader)
            _tell_trial(reader, trial)


def _register_copies(cli: click.Group, settings: Callable[[], Settings]) -> None:
    @cli.command("restore")
    @click.argument("path", type=click.Path(path_type=Path))
    @click.option("--even-bad", is_flag=True, help="試しに通らなかったものも戻します。")
    def restore_command(path: Path, even_bad: bool) -> None:
        """バックアップ PATH を、設定にある空のデータベースに戻します。戻した写しは送信しません。"""
        found = _placed(settings)
        manifest = restoring.restore(found, path, even_bad=even_bad)
        _tell_restored(found, path, manifest)

    @cli.command("move")
    @click.option(
        "--to", required=True, envvar="EVENTMAIL_MOVE_TO", metavar="URL", help="空のデータベース"
    )
    def move_command(to: str) -> None:
        """いまのデータベースの全部の行を、空のデータベース URL に移し、1行ずつ確かめます。

        はじめに Web と送信処理を止めてください。URL は環境変数 EVENTMAIL_MOVE_TO でも渡せます。
        """
        found = _current(_placed(settings))
        manifest = moving.move(found, to)
        there = restoring.where(replace(found, database_url=to))
        click.echo(MOVED.format(rows=manifest.rows, where=there))

    @cli.command("unlock-restored")
    @click.option("--reason", required=True, help="送信を認める理由。監査記録に残ります。")
    @click.option(
        "--nothing-sent-since",
        is_flag=True,
        help="バックアップを取ったあとに元のサーバーから1通も送っていないとき。途中の送信もそのまま続けます。",
    )
    def unlock_command(reason: str, nothing_sent_since: bool) -> None:
        """バックアップから戻した（移した）データベースの送信を認めます。途中だった送信は一時停止にします。"""
        found = _current(_placed(settings))
        with opened(found) as database, database.writing() as session:
            here = restoring.where(found)
            done = unlocking.unlock(session, reason, here, nothing_sent_since=nothing_sent_since)
        _tell_unlocked(done)


def before_migrating(settings: Settings, folder: Path | None, *, without: bool) -> None:
    """Refuse a newer database; keep an older one first. Raises :class:`UserError`."""
    with opened(settings) as database:
        migrate.require_not_newer(database)
        found = migrate.age(database)
    if found is not Age.OLDER or without:
        return
    processes.end_tidily()
    keep = None if folder else KEPT
    kept = making.backup(settings, folder or settings.data_dir / BACKUPS, keep)
    if not kept.is_good:
        raise UserError(NOT_CHANGED.format(told=kept.told))
    click.echo(MADE.format(path=kept.path, told=kept.told))


def _placed(settings: Callable[[], Settings]) -> Settings:
    """Where a whole copy of the rows lies for a while: it goes, however the command ends."""
    processes.end_tidily()
    found = settings()
    make_data_folder(found.data_dir)
    folders.sweep_scratch(found.data_dir)
    return found


def _current(settings: Settings) -> Settings:
    database = open_database(settings)
    try:
        migrate.require_current(database)
    finally:
        database.dispose()
    return settings


def _tell_trial(reader: Reader, trial: Trial) -> None:
    if not trial.is_good:
        click.echo(FAILED.format(path=reader.name, told=trial.told), err=True)
        sys.exit(1)
    manifest = reader.manifest
    click.echo(
        FINE.format(
            name=reader.name,
            at=manifest.told_moment,
            rows=manifest.rows,
            files=manifest.files,
            told=trial.told,
        )
    )


def _tell_unlocked(done: Unlocked) -> None:
    click.echo(UNLOCKED)
    if done.paused:
        click.echo(WAITING.format(paused=done.paused))
    if done.dropped:
        click.echo(DROPPED.format(dropped=done.dropped))
    if done.is_behind:
        click.echo(BEHIND)


def _tell_restored(settings: Settings, path: Path, manifest: Manifest) -> None:
    where = restoring.where(settings)
    click.echo(RESTORED.format(name=path.name, where=where, rows=manifest.rows))
    if manifest.secret != secret_of(settings):
        click.echo(SIGN_IN_AGAIN)
