"""Pages of organisations: the list, one by hand, a file with its dry run, and the search for applicants."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadData, URLSafeSerializer

from trainings.accounts.access import allowed, public
from trainings.accounts.models import Role
from trainings.core import clock, names, web
from trainings.core.db import db
from trainings.core.paging import page_of
from trainings.core.paper import sheets
from trainings.core.refusal import Refused
from trainings.core.requests import sizes
from trainings.core.requests.unprintable import tell_unprintable
from trainings.directory import exports, forms, offices, queries, texts
from trainings.directory.forms import LONGEST_SEARCH
from trainings.directory.imports import Deed, Flaw, OfficeRow, Plan, Remark, Rows, read_rows
from trainings.directory.models import DistrictKind, Organisation, OrganisationKind
from trainings.directory.refusals import DirectoryRefusal
from trainings.directory.views import EDITORS

bp = web.blueprint("offices")

SHORTEST_SEARCH = 1
ROW_FIELDS = ("line", "name", "kana", "kind", "district_id", "number")
HEADINGS = {names.search_key(word): column for column, words in texts.HEADINGS.items() for word in words}
KIND_WORDS = {
    names.search_key(word): kind.value
    for kind in OrganisationKind
    for word in (texts.KINDS[kind], *texts.KIND_SYNONYMS[kind])
}


# -- for applicants ---------------------------------------------------------------------------------------------


@bp.get("/api/offices")
@public
def search() -> ResponseReturnValue:
    """Active offices for the words in `q`: {"offices": [{"id", "name", "kana", "district"}], "total": how many there are in
    all}; nothing about people. group: the colour of the group that was chosen, whose kinds of offices come first."""
    typed = names.as_typed(request.args.get("q", "")[:LONGEST_SEARCH])
    kinds = texts.KINDS_OF_GROUP.get(request.args.get("group", ""), ())
    found = queries.search_organisations(typed if len(typed) >= SHORTEST_SEARCH else "", kinds)
    return {
        "offices": [
            {"id": str(one.id), "name": one.name, "kana": one.kana, "district": one.district.name}
            for one in found.first
        ],
        "total": found.total,
    }


# -- the list -----------------------------------------------------------------------------------------------------


@bp.get("/staff/directory/offices")
@allowed(*EDITORS, Role.TRAINER)
def index() -> ResponseReturnValue:
    """Organisations with search and filters."""
    form = forms.OfficeFilterForm(request.args)
    wanted = _wanted(form)
    return render_template(
        "directory/offices.html",
        form=form,
        offices=page_of(queries.organisations(**wanted)),
        kinds=texts.KINDS,
        kept={name: value for name, value in request.args.items() if name != "page"},
    )


@bp.get("/staff/directory/offices.xlsx")
@allowed(*EDITORS)
def workbook() -> Response:
    """The organisations that the list shows, in the columns of the template."""
    wanted = _wanted(forms.OfficeFilterForm(request.args))
    found = db.session.scalars(queries.organisations(**wanted)).all()
    name = sheets.file_name(clock.today(), exports.LIST_NAME, ending="xlsx")
    return web.download(exports.listing(found), name, sheets.XLSX)


def _wanted(form: forms.OfficeFilterForm) -> dict[str, Any]:
    in_use = {"stopped": False, "all": None}
    kind = form.kind.data
    return {
        "typed": (form.q.data or "")[:LONGEST_SEARCH],
        "kind": OrganisationKind(kind) if kind in set(OrganisationKind) else None,
        "district_id": forms.optional_id(form.district.data),
        "active": in_use.get(form.use.data, True),
    }


# -- one organisation ------------------------------------------------------------------------------------------------


@bp.route("/staff/directory/offices/new", methods=["GET", "POST"])
@allowed(*EDITORS)
def add() -> ResponseReturnValue:
    """Add an organisation by hand."""
    return _edit(None)


@bp.route("/staff/directory/offices/<uuid:office_id>", methods=["GET", "POST"])
@allowed(*EDITORS)
def edit(office_id: uuid.UUID) -> ResponseReturnValue:
    """Change an organisation."""
    return _edit(_office(office_id))


def _edit(office: Organisation | None) -> ResponseReturnValue:
    form = forms.OfficeForm() if office is None or request.method == "POST" else _shown(office)
    if office is not None:
        form.of(office)
    if request.method == "POST" and _may_be_saved(form, office):
        try:
            saved = offices.save_organisation(organisation_id=office.id if office else None, **form.values())
        except Refused as refused:
            field = form.number if refused.code == DirectoryRefusal.NUMBER_TAKEN else form.name
            field.errors = [refused.sentence(texts.REFUSALS)]
        else:
            flash(texts.SAVED.format(name=saved.name))
            tell_unprintable(saved.name)
            return redirect(url_for("offices.index"))
    if clash := form.clash_page(back=request.path):
        return clash
    status = 422 if form.errors else 200
    return render_template("directory/office.html", form=form, office=office, act=forms.ActForm()), status


def _shown(office: Organisation) -> forms.OfficeForm:
    """The form as it shows what stands."""
    stands = {
        "name": office.name,
        "kana": office.kana,
        "kind": office.kind.value,
        "district": str(office.district_id),
        "number": office.number or "",
    }
    return forms.OfficeForm(formdata=None, data=stands).carry_edition()


def _may_be_saved(form: forms.OfficeForm, office: Organisation | None) -> bool:
    if office is None:
        return bool(form.validate())
    return form.validate_against(lambda: _shown(offices.locked_office(office.id)))


@bp.post("/staff/directory/offices/<uuid:office_id>/use")
@allowed(*EDITORS)
def use(office_id: uuid.UUID) -> ResponseReturnValue:
    """Take an organisation out of use, or back into it."""
    active = request.form.get("active") == "yes"
    office = offices.set_organisation_active(organisation_id=_office(office_id).id, active=active)
    flash((texts.REACTIVATED if active else texts.DEACTIVATED).format(name=office.name))
    return redirect(url_for("offices.index"))


def _office(office_id: uuid.UUID) -> Organisation:
    office = db.session.get(Organisation, office_id)
    if office is None:
        abort(404)
    return office


# -- a file ---------------------------------------------------------------------------------------------------------


@bp.get("/staff/directory/offices/template.xlsx")
@allowed(*EDITORS)
def template() -> Response:
    """The empty file with the five columns."""
    return web.download(exports.template(queries.districts()), exports.TEMPLATE_NAME, sheets.XLSX)


@bp.get("/staff/directory/offices/import")
@allowed(*EDITORS)
def upload() -> ResponseReturnValue:
    """Choose a file."""
    return render_template("directory/upload.html", form=forms.UploadForm(), flaws=[])


@bp.post("/staff/directory/offices/import")
@allowed(*EDITORS)
@sizes.takes_file
def check() -> ResponseReturnValue:
    """Read the file and show what it would do; nothing is stored."""
    form = forms.UploadForm()
    if not form.validate():
        return render_template("directory/upload.html", form=form, flaws=[]), 422
    file = form.file.data
    try:
        table = sheets.read_numbered_table(file.read(), file.filename or "")
    except sheets.UnreadableTable as why:
        too_large = isinstance(why, sheets.TableTooLarge)
        form.file.errors = [texts.TOO_LARGE_TABLE if too_large else texts.UNREADABLE]
        return render_template("directory/upload.html", form=form, flaws=[]), 422
    districts = _districts_by_words()
    read = read_rows(table, headings=HEADINGS, kinds=KIND_WORDS, districts=districts)
    plan = offices.present_plan(read.rows)
    flaws = _sentences(sorted([*read.flaws, *plan.flaws], key=_by_line))
    if flaws:
        return render_template("directory/upload.html", form=form, flaws=flaws), 422
    hints = _sentences(sorted([*read.hints, *plan.hints], key=_by_line))
    return _preview(read, plan, hints)


def _districts_by_words() -> dict[str, uuid.UUID]:
    """Folded words for a district → its id; the city's own name means the only one inside it."""
    known = queries.districts()
    inside = [one.id for one in known if one.kind == DistrictKind.IN_CITY]
    own = {names.search_key(current_app.config["TSUDOI"].city_name): inside[0]} if len(inside) == 1 else {}
    return own | {names.search_key(one.name): one.id for one in known}


