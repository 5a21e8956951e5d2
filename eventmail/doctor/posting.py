"""A real mail to oneself, as the first installation sends one: through composer and gate."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.config import Settings
from eventmail.database import Database
from eventmail.doctor.finding import Finding, broken, good
from eventmail.doctor.running import Check
from eventmail.errors import UserError
from eventmail.language import said
from eventmail.letters.trying import Box
from eventmail.offices.models import Office, Staff
from eventmail.relays import service as relays
from eventmail.relays.service import NoRoute
from eventmail.setup import trying
from eventmail.staffmail import service as staffmail
from eventmail.wire import Relay

NO_ADDRESS = said(
    "職員「{login}」のアドレスが登録されていません。コマンド set-staff-address で登録してください。"
)
NO_OFFICE = said("所がまだ登録されていません。コマンド add-office で登録してください。")
TAKEN = said("職員「{login}」あてのテストメールを、送信サーバー {place} が受け取りました。")
NOT_TAKEN = said("職員「{login}」あてのテストメールを送れませんでした。{sentence_said}")
UNKNOWN = said("職員「{login}」あてのテストメールの、送信の結果がわかりません。")
LOOK = said("受信箱を確かめてから、もう一度送ってください。")
TITLE = said("テストメール")
PATIENCE = 8.0  # seconds for each step: within those of all checks
TRY_AGAIN = said("上の結果のとおりに直して、もう一度点検してください。")


def check(settings: Settings, database: Database, login: str) -> Check:
    """The one that sends it; of a mail that is still on its way nobody knows."""
    action = partial(send_to, settings, database, login)
    late = broken(UNKNOWN.format(login=login), LOOK)
    return Check("test_mail", TITLE, action, network=True, database=True, late=late)


def known_to_have_a_mailbox(session: Session, login: str) -> tuple[int, Box]:
    """In which office somebody tries, and where to. Raises :class:`UserError`."""
    staff = staffmail.staff_with_login(session, login)
    office_id = next((each.office_id for each in staff.memberships), None)
    if office_id is None:
        office_id = session.scalar(sa.select(sa.func.min(Office.id)))
    if office_id is None:
        raise UserError(NO_OFFICE)
    for each in trying.boxes(session, office_id, staff):
        if each.key == "own":
            return office_id, each
    raise UserError(NO_ADDRESS.format(login=login))


def send_to(settings: Settings, database: Database, login: str) -> Finding:
    """Send it, once; what became of it. It stands in the audit like every test mail."""
    try:
        with database.reading() as session:
            office_id, box = known_to_have_a_mailbox(session, login)
            relay = relays.route_of(session, settings, office_id).relay
        relay = replace(relay, timeout=min(relay.timeout, PATIENCE))
        outcome = _sent(database, relay, office_id, box, login)
    except UserError as error:
        return broken(NOT_TAKEN.format(login=login, sentence_said=error.message), TRY_AGAIN)
    except NoRoute as error:
        return broken(NOT_TAKEN.format(login=login, sentence_said=error.message_ja), TRY_AGAIN)
    if outcome.taken:
        return good(TAKEN.format(login=login, place=relay.place))
    return broken(NOT_TAKEN.format(login=login, sentence_said=outcome.sentence), TRY_AGAIN)


def _sent(database: Database, relay: Relay, office_id: int, box: Box, login: str) -> trying.Outcome:
    with database.reading() as session:
        staff: Staff = staffmail.staff_with_login(session, login)
        cleared = trying.make(session, office_id, relay, staff, box)
    with database.writing() as session:
        trying.note(session, office_id, staff, box, cleared)
    outcome = trying.send(relay, cleared, box)
    with database.writing() as session:
        trying.settle(session, office_id, staff, taken=outcome.taken)
    return outcome
