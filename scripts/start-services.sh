#!/usr/bin/env bash
# Starts the brokers and databases that some tests talk to, from Debian's packages, on ports of their own, and prints what to
# set so that the tests find them:
#
#   eval "$(scripts/start-services.sh)" && npm test
#
# What runs already is left as it is; what cannot be installed or does not answer within a minute is left out and said on
# stderr. Never fails: tests without their service are skipped aloud. `scripts/start-services.sh stop` ends what it started.
set -u

dir=${SPANGUARD_SERVICES_DIR:-/tmp/spanguard-services}
mkdir -p "$dir" && chmod 755 "$dir"
say() { echo "start-services: $*" >&2; }

redis_port=26379 nats_port=24222 amqp_port=25682 mysql_port=23306

if [ "${1:-}" = stop ]; then
  for pid in "$dir"/*.pid; do [ -f "$pid" ] && kill "$(cat "$pid")" 2>/dev/null; done
  exit 0
fi

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

install_missing() {
  local missing=()
  command -v redis-server >/dev/null || missing+=(redis-server)
  command -v nats-server >/dev/null || missing+=(nats-server)
  [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || missing+=(rabbitmq-server)
  command -v mariadbd >/dev/null || missing+=(mariadb-server)
  [ "${#missing[@]}" -gt 0 ] || return 0
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    say "not installed: ${missing[*]}"
    return 0
  fi
  # No service of the packages starts by itself: ours have ports and folders of their own.
  export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
  {
    timeout 300 apt-get update &&
      timeout 600 apt-get install -y --no-install-recommends "${missing[@]}"
  } >"$dir/apt.log" 2>&1 </dev/null || say "could not install ${missing[*]}: see $dir/apt.log"
}

start_redis() {
  redis-server --port $redis_port --bind 127.0.0.1 --save '' --daemonize yes --dir "$dir" --pidfile "$dir/redis.pid" \
    --logfile "$dir/redis.log" >/dev/null
}

start_nats() {
  rm -rf "$dir/nats" # streams of a run that was broken off
  nats-server -a 127.0.0.1 -p $nats_port -js -sd "$dir/nats" -P "$dir/nats.pid" -l "$dir/nats.log" >/dev/null 2>&1 </dev/null &
}

start_amqp() {
  rm -rf "$dir/amqp" # queues and messages of a run that was broken off
  mkdir -p "$dir/amqp"
  # Its own node name and epmd port, so that a broker of the machine is not disturbed; root's HOME for the cookie.
  HOME="$dir/amqp" ERL_CRASH_DUMP="$dir/amqp/erl_crash.dump" ERL_EPMD_PORT=24369 RABBITMQ_NODENAME=spanguard@localhost RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 \
    RABBITMQ_NODE_PORT=$amqp_port RABBITMQ_DIST_PORT=25683 RABBITMQ_MNESIA_BASE="$dir/amqp" RABBITMQ_LOG_BASE="$dir/amqp" \
    RABBITMQ_ENABLED_PLUGINS_FILE="$dir/amqp/plugins" RABBITMQ_PID_FILE="$dir/amqp.pid" \
    setsid /usr/lib/rabbitmq/bin/rabbitmq-server >"$dir/amqp/out.log" 2>&1 </dev/null &
}

start_mysql() {
  local data="$dir/mysql"
  mkdir -p "$data" && chown mysql "$data" 2>/dev/null
  if [ ! -d "$data/mysql" ]; then
    mariadb-install-db --no-defaults --user=mysql --datadir="$data" --auth-root-authentication-method=normal \
      --skip-test-db >"$dir/mysql-install.log" 2>&1 || return 1
  fi
  cat >"$dir/mysql-init.sql" <<'SQL'
CREATE DATABASE IF NOT EXISTS shop;
CREATE USER IF NOT EXISTS 'spanguard'@'127.0.0.1' IDENTIFIED BY 'spanguard';
CREATE USER IF NOT EXISTS 'spanguard'@'localhost' IDENTIFIED BY 'spanguard';
GRANT ALL ON shop.* TO 'spanguard'@'127.0.0.1';
GRANT ALL ON shop.* TO 'spanguard'@'localhost';
SQL
  chmod 644 "$dir/mysql-init.sql"
  mariadbd --no-defaults --user=mysql --datadir="$data" --bind-address=127.0.0.1 --port=$mysql_port --socket="$data/mysql.sock" \
    --pid-file="$data/mysql.pid" --init-file="$dir/mysql-init.sql" --skip-name-resolve \
    >"$dir/mysql.log" 2>&1 </dev/null &
  echo $! >"$dir/mysql.pid"
}

# Whether a service speaks, and not only its port is open.
speaks() {
  case $1 in
    redis) [ "$(redis-cli -p $redis_port ping 2>/dev/null)" = PONG ] ;;
    nats) answers $nats_port ;;
    # AMQP's answer to a header that it does not know is the header that it does.
    amqp) answers $amqp_port && timeout 5 bash -c "exec 3<>/dev/tcp/127.0.0.1/$amqp_port; printf 'AMQP\\0\\0\\0\\0' >&3; head -c 4 <&3" 2>/dev/null | grep -q AMQP ;;
    mysql) mariadb-admin --no-defaults --protocol=tcp -h 127.0.0.1 -P $mysql_port -u spanguard -pspanguard ping >/dev/null 2>&1 ;;
  esac
}

install_missing
services=()
for name in redis nats amqp mysql; do
  speaks $name || "start_$name" || say "$name does not start: see $dir"
done
for name in redis nats amqp mysql; do
  port="${name}_port"
  for ((attempt = 0; attempt < 60; attempt++)); do
    if speaks $name; then
      services+=("$name=127.0.0.1:${!port}")
      break
    fi
    sleep 1
  done
  [ "$attempt" -lt 60 ] || say "$name does not answer on port ${!port}: see $dir"
done
printf 'export SPANGUARD_SERVICES=%q\n' "$(IFS=,; echo "${services[*]}")"
exit 0
