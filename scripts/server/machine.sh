# What the scripts here share: where things lie, who does what. Read by `.` from each of them, never run.
#
# For a rehearsal without touching the machine: ROOT=/some/folder puts everything below that folder, makes no account and starts
# nothing; PostgreSQL is the one that PGHOST, PGPORT and PGUSER name; HTTP_PORT, HTTPS_PORT and APP_PORT are ports to listen on.
# shellcheck shell=bash disable=SC2034
ROOT=${ROOT:-}
HTTP_PORT=${HTTP_PORT:-80} HTTPS_PORT=${HTTPS_PORT:-443} APP_PORT=${APP_PORT:-8000}
SETTINGS=$ROOT/etc/tsudoi/tsudoi.env
OWNER=$ROOT/etc/tsudoi/owner.env
STATE=$ROOT/var/lib/tsudoi
COPIES=$ROOT/var/backups/tsudoi
CURRENT=$ROOT/srv/tsudoi/current
UPGRADING=$ROOT/run/tsudoi-upgrade
DATABASE=${DATABASE:-tsudoi}

step() { printf '\n== %s\n' "$*"; }
for_real() { [ -z "$ROOT" ]; }
has_systemd() { for_real && [ -d /run/systemd/system ]; }
as_postgres() { if for_real; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi; }
as_service() { if for_real; then runuser -u tsudoi -- "$@"; else "$@"; fi; }
setting() { ( set -a; . "$SETTINGS"; printf '%s' "${!1-}" ); }
must_be_root() { if for_real && [ "$(id -u)" != 0 ]; then echo "$0: run this as root" >&2; exit 77; fi; }

# From here on visitors read 503.html.
stop_service() { touch "$UPGRADING"; if has_systemd; then systemctl stop tsudoi-web tsudoi-worker; fi; }
start_service() { if has_systemd; then systemctl start tsudoi-web tsudoi-worker; fi; rm -f "$UPGRADING"; }

# stopped_at LINE WORDS: what a trap for ERR says, once, not in each subshell.
stopped_at() {
    if [ "$BASH_SUBSHELL" != 0 ]; then return; fi
    printf '\n%s: stopped at line %s. %s\n' "$0" "$1" "$2" >&2
    if [ -e "$UPGRADING" ]; then start_service; fi
}

ask_postgres() {
    as_postgres env PGOPTIONS="--client-min-messages=warning" \
        psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --output /dev/null --dbname postgres "$@"
}

# An empty database beside the one that serves, for the same two accounts.
make_coming_database() {
    ask_postgres --command "DROP DATABASE IF EXISTS ${DATABASE}_coming WITH (FORCE)" \
        --command "CREATE DATABASE ${DATABASE}_coming OWNER ${DATABASE}_owner ENCODING 'UTF8' TEMPLATE template0" \
        --command "REVOKE ALL ON DATABASE ${DATABASE}_coming FROM PUBLIC" \
        --command "GRANT CONNECT ON DATABASE ${DATABASE}_coming TO ${DATABASE}"
}

# read_copy DUMP: the copy of the database that an upgrade made, into the one that is to serve.
read_copy() {
    make_coming_database
    as_postgres pg_restore --exit-on-error --dbname "${DATABASE}_coming" < "$1"
}

# It takes the place of the one that served, which is kept as DATABASE_given_up; both or neither.
let_coming_database_serve() {
    ask_postgres --command "DROP DATABASE IF EXISTS ${DATABASE}_given_up WITH (FORCE)"
    ask_postgres --single-transaction \
        --command "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN ('$DATABASE', '${DATABASE}_coming')" \
        --command "ALTER DATABASE ${DATABASE} RENAME TO ${DATABASE}_given_up" \
        --command "ALTER DATABASE ${DATABASE}_coming RENAME TO ${DATABASE}"
}

# in_coming_database FOLDER COMMAND…: a command of the program in that folder, for the database that is to serve.
in_coming_database() (
    program=$1
    shift
    set -a
    . "$SETTINGS"
    . "$OWNER"
    for url in TSUDOI_DATABASE_URL TSUDOI_OWNER_DATABASE_URL; do
        printf -v "$url" '%s' "$(printf '%s' "${!url}" | sed -E "s,/$DATABASE(\?.*)?\$,/${DATABASE}_coming\1,")"
    done
    cd "$program"
    umask 077
    as_service .venv/bin/python -m flask --app wsgi "$@"
)
