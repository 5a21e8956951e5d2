"""Which address of each GET route is asked for, and by whom. A route without a line stops the run.

A line is a person, a route, and what stands in its address. What it leaves out is the largest
event's: 20,000 companies, a sending of 100,000 mails; or, if asked for, those of an event as most
are. ``sample`` names the meeting of 30.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask

from benchmarks.pages.filling import BIG_EVENT, BIG_MAILINGS
from benchmarks.pages.one_of_each import Ids

PAGES = """
author accounts.account
author accounts.confirm
visitor accounts.invitation token=wrong
author accounts.password
visitor accounts.sign_in
administrator administration.add_bureau
administrator administration.add_office
administrator administration.index
administrator administration.manager_page
administrator administration.rename_bureau
administrator administration.rename_office
administrator doctor.index
author agenda.index
author allowed.index
program api.list_deliveries ?limit=200
program api.list_events
program api.list_mailings
program api.list_roster ?limit=200
visitor api.openapi
program api.show_event
program api.show_mailing
program api.show_roster_import
manager api_tokens.index
manager api_tokens.new
author answers.call_page
author answers.company
author answers.edit_question
author answers.index
author answers.questions
manager audit.index
auditor audit.index ?page=2
manager audit.show
author bounces.mend_page delivery_id=big_bounced
author corrections.index
author desk.index
checker desk.index
approver desk.index
manager desk.index
author events.download
author events.edit
author events.new
author events.participants
auditor events.participants
author events.show
auditor events.show
author factors.app
author factors.index
manager factors.reset_page
visitor factors.second
manager gateway.all_messages
manager gateway.index
manager gateway.message
manager gateway.take
author home.index
manager home.index
author incident_calls.company
author incident_calls.index
author incident_calls.live
author incident_papers.index
manager incident_papers.notes
author incident_papers.show
manager incident_record.assessment
author incident_record.chronology
author incident_record.deadlines
author incident_record.entry
author incident_record.measure
author incident_record.measures
author incident_record.new_entry
manager incident_record.new_measure
manager incident_record.own_deadlines
manager incident_record.report
author incidents.edit
author incidents.event
author incidents.exposure
author incidents.index
author incidents.mails
author incidents.new
author incidents.parties
author incidents.party
author incidents.show
author letters.compare mailing_id=sample_mailing
author letters.copy_event_page
author mailings.new
author mailings.show mailing_id=sent
author mailings.show mailing_id=sending
author materials.look
author materials.picture
author materials.versions event_id=sample_event
author notices.index
overseer notices.look
overseer notices.sent
author notices.show
overseer notices.write
author offices.deputies_page
author outbox.as_sent delivery_id=delivery_id
author outbox.cancel_page mailing_id=sending
author outbox.decide_page delivery_id=big_uncertain
author outbox.download delivery_id=delivery_id
author outbox.paper
author outbox.progress
author outbox.progress mailing_id=sending
author outbox.course_json mailing_id=sending
author outbox.progress_json mailing_id=sending
author outbox.stop_page
visitor manual.index
visitor manual.picture filename=manual_picture
visitor manual.show
overseer overview.index
visitor observing.live
visitor observing.metrics
visitor observing.ready
visitor own_page.calendar
visitor own_page.contact
visitor own_page.letter token=sample_token delivery_id=delivery_id
visitor own_page.material
visitor own_page.new
visitor own_page.page
visitor own_page.sample
author papers.drafting
author papers.drafting_pdf
author papers.record_pdf mailing_id=sample_mailing
author papers.recipients
author papers.recipients_pdf mailing_id=sample_mailing
manager people.index
manager people.invite_page
manager people.leave_page
manager people.roles
manager privacy.hold_page
manager privacy.person
manager privacy.retention
manager proposals.change
author proposals.index
author proposals.show
manager relays.show
administrator setup.index
administrator setup.mailbox
administrator setup.office
administrator setup.relay
manager setup.try_relay
author roster.add_page
author roster.edit_page
author roster.history
author roster.progress_json event_id=open_event
author roster.review event_id=open_event
author roster.row_page event_id=open_event ?key={row}
author roster.undo_page import_id=big_import
author roster.upload_page
author staffmail.me
author suppression.index
manager suppression.lift_page
visitor suppression.stop_page token=stop_token
manager training.assignment
author training.index
manager training.manage
author training.outcome
overseer training.overview
manager training.result
author training.task
manager webhooks.index
manager webhooks.new
manager webhooks.show
author wordings.edit
author wordings.history
author wordings.index
author wordings.new
author letters.choose_page mailing_id=chosen
author letters.test_mail_page mailing_id=draft
approver mailings.approve_page mailing_id=approving
checker mailings.check_page mailing_id=checking
checker mailings.choose_letter mailing_id=checking ?contact={checked_contact}
author mailings.edit mailing_id=draft
checker mailings.letter_page mailing_id=checking contact_id=checked_contact
author mailings.preview mailing_id=draft
author mailings.show mailing_id=draft
checker mailings.show mailing_id=checking
"""
LOGINS = ["author", "checker", "approver", "manager", "auditor", "overseer", "administrator"]
GIVEN: Ids = {
    "event_id": BIG_EVENT,
    "mailing_id": BIG_MAILINGS["sent"],
    "bureau_id": 1,
    "office_id": 1,
    "number": 1,
    "kind": "hold",
    "duty": "bureau",
    "line": "noticed",
    "paper": "press",
    "target": "exim",
    "name": "01-pass-1.eml",
    "chapter": "author",
    "manual_picture": "check.png",
    "wrong": "x" * 43,
    **BIG_MAILINGS,
}
SAME = {  # which of the known ids stands in an address under this name
    "contact_id": "big_contact",
    "participant_id": "big_participant",
    "question_id": "big_question",
    "delivery_id": "big_delivery",
    "import_id": "open_import",
}


@dataclass(frozen=True, slots=True)
class Page:
    """One address, and who opens it."""

    who: str
    endpoint: str
    told: str
    path: str


def pages(app: Flask, ids: Ids) -> list[Page]:
    """Every line as an address; raises :class:`SystemExit` if a route has none."""
    lines = [each.split() for each in PAGES.strip().splitlines()]
    rules = {
        rule.endpoint: rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.endpoint != "static"
    }
    missing = sorted(set(rules) - {endpoint for _, endpoint, *_ in lines})
    if missing:
        raise SystemExit(f"benchmarks/pages/paths.py has no line for: {', '.join(missing)}")
    known = GIVEN | {name: ids[each] for name, each in SAME.items()} | ids
    known["delivery_id"] = ids["big_delivery"]
    adapter = app.url_map.bind("localhost")
    found = []
    for who, endpoint, *words in lines:
        query = next((each for each in words if each.startswith("?")), "")
        chosen = dict(each.split("=") for each in words if not each.startswith("?"))
        values = {
            name: (GIVEN | ids).get(chosen[name]) if name in chosen else known[name]
            for name in rules[endpoint].arguments
        }
        told = " ".join([endpoint, *words])
        found.append(
            Page(who, endpoint, told, adapter.build(endpoint, values) + query.format(**ids))
        )
    return found
