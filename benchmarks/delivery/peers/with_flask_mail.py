"""Flask-Mail as its documentation tells for many mails: one connection, kept open."""

from __future__ import annotations

from flask import Flask
from flask_mail import Mail, Message  # noqa: TID251
from task import FILE, MAILS, RECIPIENTS, TASK, address, blind, body, run

app = Flask(__name__)
app.config.update(MAIL_SERVER="127.0.0.1", MAIL_PORT=TASK["port"])
mail = Mail(app)


def message(number: int) -> Message:
    """One company's mail, or one blind batch."""
    to = {"bcc": blind()} if RECIPIENTS > 1 else {"recipients": [address(number)]}
    made = Message(
        TASK["subject"], body=body(number), sender=(TASK["office_name"], TASK["office"]), **to
    )
    if FILE:
        made.attach("leaflet.pdf", "application/pdf", FILE)
    return made


def send() -> None:
    """All mails, one after the other."""
    with app.app_context(), mail.connect() as connection:
        for number in range(MAILS):
            connection.send(message(number))


run(send)
