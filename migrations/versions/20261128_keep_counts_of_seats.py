"""Keep how many of each group hold a seat and wait, and find an office's people and the end of a waiting list by index."""

import sqlalchemy as sa
from alembic import op

revision = '0029'
down_revision = '0033'
branch_labels = None
depends_on = None

TYPED = "organisation_id IS NULL AND organisation_name <> '' AND NOT organisation_kept"
STEPS = ('insert', 'update', 'delete')


def upgrade() -> None:
    op.create_table(
        'seat_count',
        sa.Column('event_group_id', sa.Uuid(), nullable=False),
        sa.Column('seated', sa.Integer(), nullable=False),
        sa.Column('waiting', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ['event_group_id'],
            ['event_group.id'],
            name=op.f('fk_seat_count_event_group_id_event_group'),
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint('event_group_id', name=op.f('pk_seat_count')),
    )
    op.execute(
        "INSERT INTO seat_count (event_group_id, seated, waiting) "
        "SELECT event_group_id, SUM(CASE WHEN state = 'waiting' THEN 0 ELSE 1 END), "
        "SUM(CASE WHEN state = 'waiting' THEN 1 ELSE 0 END) FROM application "
        "WHERE role = 'participant' AND state IN ('confirmed', 'offered', 'waiting') GROUP BY event_group_id"
    )
    op.create_index('ix_application_event_id_waiting_rank', 'application', ['event_id', 'waiting_rank'])
    op.create_index('ix_application_event_id_organisation_id', 'application', ['event_id', 'organisation_id'])
    op.create_index(
        'ix_application_typed_office',
        'application',
        ['event_id'],
        sqlite_where=sa.text(TYPED),
        postgresql_where=sa.text(TYPED),
    )


def downgrade() -> None:
    for name in ('typed_office', 'event_id_organisation_id', 'event_id_waiting_rank'):
        op.drop_index(f'ix_application_{name}', table_name='application')
    is_postgresql = op.get_bind().dialect.name == 'postgresql'
    for step in STEPS:
        of = ' ON application' if is_postgresql else ''
        op.execute(f'DROP TRIGGER IF EXISTS application_seat_count_{step}{of}')
        if is_postgresql:
            op.execute(f'DROP FUNCTION IF EXISTS tsudoi_keep_seat_count_{step}()')
    op.drop_table('seat_count')
