#!/bin/sh
# A Sentinel writes what it learns into its configuration, which lasts as long as its pod. Those that all start anew
# after a failover ask nobody, and go by that.
set -eu
primary=''
for one in valkey-0.valkey valkey-1.valkey valkey-2.valkey; do
    primary=$(valkey-cli -h "$one" -p 26379 sentinel get-master-addr-by-name modwatch 2>/dev/null | head -n 1) || primary=''
    [ -n "$primary" ] && break
done
learned() { # WORD
    [ ! -e /tmp/sentinel.conf ] || grep "^sentinel $1 " /tmp/sentinel.conf || true
}
[ -n "$primary" ] || primary=$(learned monitor | cut -d ' ' -f 4)
cat > /tmp/sentinel.new <<END
port 26379
$(learned myid)
sentinel resolve-hostnames yes
sentinel announce-hostnames yes
sentinel announce-ip $(hostname).valkey
sentinel monitor modwatch ${primary:-valkey-0.valkey} 6379 2
sentinel auth-pass modwatch $(cat /run/secrets/modwatch/redis_password)
sentinel down-after-milliseconds modwatch 5000
sentinel failover-timeout modwatch 30000
sentinel parallel-syncs modwatch 1
END
mv /tmp/sentinel.new /tmp/sentinel.conf
exec valkey-sentinel /tmp/sentinel.conf
