"""Every gateway and mail program for which a rule is written."""

from __future__ import annotations

from eventmail.gateway.targets.appliance import APPLIANCE
from eventmail.gateway.targets.base import Seen, Target
from eventmail.gateway.targets.exchange import EXCHANGE
from eventmail.gateway.targets.exim import EXIM
from eventmail.gateway.targets.google import GOOGLE
from eventmail.gateway.targets.outlook import OUTLOOK
from eventmail.gateway.targets.postfix import POSTFIX
from eventmail.gateway.targets.rspamd import RSPAMD
from eventmail.gateway.targets.thunderbird import THUNDERBIRD

__all__ = ["BY_KEY", "TARGETS", "Seen", "Target"]

TARGETS = (POSTFIX, EXIM, RSPAMD, EXCHANGE, GOOGLE, OUTLOOK, THUNDERBIRD, APPLIANCE)
BY_KEY = {each.key: each for each in TARGETS}
