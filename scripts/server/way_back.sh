#!/bin/bash
# Goes back to an earlier version after an upgrade: its program, and the copy of the database that was made before the upgrade.
# As root:   scripts/server/way_back.sh /srv/tsudoi/releases/EARLIER
# What was entered since the upgrade is kept beside as DATABASE_given_up, and in no other place: read what to take over by hand.
set -Eeuo pipefail

. "$(dirname "$0")/machine.sh"
EARLIER=${1:-}
if [ ! -x "$EARLIER/.venv/bin/python" ]; then
    echo "usage: $0 /srv/tsudoi/releases/EARLIER    a folder with a program that was ready to serve" >&2
    exit 64
fi
must_be_root
EARLIER=$(cd "$EARLIER" && pwd)
PRESENT=$(readlink "$CURRENT")
DUMP=$COPIES/before-$(basename "$PRESENT").dump

if [ "$EARLIER" = "$PRESENT" ]; then echo "$EARLIER is in use already" >&2; exit 64; fi
if [ ! -r "$DUMP" ]; then echo "$DUMP is missing: nothing was changed" >&2; exit 66; fi
trap 'stopped_at "$LINENO" "Nothing was changed; what served before serves."' ERR

stop_service
read_copy "$DUMP"
# What waited when the copy was made may have gone out since: nothing of it goes twice unless somebody says so.
in_coming_database "$EARLIER" hold --as-of "$(date --utc --reference "$DUMP" +%Y-%m-%dT%H:%M:%S+00:00)"
let_coming_database_serve
ln -sfn "$EARLIER" "$CURRENT"
start_service
echo "$EARLIER serves again. Look at the page of mails, then let the worker go on: tsudoi resume"
