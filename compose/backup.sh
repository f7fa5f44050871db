#!/bin/sh
# A dump each day, in one piece and readable, or none. Restored as runbooks/restore.md says.
set -eu
umask 077
folder=${BACKUPS:-/backups}
url=$(cat "${SECRETS:-/run/secrets}/database_url")

while true; do
    name=$folder/modwatch-$(date -u +%Y%m%dT%H%M%SZ).dump
    if pg_dump --format=custom --file="$name.part" --dbname="$url" && pg_restore --list "$name.part" > /dev/null; then
        mv "$name.part" "$name"
        find "$folder" -name 'modwatch-*.dump' -mtime "+$KEEP_DAYS" -delete
        echo "made $name"
        sleep 86400
    else
        rm -f "$name.part"
        echo "no backup was made; again in ten minutes" >&2
        sleep 600
    fi
done
