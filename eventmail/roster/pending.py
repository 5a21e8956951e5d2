"""An import that waits for a person: may it be changed, what comes next, how it is recorded."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from eventmail.audit.service import record
from eventmail.errors import UserError
from eventmail.language import said
from eventmail.offices.permissions import Action, Actor
from eventmail.roster.models import ImportState, RosterImport

OUT_OF_DATE = said(
    "画面を開いたあとに内容が変わりました。いまの内容を確かめて、もう一度選んでください。"
)
MOVED_ON = said(
    "この名簿はすでに取り込んだか、新しいファイルに置きかわっています。"
    "イベントの画面でいまの名簿を確かめてください。"
)
STILL_AT_WORK = said("いま読み取りの途中です。終わるまで少しお待ちください。")


def read_again(roster_import: RosterImport, choices: dict[str, Any]) -> None:
    """Have its file read once more, with these choices."""
    roster_import.choices = choices
    roster_import.message = ""
    roster_import.done = 0
    roster_import.stamp += 1
    roster_import.state = ImportState.READING


def plan_again(roster_import: RosterImport) -> None:
    """Have its rows laid beside the roster once more."""
    roster_import.stamp += 1
    roster_import.state = ImportState.PLANNING


def require_pending(actor: Actor, roster_import: RosterImport) -> None:
    """Refuse to change what is at work, done or put aside, and whoever may not import."""
    actor.require(Action.IMPORT_ROSTER)
    if roster_import.state in (ImportState.READING, ImportState.PLANNING, ImportState.APPLYING):
        raise UserError(STILL_AT_WORK)
    if roster_import.state is not ImportState.PENDING:
        raise UserError(MOVED_ON)


def audit(
    session: Session,
    staff_id: int | None,
    action: str,
    roster_import: RosterImport,
    **details: object,
) -> None:
    """Record an act on this import, with its file's digest."""
    record(
        session,
        action,
        f"event:{roster_import.event_id}",
        office_id=roster_import.office_id,
        staff_id=staff_id,
        file=roster_import.sha256,
        **details,
    )
