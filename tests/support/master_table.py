"""What becomes of everybody who uses a piece of master data once it goes out of use, is renamed or is replaced; written by hand.

The rule: what an application, a quota, a device or a fact of the ledger has stays valid, visible and editable for it, and is
offered to nobody else. Whoever adds a kind of master data, or a column that points to one, says here what becomes of it.
"""

from __future__ import annotations

KINDS: dict[str, str] = {
    "profession": "active: the page of professions",
    "organisation": "active: the page of offices, and a file",
    "association": "active: the page of associations",
    "event_role": "active: the page of roles; certified beside it",
    "sector": "renamed; never out of use",
    "profession_group": "renamed; never out of use",
    "district": "renamed; never out of use",
    "event_sector": "an event's own copy: taken away, its groups stand alone then",
    "event_group": "an event's own copy: taken away while nobody is in it",
    "session": "an event's own: taken away while nobody was scanned in it",
    "framework": "supersedes_id: a newer version",
    "skill": "with its framework",
    "level": "with its framework",
    "target": "valid_to, and with its framework",
    "contribution": "with its framework",
    "questionnaire": "a newer version",
    "questionnaire_version": "frozen_at: a newer version",
    "device": "revoked_at: the page of the door",
    "staff": "active: the page of staff",
}
"""Table → how what stands in it stops being offered."""

NO_KINDS: dict[str, str] = {
    "event": "what people apply to: tests of its states",
    "person": "somebody, merged or erased: tests of people",
    "application": "somebody's request: its states",
    "evidence": "a fact that ends by itself",
    "certificate": "a paper, revoked by itself",
    "door": "open or closed",
    "frozen_list": "a record",
    "draw_void": "a record",
    "door_settlement": "a record",
    "survey_run": "open or closed",
    "paper_order": "gone after a day",
    "sign_in_link": "gone after minutes",
    "person_address": "somebody's address",
}
"""Tables with a column that ends something, and why they are no master data."""

PROFESSION, OFFICE, CHANNEL, ROLE = "profession", "organisation", "association", "event_role"
GROUP, SECTOR, DISTRICT, DEVICE, STAFF = "profession_group", "sector", "district", "device", "staff"
FRAMEWORK, QUESTIONS = "framework", "questionnaire_version"

KEPT = "kept"
"""Valid, visible and editable as before."""
NOT_OFFERED = "not offered"
SAID = "said in words"
"""Refused with its name beside the field, or named on the page with what to do; nothing typed is lost."""
REFUSED = "refused"
NEW_NAME, OLD_NAME = "new name", "name as copied"

OUTCOMES: dict[tuple[str, str], str] = {
    (PROFESSION, "own page"): KEPT,
    (PROFESSION, "own page, counted in another group by hand"): KEPT,
    (PROFESSION, "correction by staff"): KEPT,
    (PROFESSION, "substitute for the seat"): KEPT,
    (PROFESSION, "web form"): NOT_OFFERED,
    (PROFESSION, "web form, filled in before"): SAID,
    (PROFESSION, "web form, all professions gone"): SAID,
    (PROFESSION, "once more after giving up"): SAID,
    (PROFESSION, "proxy form"): NOT_OFFERED,
    (PROFESSION, "proxy form, filled in before"): SAID,
    (PROFESSION, "roster of a desk"): KEPT,
    (PROFESSION, "list of a desk, for others"): NOT_OFFERED,
    (PROFESSION, "corrected back at a desk"): KEPT,
    (PROFESSION, "correction in the file of a desk"): KEPT,
    (PROFESSION, "page of the event"): SAID,
    (PROFESSION, "event stored"): KEPT,
    (PROFESSION, "its group taken from the event"): REFUSED,
    (PROFESSION, "seats reserved for nobody"): SAID,
    (PROFESSION, "copied event"): NOT_OFFERED,
    (PROFESSION, "new event"): NOT_OFFERED,
    (PROFESSION, "workbook"): KEPT,
    (PROFESSION, "person"): KEPT,
    (PROFESSION, "person, told anew after a merge"): KEPT,
    (PROFESSION, "skills matrix"): KEPT,
    (PROFESSION, "page of professions"): KEPT,
    (PROFESSION, "walk-in of its group"): KEPT,
    (OFFICE, "own page"): KEPT,
    (OFFICE, "correction by staff"): KEPT,
    (OFFICE, "substitute for the seat"): KEPT,
    (OFFICE, "search"): NOT_OFFERED,
    (OFFICE, "colleague"): SAID,
    (OFFICE, "free entry of its name"): SAID,
    (OFFICE, "free entry matched from an old page"): SAID,
    (OFFICE, "free entry added to the directory"): SAID,
    (OFFICE, "file with it"): SAID,
    (OFFICE, "file with it, nothing ticked"): KEPT,
    (OFFICE, "cap per office"): KEPT,
    (OFFICE, "roster of a desk"): KEPT,
    (OFFICE, "workbook"): KEPT,
    (OFFICE, "person"): KEPT,
    (CHANNEL, "own page"): KEPT,
    (CHANNEL, "page of the application"): KEPT,
    (CHANNEL, "web form"): NOT_OFFERED,
    (CHANNEL, "web form, filled in before"): SAID,
    (CHANNEL, "proxy form, filled in before"): SAID,
    (CHANNEL, "workbook"): KEPT,
    (ROLE, "proxy form"): NOT_OFFERED,
    (ROLE, "page of the application"): KEPT,
    (ROLE, "workbook"): KEPT,
    (ROLE, "certificate issued before"): KEPT,
    (GROUP, "event made before"): OLD_NAME,
    (GROUP, "new event, with the seats of its preset"): NEW_NAME,
    (SECTOR, "event made before"): OLD_NAME,
    (SECTOR, "new event"): NEW_NAME,
    (DISTRICT, "page of its office"): NEW_NAME,
    (DEVICE, "other desks"): KEPT,
    (DEVICE, "its scans"): KEPT,
    (DEVICE, "its name for another one"): KEPT,
    (STAFF, "page of the application"): KEPT,
    (FRAMEWORK, "facts of a person"): KEPT,
    (FRAMEWORK, "what an event teaches"): KEPT,
    (QUESTIONS, "run that is open"): KEPT,
    (QUESTIONS, "next event"): NEW_NAME,
}
"""(kind, user) → outcome."""

