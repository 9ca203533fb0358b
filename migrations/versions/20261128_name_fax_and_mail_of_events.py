"""Name the FAX number to which applications are sent, and an address for questions, of each event."""

import sqlalchemy as sa
from alembic import op

revision = '0056'
down_revision = '0055'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('event', sa.Column('contact_fax', sa.String(length=30), nullable=False, server_default=''))
    op.add_column('event', sa.Column('contact_mail', sa.String(length=254), nullable=False, server_default=''))


def downgrade() -> None:
    op.drop_column('event', 'contact_mail')
    op.drop_column('event', 'contact_fax')
