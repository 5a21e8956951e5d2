"""A programmer's short cuts: what a source file of the service may not even contain.

Each offence is a small source text in the file where somebody would write it. The fence of
``fence.py`` must name it; the service's own files are held against the same fence elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.attacks import fence
from tests.attacks.arena import Attack, Barrier, Family
from tests.attacks.lowering import replaced
from tests.attacks.world import World

# What a source file might do, and in which file somebody would write it.
OFFENCES: dict[str, tuple[str, str]] = {
    "smtplib in another room": ("eventmail/outbox/service.py", "import smtplib"),
    "smtplib under another name": ("eventmail/events/views.py", "import smtplib as s"),
    "smtplib through importlib": (
        "eventmail/outbox/service.py",
        "import importlib\nimportlib.import_module('smtp' + 'lib')",
    ),
    "smtplib through __import__": (
        "eventmail/outbox/service.py",
        "__import__('smtp' + 'lib').SMTP",
    ),
    "smtplib through the transport": (
        "eventmail/outbox/service.py",
        "from eventmail.wire import transport\ntransport.smtplib",
    ),
    "a connection of the transport's own": (
        "eventmail/outbox/service.py",
        "from eventmail.wire.connecting import open_connection",
    ),
    "smtplib in the wrong file of the room": ("eventmail/wire/compose.py", "import smtplib"),
    "smtplib in the transport": ("eventmail/wire/transport.py", "import smtplib"),
    "a conversation of one's own": (
        "eventmail/outbox/service.py",
        "from eventmail.wire.conversation import Conversation",
    ),
    "a conversation that the connecting did not open": (
        "eventmail/wire/transport.py",
        "Conversation(sock, 30.0).write(b'MAIL')",
    ),
    "sendmail with a list": ("eventmail/wire/transport.py", "smtp.sendmail(a, everybody, text)"),
    "send_message": ("eventmail/wire/transport.py", "smtp.send_message(message)"),
    "Flask-Mail's message": (
        "eventmail/mailings/service.py",
        "from flask_mail import Message\nMessage('x', recipients=everybody)",
    ),
    "Flask-Mail's message in its own file": (
        "eventmail/wire/relay.py",
        "from flask_mail import Message",
    ),
    "the reader of mails in another room": (
        "eventmail/outbox/service.py",
        "from email.parser import BytesParser",
    ),
    "a writer of mails beside the reader": (
        "eventmail/bounces/reading/parsing.py",
        "from email.generator import BytesGenerator",
    ),
    "a message of the standard library": (
        "eventmail/wire/compose.py",
        "from email.message import EmailMessage",
    ),
    "a MIME text": ("eventmail/wire/compose.py", "MIMEText('hello')"),
    "a cc": ("eventmail/wire/compose.py", "compose(letter, cc=others)"),
    "a bcc": ("eventmail/mailings/rendering.py", "def send(letter, *, bcc): ..."),
    "headers from outside": ("eventmail/wire/compose.py", "compose(extra_headers={'X': 'y'})"),
    "a list of visible recipients": (
        "eventmail/mailings/letter.py",
        "send(recipients=everybody)",
    ),
    "the gate's seal outside the gate": (
        "eventmail/outbox/sending.py",
        "from eventmail.wire.gate import _SEAL",
    ),
    "the gate's list of cleared mails": ("eventmail/outbox/sending.py", "gate._issued[forged] = x"),
    "a cleared mail made by hand": ("eventmail/outbox/sending.py", "Cleared(a, b, c, seal=d)"),
    "an object without its constructor": (
        "eventmail/outbox/sending.py",
        "object.__new__(Cleared)",
    ),
    "a frozen value changed": (
        "eventmail/outbox/sending.py",
        "object.__setattr__(cleared, 'content', other)",
    ),
    "the gate asked with knowledge of its own": (
        "eventmail/outbox/sending.py",
        "inspect(content, envelope, identity, Knowledge(ours, everybody, ()), ())",
    ),
    "a mail composed past the press": ("eventmail/outbox/sending.py", "compose(a, b, c, (), d)"),
    "a connection outside the worker": (
        "eventmail/mailings/views/drafting.py",
        "with Connection(relay) as connection: ...",
    ),
    "a raw socket": (
        "eventmail/outbox/service.py",
        "import socket\nsocket.create_connection(('relay', 25))",
    ),
    "a raw stream": ("eventmail/outbox/service.py", "import asyncio"),
    "the sendmail programme": ("eventmail/outbox/service.py", "import subprocess"),
    "the sendmail programme through the shell": ("eventmail/clock.py", "os.system('sendmail -t')"),
    "a mail service on the web": ("eventmail/outbox/service.py", "import urllib.request, requests"),
    "mail by IMAP": ("eventmail/outbox/service.py", "from imaplib import IMAP4"),
    "code from a text": ("eventmail/mailings/letter.py", "exec(letter.body)"),
    "debug output of the dialogue": ("eventmail/wire/connecting.py", "smtp.set_debuglevel(1)"),
}


def _unnoticed(path: str, source: str) -> Callable[[World], bool]:
    """The fence finds nothing in this file."""
    return lambda _world: not fence.faults(path, source)


@contextmanager
def _no_fence(_world: World) -> Iterator[None]:
    with (
        replaced(fence, "LIBRARIES", {}),
        replaced(fence, "READERS", {}),
        replaced(fence, "NAMES", {}),
        replaced(fence, "MADE", {}),
        replaced(fence, "ARGUMENTS", set()),
        replaced(fence, "OUTSIDE_MODULES", set()),
    ):
        yield


ATTACKS = (
    *(
        Attack(Family.MISUSE, Barrier.FENCE, name, _unnoticed(path, source), _no_fence)
        for name, (path, source) in OFFENCES.items()
    ),
)
