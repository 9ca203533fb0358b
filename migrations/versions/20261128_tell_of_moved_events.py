"""Know events that are postponed or called off, and what those who applied have to hear of a change."""

import sqlalchemy as sa
from alembic import op

revision = '0021'
down_revision = '0018'
branch_labels = None
depends_on = None

STATES = ['draft', 'published', 'closed']
STATE = 'ck_event_event_state'
KINDS = ('moved', 'postponed', 'called_off', 'resumed')


def upgrade() -> None:
    _know(['draft', 'published', 'postponed', 'called_off', 'closed'])
    with op.batch_alter_table('event') as event:
        event.add_column(sa.Column('revision', sa.Integer(), nullable=False, server_default='0'))
        event.add_column(sa.Column('revised_at', sa.DateTime(timezone=True), nullable=True))
        event.add_column(sa.Column('standstill_reason', sa.Text(), nullable=False, server_default=''))
    with op.batch_alter_table('event') as event:
        event.alter_column('revision', existing_type=sa.Integer(), existing_nullable=False, server_default=None)
        event.alter_column('standstill_reason', existing_type=sa.Text(), existing_nullable=False, server_default=None)
    kind = sa.Enum(*KINDS, name='notice_kind', native_enum=False, create_constraint=True, length=40)
    op.create_table(
        'event_notice',
        sa.Column('event_id', sa.Uuid(), nullable=False),
        sa.Column('revision', sa.Integer(), nullable=False),
        sa.Column('kind', kind, nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('before', sa.JSON(), nullable=False),
        sa.Column('after', sa.JSON(), nullable=False),
        sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('told', sa.Integer(), nullable=True),
        sa.Column('untold_reason', sa.Text(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.CheckConstraint('(settled_at IS NULL) = (told IS NULL)', name=op.f('ck_event_notice_settled_has_number')),
        sa.ForeignKeyConstraint(
            ['event_id'], ['event.id'], name=op.f('fk_event_notice_event_id_event'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_event_notice')),
        sa.UniqueConstraint('event_id', 'revision', name='uq_event_notice_event_id_revision'),
    )


def downgrade() -> None:
    op.drop_table('event_notice')
    with op.batch_alter_table('event') as event:
        for name in ('standstill_reason', 'revised_at', 'revision'):
            event.drop_column(name)
    # Whatever was not held is over for a version that knows nothing of it.
    op.execute("UPDATE event SET state = 'closed' WHERE state IN ('postponed', 'called_off')")
    _know(STATES)


def _know(states: list[str]) -> None:
    with op.batch_alter_table('event') as event:
        event.drop_constraint(op.f(STATE), type_='check')
    with op.batch_alter_table('event') as event:
        event.create_check_constraint(op.f(STATE), sa.column('state').in_(states))
