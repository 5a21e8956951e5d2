"""Mailman 3: one message of a fully personalised list, through its own module for delivery.

The list and its members are in Mailman's own database (SQLite). Its queues and daemons are left
out: what is measured is the step in which its outgoing runner hands the copies over.
"""

from __future__ import annotations

import tempfile
from email import message_from_bytes, policy  # noqa: TID251
from email.message import EmailMessage  # noqa: TID251
from pathlib import Path

from mailman.app.lifecycle import create_list
from mailman.config import config
from mailman.core.initialize import initialize
from mailman.email.message import Message
from mailman.interfaces.domain import IDomainManager
from mailman.interfaces.mailinglist import IMailingList, Personalization
from mailman.interfaces.usermanager import IUserManager
from mailman.mta.deliver import deliver
from task import FILE, MAILS, TASK, address, body, run
from zope.component import getUtility

folder = Path(tempfile.mkdtemp(prefix="bench-mailman-"))
SETTINGS = f"""
[mailman]
layout: here
[paths.here]
var_dir: {folder}
[mta]
incoming: mailman.mta.null.NullMTA
smtp_host: 127.0.0.1
smtp_port: {TASK["port"]}
max_sessions_per_connection: 1000000
"""


def make_list() -> IMailingList:
    """A list that writes every member's address in To, with as many members as mails."""
    getUtility(IDomainManager).add("hirono.example")
    made = create_list("kaigi@hirono.example")
    made.personalize = Personalization.full
    users = getUtility(IUserManager)
    for number in range(MAILS):
        user = users.make_user(address(number), f"株式会社ひろ野{number}")
        made.subscribe(next(iter(user.addresses)))
    config.db.commit()
    return made


def letter() -> Message:
    """The letter as it would come from the pipeline."""
    made = EmailMessage(policy=policy.SMTP)
    made["From"] = TASK["office"]
    made["To"] = "kaigi@hirono.example"
    made["Subject"] = TASK["subject"]
    made["Message-ID"] = "<bench@hirono.example>"
    made.set_content(body(0), cte="base64")
    if FILE:
        made.add_attachment(FILE, maintype="application", subtype="pdf", filename="leaflet.pdf")
    return message_from_bytes(made.as_bytes(policy=policy.default), Message)


(folder / "mailman.cfg").write_text(SETTINGS)
initialize(str(folder / "mailman.cfg"))
kaigi = make_list()
message = letter()
recipients = {address(number) for number in range(MAILS)}
run(lambda: deliver(kaigi, message, {"recipients": recipients, "to_list": True}))
