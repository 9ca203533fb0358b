"""What a web worker holds in memory: heavy libraries load when they are needed, not at the start."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from alembic.script import ScriptDirectory

from trainings import MIGRATIONS
from trainings.core.database import schema

HEAVY = (
    "numpy",
    "ortools",
    "alembic",
    "flask_migrate",
    "mako",
    "openpyxl",
    "weasyprint",
    "fontTools",
    "qrcode",
    "PIL",
    "pyrage",
    "icalendar",
    "sudachipy",
    "aiosmtpd",
)
ROOT = Path(__file__).resolve().parents[2]
ADMIT = """
from trainings.seats.admission import admit_beside
from trainings.seats.rules import Candidate, GroupRule, Rules, SectorRule, Tally
rules = Rules(4, (GroupRule("a", 1, 3, "s"), GroupRule("b", 1)), (SectorRule("s", 2, 4),))
assert admit_beside(rules, Tally(total=1, groups={"b": 1}), [Candidate("n", "a")]).admitted
assert not admit_beside(rules, Tally(total=4, groups={"b": 4}), [Candidate("n", "a")]).admitted
"""


def loaded_by(program: str) -> set[str]:
    """The heavy libraries that a process of its own has loaded after this."""
    told = f"{program}\nimport json, sys\nprint(json.dumps([one for one in {HEAVY!r} if one in sys.modules]))"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TSUDOI_")}
    done = subprocess.run(
        [sys.executable, "-c", told],
        cwd=ROOT,
        env={**kept, "TSUDOI_ENVIRONMENT": "demo"},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_a_web_worker_starts_without_heavy_libraries():
    assert loaded_by("import wsgi") == set()


def test_first_come_is_decided_without_the_flow_library():
    assert loaded_by(ADMIT) == set()


def test_a_draw_does_load_them():
    """So that the list above names what there is to load."""
    program = (
        "from trainings.seats.odds import fair_odds\n"
        "from trainings.seats.rules import Candidate, GroupRule, Rules\n"
        'fair_odds(Rules(1, (GroupRule("a"),)), [Candidate("1", "a"), Candidate("2", "a")])'
    )
    assert loaded_by(program) == {"numpy", "ortools"}


def test_versions_of_the_schema_are_those_that_alembic_reads():
    script = ScriptDirectory(str(MIGRATIONS))
    assert schema.schema_wanted(str(MIGRATIONS)) == set(script.get_heads())
    assert schema.all_schemas(str(MIGRATIONS)) == {one.revision for one in script.walk_revisions()}
