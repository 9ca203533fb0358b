"""Let addresses say who sees a history.

The person links mailed before went to addresses that nobody had confirmed: they die, and can be asked for anew.
"""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('link_request',
    sa.Column('mail', sa.String(length=254), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_link_request'))
    )
    op.create_table('person_address',
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('mail', sa.String(length=254), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('agreed_by_id', sa.Uuid(), nullable=True),
    sa.Column('vouched_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('vouched_by_id', sa.Uuid(), nullable=True),
    sa.Column('refused_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('link_version', sa.Integer(), nullable=False),
    sa.Column('link_fingerprint', sa.String(length=64), nullable=False),
    sa.Column('confirm_fingerprint', sa.String(length=64), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.CheckConstraint('agreed_by_id IS NULL OR agreed_by_id <> id', name=op.f('ck_person_address_not_agreed_by_itself')),
    sa.CheckConstraint('vouched_at IS NULL OR refused_at IS NULL', name=op.f('ck_person_address_vouched_or_refused')),
    sa.ForeignKeyConstraint(['agreed_by_id'], ['person_address.id'], name=op.f('fk_person_address_agreed_by_id_person_address'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_person_address_person_id_person'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['vouched_by_id'], ['staff.id'], name=op.f('fk_person_address_vouched_by_id_staff'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person_address')),
    sa.UniqueConstraint('confirm_fingerprint', name=op.f('uq_person_address_confirm_fingerprint')),
    sa.UniqueConstraint('link_fingerprint', name=op.f('uq_person_address_link_fingerprint')),
    sa.UniqueConstraint('person_id', 'mail', name='uq_person_address_person_id_mail')
    )
    with op.batch_alter_table('person_address') as address:
        address.create_index('ix_person_address_mail', ['mail'], unique=False)
    with op.batch_alter_table('person') as person:
        person.drop_constraint('uq_person_link_fingerprint', type_='unique')
        person.drop_column('link_version')
        person.drop_column('link_fingerprint')


def downgrade() -> None:
    with op.batch_alter_table('person') as person:
        person.add_column(sa.Column('link_version', sa.Integer(), nullable=False, server_default='1'))
        person.add_column(sa.Column('link_fingerprint', sa.String(length=64), nullable=False, server_default=''))
    # No secret has this fingerprint: the old links stay dead.
    op.execute("UPDATE person SET link_fingerprint = CAST(id AS VARCHAR(64))")
    with op.batch_alter_table('person') as person:
        person.alter_column('link_version', existing_type=sa.Integer(), server_default=None)
        person.alter_column('link_fingerprint', existing_type=sa.String(length=64), server_default=None)
        person.create_unique_constraint('uq_person_link_fingerprint', ['link_fingerprint'])
    op.drop_table('person_address')
    op.drop_table('link_request')
