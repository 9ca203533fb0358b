"""Keep what staff asked to have printed, until it was fetched or a day has passed."""

import sqlalchemy as sa
from alembic import op

revision = '0033'
down_revision = '0027'
branch_labels = None
depends_on = None

STATES = ('waiting', 'making', 'ready', 'failed')
FAILURES = ('nobody', 'no_printing', 'no_room', 'fault')


def upgrade() -> None:
    op.create_table(
        'paper_order',
        sa.Column('event_id', sa.Uuid(), nullable=False),
        sa.Column('staff_id', sa.Uuid(), nullable=False),
        sa.Column('kind', sa.String(length=40), nullable=False),
        sa.Column('chosen', sa.JSON(), nullable=False),
        sa.Column(
            'state',
            sa.Enum(*STATES, name='paper_state', native_enum=False, length=40, create_constraint=True),
            nullable=False,
        ),
        sa.Column('done', sa.Integer(), nullable=False),
        sa.Column('total', sa.Integer(), nullable=False),
        sa.Column('attempts', sa.Integer(), nullable=False),
        sa.Column(
            'failure', sa.Enum(*FAILURES, name='failure', native_enum=False, length=40, create_constraint=True), nullable=True
        ),
        sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('touched_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('file_name', sa.String(length=200), nullable=False),
        sa.Column('content', sa.LargeBinary(), nullable=True),
        sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.CheckConstraint("(state = 'ready') = (content IS NOT NULL)", name=op.f('ck_paper_order_ready_has_content')),
        sa.CheckConstraint("(state = 'failed') = (failure IS NOT NULL)", name=op.f('ck_paper_order_failed_has_failure')),
        sa.ForeignKeyConstraint(
            ['event_id'], ['event.id'], name=op.f('fk_paper_order_event_id_event'), ondelete='CASCADE'
        ),
        sa.ForeignKeyConstraint(
            ['staff_id'], ['staff.id'], name=op.f('fk_paper_order_staff_id_staff'), ondelete='RESTRICT'
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_paper_order')),
    )
    op.create_index(op.f('ix_paper_order_event_id'), 'paper_order', ['event_id'])
    op.create_index(op.f('ix_paper_order_state'), 'paper_order', ['state'])


def downgrade() -> None:
    op.drop_table('paper_order')
