"""The commands that make links by which people set their passwords themselves."""

from __future__ import annotations

from collections.abc import Callable

import click

from eventmail import clock
from eventmail.accounts import invitations
from eventmail.accounts.factors import service as factors
from eventmail.accounts.invitations import Invitee, Made
from eventmail.audit.keys import opened
from eventmail.config import Settings
from eventmail.offices import service as offices
from eventmail.offices.models import Role
from eventmail.staffmail import service as staffmail

SETTINGS: list[Callable[[], Settings]] = []
HAND_OVER = "次のリンクを{name}さん本人だけに渡してください。{until}まで、一度だけ使えます。"
WAITS = "役割はまだ決まっていません。所の職員が画面で認めると決まります（提案の番号{number}）。"


@click.command("invite")
@click.argument("office")
@click.argument("login")
@click.argument("name")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice([role.value for role in Role]),
    help="役割。いくつでも指定できます。",
)
@click.option("--address", default="", help="お知らせを送る、職員本人のアドレス")
def invite(office: str, login: str, name: str, roles: tuple[str, ...], address: str) -> None:
    """所 OFFICE の職員 NAME を招待し、パスワードを本人が決めるリンクを出します。"""
    settings = SETTINGS[-1]()
    wanted = Invitee(login, name, frozenset(Role(each) for each in roles), address)
    with opened(settings) as database, database.writing() as session:
        found = offices.office_named(session, office)
        made = invitations.invite(session, None, found, wanted, settings.staff_domains)
    hand_over(settings, made)


@click.command("reset-password")
@click.argument("login")
def reset_password(login: str) -> None:
    """職員 LOGIN が、新しいパスワードを自分で決めるリンクを出します。"""
    settings = SETTINGS[-1]()
    with opened(settings) as database, database.writing() as session:
        staff = staffmail.staff_with_login(session, login)
        made = invitations.reset(session, None, staff)
    hand_over(settings, made)


@click.command("reset-second-factor")
@click.argument("login")
@click.option("--reason", required=True, help="取り消す理由。監査記録に残ります。")
def reset_second_factor(login: str, reason: str) -> None:
    """職員 LOGIN の二段階認証を取り消します。次のサインインで登録し直してもらいます。"""
    with opened(SETTINGS[-1]()) as database, database.writing() as session:
        staff = staffmail.staff_with_login(session, login)
        factors.reset(session, None, staff, reason)
    click.echo(f"{staff.name}さんの二段階認証を取り消しました。サインインもすべて終わりました。")


def hand_over(settings: Settings, made: Made) -> None:
    """Print a link, once; it is nowhere else."""
    until = clock.japanese_moment(made.invitation.expires_at)
    click.echo(HAND_OVER.format(name=made.staff.name, until=until))
    place = settings.public_url or f"http://{settings.host}:{settings.port}"
    click.echo(f"{place}/invitations/{made.token}")
    if made.waits:
        click.echo(WAITS.format(number=made.waits.id))


def register(group: click.Group, settings: Callable[[], Settings]) -> None:
    """Add the commands of this module; ``settings`` gives those of a database that is ready."""
    SETTINGS.append(settings)
    group.add_command(invite)
    group.add_command(reset_password)
    group.add_command(reset_second_factor)
