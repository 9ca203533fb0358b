#!/bin/bash
# Goes back to an earlier version after an upgrade: its program, and the copy of the database that was made before the upgrade.
# As root:   scripts/server/way_back.sh /srv/tsudoi/releases/EARLIER
# What was entered since the upgrade is kept beside as DATABASE_given_up, and in no other place: read what to take over by hand.
set -euo pipefail

ROOT=${ROOT:-}
EARLIER=${1:-}
if [ ! -x "$EARLIER/.venv/bin/flask" ]; then
    echo "usage: $0 /srv/tsudoi/releases/EARLIER    a folder with a program that was ready to serve" >&2
    exit 64
fi
EARLIER=$(cd "$EARLIER" && pwd)
CURRENT=$ROOT/srv/tsudoi/current
PRESENT=$(readlink "$CURRENT")
DATABASE=${DATABASE:-tsudoi}
DUMP=$ROOT/var/backups/tsudoi/before-$(basename "$PRESENT").dump

for_real() { [ -z "$ROOT" ]; }
has_systemd() { for_real && [ -d /run/systemd/system ]; }
as_postgres() { if for_real; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi; }
psql_() { as_postgres env PGOPTIONS="--client-min-messages=warning" psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --dbname postgres "$@"; }

if [ "$EARLIER" = "$PRESENT" ]; then echo "$EARLIER is in use already" >&2; exit 64; fi
if [ ! -r "$DUMP" ]; then echo "$DUMP is missing: nothing was changed" >&2; exit 66; fi

touch "$ROOT/run/tsudoi-upgrade"
if has_systemd; then systemctl stop tsudoi-web tsudoi-worker; fi
psql_ --command "DROP DATABASE IF EXISTS ${DATABASE}_coming WITH (FORCE)" \
    --command "CREATE DATABASE ${DATABASE}_coming OWNER ${DATABASE}_owner ENCODING 'UTF8' TEMPLATE template0"
as_postgres pg_restore --exit-on-error --dbname "${DATABASE}_coming" < "$DUMP"
psql_ --command "DROP DATABASE IF EXISTS ${DATABASE}_given_up WITH (FORCE)" \
    --command "ALTER DATABASE ${DATABASE} RENAME TO ${DATABASE}_given_up" \
    --command "ALTER DATABASE ${DATABASE}_coming RENAME TO ${DATABASE}" \
    --command "REVOKE ALL ON DATABASE ${DATABASE} FROM PUBLIC" \
    --command "GRANT CONNECT ON DATABASE ${DATABASE} TO ${DATABASE}"
ln -sfn "$EARLIER" "$CURRENT"
if has_systemd; then systemctl start tsudoi-web tsudoi-worker; fi
rm -f "$ROOT/run/tsudoi-upgrade"
echo "$EARLIER serves again"
