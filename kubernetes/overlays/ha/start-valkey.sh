#!/bin/sh
# Follows whom the Sentinels name; where none of them answers yet, the first pod is the primary.
set -eu
password=$(cat /run/secrets/modwatch/redis_password)
me=$(hostname).valkey
primary=''
for one in valkey-0.valkey valkey-1.valkey valkey-2.valkey; do
    primary=$(valkey-cli -h "$one" -p 26379 sentinel get-master-addr-by-name modwatch 2>/dev/null | head -n 1) || primary=''
    [ -n "$primary" ] && break
done
[ -n "$primary" ] || primary=valkey-0.valkey
set -- --save '' --appendonly no --maxmemory 512mb --maxmemory-policy noeviction \
    --requirepass "$password" --masterauth "$password" --replica-announce-ip "$me"
[ "$primary" = "$me" ] || set -- "$@" --replicaof "$primary" 6379
exec valkey-server "$@"
