"""Know scans that were refused since their event was postponed or called off."""

import sqlalchemy as sa
from alembic import op

revision = '0030'
down_revision = '0024'
branch_labels = None
depends_on = None

BEFORE = ['', 'unknown', 'other_event', 'not_selected', 'waiting', 'cancelled']
AFTER = ['not_open_yet', 'left_already', 'not_inside', 'nothing_to_undo']
WHYS = [*BEFORE, *AFTER]
WHY = 'ck_scan_scan_why'


def upgrade() -> None:
    _know([*BEFORE, 'not_held', *AFTER])


def downgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == 'postgresql'
    if is_postgresql:  # on SQLite the triggers go with the copied table
        op.execute('ALTER TABLE scan DISABLE TRIGGER USER')
        op.execute("UPDATE scan SET why = 'not_open_yet' WHERE why = 'not_held'")
        op.execute('ALTER TABLE scan ENABLE TRIGGER USER')
        _know(WHYS)
        return
    with op.batch_alter_table('scan') as scan:
        scan.drop_constraint(op.f(WHY), type_='check')
    op.execute("UPDATE scan SET why = 'not_open_yet' WHERE why = 'not_held'")
    with op.batch_alter_table('scan') as scan:
        scan.create_check_constraint(op.f(WHY), sa.column('why').in_(WHYS))


def _know(whys: list[str]) -> None:
    with op.batch_alter_table('scan') as scan:
        scan.drop_constraint(op.f(WHY), type_='check')
    with op.batch_alter_table('scan') as scan:
        scan.create_check_constraint(op.f(WHY), sa.column('why').in_(whys))
