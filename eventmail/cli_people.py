"""Commands for those who stand outside any office: administrators, and overseers of a bureau."""

from __future__ import annotations

from collections.abc import Callable

import click
import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail import cli_accounts, passwords
from eventmail.accounts import invitations
from eventmail.administration import service
from eventmail.audit.keys import opened
from eventmail.config import Settings
from eventmail.errors import UserError
from eventmail.offices import service as offices
from eventmail.offices.models import Staff


def register(group: click.Group) -> None:
    """Add the commands; the context's object gives the settings of one that is ready."""
    group.add_command(add_administrator)
    group.add_command(add_overseer)


@click.command("add-administrator")
@click.argument("login")
@click.argument("name", default="")
@click.option("--with-password", is_flag=True, help="リンクを出さず、ここでパスワードを決めます。")
@click.pass_obj
def add_administrator(
    ready: Callable[[], Settings], login: str, name: str, with_password: bool
) -> None:
    """LOGIN をシステム管理者にします。新しい職員のときは NAME も指定し、出たリンクを開きます。"""
    settings, made = ready(), None
    with opened(settings) as database, database.writing() as session:
        staff = _known(session, login)
        if staff is None:
            staff = _new(session, login, name, _password if with_password else None)
        service.make_administrator(session, staff)
        if staff.password_hash == passwords.UNUSABLE:
            made = invitations.make_link(session, None, None, staff)
    click.echo(f"「{staff.name}」をシステム管理者にしました。参加事業所の情報は見られません。")
    if made is not None:
        cli_accounts.hand_over(settings, made)


@click.command("add-overseer")
@click.argument("bureau")
@click.argument("login")
@click.argument("name", default="")
@click.pass_obj
def add_overseer(ready: Callable[[], Settings], bureau: str, login: str, name: str) -> None:
    """LOGIN を労働局 BUREAU の担当者にします。新しい職員のときは NAME も指定します。"""
    with opened(ready()) as database, database.writing() as session:
        found = service.bureau_named(session, bureau)
        staff = _person(session, login, name)
        service.make_overseer(session, staff, found)
    click.echo(f"「{staff.name}」を{bureau}の担当者にしました。所の状況を件数で見られます。")


def _person(session: Session, login: str, name: str) -> Staff:
    """Whoever has that login, or a new person with a password that is asked for."""
    return _known(session, login) or _new(session, login, name, _password)


def _known(session: Session, login: str) -> Staff | None:
    found: Staff | None = session.scalar(sa.select(Staff).where(Staff.login == login))
    return found


def _new(session: Session, login: str, name: str, password: Callable[[], str] | None) -> Staff:
    """Without a password nobody can sign in as him until he has opened his link."""
    if not name:
        raise UserError(
            f"ユーザー名「{login}」の職員はいません。氏名も指定すると新しく登録します。"
        )
    return offices.add_person(session, None, login, name, password() if password else None)


def _password() -> str:
    typed: str = click.prompt(
        "パスワード", hide_input=True, confirmation_prompt="パスワード（もう一度）"
    )
    return typed