@bp.post("/staff/directory/offices/import/apply")
@allowed(*EDITORS)
@sizes.takes(kilobytes=2000)
def apply() -> ResponseReturnValue:
    """Take over exactly the rows that were checked, all or nothing."""
    rows, fingerprint = _unsealed(request.form.get("checked", ""))
    revived = {id for text in request.form.getlist("revived") if (id := forms.optional_id(text))}
    try:
        plan = offices.apply_import(rows=rows, fingerprint=fingerprint, revived=revived)
    except Refused as refused:
        form = forms.UploadForm()
        form.file.errors = [refused.sentence(texts.REFUSALS)]
        return render_template("directory/upload.html", form=form, flaws=[]), 422
    tell_unprintable(*(row.name for row in rows))
    flash(texts.IMPORTED.format(added=len(plan.of(Deed.ADD)), changed=len(plan.of(Deed.CHANGE))))
    if back := [step.row.name for step in plan.retired if step.office and step.office.id in revived]:
        flash(texts.REVIVED.format(names=texts.LISTED.join(f"「{name}」" for name in back)))
    return redirect(url_for("offices.index"))


def _preview(read: Rows, plan: Plan, hints: list[tuple[int | None, str]]) -> ResponseReturnValue:
    names_of_districts = {one.id: one.name for one in queries.districts()}
    return render_template(
        "directory/preview.html",
        plan=plan,
        deeds={deed: plan.of(deed) for deed in Deed},
        hints=hints,
        words=texts.DEEDS,
        fields=texts.FIELDS,
        kinds=texts.KINDS,
        districts=names_of_districts,
        empty=texts.EMPTY,
        form=forms.ApplyForm(formdata=None, data={"checked": _sealed(read.rows, plan)}),
    )


