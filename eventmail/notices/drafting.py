"""What an overseer is about to send, what it must be like, and what he may begin from."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from eventmail import clock
from eventmail.errors import NotFound, UserError
from eventmail.language import said
from eventmail.notices.models import Kind
from eventmail.offices.models import Role, Staff

LONGEST_TITLE, LONGEST_TEXT = 100, 4000
LONGEST = timedelta(days=366)
NO_TITLE = said("題名を入力してください。")
NO_TEXT = said("本文を入力してください。")
NO_ROLE = said("送る役割を、ひとつ以上選んでください。")
TOO_LONG = said("題名は{title}文字まで、本文は{text}文字までで入力してください。")
WRONG_DAY = said("読んだことを確認する期限は、きょうから1年以内の日にしてください。")
HEADS_ONLY = said(
    "「指示」は、所の管理者だけに送ります。ほかの役割の職員にも送るときは、"
    "種類を「注意喚起」にしてください。"
)
IN_TITLE = said(
    "題名に「@」が入っています。題名はメールの件名になるため、"
    "メールアドレスは本文に書いてください。"
)
FOREIGN = said(
    "本文の「{found}」は、局の所のドメインのアドレスではないため書けません。"
    "参加事業所のアドレスを書かないようにするためです。消してください。"
)
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{0,64}@([A-Za-z0-9.-]*)")


@dataclass(frozen=True, slots=True)
class Draft:
    """A notice that nobody has got yet. ``office_ids``: None for all of the overseer's offices;
    ``corrects``: the batch whose mistake it mends, which says itself to whom it goes.
    """

    kind: Kind
    title: str
    text: str
    due_on: date | None
    roles: frozenset[Role]
    office_ids: frozenset[int] | None = None
    corrects: str = ""


def check(draft: Draft, domains: Collection[str]) -> None:
    """Raise :class:`UserError` for what cannot be sent; ``domains`` may stand behind an ``@``."""
    if not draft.title.strip():
        raise UserError(NO_TITLE)
    if not draft.text.strip():
        raise UserError(NO_TEXT)
    if len(draft.title) > LONGEST_TITLE or len(draft.text) > LONGEST_TEXT:
        raise UserError(TOO_LONG.format(title=LONGEST_TITLE, text=LONGEST_TEXT))
    if not draft.roles:
        raise UserError(NO_ROLE)
    if draft.kind is Kind.INSTRUCTION and draft.roles != {Role.MANAGER}:
        raise UserError(HEADS_ONLY)
    if draft.due_on and not clock.today() <= draft.due_on <= clock.today() + LONGEST:
        raise UserError(WRONG_DAY)
    _check_addresses(draft, domains)


def _check_addresses(draft: Draft, domains: Collection[str]) -> None:
    """No participant's address can stand in a notice, and nobody learns whose is one."""
    if "@" in unicodedata.normalize("NFKC", draft.title):
        raise UserError(IN_TITLE)
    for met in _ADDRESS.finditer(unicodedata.normalize("NFKC", draft.text)):
        if met[1].rstrip(".").lower() not in domains:
            raise UserError(FOREIGN.format(found=met[0]))


@dataclass(frozen=True, slots=True)
class Words:
    """What a notice may begin with: its form is filled in, and everything can still be changed."""

    title: str
    text: str
    kind: Kind = Kind.CAUTION


# Who writes the words for a name and a number; none are ever taken from an address.
Source = Callable[[Session, Staff, int], Words]
SOURCES: dict[str, Source] = {}


def add(name: str, source: Source) -> None:
    """Let the form be filled in by ``/overview/notices/new?from=NAME&number=N``."""
    SOURCES[name] = source


def words_of(session: Session, overseer: Staff, name: str, number: int | None) -> Words:
    """The words that a room of that name has for the number; anything else is not found."""
    source = SOURCES.get(name)
    if source is None or number is None:
        raise NotFound
    return source(session, overseer, number)
