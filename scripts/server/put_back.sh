#!/bin/bash
# Puts a backup back on a machine that the recipe has set up.
# As root:   scripts/server/put_back.sh FILE KEYFILE     FILE: tsudoi-….age, KEYFILE: the secret key that it was sealed for
# The database that is there, with whatever stands in it, is kept beside as DATABASE_given_up. The key is copied into memory only.
set -Eeuo pipefail

. "$(dirname "$0")/machine.sh"
FILE=${1:-} KEYFILE=${2:-}
if [ ! -r "$FILE" ] || [ ! -r "$KEYFILE" ]; then
    echo "usage: $0 tsudoi-….age KEYFILE    two files that can be read" >&2
    exit 64
fi
must_be_root
KEY=$(mktemp "$ROOT/run/tsudoi-key.XXXXXX") SEALED=$STATE/coming-$(basename "$FILE" .age).age
coming=
trap 'rm -f "$KEY" "$SEALED" "$coming"' EXIT
trap 'stopped_at "$LINENO" "Nothing was changed; what served before serves."' ERR

step "Stop the service"
stop_service

step "Read the keys that links and tickets were made by"
cat "$KEYFILE" > "$KEY"
install -m 600 "$FILE" "$SEALED"
if for_real; then chown tsudoi:tsudoi "$KEY" "$SEALED"; fi
make_coming_database
keys=$(in_coming_database "$CURRENT" restore "$SEALED" --identity "$KEY" --keys)
coming=$(mktemp "$SETTINGS.XXXXXX")   # 0600
grep -vE '^TSUDOI_(LINK|TICKET)_KEY=' "$SETTINGS" > "$coming"
printf '%s\n' "$keys" >> "$coming"

step "Put the backup into an empty database, and let that one serve"
whole=0
SETTINGS=$coming in_coming_database "$CURRENT" restore "$SEALED" --identity "$KEY" || whole=$?
if [ "$whole" != 0 ] && [ "$whole" != 3 ]; then false; fi
let_coming_database_serve
mv "$coming" "$SETTINGS"
start_service

if [ "$whole" = 3 ]; then echo "LOOK AT THIS: trail or scans are not what they were when the backup was taken (see NO above)"; fi
cat <<'DONE'
It serves. The worker waits: it sends no mail and does no job. Now, in this order:
    tsudoi staff link you@example.jp      sign in; look at the mails, and at what is due (draws, results, offers)
    tsudoi resume                         the worker goes on
DONE
