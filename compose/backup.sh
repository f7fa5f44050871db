#!/bin/sh
# A dump each day, in one piece and readable, or none. Restored as runbooks/restore.md says.
set -eu
umask 077
folder=${BACKUPS:-/backups}
secret=${SECRETS:-/run/secrets}/database_url
# Modwatch tells how old it is: /metrics, /health.
mark=${DATA:-/var/lib/modwatch}/last-dump

# Each time anew, since a password is changed now and then; and without it, since what stands in a
# command is read by everybody on the host.
address() { sed -E 's|^postgres[a-z+]*://([^:@/]*)(:[^@/]*)?@|postgresql://\1@|' "$secret"; }
password() {
    sed -nE 's|^[a-z+]*://[^:@/]*:([^@/]*)@.*|\1|p' "$secret" | perl -pe 's/%([0-9A-F]{2})/chr hex $1/gie; chomp'
}

# One that never ends well is missed as well.
[ -e "$mark" ] || touch "$mark" || :
# Of dumps that were cut off.
rm -f "$folder"/modwatch-*.dump.part
while true; do
    PGPASSWORD=$(password)
    export PGPASSWORD
    name=$folder/modwatch-$(date -u +%Y%m%dT%H%M%SZ).dump
    if pg_dump --format=custom --file="$name.part" --dbname="$(address)" && pg_restore --list "$name.part" > /dev/null; then
        mv "$name.part" "$name"
        touch "$mark" || :
        find "$folder" -name 'modwatch-*.dump' -mtime "+$KEEP_DAYS" -delete
        echo "made $name"
        sleep 86400
    else
        rm -f "$name.part"
        echo "no backup was made; again in ten minutes" >&2
        sleep 600
    fi
done
