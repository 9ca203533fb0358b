"""Pages of the skills matrix."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from trainings.accounts.access import allowed, current_staff, may_open
from trainings.accounts.models import Role
from trainings.audit.actions import record
from trainings.core import clock
from trainings.core.db import db
from trainings.core.paging import part_of
from trainings.core.paper import sheets
from trainings.core.requests.editions import Facet, clash_page, edition_of, meet_request
from trainings.core.small_numbers import SMALLEST, told
from trainings.core.web import blueprint, download
from trainings.directory.models import Person
from trainings.directory.queries import canonical, canonical_ids_of
from trainings.events.models import Event
from trainings.events.queries import event_by_slug, lock_event
from trainings.skills import actions, exports, queries, texts
from trainings.skills.forms import TaughtSkillsForm
from trainings.skills.models import Framework, Skill, SkillKind

bp = blueprint("skills")

SEES_ALL = frozenset({Role.TRAINER})
"""Others see figures of at least five people only."""


def _framework_or_404() -> Framework:
    return queries.current_framework() or abort(404)


def _sees_all() -> bool:
    staff = current_staff()
    return staff is not None and bool(staff.roles & SEES_ALL)


@bp.get("/staff/skills")
@allowed(Role.PLANNER, Role.TRAINER, Role.VIEWER)
def matrix() -> ResponseReturnValue:
    """Group × skill as a heat map."""
    framework = queries.current_framework()
    if framework is None:
        return render_template("skills/empty.html")
    return render_template(
        "skills/matrix.html",
        framework=framework,
        groups=queries.skill_groups(framework),
        domains=queries.skills_by_domain(framework),
        cells=queries.matrix(framework),
        levels=queries.levels_of(framework),
        smallest=1 if _sees_all() else SMALLEST,
        named=_sees_all(),
    )


@bp.get("/staff/skills/cell/<uuid:skill_id>")
@allowed(Role.PLANNER, Role.TRAINER, Role.VIEWER)
def cell(skill_id: uuid.UUID) -> ResponseReturnValue:
    """One cell in a sentence; who is behind it for the training officer only. The group is a query, for its name may
    hold slashes."""
    group = request.args.get("group", "")
    framework = _framework_or_404()
    skill = db.session.get(Skill, skill_id)
    found = queries.matrix(framework).get((group, skill_id))
    if skill is None or found is None:
        abort(404)
    shown = _sees_all() or told(found.n) is not None
    return render_template(
        "skills/cell.html",
        skill=skill,
        group=group,
        cell=found,
        shown=shown,
        counts=queries.level_counts(group, skill_id) if shown else {},
        people=part_of(queries.people_of_cell(group, skill_id)) if _sees_all() else None,
        named=_sees_all(),
        levels=queries.levels_of(framework),
    )


@bp.get("/staff/skills/people/<uuid:person_id>")
@allowed(Role.TRAINER)
def person(person_id: uuid.UUID) -> ResponseReturnValue:
    """One person's levels against the targets, and the facts behind them."""
    if db.session.get(Person, person_id) is None:
        abort(404)
    return render_template("skills/person.html", **person_levels(person_id))


def person_levels(
    person_id: uuid.UUID, only_events: Collection[uuid.UUID] | None = None
) -> dict[str, object]:
    """What a page about one person's skills shows; the guest's own page uses it too. only_events: count nothing but what
    these events proved, for somebody who may not see the whole history."""
    framework = _framework_or_404()
    who = canonical(person_id)
    evidence = queries.evidence_of(canonical_ids_of(person_id))
    if only_events is not None:
        evidence = queries.evidence_from(evidence, only_events)
    group = who.profession.skill_group if who.profession else ""
    domains = queries.skills_by_domain(framework)
    titles = {skill.id: skill.title for _, skills in domains for skill in skills}
    # Facts of an earlier version of the framework are told in its words.
    titles |= queries.titles_of({row.skill_id for row in evidence} - titles.keys())
    return {
        "person": who,
        "group": group,
        "domains": domains,
        "held": queries.levels_of_person(evidence, clock.today()),
        "targets": queries.targets_of_group(framework, group, clock.today()) if group else {},
        "levels": queries.levels_of(framework),
        "happenings": queries.happenings_of(evidence, list(titles)),
        "titles": titles,
        "kinds": texts.KINDS,
    }


@bp.post("/staff/skills/matrix.xlsx")
@allowed(Role.PLANNER, Role.TRAINER, Role.VIEWER)
def workbook() -> ResponseReturnValue:
    """The workbook. A POST, since every export is written to the audit trail."""
    framework = _framework_or_404()
    record(verb="skills.exported", subject=("framework", framework.id))
    content = exports.matrix_workbook(framework, all_groups=_sees_all())
    return download(content, exports.file_name(), sheets.XLSX)


# -- what an event teaches ----------------------------------------------------------------------------------


@bp.get("/staff/events/<slug>/skills")
@allowed(Role.PLANNER, Role.TRAINER)
def taught(slug: str) -> ResponseReturnValue:
    event = _event_or_404(slug)
    framework = _framework_or_404()
    return render_template(
        "skills/taught.html",
        event=event,
        made_from=edition_of(_facets(framework, queries.taught_levels(event.id))),
        framework=framework,
        domains=queries.skills_by_domain(framework),
        levels=queries.levels_of(framework),
        taught=queries.taught_levels(event.id),
        form=TaughtSkillsForm(),
    )


@bp.post("/staff/events/<slug>/skills")
@allowed(Role.PLANNER, Role.TRAINER)
def save_taught(slug: str) -> ResponseReturnValue:
    event = _event_or_404(slug)
    framework = _framework_or_404()
    chosen: dict[uuid.UUID, int] = {}
    for _, skills in queries.skills_by_domain(framework):
        for skill in skills:
            typed = request.form.get(f"skill-{skill.id}", "0")
            if typed not in {"0", "1", "2", "3", "4"}:
                abort(400)
            if typed != "0" and skill.kind == SkillKind.SKILL:
                chosen[skill.id] = int(typed)
    lock_event(event.id)
    now = _facets(framework, queries.taught_levels(event.id))
    meeting = meet_request(now, _facets(framework, chosen))
    if meeting.is_clash:
        return clash_page(meeting, back=url_for("skills.taught", slug=slug))
    chosen = {uuid.UUID(skill_id): int(level) for skill_id, level in meeting.texts.items() if level}
    if not actions.set_taught_skills(event_id=event.id, levels=chosen):
        abort(403)
    staff = current_staff()
    sees_board = staff is not None and may_open("desk.board", staff)
    return redirect(url_for("desk.board", slug=slug) if sees_board else url_for("desk.year_plan"))


def _facets(framework: Framework, levels: Mapping[uuid.UUID, int]) -> dict[str, Facet]:
    """Every skill with the level up to which an event teaches it."""
    labels = queries.levels_of(framework)
    return {
        str(skill.id): Facet(
            skill.title,
            str(levels.get(skill.id, "")),
            labels[levels[skill.id]].label if skill.id in levels else "",
        )
        for _, skills in queries.skills_by_domain(framework)
        for skill in skills
    }


def _event_or_404(slug: str) -> Event:
    return event_by_slug(slug) or abort(404)
