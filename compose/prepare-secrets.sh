#!/bin/sh
# Makes the secrets that are not there yet; what is there is never touched. Owned by Modwatch's user alone.
set -eu
umask 077
cd "${1:-/run/secrets}"

write() { # NAME TEXT, unless the file is there
    [ -e "$1" ] && return
    printf '%s' "$2" > "$1.new"
    mv "$1.new" "$1"
}

random() { head -c 36 /dev/urandom | base64 | tr '+/' '-_'; }

write secret_key "$(random)"
write database_password "$(random)"
write redis_password "$(random)"
write grafana_password "$(random)"
write rabbitmq_password "$(random)"
write database_url "postgresql://modwatch:$(cat database_password)@postgres:5432/modwatch"
write redis_url "redis://:$(cat redis_password)@valkey:6379/0"
write sentinel_url "redis+sentinel://:$(cat redis_password)@sentinel:26379/modwatch"
write rabbitmq_url "amqp://modwatch:$(cat rabbitmq_password)@rabbitmq:5672//"
# Empty until somebody writes into them: Discord's application, and the mail server.
for name in discord_client_secret discord_bot_token smtp_url secret_key_old; do
    write "$name" ''
done
if [ "$(id -u)" = 0 ]; then
    chown -R 10001:10001 .
    # Where backups go, and what Sentinels learn, belongs to who writes it.
    for folder in /backups /sentinel; do
        if [ -d "$folder" ]; then chown 10001:10001 "$folder"; fi
    done
fi
