"""django-post_office: its own queue in SQLite, sent as its command ``send_queued_mail`` does.

The mails are queued before the clock starts, as ours are: to deliver them is what is measured.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import django
from django.conf import settings
from django.core.files.base import ContentFile
from task import FILE, MAILS, RECIPIENTS, TASK, address, blind, body, run

folder = Path(tempfile.mkdtemp(prefix="bench-post-office-"))
settings.configure(
    INSTALLED_APPS=["django.contrib.contenttypes", "post_office"],
    DATABASES={
        "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "queue.sqlite3"}
    },
    EMAIL_BACKEND="post_office.EmailBackend",
    POST_OFFICE={"BACKENDS": {"default": "django.core.mail.backends.smtp.EmailBackend"}},
    EMAIL_HOST="127.0.0.1",
    EMAIL_PORT=TASK["port"],
    MEDIA_ROOT=folder,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
    USE_TZ=True,
    LOGGING={
        "version": 1,
        "loggers": {"post_office": {"handlers": ["null"]}},
        "handlers": {"null": {"class": "logging.NullHandler"}},
    },
)
django.setup()

from django.core.management import call_command  # noqa: E402
from post_office import mail, models  # noqa: E402


def queue() -> None:
    """Put all mails in the queue; the file is stored once and shared."""
    call_command("migrate", verbosity=0)
    shared = _shared_file()
    sender = f"{TASK['office_name']} <{TASK['office']}>"
    made = [
        mail.create(
            sender,
            recipients=[] if RECIPIENTS > 1 else [address(number)],
            bcc=blind() if RECIPIENTS > 1 else None,
            subject=TASK["subject"],
            message=body(number),
            commit=False,
        )
        for number in range(MAILS)
    ]
    stored = models.Email.objects.bulk_create(made)
    if shared:
        through = models.Attachment.emails.through
        through.objects.bulk_create(
            through(attachment_id=shared.pk, email_id=each.pk) for each in stored
        )


def _shared_file() -> models.Attachment | None:
    if not FILE:
        return None
    kept = models.Attachment(name="leaflet.pdf", mimetype="application/pdf")
    kept.file.save("leaflet.pdf", ContentFile(FILE), save=True)
    return kept


def send() -> None:
    """Send until the queue is empty, with the command's own defaults."""
    call_command("send_queued_mail", lockfile=str(folder / "lock"))
    sent = models.Email.objects.filter(status=models.STATUS.sent).count()
    if sent != MAILS:
        raise SystemExit(f"only {sent} of {MAILS} were sent")


queue()
run(send)
