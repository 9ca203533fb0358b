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
    "people.merge": "planner",
    "people.distinct": "planner",
    "people.reopen": "planner",
    "people.person": "planner trainer",
    "people.lay_beside": "planner",
    "people.undo_merge": "planner",
    "people.separate": "planner",
    "free_entries.index": "planner",
    "free_entries.match": "planner",
    "free_entries.keep": "planner",
    "free_entries.add": "planner",
}
