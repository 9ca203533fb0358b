"""Name every working device once, cap what an enrolment link can do, and give the lobby's screen a link."""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

NAMES = 'uq_device_event_id_name'
WORKING = sa.text('revoked_at IS NULL')
DEFAULTS = {'device_limit': '12', 'screen_version': '0'}


def upgrade() -> None:
    with op.batch_alter_table('door') as door:
        for name, default in DEFAULTS.items():
            door.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default=default))
        door.add_column(sa.Column('screen_fingerprint', sa.String(length=64), nullable=True))
    with op.batch_alter_table('door') as door:
        for name in DEFAULTS:
            door.alter_column(name, existing_type=sa.Integer(), existing_nullable=False, server_default=None)
        door.create_check_constraint(op.f('ck_door_device_limit_in_range'), 'device_limit BETWEEN 1 AND 99')
        door.create_unique_constraint(op.f('uq_door_screen_fingerprint'), ['screen_fingerprint'])
    with op.batch_alter_table('device') as device:
        # Devices of before do not count against the link: version 0 enrolled them, which no door has.
        device.add_column(sa.Column('link_version', sa.Integer(), nullable=False, server_default='0'))
        device.add_column(sa.Column('acknowledged_at', sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table('device') as device:
        device.alter_column('link_version', existing_type=sa.Integer(), existing_nullable=False, server_default=None)
    op.execute('UPDATE device SET acknowledged_at = created_at')
    _tell_apart()
    op.create_index(NAMES, 'device', ['event_id', 'name'], unique=True, sqlite_where=WORKING, postgresql_where=WORKING)


def _tell_apart() -> None:
    """Working devices of one event and name get a sign of their own behind it; the oldest keeps the name."""
    device = sa.table(
        'device',
        *(sa.column('id', sa.Uuid()), sa.column('event_id', sa.Uuid()), sa.column('name', sa.String())),
        *(sa.column('created_at', sa.DateTime()), sa.column('revoked_at', sa.DateTime())),
    )
    connection = op.get_bind()
    seen = set()
    for row in connection.execute(
        sa.select(device).where(device.c.revoked_at.is_(None)).order_by(device.c.created_at, device.c.id)
    ).all():
        name = row.name
        if (row.event_id, name) in seen:
            name = f'{row.name[:31]} {row.id.hex[:8]}'
            connection.execute(sa.update(device).where(device.c.id == row.id).values(name=name))
        seen.add((row.event_id, name))


def downgrade() -> None:
    op.drop_index(NAMES, table_name='device')
    with op.batch_alter_table('device') as device:
        device.drop_column('acknowledged_at')
        device.drop_column('link_version')
    with op.batch_alter_table('door') as door:
        door.drop_constraint(op.f('uq_door_screen_fingerprint'), type_='unique')
        door.drop_constraint(op.f('ck_door_device_limit_in_range'), type_='check')
        for name in (*DEFAULTS, 'screen_fingerprint'):
            door.drop_column(name)
