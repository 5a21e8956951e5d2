"""The office's own mailboxes: only these can be a sender or take replies."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from eventmail.addresses import AddressError, EmailAddress
from eventmail.database import Base
from eventmail.errors import UserError
from eventmail.language import said
from eventmail.offices import service as offices
from eventmail.offices import settings
from eventmail.offices.settings import Value
from eventmail.proposals.kinds import Kind, Place, Row, add, stored

LONGEST_NAME = 200
NONE = said("（登録なし）")
NO_NAME = said("差出人名を、{most}文字までで入力してください。", most=LONGEST_NAME)
TAKEN = said("アドレス「{address}」は、この所にすでに登録されています。")
GONE = said("アドレス「{address}」は、この所に登録されていません。")
IN_USE = said(
    "アドレス「{address}」は、イベントの差出人や返信先に使われているため削除できません。"
    "これからのイベントでは、別のアドレスを選んでください。"
)
ADDED = said(
    "このアドレスを、イベントの差出人や返信先に選べるようになります。参加事業所には、所からの正式な"
    "メールとして届き、返信もこのアドレスに集まります。所で管理しているアドレスか確かめてください。"
)
RENAMED = said(
    "参加事業所に表示される差出人名が変わります。確認中・決裁中の案件は内容が変わるため、提出し直しに"
    "なります。すでに決裁した送信は、決裁したときの名前のまま送ります。"
)
REMOVED = said("このアドレスを、これからのイベントの差出人や返信先に選べなくなります。")


def place_of(office_id: int, text: str) -> Place:
    """The mailbox of that address, there or not; :class:`UserError` for what is no address."""
    try:
        return MAILBOX.at(office_id, str(EmailAddress.parse(text)))
    except AddressError as error:
        raise UserError(
            said("アドレス「{text}」を登録できません。{message}", text=text, message=error.message)
        ) from error


def _check(session: Session, place: Place, after: Value) -> Value:
    assert place.office_id is not None
    found = settings.mailbox_at(session, place.office_id, place.subject)
    if after is None:
        if found is None:
            raise UserError(GONE.format(address=place.subject))
        if _is_used(session, found.id):
            raise UserError(IN_USE.format(address=place.subject))
        return None
    if found is None:
        _require_new(session, place)
    name = "".join(each for each in after["name"] if each.isprintable()).strip()
    if not name or len(name) > LONGEST_NAME:
        raise UserError(NO_NAME)
    return {"name": name}


def _require_new(session: Session, place: Place) -> None:
    assert place.office_id is not None
    keys = {each.email.key for each in offices.mailboxes(session, place.office_id)}
    if EmailAddress.parse(place.subject).key in keys:
        raise UserError(TAKEN.format(address=place.subject))


def _is_used(session: Session, mailbox_id: int) -> bool:
    """Whether a row of any room points at it."""
    pointing = [
        key.parent
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.target_fullname == "mailboxes.id"
    ]
    asked = [sa.exists().where(column == mailbox_id) for column in pointing]
    return bool(asked) and bool(session.scalar(sa.select(sa.or_(*asked))))


def _describe(before: Value, after: Value) -> list[Row]:
    return [Row(said("差出人名"), *(each["name"] if each else NONE for each in (before, after)))]


def _meaning(before: Value, after: Value) -> str:
    if before is None:
        return ADDED
    return REMOVED if after is None else RENAMED


READ, APPLY = stored("mailbox")
MAILBOX = add(
    Kind(
        name="mailbox",
        title=said("差出人・返信先のアドレス"),
        read=READ,
        apply=APPLY,
        describe=_describe,
        meaning=_meaning,
        about=lambda _session, place: place.subject,
        subjects=lambda session, office_id: [
            each.address for each in offices.mailboxes(session, office_id)
        ],
        check=_check,
    )
)
