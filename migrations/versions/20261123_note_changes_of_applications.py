"""Note when an application last changed, for desks that ask what is new."""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

INDEX = 'ix_application_event_id_changed_at'


def upgrade() -> None:
    with op.batch_alter_table('application') as application:
        application.add_column(sa.Column('changed_at', sa.DateTime(timezone=True), nullable=True))
    op.execute('UPDATE application SET changed_at = state_changed_at')
    with op.batch_alter_table('application') as application:
        application.alter_column('changed_at', existing_type=sa.DateTime(timezone=True), nullable=False)
        application.create_index(INDEX, ['event_id', 'changed_at'])


def downgrade() -> None:
    with op.batch_alter_table('application') as application:
        application.drop_index(INDEX)
        application.drop_column('changed_at')
