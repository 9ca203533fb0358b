"""Who may reach every route: written by hand from the roles of the design, apart from the decorators in the views.

A value is "public", "link:<which secret>", "device", or the staff roles that may, separated by blanks. A GET and a POST
of one endpoint have the same value.
"""

from __future__ import annotations

PUBLIC = "public"
DEVICE = "device"

TABLE: dict[str, str] = {
    "static": PUBLIC,
    # -- accounts
    "accounts.sign_in": PUBLIC,
    "accounts.send_link": PUBLIC,
    "accounts.link_sent": PUBLIC,
    "accounts.open_link": "link:sign_in",
    "accounts.use_link": "link:sign_in",
    "accounts.sign_out": PUBLIC,
    "accounts.settings": "admin",
    "accounts.add_staff": "admin",
    "accounts.change_staff": "admin",
    "accounts.deactivate_staff": "admin",
    "accounts.reactivate_staff": "admin",
    # -- guests
    "guest.index": PUBLIC,
    "guest.event": PUBLIC,
    "guest.calendar": PUBLIC,
    "guest.linked_data": PUBLIC,
    "guest.about_draw": PUBLIC,
    "guest.privacy": PUBLIC,
    "guest.accessibility": PUBLIC,
    "guest.robots": PUBLIC,
    "desk.live": PUBLIC,
    "desk.ready": PUBLIC,
    "guest.receipt": "link:application",
    "guest.my_application": "link:application",
    "guest.my_calendar": "link:application",
    "guest.edit": "link:application",
    "guest.save": "link:application",
    "guest.cancel_page": "link:application",
    "guest.cancel": "link:application",
    "guest.substitute_page": "link:application",
    "guest.send_substitute": "link:application",
    "guest.confirm_page": "link:address",
    "guest.confirm": "link:address",
    "guest.my_history": "link:person",
    "guest.answer_address": "link:person",
    "guest.my_skills": "link:person",
    "guest.ticket": "link:ticket",
    "guest.ticket_in_capitals": "link:ticket",
    # -- papers of many pages
    "printing.paper": "planner",
    "printing.take": "planner",
    "printing.again": "planner",
    # -- people whom no mail reaches
    "notices.index": "planner",
    "notices.tell": "planner",
    "notices.untell": "planner",
    "notices.papers": "planner",
    "notices.answer": "planner",
    # -- certificates
    "certificates.index": "planner",
    "certificates.print_certificates": "planner",
    "certificates.own": "link:application",
    "certificates.verify": PUBLIC,
    # -- applying
    "registration.apply": PUBLIC,
    "registration.apply_again": "link:application",
    "registration.apply_myself": "link:person",
    "registration.check": PUBLIC,
    "registration.send": PUBLIC,
    "registration.fax_sheet": PUBLIC,
    "registration.links": PUBLIC,
    "registration.send_my_links": PUBLIC,
    "registration.links_sent": PUBLIC,
    "registration.applications": "planner",
    "registration.workbook": "planner",
    "registration.application": "planner",
    "registration.cancel": "planner",
    "registration.restore": "planner",
    "registration.edit": "planner",
    "registration.save": "planner",
    "registration.renew": "planner",
    "registration.proxy": "planner",
    "registration.enter": "planner",
    # -- seats
    "allocation.draw": "planner",
    "allocation.freeze": "planner",
    "allocation.thaw": "planner",
    "allocation.draw_now": "planner",
    "allocation.record": "public",
    "allocation.record_file": "public",
    "allocation.verifier": "public",
    "allocation.whole_record": "planner",
    "allocation.result_workbook": "planner",
    "allocation.council_record": "planner viewer",
    "allocation.void_page": "planner",
    "allocation.void": "planner",
    "allocation.waiting": "planner",
    "allocation.decide": "planner",
    "allocation.decide_now": "planner",
    "allocation.answer_offer": "link:application",
    # -- the organiser's desk
    "desk.today": "admin planner trainer viewer",
    "desk.morning_mail": "planner",
    "desk.backups": "admin planner",
    "desk.year_plan": "planner trainer viewer",
    "desk.board": "planner",
    "desk.log": "planner",
    "desk.events": "planner",
    "desk.new_event": "planner",
    "desk.make_event": "planner",
    "desk.edit": "planner",
    "desk.rules": "planner",
    "desk.try_or_save_rules": "planner",
    "desk.save": "planner",
    "desk.copy": "planner",
    "desk.make_copy": "planner",
    "desk.standing": "planner",
    "desk.stand_still": "planner",
    "desk.resume": "planner",
    "desk.withdraw": "planner",
    "desk.delete": "planner",
    "desk.notice": "planner",
    "desk.send_notice": "planner",
    "desk.keep_notice": "planner",
    "desk.close_page": "planner",
    "desk.close_now": "planner",
    # -- the door
    "door_review.index": "planner",
    "venue.show": "planner",
    "venue.arrive": "link:venue",
    "venue.check_in": "link:venue",
    "door_review.settle": "planner",
    "door_review.settle_many": "planner",
    "checkin.door": "planner",
    "checkin.open_door": "planner",
    "checkin.shut_door": "planner",
    "checkin.renew_link": "planner",
    "checkin.revoke": "planner",
    "checkin.tables": "planner",
    "checkin.save_tables": "planner",
    "checkin.roster": "planner",
    "checkin.roster_workbook": "planner",
    "door_board.big_screen": "planner",
    "door_board.screen": "link:screen",
    "door_board.make_link": "planner",
    "door_board.stop": "planner",
    "door_badges.print_late": "planner",
    "door_badges.page": PUBLIC,
    "door_fees.page": "planner",
    "door_fees.workbook": "planner",
    "door_devices.acknowledge": "planner",
    "door_devices.set_limit": "planner",
    "door_devices.set_pin": "planner",
    "door_devices.stop_page": "planner",
    "door_devices.stop_all": "planner",
    "door_papers.badges": "planner",
    "door_papers.keying": "planner",
    "door_papers.key_in": "planner",
    "door_papers.queue": "planner",
    "door_papers.take_queue": "planner",
    "checkin.enrol": "link:door",
    "checkin.enrol_device": "link:door",
    "checkin.desk": PUBLIC,
    "checkin.worker": PUBLIC,
    "checkin.manifest": PUBLIC,
    "door_api.description": "public",
    "door_api.event_facts": DEVICE,
    "door_api.guests": DEVICE,
    "door_api.roster": DEVICE,
    "door_api.changes": DEVICE,
    "door_api.counts": DEVICE,
    "door_api.scans": DEVICE,
    "door_api.walk_ins": DEVICE,
    "door_api.corrections": DEVICE,
    "door_api.deputies": DEVICE,
    "door_api.badges": DEVICE,
    "door_api.fees": DEVICE,
    "door_api.lock": DEVICE,
    "door_api.set_lock": DEVICE,
    "door_api.try_lock": DEVICE,
    "door_api.take": DEVICE,
    # -- skills
    "skills.matrix": "planner trainer viewer",
    "skills.cell": "planner trainer viewer",
    "skills.workbook": "planner trainer viewer",
    "skills.person": "trainer",
    "skills.taught": "planner trainer",
    "skills.save_taught": "planner trainer",
    # -- mails
    "messages.index": "planner",
    "messages.retry": "planner",
    "messages.leave": "planner",
    "messages.settle_held": "planner",
    "messages.retry_failed_job": "planner",
    # -- surveys
    "surveys.answer": "link:survey",
    "surveys.send_answers": "link:survey",
    "surveys.thanks": "link:survey",
    "surveys.overview": "planner trainer viewer",
    "surveys.close": "planner",
    "surveys.review": "planner",
    "surveys.save_review": "planner",
    "surveys.workbook": "planner trainer viewer",
    # -- directory
    "directory.index": "admin planner trainer",
    "directory.people": "planner trainer",
    "directory.professions": "admin planner",
    "directory.roles": "admin planner",
    "directory.associations": "admin planner",
    "directory.districts": "admin planner",
    "directory.add_row": "admin planner",
    "directory.edit_row": "admin planner",
    "offices.search": PUBLIC,
    "offices.index": "admin planner trainer",
    "offices.workbook": "admin planner",
    "offices.add": "admin planner",
    "offices.edit": "admin planner",
    "offices.use": "admin planner",
    "offices.template": "admin planner",
    "offices.upload": "admin planner",
    "offices.check": "admin planner",
    "offices.apply": "admin planner",
    # -- who is whom
    "people.candidates": "planner",
    "people.same_applicant": "planner",
    "people.other_applicant": "planner",
    "people.merge": "planner",
    "people.distinct": "planner",
    "people.reopen": "planner",
    "people.take_back": "planner",
    "people.person": "planner trainer",
    "people.lay_beside": "planner",
    "people.undo_merge": "planner",
    "people.separate": "planner",
    "people.decide_address": "planner",
    "free_entries.index": "planner",
    "free_entries.match": "planner",
    "free_entries.keep": "planner",
    "free_entries.add": "planner",
}


