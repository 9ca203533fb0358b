"""Keep who asked for a sign-in link until the worker has looked the address up."""

import sqlalchemy as sa
from alembic import op

revision = '0023'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'sign_in_request',
        sa.Column('mail', sa.String(length=254), nullable=False),
        sa.Column('next_path', sa.String(length=300), nullable=False),
        sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_request')),
    )


def downgrade() -> None:
    op.drop_table('sign_in_request')