def _by_line(remark: Remark) -> int:
    return remark.line or 0


def _sentences(remarks: list[Remark]) -> list[tuple[int | None, str]]:
    """Each remark as (line, sentence)."""
    kinds = texts.LISTED.join(texts.KINDS[kind] for kind in OrganisationKind)
    districts = texts.LISTED.join(one.name for one in queries.districts())
    made = []
    for remark in remarks:
        table: dict[Any, str] = texts.FLAWS if isinstance(remark.what, Flaw) else texts.HINTS
        facts = dict(remark.facts)
        if "words" in facts:
            facts["words"] = texts.LISTED.join(facts["words"])  # type: ignore[arg-type]
        if facts.get("retired"):
            facts["other"] = texts.RETIRED.format(name=facts["other"])
        if "column" in facts:
            facts["column"] = texts.COLUMNS[facts["column"]]  # type: ignore[index]
        made.append((remark.line, table[remark.what].format(kinds=kinds, districts=districts, **facts)))
    return made


# What was checked travels through the page, signed: the confirming step uses exactly that and stores nothing between.


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="directory.offices.import")


def _sealed(rows: tuple[OfficeRow, ...], plan: Plan) -> str:
    values = [[str(getattr(row, field)) for field in ROW_FIELDS] for row in rows]
    sealed: str = _serializer().dumps({"rows": values, "plan": plan.fingerprint})
    return sealed


def _unsealed(sealed: str) -> tuple[list[OfficeRow], str]:
    try:
        checked = _serializer().loads(sealed)
    except BadData:
        abort(400)
    rows = []
    for line, name, kana, kind, district_id, number in checked["rows"]:
        rows.append(
            OfficeRow(
                line=int(line),
                name=name,
                kana=kana,
                kind=kind,
                district_id=uuid.UUID(district_id),
                number=number,
            )
        )
    return rows, checked["plan"]
