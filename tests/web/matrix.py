"""Who may do what, and what each page does: written down once more, apart from the code.

A page that is missing here, or that needs something else than it says here, fails the matrix; so
does a role that may do more, or less, than it says here. Whoever adds a page adds its name.
"""

from __future__ import annotations

from eventmail.offices.permissions import Action

NOBODY = "nobody"  # is signed in
ALL = "author checker approver manager auditor"
MAY: dict[Action, str] = {
    Action.ANYBODY: f"{NOBODY} {ALL} overseer administrator",
    Action.OWN_ACCOUNT: f"{ALL} overseer administrator",
    Action.SEE: ALL,
    Action.EDIT_EVENT: "author",
    Action.IMPORT_ROSTER: "author",
    Action.EDIT_MATERIALS: "author",
    Action.EDIT_MAILING: "author",
    Action.ALLOW_ADDRESS: "author approver",
    Action.CHECK: "checker",
    Action.APPROVE: "approver",
    Action.SEE_TO_ALERT: "approver",
    Action.STOP: "author checker approver manager",
    Action.RESUME: "approver",
    Action.RELEASE: "author checker approver",
    Action.CANCEL: "author approver",
    Action.DECIDE_FATE: "author approver",
    Action.APPOINT: "approver",
    Action.PRINT_RECIPIENTS: "author checker approver",
    Action.SUPPRESS: "author checker approver manager",
    Action.LIFT_SUPPRESSION: "approver manager",
    Action.MANAGE_STAFF: "manager",
    Action.MANAGE_API: "manager",
    Action.PROPOSE_SETTING: "manager approver",
    Action.CONFIRM_SETTING: "manager approver",
    Action.SEE_AUDIT: "manager approver auditor",
    Action.SEE_ADDRESSES: "author checker approver",
    Action.REVEAL: "author checker approver manager",
    Action.SEE_PRIVACY: "manager approver auditor",
    Action.MANAGE_PRIVACY: "manager",
    Action.MANAGE_TRAINING: "manager",
    Action.SEE_INCIDENT: ALL,
    Action.RESPOND: "author checker approver manager",
    Action.LEAD_RESPONSE: "approver manager",
    Action.SET_UP_GATEWAY: "manager administrator",
    Action.OVERSEE: "overseer",
    Action.ADMINISTER: "administrator",
}
PAGES: dict[Action, str] = {
    Action.ANYBODY: """
        languages.choose manual.index manual.picture manual.show
        accounts.invitation accounts.resume accounts.sign_in accounts.sign_out accounts.take_up
        factors.options suppression.stop suppression.stop_page
        own_page.answer own_page.ask own_page.calendar own_page.confirm own_page.letter
        own_page.material own_page.new own_page.page own_page.renew
        own_page.sample own_page.seen
        observing.live observing.metrics observing.ready
        api.draft_mailing api.import_roster api.list_deliveries api.list_events
        api.list_mailings api.list_roster api.openapi api.show_event api.show_mailing
        api.show_roster_import
        own_page.agree own_page.contact own_page.propose own_page.take_back
        factors.second factors.second_code factors.second_passkey factors.sign_in
    """,
    Action.OWN_ACCOUNT: """
        accounts.account accounts.change_password accounts.confirm accounts.end_others
        accounts.end_session accounts.password factors.app factors.confirm factors.file
        factors.index factors.offer factors.passkey_options factors.register factors.remove_app
        factors.remove_passkey factors.renew home.index
    """,
    Action.SEE: """
        agenda.index answers.company answers.index answers.questions
        allowed.index corrections.index desk.index events.download events.participants
        events.show letters.compare
        mailings.give_back mailings.preview mailings.show materials.look materials.picture
        materials.scan materials.seen materials.versions notices.index notices.read notices.show
        offices.deputies_page offices.switch outbox.as_sent outbox.course_json outbox.paper
        outbox.progress
        outbox.progress_json papers.drafting papers.drafting_pdf papers.record_pdf proposals.index
        proposals.show
        roster.history staffmail.me staffmail.save suppression.index training.answer
        training.index training.outcome training.task wordings.history wordings.index
    """,
    Action.EDIT_EVENT: """
        answers.add_question answers.call_page answers.change_question answers.edit_question
        answers.move_question answers.retire_question answers.set_deadline answers.take_call
        events.change events.create events.edit events.new letters.copy_event
        letters.copy_event_page
        incidents.make_event
    """,
    Action.IMPORT_ROSTER: """
        corrections.accept corrections.refuse
        page_links.renew roster.add roster.add_page roster.annotated roster.answer roster.answer_all
        roster.choose_columns roster.confirm roster.correct roster.discard roster.edit
        roster.edit_page roster.notice roster.progress_json roster.remove roster.restore
        roster.review roster.row_page roster.split roster.suggestion roster.undo
        roster.undo_page roster.upload roster.upload_page
    """,
    Action.EDIT_MATERIALS: """
        events.put_materials events.remove_material materials.clean
    """,
    Action.SEE_INCIDENT: """
        incident_calls.company incident_calls.index incident_calls.live
        incident_papers.index incident_papers.show
        incidents.exposure incidents.index incidents.parties incidents.party incidents.show
        incident_record.chronology incident_record.deadlines incident_record.measure
        incident_record.measures
    """,
    Action.RESPOND: """
        incident_calls.begin incident_calls.present
        incident_calls.record incident_calls.strike incident_calls.take_away
        incident_papers.take
        incidents.add_mails incidents.change_party incidents.confirm incidents.create
        incidents.edit incidents.event incidents.link incidents.mails incidents.merge
        incidents.name_parties incidents.new incidents.remove_mail incidents.save
        incidents.shown incidents.split
        incident_record.add_entry incident_record.correct incident_record.entry
        incident_record.finish_measure incident_record.new_entry incident_record.take_back_measure
    """,
    Action.LEAD_RESPONSE: """
        incident_papers.notes incident_papers.write_notes
        incidents.close incidents.reopen
        incident_record.add_cause incident_record.add_measure incident_record.add_report
        incident_record.assess incident_record.assessment incident_record.change_measure
        incident_record.drop_cause incident_record.drop_measure incident_record.leave_out
        incident_record.new_measure incident_record.own_deadlines incident_record.put_back
        incident_record.report incident_record.set_own_deadlines incident_record.take_back_report
    """,
    Action.EDIT_MAILING: """
        bounces.mend bounces.mend_page incident_calls.write
        letters.choose letters.choose_page letters.copy_mailing letters.discard
        letters.discard_new letters.keep letters.keep_new letters.present letters.send_test_mail
        letters.test_mail_page mailings.answer mailings.create mailings.edit mailings.new
        mailings.save mailings.submit mailings.take_up_again mailings.withdraw wordings.change
        wordings.create wordings.edit wordings.new wordings.offer wordings.retire
    """,
    Action.ALLOW_ADDRESS: """
        allowed.add allowed.remove
    """,
    Action.CHECK: """
        mailings.accept_answer mailings.check mailings.check_page mailings.choose_letter
        mailings.count mailings.letter_page mailings.see_letter mailings.see_material
    """,
    Action.APPROVE: """
        mailings.approve mailings.approve_page mailings.reject
    """,
    Action.SEE_TO_ALERT: """
        alerts.see_to
    """,
    Action.STOP: """
        outbox.pause outbox.stop outbox.stop_page
    """,
    Action.RESUME: """
        outbox.connect_again outbox.resume outbox.resume_office outbox.start_now
    """,
    Action.RELEASE: """
        outbox.release
    """,
    Action.CANCEL: """
        outbox.cancel outbox.cancel_page
    """,
    Action.DECIDE_FATE: """
        outbox.decide outbox.decide_page outbox.send_again
    """,
    Action.APPOINT: """
        offices.appoint offices.revoke
    """,
    Action.PRINT_RECIPIENTS: """
        papers.recipients papers.recipients_pdf
    """,
    Action.SUPPRESS: """
        suppression.add
    """,
    Action.LIFT_SUPPRESSION: """
        suppression.lift suppression.lift_page
    """,
    Action.MANAGE_STAFF: """
        factors.reset factors.reset_page people.come_back people.index people.invite
        people.invite_page people.leave people.leave_page people.new_link people.revoke_link
        people.roles
    """,
    Action.MANAGE_API: """
        api_tokens.index api_tokens.make api_tokens.new api_tokens.revoke webhooks.end
        webhooks.index webhooks.make webhooks.new webhooks.off webhooks.on webhooks.show
        webhooks.test
    """,
    Action.PROPOSE_SETTING: """
        proposals.change proposals.withdraw relays.propose relays.show setup.try_relay
    """,
    Action.CONFIRM_SETTING: """
        proposals.confirm proposals.decline proposals.looked
    """,
    Action.SEE_AUDIT: """
        audit.index audit.show audit.take
    """,
    Action.OVERSEE: """
        notices.edit notices.figures_of notices.look notices.preview notices.send notices.sent
        notices.withdraw notices.write overview.index training.order training.overview
    """,
    Action.ADMINISTER: """
        administration.add_bureau administration.add_office administration.index
        administration.invite_manager administration.manager_page administration.rename_bureau
        administration.rename_office administration.renew_link
        doctor.examine doctor.index setup.index setup.mailbox setup.office setup.relay
    """,
    Action.SEE_ADDRESSES: """
        answers.take outbox.download outbox.export_csv outbox.export_xlsx roster.export_csv
        roster.export_xlsx
    """,
    Action.REVEAL: """
        privacy.reveal
    """,
    Action.SEE_PRIVACY: """
        privacy.person privacy.retention
    """,
    Action.MANAGE_PRIVACY: """
        privacy.erase_person privacy.find_person privacy.hand_over privacy.hold
        privacy.hold_page privacy.release
    """,
    Action.SET_UP_GATEWAY: """
        gateway.all_messages gateway.index gateway.judge gateway.message gateway.take
    """,
    Action.MANAGE_TRAINING: """
        notices.export training.assign training.assignment training.confirm
        training.export training.manage training.result
    """,
}
