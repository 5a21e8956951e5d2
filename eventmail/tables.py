"""Every table of every room: importing this module fills ``Base.metadata``."""

from eventmail.accounts.factors.models import Passkey
from eventmail.accounts.models import StaffSession
from eventmail.alerts.models import Alert
from eventmail.allowed.models import AllowedAddress
from eventmail.answers.models import Answer
from eventmail.api.models import ApiToken
from eventmail.audit.models import AuditCheck, AuditEntry, AuditHead, AuditLink
from eventmail.bounces.models import BounceMail
from eventmail.corrections.models import Correction
from eventmail.database import Base
from eventmail.events.erased import EventErasure
from eventmail.events.models import Event
from eventmail.incidents.calls.models import Followup
from eventmail.incidents.models import Incident
from eventmail.incidents.papers.models import PaperNote
from eventmail.incidents.record.models import Measure
from eventmail.letters.models import Slot
from eventmail.links.models import PageLink
from eventmail.mailings.models import Mailing
from eventmail.mailings.review_models import CheckStep
from eventmail.notices.models import Notice
from eventmail.observing.models import Trouble
from eventmail.offices.models import Office
from eventmail.offices.setting_models import Proposal
from eventmail.outbox.models import Delivery
from eventmail.own_page.models import LinkMail
from eventmail.privacy.models import RetentionHold
from eventmail.roster.models import RosterImport
from eventmail.sendlock.models import SendingLock
from eventmail.staffmail.models import StaffNotice
from eventmail.suppression.models import Suppression
from eventmail.training.models import TrainingTask
from eventmail.webhooks.models import Webhook
from eventmail.wordings.models import Wording

__all__ = [
    "Alert",
    "AllowedAddress",
    "Answer",
    "ApiToken",
    "AuditCheck",
    "AuditEntry",
    "AuditHead",
    "AuditLink",
    "Base",
    "BounceMail",
    "CheckStep",
    "Correction",
    "Delivery",
    "Event",
    "EventErasure",
    "Followup",
    "Incident",
    "LinkMail",
    "Mailing",
    "Measure",
    "Notice",
    "Office",
    "PageLink",
    "PaperNote",
    "Passkey",
    "Proposal",
    "RetentionHold",
    "RosterImport",
    "SendingLock",
    "Slot",
    "StaffNotice",
    "StaffSession",
    "Suppression",
    "TrainingTask",
    "Trouble",
    "Webhook",
    "Wording",
]
metadata = Base.metadata
