"""Keep undos that come before their scans, and corrections of times, as rows of their own."""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

KIND, NAMES_A_SCAN, UNDO_NAMES_SCAN = 'ck_scan_scan_kind', 'ck_scan_names_a_scan', 'ck_scan_undo_names_scan'
UNDONE_ONCE, UNDOES_A_SCAN, INDEX = 'uq_scan_undoes_id', 'fk_scan_undoes_id_scan', 'ix_scan_about_id'


def upgrade() -> None:
    with op.batch_alter_table('scan') as scan:
        scan.drop_constraint(op.f(UNDO_NAMES_SCAN), type_='check')
        scan.drop_constraint(op.f(KIND), type_='check')
        scan.drop_constraint(op.f(UNDOES_A_SCAN), type_='foreignkey')
        scan.drop_constraint(op.f(UNDONE_ONCE), type_='unique')
    with op.batch_alter_table('scan') as scan:
        scan.alter_column('undoes_id', new_column_name='about_id', existing_type=sa.Uuid(), existing_nullable=True)
    with op.batch_alter_table('scan') as scan:
        scan.create_check_constraint(op.f(KIND), sa.column('kind').in_(['scan', 'undo', 'correction']))
        scan.create_check_constraint(op.f(NAMES_A_SCAN), sa.text("kind = 'scan' OR about_id IS NOT NULL"))
        scan.create_index(INDEX, ['about_id'])


def downgrade() -> None:
    with op.batch_alter_table('scan') as scan:
        scan.drop_index(INDEX)
        scan.drop_constraint(op.f(NAMES_A_SCAN), type_='check')
        scan.drop_constraint(op.f(KIND), type_='check')
    with op.batch_alter_table('scan') as scan:
        scan.alter_column('about_id', new_column_name='undoes_id', existing_type=sa.Uuid(), existing_nullable=True)
    _leave_out_what_the_older_schema_cannot_hold()
    with op.batch_alter_table('scan') as scan:
        scan.create_unique_constraint(op.f(UNDONE_ONCE), ['undoes_id'])
        scan.create_foreign_key(op.f(UNDOES_A_SCAN), 'scan', ['undoes_id'], ['id'], ondelete='RESTRICT')
        scan.create_check_constraint(op.f(KIND), sa.column('kind').in_(['scan', 'undo']))
        scan.create_check_constraint(
            op.f(UNDO_NAMES_SCAN), sa.text("(kind = 'undo') = (undoes_id IS NOT NULL)")
        )


def _leave_out_what_the_older_schema_cannot_hold() -> None:
    is_postgresql = op.get_bind().dialect.name == 'postgresql'
    if is_postgresql:  # on SQLite the triggers went with the copied table
        op.execute('ALTER TABLE scan DISABLE TRIGGER USER')
    op.execute("DELETE FROM scan WHERE kind = 'correction'")
    op.execute("UPDATE scan SET kind = 'scan', undoes_id = NULL WHERE kind = 'scan' OR outcome = 'refused'")
    if is_postgresql:
        op.execute('ALTER TABLE scan ENABLE TRIGGER USER')
