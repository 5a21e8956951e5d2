"""What the pages of a mailing share: the blueprint, and a mail as it will be received."""

from __future__ import annotations

from flask import Blueprint

from eventmail import clock
from eventmail.errors import UserError
from eventmail.mailings.freezing import press_for
from eventmail.mailings.rendering import new_token
from eventmail.mailings.snapshot import Content
from eventmail.web.context import reading
from eventmail.wire import GateRefusal, Unwritable, parse_mail

blueprint = Blueprint("mailings", __name__)


def rendered(content: Content, index: int) -> dict[str, object]:
    """One recipient's mail, parsed back from its bytes, and what the gate says to it."""
    recipient = content.recipients[index]
    refusal = ""
    date = clock.now().replace(microsecond=0)
    try:
        press = press_for(reading(), content)
        if content.is_batch:
            composed, batch = press.compose_batch((recipient,), new_token(), date)
            press.clear_batch(composed, batch)
        else:
            composed = press.compose(recipient, new_token(), date)
            press.clear(composed, recipient)
    except Unwritable as error:
        raise UserError(error.message_ja) from error
    except GateRefusal as error:
        refusal = error.message_ja
    return {
        "mail": parse_mail(composed.content),
        "recipient": recipient,
        "refusal": refusal,
        "size": len(composed.content),
    }
