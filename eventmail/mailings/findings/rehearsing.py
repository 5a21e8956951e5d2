"""Every mail of a draft made and passed through the gate, without sending."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial

from eventmail.language import said
from eventmail.mailings.findings.finding import UNSEARCHABLE, Finding, Level, Place, Where
from eventmail.mailings.rendering import Press, new_token
from eventmail.mailings.snapshot import Recipient
from eventmail.wire import LARGEST_BATCH, Cleared, GateRefusal, Unwritable, search_material

UNSEEN = said(
    "資料「{name}」の中身を調べられません（パスワードや圧縮のためです）。"
    "開ける形で保存し直してください。このまま送るには、決裁者の判断が必要です。"
)


def of_rehearsal(press: Press, date: datetime) -> list[Finding]:
    """Make every recipient's mail and pass it through the gate, without sending.

    The gate stands again before each real mail; here its refusals become findings in time. A
    material that cannot be looked into is a finding of its own, which the approver may lift; so
    the mails are judged here as they would be then.
    """
    return _judged(press, partial(_mails, date=date))


def of_materials(press: Press, date: datetime) -> list[Finding]:
    """Judge the materials alone, as the office's own copy carries them: for nobody's eyes but
    what all may see.
    """
    return _judged(press, partial(_office_copy, date=date))


def _judged(
    press: Press, mails: Callable[[Press], Iterator[Callable[[], Cleared]]]
) -> list[Finding]:
    unseen = list(_unsearchable(press))
    lifted = frozenset(each.place.material for each in unseen if each.place)
    press = dataclasses.replace(press, lifted=lifted)
    refusals: Counter[tuple[str, str]] = Counter()
    for make in mails(press):
        try:
            make()
        except Unwritable as error:
            refusals[("unwritable", error.message_ja)] += 1
        except GateRefusal as refusal:
            refusals[(refusal.rule, refusal.message_ja)] += 1
            if refusal.rule == UNSEARCHABLE:
                break  # it is the same file in every mail, and each look may cost a minute
    return unseen + [
        Finding(
            rule,
            said(
                "送信ゲートが{count}通を止めました。{message_said}",
                count=count,
                message_said=message,
            ),
        )
        for (rule, message), count in refusals.items()
    ]


def _unsearchable(press: Press) -> Iterator[Finding]:
    """The materials that nobody can look into, each once."""
    for each in {each.digest: each for each in press.materials}.values():
        if search_material(each).liftable:
            place = Place(Where.MATERIAL, material=each.digest)
            yield Finding(UNSEARCHABLE, UNSEEN.format(name=each.filename), Level.BLOCK, place)


def _mails(press: Press, date: datetime) -> Iterator[Callable[[], Cleared]]:
    """Each mail that would leave, to be made and passed through the gate; first the office's."""
    yield from _office_copy(press, date)
    recipients = press.content.recipients
    if press.content.is_batch:
        for start in range(0, len(recipients), LARGEST_BATCH):
            yield partial(_batch, press, recipients[start : start + LARGEST_BATCH], date)
        return
    for recipient in recipients:
        yield partial(_single, press, recipient, date)


def _office_copy(press: Press, date: datetime) -> Iterator[Callable[[], Cleared]]:
    yield lambda: press.clear_first_copy(press.compose_first_copy(new_token(), date))


def _single(press: Press, recipient: Recipient, date: datetime) -> Cleared:
    return press.clear(press.compose(recipient, new_token(), date), recipient)


def _batch(press: Press, recipients: Sequence[Recipient], date: datetime) -> Cleared:
    return press.clear_batch(*press.compose_batch(recipients, new_token(), date))
