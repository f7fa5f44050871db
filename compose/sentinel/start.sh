#!/bin/sh
# A Sentinel writes what it learns into its configuration. That is kept, so that those which all start anew after a
# failover know the present primary and each other; settings and password are written anew each time.
set -eu
# The first place that no other has: the container's own name is another after each replacement.
place=1
while exec 9> "/data/$place.lock" && ! flock -n 9; do place=$((place + 1)); done
file="/data/$place.conf"

learned() { # WORDS: lines of these that it wrote itself
    [ ! -e "$file" ] || grep -E "^sentinel ($1) " "$file" || true
}
monitor=$(learned monitor)
cat > "$file.new" <<END
port 26379
sentinel resolve-hostnames yes
sentinel announce-hostnames yes
$(learned myid)
${monitor:-sentinel monitor modwatch valkey 6379 2}
sentinel auth-pass modwatch $(cat /run/secrets/redis_password)
sentinel down-after-milliseconds modwatch 5000
sentinel failover-timeout modwatch 30000
sentinel parallel-syncs modwatch 1
$(learned 'config-epoch|leader-epoch|current-epoch|known-replica|known-sentinel')
END
mv "$file.new" "$file"
exec valkey-sentinel "$file"
