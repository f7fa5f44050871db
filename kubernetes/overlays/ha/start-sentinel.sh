#!/bin/sh
# A Sentinel writes what it learns into its configuration, so that is made here, in memory.
set -eu
primary=''
for one in valkey-0.valkey valkey-1.valkey valkey-2.valkey; do
    primary=$(valkey-cli -h "$one" -p 26379 sentinel get-master-addr-by-name modwatch 2>/dev/null | head -n 1) || primary=''
    [ -n "$primary" ] && break
done
cat > /tmp/sentinel.conf <<END
port 26379
sentinel resolve-hostnames yes
sentinel announce-hostnames yes
sentinel announce-ip $(hostname).valkey
sentinel monitor modwatch ${primary:-valkey-0.valkey} 6379 2
sentinel auth-pass modwatch $(cat /run/secrets/modwatch/redis_password)
sentinel down-after-milliseconds modwatch 5000
sentinel failover-timeout modwatch 30000
sentinel parallel-syncs modwatch 1
END
exec valkey-sentinel /tmp/sentinel.conf
