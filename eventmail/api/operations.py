"""Everything that the API can be asked, in one table: routes and description are made of it.

There is no operation for submitting, checking, approving, lifting, starting or settings, and none
may be added: two people look at what goes out, and a program is not one of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from msgspec import Struct

from eventmail.api import shapes
from eventmail.api.models import Scope
from eventmail.language import said

PREFIX = "/api/v1"
JSON, MULTIPART = "application/json", "multipart/form-data"
KEY = "Idempotency-Key"
READ_PROBLEMS = (401, 403, 404, 410, 413, 422, 429)
WRITE_PROBLEMS = (400, *READ_PROBLEMS, 409, 415)


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing to ask: how, what may be sent, what is answered, and which scope it takes."""

    method: str
    path: str
    scope: Scope
    summary: str
    answers: type[Struct]
    status: int = 200
    query: type[Struct] = shapes.NoQuery
    takes: str = ""
    body: type[Struct] | None = None

    @property
    def rule(self) -> str:
        """The path as Flask knows it: every part of it that varies is a row's number."""
        return self.path.replace("{", "<int:").replace("}", ">")

    @property
    def problems(self) -> tuple[int, ...]:
        """The statuses of what may go wrong."""
        return tuple(sorted(WRITE_PROBLEMS if self.takes else READ_PROBLEMS))


def _read(path: str, summary: str, answers: type[Struct], query: type[Struct]) -> Operation:
    return Operation("GET", path, Scope.READ, summary, answers, query=query)


OPERATIONS: dict[str, Operation] = {
    "list_events": _read("/events", said("所のイベントの一覧"), shapes.Events, shapes.Paged),
    "show_event": _read(
        "/events/{event_id}", said("1件のイベントと資料"), shapes.Event, shapes.NoQuery
    ),
    "list_roster": _read(
        "/events/{event_id}/roster", said("参加者名簿"), shapes.Roster, shapes.Paged
    ),
    "list_mailings": _read(
        "/events/{event_id}/mailings",
        said("イベントのメール案件の一覧"),
        shapes.Mailings,
        shapes.Paged,
    ),
    "show_mailing": _read(
        "/mailings/{mailing_id}",
        said("1件のメール案件の状態と、状態ごとの件数"),
        shapes.Mailing,
        shapes.NoQuery,
    ),
    "list_deliveries": _read(
        "/mailings/{mailing_id}/deliveries",
        said("いちばん新しい送信の1通ごとの結果"),
        shapes.Deliveries,
        shapes.PagedByState,
    ),
    "import_roster": Operation(
        "POST",
        "/events/{event_id}/roster-imports",
        Scope.IMPORT,
        said("名簿のファイルを渡す（職員が画面で確かめて取り込む）"),
        shapes.RosterImport,
        status=202,
        takes=MULTIPART,
    ),
    "show_roster_import": Operation(
        "GET",
        "/roster-imports/{import_id}",
        Scope.IMPORT,
        said("渡した名簿のファイルの取り込みの状態"),
        shapes.RosterImport,
    ),
    "draft_mailing": Operation(
        "POST",
        "/events/{event_id}/mailings",
        Scope.DRAFT,
        said("メール案件の下書きを作る（提出は職員が画面で行う）"),
        shapes.Mailing,
        status=201,
        takes=JSON,
        body=shapes.NewMailing,
    ),
}
