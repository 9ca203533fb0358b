"""Pages of people and of the small tables of master data."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from trainings.accounts.access import allowed, current_staff
from trainings.accounts.models import Role
from trainings.core.db import db
from trainings.core.paging import page_of
from trainings.core.refusal import Refused
from trainings.core.web import blueprint
from trainings.directory import forms, master_data, queries, texts
from trainings.directory.models import (
    PARTICIPANT,
    Association,
    District,
    EventRole,
    Profession,
    ProfessionGroup,
    Sector,
)

bp = blueprint("directory")

EDITORS = (Role.ADMIN, Role.PLANNER)
SEE_PEOPLE = (Role.PLANNER, Role.TRAINER)
MasterRow = Sector | ProfessionGroup | Profession | EventRole | Association | District
KINDS = "sectors, groups, professions, roles, associations, districts"


@dataclass(frozen=True)
class Table:
    """One small table: its form, how a row fills it, how it is saved, and the page that lists it."""

    model: type[MasterRow]
    form: type[forms.RowForm]
    filled: Callable[[Any], dict[str, Any]]
    save: Callable[..., Any]
    page: str
    title: str
    page_title: str


TABLES = {
    "sectors": Table(
        Sector,
        forms.SectorForm,
        lambda row: {"name": row.name, "sort": row.sort},
        master_data.save_sector,
        "directory.professions",
        texts.TABLES["sectors"],
        texts.PAGES["professions"],
    ),
    "groups": Table(
        ProfessionGroup,
        forms.GroupForm,
        lambda row: {
            "name": row.name,
            "mark": row.mark,
            "css": row.css,
            "sector": str(row.sector_id),
            "sort": row.sort,
        },
        master_data.save_profession_group,
        "directory.professions",
        texts.TABLES["groups"],
        texts.PAGES["professions"],
    ),
    "professions": Table(
        Profession,
        forms.ProfessionForm,
        lambda row: {
            "name": row.name,
            "group": str(row.group_id),
            "skill_group": row.skill_group,
            "licence_number_label": row.licence_number_label,
            "usual_channel": row.usual_channel,
            "sort": row.sort,
            "active": row.active,
        },
        master_data.save_profession,
        "directory.professions",
        texts.TABLES["professions"],
        texts.PAGES["professions"],
    ),
    "roles": Table(
        EventRole,
        forms.RoleForm,
        lambda row: {
            "name": row.name,
            "certified": row.certified,
            "sort": row.sort,
            "active": row.active,
        },
        master_data.save_event_role,
        "directory.roles",
        texts.TABLES["roles"],
        texts.PAGES["roles"],
    ),
    "associations": Table(
        Association,
        forms.AssociationForm,
        lambda row: {"name": row.name, "sort": row.sort, "active": row.active},
        master_data.save_association,
        "directory.associations",
        texts.TABLES["associations"],
        texts.PAGES["associations"],
    ),
    "districts": Table(
        District,
        forms.DistrictForm,
        lambda row: {"name": row.name, "kind": row.kind.value, "sort": row.sort},
        master_data.save_district,
        "directory.districts",
        texts.TABLES["districts"],
        texts.PAGES["districts"],
    ),
}


# -- people -------------------------------------------------------------------------------------------------


@bp.get("/staff/directory")
@allowed(*EDITORS, *SEE_PEOPLE)
def index() -> ResponseReturnValue:
    """The first page of the directory that the person may see."""
    staff = current_staff()
    may_see_people = staff is not None and staff.roles & set(SEE_PEOPLE)
    return redirect(url_for("directory.people" if may_see_people else "offices.index"))


@bp.get("/staff/directory/people")
@allowed(*SEE_PEOPLE)
def people() -> ResponseReturnValue:
    """Search for people by name, kana or office."""
    typed = forms.as_typed(request.args.get("q", "")[: forms.LONGEST_SEARCH])
    found = queries.people_found(typed)
    return render_template(
        "directory/people.html",
        typed=typed,
        people=page_of(found) if found is not None else None,
        open_candidates=queries.count_open_candidates(),
    )


# -- small tables ---------------------------------------------------------------------------------------------


@bp.get("/staff/directory/professions")
@allowed(*EDITORS)
def professions() -> ResponseReturnValue:
    """Sectors, groups and professions."""
    return render_template(
        "directory/professions.html",
        sectors=queries.sectors(),
        groups=queries.profession_groups(),
        professions=queries.professions(active_only=False),
    )


@bp.get("/staff/directory/roles")
@allowed(*EDITORS)
def roles() -> ResponseReturnValue:
    """As what people take part."""
    return render_template(
        "directory/roles.html", roles=queries.event_roles(active_only=False), participant=PARTICIPANT
    )


@bp.get("/staff/directory/associations")
@allowed(*EDITORS)
def associations() -> ResponseReturnValue:
    """Associations and other channels."""
    return render_template("directory/associations.html", associations=queries.associations())


@bp.get("/staff/directory/districts")
@allowed(*EDITORS)
def districts() -> ResponseReturnValue:
    """Districts."""
    return render_template(
        "directory/districts.html", districts=queries.districts(), kinds=texts.DISTRICT_KINDS
    )


@bp.route(
    f"/staff/directory/<any({KINDS}):kind>/new",
    methods=["GET", "POST"],
)
@allowed(*EDITORS)
def add_row(kind: str) -> ResponseReturnValue:
    """Add a row to one of the small tables."""
    return _edit(TABLES[kind], None)


@bp.route(
    f"/staff/directory/<any({KINDS}):kind>/<uuid:row_id>",
    methods=["GET", "POST"],
)
@allowed(*EDITORS)
def edit_row(kind: str, row_id: uuid.UUID) -> ResponseReturnValue:
    """Change a row of one of the small tables."""
    return _edit(TABLES[kind], row_id)


def _edit(table: Table, row_id: uuid.UUID | None) -> ResponseReturnValue:
    row = None if row_id is None else db.session.get(table.model, row_id)
    if row_id is not None and row is None:
        abort(404)
    form = table.form() if row is None or request.method == "POST" else _shown(table, row)
    if request.method == "POST" and _may_be_saved(form, table, row_id):
        try:
            table.save(id=row_id, **form.values())
        except Refused as refused:
            form.name.errors = [refused.sentence(texts.REFUSALS)]
        else:
            flash(texts.SAVED.format(name=form.name.data))
            return redirect(url_for(table.page))
    if clash := form.clash_page(back=request.path):
        return clash
    status = 422 if form.errors else 200
    sample = getattr(row, "mark", texts.SAMPLE_MARK)
    page = render_template(
        "directory/row.html",
        form=form,
        table=table,
        row=row,
        back=url_for(table.page),
        swatches={css: {"css": css, "mark": sample} for css in texts.COLOURS},
    )
    return page, status


def _shown(table: Table, row: Any) -> forms.RowForm:
    """The form as it shows what stands."""
    return table.form(formdata=None, data=table.filled(row)).carry_edition()


def _may_be_saved(form: forms.RowForm, table: Table, row_id: uuid.UUID | None) -> bool:
    if row_id is None:
        return bool(form.validate())
    model: Any = table.model
    return form.validate_against(lambda: _shown(table, master_data.locked_row(model, row_id)))
