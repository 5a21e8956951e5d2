"""The pages of every feature, in the order in which they are attached.

Only an app that is being made reads this: a view imports what all pages share, which is this
package.
"""

from __future__ import annotations

from flask import Flask

from eventmail.accounts.factors.views import blueprint as factors
from eventmail.accounts.views import blueprint as accounts
from eventmail.administration.views import blueprint as administration
from eventmail.agenda.views import blueprint as agenda
from eventmail.alerts.views import blueprint as alerts
from eventmail.allowed.views import blueprint as allowed
from eventmail.answers.views import blueprint as answers
from eventmail.api.views.tokens import blueprint as api_tokens
from eventmail.audit.views import blueprint as audit
from eventmail.bounces.views import blueprint as bounces
from eventmail.bureau.views import blueprint as overview
from eventmail.corrections.views import blueprint as corrections
from eventmail.desk import views as desk
from eventmail.doctor.views import blueprint as doctor
from eventmail.events.views import blueprint as events
from eventmail.events.views.materials import blueprint as materials
from eventmail.gateway.views import blueprint as gateway
from eventmail.incidents.calls.views import blueprint as incident_calls
from eventmail.incidents.papers.views import blueprint as incident_papers
from eventmail.incidents.record.views import blueprint as incident_record
from eventmail.incidents.views import blueprint as incidents
from eventmail.letters.views import blueprint as letters
from eventmail.links.views import blueprint as page_links
from eventmail.mailings.views import blueprint as mailings
from eventmail.manual import views as manual
from eventmail.notices.views import blueprint as notices
from eventmail.observing import views as observing
from eventmail.offices.views import blueprint as offices_pages
from eventmail.outbox.views import blueprint as outbox
from eventmail.papers.views import blueprint as papers
from eventmail.people.inviting_views import blueprint as people
from eventmail.privacy import closing, person_views, veil
from eventmail.proposals.views import blueprint as proposals
from eventmail.relays.views import blueprint as relays
from eventmail.roster.views import blueprint as roster
from eventmail.setup.views import blueprint as setup
from eventmail.staffmail.views import blueprint as staffmail
from eventmail.suppression import views as suppression
from eventmail.training.views import blueprint as training
from eventmail.web.home import blueprint as home
from eventmail.webhooks.views import blueprint as webhooks
from eventmail.wordings.views import blueprint as wordings

ROOMS = (
    accounts,
    factors,
    allowed,
    answers,
    audit,
    home,
    offices_pages,
    administration,
    doctor,
    setup,
    people,
    api_tokens,
    webhooks,
    overview,
    agenda,
    events,
    materials,
    roster,
    page_links,
    wordings,
    letters,
    mailings,
    papers,
    relays,
    gateway,
    outbox,
    bounces,
    alerts,
    desk.blueprint,
    staffmail,
    training,
    incident_record,
    notices,
    proposals,
    person_views.blueprint,
    suppression.blueprint,
    corrections,
    incidents,
    incident_calls,
    incident_papers,
)


def register(app: Flask) -> None:
    """Attach every feature's pages, and what every page shows, or hides."""
    for blueprint in ROOMS:
        app.register_blueprint(blueprint)
    for each in (desk, suppression, closing, veil, manual, observing):
        each.attach(app)
