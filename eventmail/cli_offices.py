"""The commands that make an office, its senders and its staff, and set how it sends."""

from __future__ import annotations

import click

from eventmail import cli_settings
from eventmail.administration.service import HOLD_MINUTES
from eventmail.audit.keys import opened
from eventmail.cli_ready import ready
from eventmail.errors import UserError
from eventmail.mailings.models import Mailing
from eventmail.offices import service as offices
from eventmail.offices.models import Role
from eventmail.outbox import retention
from eventmail.proposals import mailboxes, roles, sending
from eventmail.staffmail import service as staffmail


def register(group: click.Group) -> None:
    """Add these commands to ``group``."""
    for each in (
        add_office,
        add_mailbox,
        set_batches,
        set_sending,
        erase_mailing,
        add_staff,
        set_staff_address,
    ):
        group.add_command(each)


@click.command("add-office")
@click.argument("bureau")
@click.argument("name")
def add_office(bureau: str, name: str) -> None:
    """労働局 BUREAU に所 NAME を登録します。"""
    with opened(ready()) as database, database.writing() as session:
        found = offices.add_office(session, bureau, name)
        offices.set_sending(session, found, HOLD_MINUTES, None)
    click.echo(
        f"所「{name}」を登録しました。送信は決裁の{HOLD_MINUTES}分後に始まり、残りは送信控えを人が"
        "確かめてから送ります（set-sending で変えられます）。"
    )
    click.echo("次に add-mailbox で差出人のアドレスを登録します。")


@click.command("add-mailbox")
@click.argument("office")
@click.argument("name")
@click.argument("address")
@cli_settings.reason_option
def add_mailbox(office: str, name: str, address: str, reason: str) -> None:
    """所 OFFICE のアドレス ADDRESS を、差出人名 NAME で登録します。"""
    with opened(ready()) as database, database.writing() as session:
        found = offices.office_named(session, office)
        place = mailboxes.place_of(found.id, address)
        if place.now(session) is not None:
            raise UserError(mailboxes.TAKEN.format(address=address))
        waits = cli_settings.decide(session, place, {"name": name}, reason)
    done = f"アドレス {address} を登録しました。次に add-staff で職員を登録します。"
    click.echo(waits or done)


@click.command("set-batches")
@click.argument("office")
@click.argument("allowed", type=click.Choice(["yes", "no"]))
@click.option("--size", type=click.IntRange(1, 100), help="一度に渡すあて先の数（はじめは50）")
@cli_settings.reason_option
def set_batches(office: str, allowed: str, size: int | None, reason: str) -> None:
    """所 OFFICE でBCC一括送信を認めるか（yes、no）を決めます。"""
    with opened(ready()) as database, database.writing() as session:
        found = offices.office_named(session, office)
        wanted = {"allowed": allowed == "yes", "size": size or found.batch_size}
        place = sending.BATCHES.at(found.id)
        waits = cli_settings.decide(session, place, wanted, reason)
    told = f"認めます（一度に{wanted['size']}件まで）" if allowed == "yes" else "認めません"
    click.echo(waits or f"所「{office}」では、BCC一括送信を{told}。")


@click.command("set-sending")
@click.argument("office")
@click.option("--hold", type=click.IntRange(0, 1440), help="決裁から送信開始まで待つ分数")
@click.option("--first-copy", help="控えを確かめる方法。hand（人が確かめる）か、自動で続ける分数")
@cli_settings.reason_option
def set_sending(office: str, hold: int | None, first_copy: str | None, reason: str) -> None:
    """所 OFFICE の、送信開始までの待ち時間と、送信控えの確かめ方を決めます。"""
    with opened(ready()) as database, database.writing() as session:
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


@click.command("erase-mailing")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="消去の理由。記録に残ります。例：保存期間の満了")
@click.confirmation_option(
    prompt="名前・アドレス・送ったメールを消去します。元に戻せません。続けますか"
)
def erase_mailing(number: int, reason: str) -> None:
    """番号 NUMBER のメール案件の、確定版の個人情報と送ったメールを消去します。"""
    with opened(ready()) as database, database.writing() as session:
        mailing = session.get(Mailing, number)
        if mailing is None or not mailing.snapshots:
            raise UserError(f"番号{number}の案件に、消去する確定版はありません。")
        for snapshot in mailing.snapshots:
            retention.erase(session, None, snapshot, reason)
    click.echo(f"番号{number}の案件の個人情報を消去しました。件数と指紋は残っています。")


@click.command("add-staff")
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
    with opened(ready()) as database, database.writing() as session:
        found = offices.office_named(session, office)
        person = offices.add_person(session, found, login, name, password)
        place = roles.ROLES.at(found.id, str(person.id))
        waits = cli_settings.decide(session, place, sorted(set(given)), reason)
    click.echo(f"職員「{name}」を登録しました。")
    if waits:
        click.echo(waits)


@click.command("set-staff-address")
@click.argument("login")
@click.argument("address", default="")
def set_staff_address(login: str, address: str) -> None:
    """職員 LOGIN に、お知らせを送るアドレス ADDRESS を登録します。ADDRESS を省くと消します。"""
    settings = ready()
    with opened(settings) as database, database.writing() as session:
        staff = staffmail.staff_with_login(session, login)
        staffmail.set_address(session, staff, address, settings.staff_domains)
        told, wanted = staff.address, staff.notices
    if told is None:
        click.echo(f"職員「{login}」のアドレスを消しました。お知らせのメールは送りません。")
        return
    off = "" if wanted else "（本人がお知らせを止めています）"
    click.echo(f"職員「{login}」のアドレスを {told} にしました{off}。")


def _first_copy(text: str) -> int | None:
    if text == "hand":
        return None
    if not text.isdecimal() or int(text) > 1440:
        raise UserError(
            f"--first-copy「{text}」を読めません。hand か 0〜1440 の数字にしてください。"
        )
    return int(text)
