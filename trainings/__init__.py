"""Tsudoi. This room holds only the factory; nobody imports from the package root."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click
from flask import Blueprint, Flask

from config import Settings
from trainings.accounts import access
from trainings.accounts import models as account_models
from trainings.accounts import views as account_views
from trainings.allocation import models as allocation_models
from trainings.allocation import pages as allocation_pages
from trainings.audit import models as audit_models
from trainings.certificates import models as certificate_models
from trainings.certificates import views as certificate_views
from trainings.checkin import models as checkin_models
from trainings.checkin import views as checkin_views
from trainings.checkin.counter import fee_views as door_fee_views
from trainings.checkin.desk import counter_api as door_api
from trainings.checkin.desk import device_views as door_device_views
from trainings.checkin.paper import badge_views as door_badge_views
from trainings.checkin.paper import views as door_paper_views
from trainings.checkin.review import views as door_review_views
from trainings.checkin.screens import board_views as door_board_views
from trainings.checkin.screens import venue_views
from trainings.cli import audit as audit_commands
from trainings.cli import backup as backup_commands
from trainings.cli import draw as draw_commands
from trainings.cli import install as install_command
from trainings.cli import rehearse as rehearse_command
from trainings.cli import staff as staff_commands
from trainings.core import db, logs, restoration, web
from trainings.core import jobs as job_models
from trainings.core.database import schema
from trainings.core.requests import asking, limits, lines, proxies, sizes, static_answers
from trainings.demo import commands as demo_commands
from trainings.demo import mailbox_views
from trainings.desk import mail_views
from trainings.desk import pages as desk_pages
from trainings.directory import models as directory_models
from trainings.directory import office_views
from trainings.directory import views as directory_views
from trainings.events import models as event_models
from trainings.guest import pages as guest_pages
from trainings.messages import delivery
from trainings.messages import models as message_models
from trainings.notices import models as notice_models
from trainings.notices import views as notice_views
from trainings.notices.queries import untold_ids
from trainings.printing import models as printing_models
from trainings.printing import views as printing_views
from trainings.registration import models as registration_models
from trainings.registration import pages as registration_pages
from trainings.registration.people import free_entry_views, reach
from trainings.registration.people import pages as people_pages
from trainings.skills import models as skill_models
from trainings.skills import views as skill_views
from trainings.surveys import models as survey_models
from trainings.surveys import views as survey_views
from trainings.worker import commands as worker_commands
from trainings.worker.jobs import DUTIES
from trainings.worker.queue import Nudger

ROOT = Path(__file__).resolve().parent.parent
MIGRATIONS = ROOT / "migrations"

TABLES = (
    account_models,
    allocation_models,
    audit_models,
    certificate_models,
    checkin_models,
    directory_models,
    event_models,
    job_models,
    limits,
    message_models,
    notice_models,
    printing_models,
    registration_models,
    restoration,
    skill_models,
    survey_models,
)
"""Every room with tables; naming them here is what puts them into the metadata."""

BLUEPRINTS: tuple[Blueprint, ...] = (
    account_views.bp,
    allocation_pages.bp,
    certificate_views.bp,
    checkin_views.bp,
    door_api.bp,
    door_badge_views.bp,
    door_fee_views.bp,
    door_board_views.bp,
    door_device_views.bp,
    door_paper_views.bp,
    door_review_views.bp,
    venue_views.bp,
    desk_pages.bp,
    directory_views.bp,
    free_entry_views.bp,
    guest_pages.bp,
    notice_views.bp,
    printing_views.bp,
    registration_pages.bp,
    mail_views.bp,
    office_views.bp,
    people_pages.bp,
    skill_views.bp,
    survey_views.bp,
)

COMMANDS: tuple[click.Command, ...] = (
    audit_commands.audit,
    backup_commands.backup,
    backup_commands.restore,
    backup_commands.hold,
    backup_commands.resume,
    draw_commands.draw,
    install_command.install,
    demo_commands.sample_city,
    rehearse_command.rehearse,
    staff_commands.staff,
    worker_commands.worker,
    worker_commands.sweep,
)
"""`flask --app wsgi …`"""


def create_app(settings: Settings) -> Flask:
    """An application with these settings. Opens no connection, makes no file, sends nothing."""
    app = Flask(
        "trainings",
        root_path=str(ROOT / "trainings"),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
        instance_path=str(settings.instance_path),
    )
    app.config.update(
        TSUDOI=settings,
        SECRET_KEY=settings.secret_key,
        TESTING=settings.environment == "test",
        # The prefix keeps neighbours under the same domain from setting it; browsers want HTTPS for that.
        SESSION_COOKIE_NAME="__Host-tsudoi" if settings.is_https else "tsudoi",
        SESSION_COOKIE_PATH="/",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.session_hours),
        MAX_CONTENT_LENGTH=settings.upload_megabytes * 1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,  # nothing times out in front of a person (ui.md, rule 17)
        # Our pages let no referrer out (their addresses are secrets), so over HTTPS there is none to compare; the token
        # and the SameSite cookie say where a form came from.
        WTF_CSRF_SSL_STRICT=False,
        WTF_I18N_ENABLED=False,
    )
    logs.init_app(app)
    lines.init_app(
        app
    )  # before the database: what is done first at a request's beginning is done last at its end
    sizes.init_app(app)
    db.init_app(app, database_url=settings.database_url)
    web.init_app(app)
    static_answers.init_app(app)
    proxies.init_app(app)
    limits.init_app(app)
    asking.init_app(app)
    delivery.init_app(app)
    reach.init_app(app, untold=untold_ids)
    app.extensions["migrate"] = schema.Migrations(MIGRATIONS)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    if settings.environment == "demo":
        app.register_blueprint(mailbox_views.bp)
    app.extensions["nudge_worker"] = Nudger(settings)
    app.extensions["late_bodies"] = DUTIES.late_bodies
    for command in COMMANDS:
        app.cli.add_command(command)
    access.init_app(app)
    access.check_all_views(app)
    return app
