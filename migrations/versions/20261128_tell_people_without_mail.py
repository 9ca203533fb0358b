"""Keep who was told by FAX, letter or telephone, a FAX number, and since when an offer was heard."""

import sqlalchemy as sa
from alembic import op

revision = '0055'
down_revision = '0050'
branch_labels = None
depends_on = None

KINDS = ('receipt', 'result', 'offer', 'changed', 'called_off', 'ticket', 'certificate', 'survey')
WAYS = ('fax', 'post', 'phone', 'hand')


def upgrade() -> None:
    op.add_column('application', sa.Column('fax', sa.String(length=30), nullable=False, server_default=''))
    op.add_column('application', sa.Column('offer_told_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('application', sa.Column('secrets_renewed_at', sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f('ix_message_to_address'), 'message', ['to_address'])
    op.create_table(
        'told',
        sa.Column('application_id', sa.Uuid(), nullable=False),
        sa.Column(
            'kind', sa.Enum(*KINDS, name='notice_of', native_enum=False, length=40, create_constraint=True), nullable=False
        ),
        sa.Column('edition', sa.DateTime(timezone=True), nullable=False),
        sa.Column('how', sa.Enum(*WAYS, name='told_how', native_enum=False, length=40, create_constraint=True), nullable=False),
        sa.Column('told_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('noted_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('staff_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ['application_id'], ['application.id'], name=op.f('fk_told_application_id_application'), ondelete='RESTRICT'
        ),
        sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_told_staff_id_staff'), ondelete='RESTRICT'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_told')),
        sa.UniqueConstraint('application_id', 'kind', 'edition', name='uq_told_application_id_kind_edition'),
    )
    op.create_index(op.f('ix_told_staff_id'), 'told', ['staff_id'])


def downgrade() -> None:
    op.drop_table('told')
    op.drop_index(op.f('ix_message_to_address'), table_name='message')
    for column in ('secrets_renewed_at', 'offer_told_at', 'fax'):
        op.drop_column('application', column)
