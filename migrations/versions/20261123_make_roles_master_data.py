"""Make the roles at an event master data."""

import uuid

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

CHECK = 'ck_application_event_role'
FOREIGN_KEY = 'fk_application_role_event_role'
ROLES = {
    'participant': '参加者',
    'speaker': '講師',
    'facilitator': 'ファシリテーター',
    'recorder': '書記',
    'staff': 'スタッフ',
    'observer': 'オブザーバー',
    'case_presenter': '事例提供者',
}


def upgrade() -> None:
    event_role = op.create_table('event_role',
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('certified', sa.Boolean(), nullable=False),
    sa.Column('sort', sa.Integer(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_event_role')),
    sa.UniqueConstraint('code', name=op.f('uq_event_role_code')),
    sa.UniqueConstraint('name', name=op.f('uq_event_role_name'))
    )
    # Every application points to one of them from here on, so they come with the table.
    op.bulk_insert(event_role, [
        {'id': uuid.uuid4(), 'code': code, 'name': name, 'certified': code != 'staff', 'sort': place * 10, 'active': True}
        for place, (code, name) in enumerate(ROLES.items(), start=1)
    ])
    with op.batch_alter_table('application') as application:
        application.drop_constraint(op.f(CHECK), type_='check')
        application.create_foreign_key(op.f(FOREIGN_KEY), 'event_role', ['role'], ['code'], ondelete='RESTRICT')


def downgrade() -> None:
    with op.batch_alter_table('application') as application:
        application.drop_constraint(op.f(FOREIGN_KEY), type_='foreignkey')
    # A role that the city has added has no place there; like an observer, it takes no seat.
    application = sa.table('application', sa.column('role', sa.String()))
    op.execute(application.update().where(application.c.role.not_in(list(ROLES))).values(role='observer'))
    with op.batch_alter_table('application') as application:
        application.create_check_constraint(op.f(CHECK), sa.column('role').in_(list(ROLES)))
    op.drop_table('event_role')