UNDONE_BY = {
    "registration.restore": "allocation.answer_offer guest.cancel registration.cancel",
    "checkin.shut_door": "checkin.open_door",
    "checkin.open_door": "desk.close_now",
    "desk.resume": "desk.stand_still",
    "allocation.void": "allocation.draw_now",
    "guest.send_substitute": "guest.send_substitute",
}
"""What undoes an act that is asked about, while nobody else has been touched (a substitute hands the seat back in the same
way; a draw is voided for everybody to see): the route → the acts."""

NEVER_UNDONE = {
    "everybody concerned has been told by mail": "allocation.void desk.send_notice",
    "what may be in wrong hands stays dead; a new one takes one press": """
        checkin.renew_link checkin.revoke door_board.stop door_devices.stop_all registration.renew""",
    "somebody without mail said so on paper or by telephone": "notices.answer",
    "answers are mixed and pooled, so that nobody can be told from them": "surveys.close",
    "a draft that nobody else has seen, with nothing in it but what was typed": "desk.delete",
}
"""Acts that are asked about and stay done, and why."""

ASKED = " ".join((*UNDONE_BY.values(), *NEVER_UNDONE.values()))
"""Acts that cannot be taken back at once: each is asked about first (core/requests/asking.py)."""

NOT_ASKED = {
    "taken back by a button on the page that follows": """
        accounts.deactivate_staff accounts.reactivate_staff allocation.freeze allocation.thaw checkin.shut_door desk.morning_mail
        door_devices.set_limit door_devices.set_pin free_entries.add free_entries.keep free_entries.match offices.use
        notices.tell notices.untell
        people.decide_address people.distinct people.lay_beside people.merge people.other_applicant people.reopen people.take_back
        people.same_applicant people.separate people.undo_merge door_board.make_link allocation.decide_now desk.withdraw
        desk.resume messages.leave registration.restore""",
    "an edit, which can be edited again": """
        accounts.change_staff checkin.save_tables desk.save desk.try_or_save_rules directory.edit_row guest.save offices.edit
        registration.save skills.save_taught surveys.save_review door_review.settle door_review.settle_many""",
    "something new": """
        accounts.add_staff checkin.enrol_device desk.make_copy desk.make_event directory.add_row door_papers.key_in
        door_papers.take_queue offices.add registration.enter venue.check_in""",
    "shown in full on the page with its button": """
        desk.keep_notice guest.confirm guest.answer_address messages.settle_held offices.check offices.apply registration.check
        registration.send surveys.send_answers""",
    "touches nothing that stands": """
        notices.papers printing.again printing.take
        accounts.send_link accounts.sign_out accounts.use_link allocation.result_workbook allocation.whole_record
        certificates.print_certificates checkin.roster_workbook door_badges.print_late door_devices.acknowledge
        door_fees.workbook door_papers.badges messages.retry messages.retry_failed_job
        registration.send_my_links registration.workbook skills.workbook surveys.workbook""",
    "a desk's requests, which ask at the desk": """
        door_api.badges door_api.corrections door_api.deputies door_api.scans door_api.set_lock door_api.take
        door_api.try_lock door_api.walk_ins""",
}
"""What else is posted, and why nothing is asked before."""
