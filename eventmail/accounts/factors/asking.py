"""Asking a known person for the second factor. Counting failures is the sign-in's business."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from eventmail.accounts.factors import passkeys, recovery, service
from eventmail.accounts.factors.means import Means
from eventmail.accounts.factors.models import Passkey, Purpose
from eventmail.accounts.factors.service import Way
from eventmail.language import said
from eventmail.offices.models import Staff

WRONG = said(
    "コードが違うか、すでに使われています。"
    "認証アプリに次のコードが表示されるまで待って、もう一度入力してください。"
)
LEFT = said("予備のコードを1つ使いました。残りは{left}個です。")
FEW_LEFT = said(
    "予備のコードを1つ使いました。残りは{left}個です。"
    "少なくなったので、新しい予備のコードを作ってください。"
)


@dataclass(slots=True)
class Code:
    """A code that was typed. ``told``: the notice for who passed by a code of his sheet."""

    means: Means
    text: str
    sentence: str = WRONG
    told: str = ""

    def verify(self, session: Session, staff: Staff) -> bool:
        """Whether it proves this person; it is used up by that."""
        way = service.prove(session, self.means, staff.id, self.text)
        if way is Way.RECOVERY:
            left = recovery.remaining(session, staff.id)
            self.told = (FEW_LEFT if left <= recovery.FEW else LEFT).format(left=left)
        return way is not None


@dataclass(slots=True)
class Touch:
    """A passkey's answer to the challenge that this browser was given."""

    means: Means
    challenge: bytes
    text: str
    sentence: str = passkeys.WRONG
    told: str = ""

    def verify(self, session: Session, staff: Staff) -> bool:
        """Whether one of this person's passkeys signed it."""
        site, purpose = self.means.site, Purpose.STEP
        found = passkeys.authenticate(session, site, purpose, staff.id, self.challenge, self.text)
        if isinstance(found, Passkey):
            return True
        self.sentence = found
        return False