RECORD = "a record: says what was, by whom or with what"
OF_FRAMEWORK = (FRAMEWORK, "facts of a person")

USES: dict[str, tuple[str, str] | str] = {
    "application.profession_id": (PROFESSION, "own page"),
    "event_profession.profession_id": (PROFESSION, "event stored"),
    "person.profession_id": (PROFESSION, "person"),
    "application.organisation_id": (OFFICE, "own page"),
    "person.organisation_id": (OFFICE, "person"),
    "application.heard_via_id": (CHANNEL, "own page"),
    "application.role": (ROLE, "page of the application"),
    "profession.group_id": (GROUP, "event made before"),
    "profession_group.sector_id": (SECTOR, "event made before"),
    "organisation.district_id": (DISTRICT, "page of its office"),
    "event_group.sector_id": "set to none: its groups stand alone (test_rules)",
    "application.event_group_id": (PROFESSION, "its group taken from the event"),
    "event_profession.event_group_id": (PROFESSION, "its group taken from the event"),
    "seat_count.event_group_id": "counts of the group, kept by the database",
    "survey_invitation.stratum": "a group that applications have is never taken away",
    "scan.session_id": "a session with scans is never taken away (test_create_edit_publish_copy)",
    "framework.supersedes_id": "names the version before",
    "skill.framework_id": OF_FRAMEWORK,
    "skill.parent_id": OF_FRAMEWORK,
    "level.framework_id": OF_FRAMEWORK,
    "level.skill_id": OF_FRAMEWORK,
    "target.framework_id": OF_FRAMEWORK,
    "target.skill_id": OF_FRAMEWORK,
    "contribution.skill_id": OF_FRAMEWORK,
    "evidence.skill_id": OF_FRAMEWORK,
    "event_skill.skill_id": (FRAMEWORK, "what an event teaches"),
    "questionnaire_version.questionnaire_id": (QUESTIONS, "next event"),
    "survey_run.version_id": (QUESTIONS, "run that is open"),
    "scan.device_id": (DEVICE, "its scans"),
    "badge_print.device_id": RECORD,
    "door_fee.device_id": RECORD,
    "application.entered_by_id": (STAFF, "page of the application"),
    **dict.fromkeys(
        (
            *(
                "scan.staff_id",
                "badge_print.staff_id",
                "door_fee.staff_id",
                "door_settlement.staff_id",
                "told.staff_id",
            ),
            *("draw.drawn_by_id", "draw_void.voided_by_id"),
            *("person_candidate.decided_by_id", "person_address.vouched_by_id"),
        ),
        RECORD,
    ),
    "paper_order.staff_id": "gone after a day; nobody signed out fetches it",
    "staff_role.staff_id": "its own",
    "sign_in_link.staff_id": "its own: opens nothing for whoever left (test_sign_in)",
}
"""Column that points to master data → the row of the outcomes that tries it, or why none needs to."""

BY_NAME: dict[str, tuple[str, str] | str] = {
    "profession.skill_group → target.skill_group": (PROFESSION, "skills matrix"),
    "preset.quotas → profession_group.name": (GROUP, "new event, with the seats of its preset"),
    "preset.not_for → profession.code": "codes never change",
}
"""What points to master data without a foreign key."""
