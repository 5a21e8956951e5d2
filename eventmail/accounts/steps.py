"""The seam of the second step: which factors a person passes after his password.

To plug a factor in, add a function to ``PROVIDERS``: given the person, it names the factors that
are asked of him (any one of them is enough); none means that the password is all. Its page, at
``endpoint`` (GET and POST, ``Action.ANYBODY``), asks ``accounts.views.entering.waiting()`` for
whom it waits, and on POST hands a function that looks at what was given to
``accounts.views.entering.answer(kind, verify)``. That does the rest: it refuses before ``verify``
is called where too many failed, counts a failure, opens the session or notes the confirmation, and
answers with the redirect or with the sentence to show.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from eventmail.offices.models import Staff


@dataclass(frozen=True, slots=True)
class Factor:
    """One way to pass the second step: its kind, what people call it, and its page."""

    kind: str
    name: str
    endpoint: str


Provider = Callable[[Session, Staff], Sequence[Factor]]
PROVIDERS: tuple[Provider, ...] = ()


def required_of(session: Session, staff: Staff) -> tuple[Factor, ...]:
    """The factors of which this person passes one after his password; none: it is all."""
    return tuple(factor for each in PROVIDERS for factor in each(session, staff))
