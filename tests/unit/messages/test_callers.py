"""Who queues a mail says whether somebody outside has caused it."""

from __future__ import annotations

import ast
from pathlib import Path

PROGRAM = Path(__file__).resolve().parents[3] / "trainings"
BY_STAFF = {
    "surveys/actions.py": "invitations, which staff send",
    "accounts/actions.py": "has a limit of its own",
    "desk/morning.py": "to staff, once a day, by the worker",
}


def test_every_mail_says_whether_it_counts_for_its_mailbox() -> None:
    silent = {
        str(file.relative_to(PROGRAM))
        for file in PROGRAM.rglob("*.py")
        for call in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", getattr(call.func, "attr", "")) == "queue_mail"
        and "from_outside" not in {keyword.arg for keyword in call.keywords}
    }

    assert silent == set(BY_STAFF)
