#!/bin/bash
# Installs Tsudoi on an empty Debian 12, and brings an installed one to the version in whose folder this file lies.
# As root:   scripts/server/recipe.sh NAME MAIL KEY…    NAME: the host name that guests use, MAIL: the sender of all mails,
#            KEY: public key (age1…) that backups are sealed for; the secret one never comes to this machine
# May be run again at any time: what is there already (keys, passwords, certificate, data) stays as it is.
# docs/operators.md tells each step in the same words.
# machine.sh says how to rehearse it without touching the machine.
set -Eeuo pipefail
umask 022

PROGRAM=$(cd "$(dirname "$0")/../.." && pwd)
HERE=$PROGRAM/scripts/server
. "$HERE/machine.sh"
PACKAGES="ca-certificates curl fontconfig fonts-morisawa-bizud-gothic fonts-noto-cjk git libharfbuzz-subset0
          libpango-1.0-0 libpangoft2-1.0-0 logrotate nginx-light openssl postgresql python3 python3-venv"

trap 'stopped_at "$LINENO" "Nothing after it was done; what served before serves. Mend what the lines above say and run it again."' ERR
made() { openssl rand -base64 48 | tr '+/' '-_' | tr -d '=\n'; }
html() { local text=${1//&/&amp;}; text=${text//</&lt;}; printf '%s' "${text//>/&gt;}"; }

# fill FILE PLACE MODE: writes one of the files beside this one, with everything between @ filled in.
fill() {
    local text
    text=$(cat "$HERE/$1"; printf x) && text=${text%x}
    for word in WORDS ROOT NAME MAIL HTTP_PORT HTTPS_PORT APP_PORT DATABASE SECRET_KEY LINK_KEY TICKET_KEY SERVICE_PASSWORD OWNER_PASSWORD \
        DATABASE_HOST RECIPIENTS STYLE_DIGEST TITLE CONTACT_NAME CONTACT_PHONE CONTACT_HOURS; do
        text=${text//"@$word@"/"${!word-}"}
    done
    if [ ! -e /proc/net/if_inet6 ]; then text=$(printf '%s' "$text" | sed '/listen \[::\]/d'; printf '\n'); fi
    install -m "$3" /dev/null "$2"
    printf '%s' "$text" > "$2"
}

# page STATUS: one of nginx's own pages, its words put into the frame that all of them share.
page() {
    WORDS=$(cat "$HERE/pages/$1.html")
    TITLE=${WORDS#*<h1>} TITLE=${TITLE%%</h1>*}
    fill pages/frame.html "$ROOT/usr/share/tsudoi/pages/$1.html" 644
}
# Of the one style that the pages hold, for nginx to name in its policy.
digest_of_style() {
    local frame
    frame=$(cat "$HERE/pages/frame.html")
    frame=${frame#*<style>}
    printf '%s' "${frame%%</style>*}" | openssl dgst -sha256 -binary | openssl base64 -A
}

NAME=${1:-} MAIL=${2:-} RECIPIENTS=${*:3}
if [ -r "$SETTINGS" ]; then
    if [ -z "$NAME" ]; then NAME=$(setting TSUDOI_PUBLIC_URL) NAME=${NAME#https://} MAIL=$(setting TSUDOI_MAIL_FROM); fi
    if [ -z "$RECIPIENTS" ]; then RECIPIENTS=$(setting TSUDOI_BACKUP_RECIPIENTS); fi
fi
if [[ ! $NAME =~ ^[a-z0-9.-]+$ ]] || [[ ! $MAIL =~ ^[^@\ ]+@[^@\ ]+$ ]] || [[ ! $RECIPIENTS =~ ^age1[0-9a-z]{58}(\ age1[0-9a-z]{58})*$ ]]; then
    echo "usage: $0 tsudoi.example.jp tsudoi@example.jp age1…    on your own computer: age-keygen -o tsudoi-key.txt" >&2
    exit 64
fi
must_be_root

step "Install Debian's packages"
if for_real; then
    missing=$(for one in $PACKAGES; do dpkg-query -W -f '${db:Status-Abbrev}' "$one" 2>/dev/null | grep -q '^ii' || echo "$one"; done)
    if [ -n "$missing" ]; then
        apt-get update -qq
        # shellcheck disable=SC2086
        DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends $missing
    fi
fi

step "Make the account that the service runs as"
if for_real && ! id tsudoi > /dev/null 2>&1; then
    useradd --system --user-group --home-dir /var/lib/tsudoi --no-create-home --shell /usr/sbin/nologin tsudoi
fi

step "Make the folders"
install -d -m 755 "$ROOT/etc/tsudoi" "$ROOT/srv/tsudoi" "$ROOT/usr/share/tsudoi/pages" "$ROOT/var/www/tsudoi" "$ROOT/run" \
    "$ROOT/usr/local/sbin" "$ROOT/etc/systemd/system" "$ROOT/etc/nginx/sites-available" "$ROOT/etc/nginx/sites-enabled" \
    "$ROOT/etc/nginx/snippets" \
    "$ROOT/etc/logrotate.d" "$ROOT/etc/systemd/journald.conf.d" "$ROOT/var/cache/nginx"
install -d -m 700 "$ROOT/etc/tsudoi/tls" "$COPIES" "$STATE" "$STATE/survey-keys" "$STATE/backups"
install -d -m 750 "$ROOT/var/log/tsudoi"
if for_real; then
    chown tsudoi:tsudoi "$STATE" "$STATE/survey-keys" "$STATE/backups"
    chown www-data:adm "$ROOT/var/log/tsudoi"
fi

step "Make the program ready in its own folder, which the service can read and not write"
if for_real; then
    python3 "$PROGRAM/scripts/setup.py" serve
    (cd "$PROGRAM" && .venv/bin/python -m compileall -q config.py wsgi.py gunicorn.conf.py trainings migrations)
    chown -R root:root "$PROGRAM"
    chmod -R u+rwX,go+rX,go-w "$PROGRAM"
fi
parts=$ROOT/usr/share/tsudoi/parts
install -d -m 755 "$parts"
if [ ! "$parts/python.json" -nt "$PROGRAM/requirements.txt" ]; then
    "$PROGRAM/.venv/bin/python" -m pip --quiet inspect --local > "$parts/python.json"
fi
install -m 644 "$PROGRAM/package-lock.json" "$parts/browser.json"
dpkg-query --show > "$parts/debian.txt"

step "Write the settings, with keys and passwords that nobody else has"
if [ ! -e "$SETTINGS" ]; then
    # shellcheck disable=SC2034  # filled in by name
    SECRET_KEY=$(made) LINK_KEY=$(made) TICKET_KEY=$(made) SERVICE_PASSWORD=$(made) OWNER_PASSWORD=$(made)
    DATABASE_HOST=${PGHOST:-127.0.0.1}:${PGPORT:-5432}
    fill owner.env "$OWNER" 600
    fill tsudoi.env "$SETTINGS" 600
fi
if ! grep -q '^TSUDOI_BACKUP_RECIPIENTS=' "$SETTINGS"; then
    printf '\nTSUDOI_BACKUP_DIR=%s\nTSUDOI_BACKUP_RECIPIENTS="%s"\n' "$STATE/backups" "$RECIPIENTS" >> "$SETTINGS"
fi
CONTACT_NAME=$(html "$(setting TSUDOI_CONTACT_NAME)")
CONTACT_PHONE=$(html "$(setting TSUDOI_CONTACT_PHONE)")
CONTACT_HOURS=$(html "$(setting TSUDOI_CONTACT_HOURS)")

step "Make the database and its two accounts"
if has_systemd; then systemctl start postgresql; fi
password_in() { sed -n "s|^$2=\"\?postgresql+psycopg://[^:]*:\([^@]*\)@.*|\1|p" "$1"; }
as_postgres psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --dbname postgres --set database="$DATABASE" --file - <<SQL
\set owner_password '$(password_in "$OWNER" TSUDOI_OWNER_DATABASE_URL)'
\set service_password '$(password_in "$SETTINGS" TSUDOI_DATABASE_URL)'
$(cat "$HERE/roles.sql")
SQL

step "Take a sealed backup, stop the service, keep a copy of the database, bring it to this version, start the service again"
fill tsudoi "$ROOT/usr/local/sbin/tsudoi" 755
old=$(readlink "$CURRENT" || true) copy=$COPIES/before-$(basename "$PROGRAM").dump
if [ -n "$old" ]; then
    "$ROOT/usr/local/sbin/tsudoi" backup
    stop_service
    if [ "$old" != "$PROGRAM" ]; then
        ( umask 077; as_postgres pg_dump --format=custom "$DATABASE" > "$copy" )
    fi
fi
if ! ( set -a; . "$SETTINGS"; . "$OWNER"; set +a
       cd "$PROGRAM" && as_service "$PROGRAM/.venv/bin/flask" --app wsgi install ); then
    # Whatever of it has come into the database: the version before serves on what stood there. Nobody has written since.
    if [ -n "$old" ] && [ "$old" != "$PROGRAM" ]; then read_copy "$copy"; let_coming_database_serve; fi
    false
fi
ln -sfn "$PROGRAM" "$CURRENT"
# The copies are not sealed, since this machine has no key to open one for the way back: only the newest stays.
if [ -e "$copy" ]; then find "$COPIES" -name '*.dump' ! -path "$copy" -delete; fi
if [ -z "$old" ]; then "$ROOT/usr/local/sbin/tsudoi" backup; fi
for unit in tsudoi-web tsudoi-worker; do fill $unit.service "$ROOT/etc/systemd/system/$unit.service" 644; done
fill journald.conf "$ROOT/etc/systemd/journald.conf.d/tsudoi.conf" 644
if has_systemd; then
    systemctl daemon-reload
    systemctl enable --quiet tsudoi-web tsudoi-worker
    systemctl restart systemd-journald tsudoi-web tsudoi-worker
fi
rm -f "$UPGRADING"

step "Put a certificate in place; until there is a real one, one that browsers warn of"
if [ ! -e "$ROOT/etc/tsudoi/tls/certificate.pem" ]; then
    openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=$NAME" -addext "subjectAltName=DNS:$NAME" \
        -keyout "$ROOT/etc/tsudoi/tls/key.pem" -out "$ROOT/etc/tsudoi/tls/certificate.pem" 2> /dev/null
fi

step "Set up nginx, its pages for when the program is away, and the rotation of its log"
for one in "$HERE"/pages/[0-9]*.html; do page "$(basename "$one" .html)"; done
STYLE_DIGEST=$(digest_of_style)
fill nginx-away.conf "$ROOT/etc/nginx/snippets/tsudoi-away.conf" 644
fill nginx.conf "$ROOT/etc/nginx/sites-available/tsudoi" 644
ln -sfn "$ROOT/etc/nginx/sites-available/tsudoi" "$ROOT/etc/nginx/sites-enabled/tsudoi"
fill logrotate.conf "$ROOT/etc/logrotate.d/tsudoi" 644
if for_real; then
    rm -f /etc/nginx/sites-enabled/default
    nginx -q -t
fi
if has_systemd; then
    systemctl enable --quiet nginx
    systemctl restart nginx
fi

step "See whether it serves"
if has_systemd; then
    for _ in $(seq 60); do
        if curl --silent --fail --insecure --resolve "$NAME:443:127.0.0.1" "https://$NAME/health/ready"; then
            printf '\nhttps://%s/ serves. The first sign-in link: tsudoi staff link you@example.jp --role admin --name "…"\n' "$NAME"
            exit 0
        fi
        sleep 1
    done
    echo "it does not: journalctl --unit tsudoi-web --lines 20" >&2
    exit 1
fi
echo "nothing was started here: there is no systemd"
