"""Who may reach every route: written by hand from the roles of the design, apart from the decorators in the views.

A value is "public", "link:<which secret>", "device", or the staff roles that may, separated by blanks. A GET and a POST
of one endpoint have the same value.
"""

from __future__ import annotations

PUBLIC = "public"
DEVICE = "device"

TABLE: dict[str, str] = {
    "static": PUBLIC,
    # -- surveys
    "surveys.answer": "link:survey",
    "surveys.send_answers": "link:survey",
    "surveys.thanks": "link:survey",
    "surveys.overview": "planner trainer viewer",
    "surveys.close": "planner",
    "surveys.review": "planner",
    "surveys.save_review": "planner",
    "surveys.workbook": "planner trainer viewer",
}
