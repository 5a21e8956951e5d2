"""Tokens of programs, and the requests that are not to be done twice."""

from __future__ import annotations

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventmail.database import Base, UtcDateTime
from eventmail.language import said
from eventmail.offices.models import people_of_the_office


class Scope(enum.StrEnum):
    """What a token may do. There is none for submitting, checking, approving or sending."""

    READ = "read"
    IMPORT = "import"
    DRAFT = "draft"


SCOPE_NAMES = {
    Scope.READ: said("読み取り（イベント・名簿・メール案件・送信結果）"),
    Scope.IMPORT: said("名簿のファイルを渡す（取り込みは職員が画面で決める）"),
    Scope.DRAFT: said("メール案件の下書きを作る（提出は職員が画面で行う）"),
}
SHORT_NAMES = {
    Scope.READ: said("読み取り"),
    Scope.IMPORT: said("名簿のファイル"),
    Scope.DRAFT: said("下書き"),
}


class ApiToken(Base):
    """APIトークン: what one program shows. It acts as the person who made it, in one office.

    Of the token itself there is only the digest, and ``hint``, its first letters, by which people
    tell theirs apart. ``contacts``: whether participants' addresses and numbers are read whole.
    """

    __tablename__ = "api_tokens"
    __table_args__ = (
        *people_of_the_office("staff_id", "revoked_by"),
        sa.UniqueConstraint("office_id", "id"),
        sa.UniqueConstraint("digest"),
        sa.CheckConstraint("reads OR imports OR drafts", name="scopes"),
        sa.CheckConstraint("reads OR NOT contacts", name="contacts"),
        sa.CheckConstraint("expires_at > created_at", name="expiry"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("offices.id"))
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    name: Mapped[str] = mapped_column(sa.String(60))
    digest: Mapped[str] = mapped_column(sa.String(64))
    hint: Mapped[str] = mapped_column(sa.String(8))
    reads: Mapped[bool]
    contacts: Mapped[bool]
    imports: Mapped[bool]
    drafts: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))

    @property
    def scopes(self) -> frozenset[Scope]:
        """What it may do."""
        told = {Scope.READ: self.reads, Scope.IMPORT: self.imports, Scope.DRAFT: self.drafts}
        return frozenset(scope for scope, may in told.items() if may)


class ApiRequest(Base):
    """A request that was done under an ``Idempotency-Key``: what it was, and what it made."""

    __tablename__ = "api_requests"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["office_id", "token_id"],
            ["api_tokens.office_id", "api_tokens.id"],
            name="fk_api_requests_token",
        ),
        sa.Index("ix_api_requests_at", "at"),
    )
    office_id: Mapped[int]
    token_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(sa.String(100), primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64))
    made_id: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
