#!/bin/sh
# A Sentinel writes what it learns into its configuration, so that is made here, in memory.
set -eu
password=$(cat /run/secrets/redis_password)
cat > /tmp/sentinel.conf <<END
port 26379
sentinel resolve-hostnames yes
sentinel announce-hostnames yes
sentinel monitor modwatch valkey 6379 2
sentinel auth-pass modwatch $password
sentinel down-after-milliseconds modwatch 5000
sentinel failover-timeout modwatch 30000
sentinel parallel-syncs modwatch 1
END
exec valkey-sentinel /tmp/sentinel.conf
