"""``python app.py audit``: verify the chains, and take the records away."""

from __future__ import annotations

import sys
from collections.abc import Callable

import click
import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.audit import export, verifying
from eventmail.audit.keys import opened
from eventmail.audit.listing import Wanted
from eventmail.audit.models import INSTALLATION
from eventmail.audit.verifying import Noted, Report
from eventmail.cli_output import write
from eventmail.clock import japanese_moment
from eventmail.config import Settings
from eventmail.errors import UserError
from eventmail.offices import service as offices
from eventmail.offices.models import Office

WHOLE = "全体"
REBUILT = (
    "鎖の先頭を作り直しました：{name} {number}件。先頭の符号 {code}。作り直したことも記録しました。"
    "なぜ失われたのかを調べてください。"
)
UNREADABLE = (
    "--since「{code}」を読めません。前に控えた 番号:符号 の形"
    "（例：128:3f2a-9c1b-77d0-41ee）にしてください。"
)


def register(cli: click.Group, ready: Callable[[], Settings]) -> None:
    """Attach the group."""

    @cli.group()
    def audit() -> None:
        """監査記録を確かめ、書き出します。"""

    @audit.command("verify")
    @click.option("--office", help="この所の鎖だけを確かめます。「全体」は所に属さない記録です。")
    @click.option("--since", metavar="番号:符号", help="前に控えた鎖の先頭。--office と使います。")
    def verify_command(office: str | None, since: str | None) -> None:
        """監査記録の鎖を初めから終わりまで確かめます。切れていれば、その場所を言い、1で終わります。"""
        if since and not office:
            raise UserError("--since には --office 所 も指定してください。")
        reports = _verified(ready(), office, _noted(since))
        sys.exit(1 if any(each.fault for each in reports) else 0)

    @audit.command("repair")
    @click.argument("office")
    def repair_command(office: str) -> None:
        """所 OFFICE の鎖の、失われた先頭を作り直します。記録がすべてつながっているときだけです。

        先頭がないと、その所では何も記録できず、すべての操作が失敗します。
        """
        with opened(ready()) as database, database.writing() as session:
            verifying.begin(session)
            made = verifying.rebuild_head(session, _chain_named(session, office))
        write(REBUILT.format(name=office, number=made.number, code=made.code) + "\n")

    @audit.command("export")
    @click.argument("office")
    def export_command(office: str) -> None:
        """所 OFFICE の監査記録をすべて、CSVで標準出力に書き出します。"""
        with opened(ready()) as database, database.writing() as session:
            found = offices.office_named(session, office)
            export.note(session, found.id, None, "csv")
        with opened(ready()) as database, database.reading() as session:
            wanted = Wanted(found.id)
            for line in export.csv_lines(session, wanted, export.names_of(session, wanted)):
                write(line)


def _noted(code: str | None) -> Noted | None:
    found = verifying.noted(code) if code else None
    if code and found is None:
        raise UserError(UNREADABLE.format(code=code))
    return found


def _verified(settings: Settings, office: str | None, known: Noted | None) -> list[Report]:
    with opened(settings) as database:
        with database.reading() as session:
            verifying.begin(session)
            names = _names(session)
            wanted = (
                verifying.chains(session) if office is None else [_chain_named(session, office)]
            )
            reports = []
            for chain in wanted:
                reports.append(verifying.verify(session, chain, known))
                write(_told(names.get(chain, f"所の番号{chain}"), reports[-1]) + "\n")
        with database.writing() as session:
            for each in reports:
                verifying.note(session, each)
    return reports


def _chain_named(session: Session, name: str) -> int:
    return INSTALLATION if name == WHOLE else offices.office_named(session, name).id


def _names(session: Session) -> dict[int, str]:
    rows = session.execute(sa.select(Office.id, Office.name))
    return {INSTALLATION: WHOLE} | {number: name for number, name in rows}


def _told(name: str, report: Report) -> str:
    fault = report.fault
    if fault is not None:
        when = f"（{japanese_moment(fault.at)}の記録）" if fault.at else ""
        place = f"{fault.number}番{when}" if fault.number else f"鎖の外{when}"
        return f"切れています：{name} {place}：{fault.text}。"
    if report.unsealed:
        return f"まだ鎖がありません：{name}（{report.older}件。migrate を実行してください）"
    older = f"。はじめの{report.older}件は鎖ができる前の記録" if report.older else ""
    return f"つながっています：{name} {report.number}件{older}。先頭の符号 {report.code}"
