"""Keep no order of answers, and write the pooling of closed runs into their rows.

SQLite: `response` and `free_text` without rowid. Both databases: their rows anew in random order, as `core.traces.mix` does;
the worker then writes the files anew for every closed run.
"""

import secrets
import uuid

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

TABLES = ('response', 'free_text')


def upgrade() -> None:
    with op.batch_alter_table('survey_run') as run:
        run.add_column(sa.Column('left_out', sa.Integer(), nullable=False, server_default='0'))
        run.add_column(sa.Column('cleared_at', sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table('survey_run') as run:
        run.alter_column('left_out', existing_type=sa.Integer(), existing_nullable=False, server_default=None)
    _rebuild(with_rowid=False)
    pooled = {run.id: run.strata for run in op.get_bind().execute(_runs().select()) if run.strata is not None}
    for name in TABLES:
        _write_anew(name, pooled)


def downgrade() -> None:
    """The pooling stays in the rows: nothing remembers what was there before."""
    _rebuild(with_rowid=True)
    with op.batch_alter_table('survey_run') as run:
        run.drop_column('cleared_at')
        run.drop_column('left_out')


def _rebuild(*, with_rowid: bool) -> None:
    if op.get_bind().dialect.name == 'sqlite':
        for name in TABLES:
            with op.batch_alter_table(name, recreate='always', table_kwargs={'sqlite_with_rowid': with_rowid}):
                pass


def _runs() -> sa.TableClause:
    return sa.table('survey_run', sa.column('id', sa.Uuid()), sa.column('strata', sa.JSON()))


def _write_anew(name: str, pooled: dict[uuid.UUID, dict[str, str]]) -> None:
    connection = op.get_bind()
    table = sa.Table(name, sa.MetaData(), autoload_with=connection, resolve_fks=False)
    rows = [dict(row) for row in connection.execute(table.select()).mappings()]
    for row in rows:
        if name == 'response':
            labels = pooled.get(uuid.UUID(str(row['run_id'])))
            if labels is not None:
                row['stratum'] = labels.get(row['stratum'], 'pooled')
    secrets.SystemRandom().shuffle(rows)
    connection.execute(table.delete())
    if rows:
        connection.execute(table.insert(), rows)
