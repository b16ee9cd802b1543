# Martlet and PostgreSQL in a folder of their own, users with sessions, clients and medians. Benchmarks source this file. At
# their end it stops the servers and removes the folder.
#
# MARTLET_EXECUTABLE names the executable. Without it, the release is built.

work=$(mktemp -d)
chmod 755 "$work"
pids=()
trap 'jobs -p | xargs -r kill 2>/dev/null; wait; stop_postgres; rm -rf "$work"' EXIT

.ci/install-libraries --benchmarks
martlet=${MARTLET_EXECUTABLE:-$(.ci/build-release)}
unset MARTLET_EXECUTABLE # Martlet takes a variable of its prefix for a setting.
postgres=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
address="postgresql://postgres@/martlet?host=$work/postgres"

as_postgres() { runuser -u postgres -- "$@"; }
sql() { as_postgres psql -q -A -t -v ON_ERROR_STOP=1 -h "$work/postgres" "$@"; }

# Starts PostgreSQL with the database `martlet`. Its table `bare` has the columns, keys, checks and indexes of `orders`.
start_postgres() {
  mkdir "$work/postgres"
  chown postgres "$work/postgres"
  as_postgres "$postgres/initdb" -A trust -D "$work/postgres/data" >/dev/null
  as_postgres "$postgres/pg_ctl" -D "$work/postgres/data" -w -l "$work/postgres/log" \
    -o "-k $work/postgres -c listen_addresses= -c max_connections=300 -c shared_buffers=512MB -c max_wal_size=4GB" \
    start >/dev/null
  sql postgres -c 'CREATE DATABASE martlet'
  start "$address"
  stop
  sql martlet -c 'CREATE TABLE bare (LIKE orders INCLUDING ALL)'
  cat >"$work/postgres/insert.sql" <<'SQL'
\set number random(100000000000000, 999999999999999)
\set user random(1, 1000)
INSERT INTO bare (number, user_id, uploaded_at) VALUES (:number::text, :user, 1700000000000);
SQL
}

stop_postgres() {
  [ -z "$(postmaster)" ] || as_postgres "$postgres/pg_ctl" -D "$work/postgres/data" -m immediate stop >/dev/null
}

postgres_version() {
  local settings="'synchronous_commit', 'fsync', 'full_page_writes', 'shared_buffers', 'max_wal_size'"
  echo "PostgreSQL $(sql martlet -c 'SHOW server_version') over a Unix socket with" \
    "$(sql martlet -c "SELECT string_agg(name || ' ' || current_setting(name), ', ') FROM pg_settings WHERE name IN ($settings)")"
}

# start DATABASE: starts an instance of Martlet, adds to pids, and sets url.
start() {
  local log=$work/log.${#pids[@]}
  : >"$log"
  ACCRUAL_SYSTEM_ADDRESS=127.0.0.1:1 RUN_ADDRESS=127.0.0.1:0 DATABASE_URI="$1" "$martlet" 2>"$log" &
  pids+=("$!")
  for _ in $(seq 5000); do
    url=$(sed -n 's|.*listening on \(http://[0-9.:]*\).*|\1|p' "$log" | head -n 1)
    if [ -n "$url" ]; then return; fi
    sleep 0.002
  done
  cat "$log" >&2
  exit 1
}

# Stops all instances of Martlet.
stop() {
  kill -TERM "${pids[@]}"
  wait "${pids[@]}" || true
  pids=()
}

# Adds users, each with the session of the token `token-NUMBER`, to an empty file or to PostgreSQL.
fill_sqlite() {
  start "$1"
  stop
  python3 - "$1" "$2" <<'PYTHON'
import hashlib, sqlite3, sys

users = range(1, int(sys.argv[2]) + 1)
password = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g"
database = sqlite3.connect(sys.argv[1])
database.executemany("INSERT INTO users (id, login, password_hash, created_at) VALUES (?, ?, ?, 0)",
                     ((user, f"user-{user}", password) for user in users))
database.executemany("INSERT INTO balances (user_id) VALUES (?)", ((user,) for user in users))
database.executemany("INSERT INTO sessions (token_hash, user_id, expires_at) VALUES (?, ?, 4000000000000)",
                     ((hashlib.sha256(f"token-{user}".encode()).digest(), user) for user in users))
database.commit()
PYTHON
}

fill_postgres() {
  sql martlet <<SQL
INSERT INTO users (id, login, password_hash, created_at) SELECT n, 'user-' || n, '-', 0 FROM generate_series(1, $1) n;
INSERT INTO balances (user_id) SELECT n FROM generate_series(1, $1) n;
INSERT INTO sessions (token_hash, user_id, expires_at)
  SELECT sha256(('token-' || n)::bytea), n, 4000000000000 FROM generate_series(1, $1) n;
SQL
  sql martlet -c 'VACUUM ANALYZE'
}

# Each measurement of uploads begins with empty tables, whatever was measured before.
empty_postgres() {
  sql martlet -c 'TRUNCATE orders, bare' -c 'UPDATE balances SET unfinished = 0 WHERE unfinished > 0'
  sql martlet -c 'VACUUM balances'
  sql martlet -c 'CHECKPOINT'
}

# Prints the user and kernel time so far of processes, of their children and of children that have ended, in clock ticks.
ticks() {
  for process in "$@"; do
    cat "/proc/$process/stat" $(pgrep -P "$process" | sed 's|.*|/proc/&/stat|') 2>/dev/null || true
  done | sed 's/.*) //' | awk '{ sum += $12 + $13 + $14 + $15 } END { print sum + 0 }'
}

# Prints the number of PostgreSQL's first process if it runs.
postmaster() { head -n 1 "$work/postgres/data/postmaster.pid" 2>/dev/null || true; }

# measure WORK USERS CLIENTS URL…: prints the requests per second of all clients together, the microseconds of CPU per request
# of Martlet and of PostgreSQL, and the highest p50 and p99 in milliseconds. WORK is one of customers.lua.
measure() {
  local clients_each=$(($3 / ($# - 3))) before_martlet before_postgres running=() server
  export WORK=$1 USERS=$2
  shift 3
  server=$(postmaster)
  wrk -t1 -c"$clients_each" -d1s -s Tests/Benchmarks/Support/customers.lua "$1" >/dev/null
  before_martlet=$(ticks "${pids[@]}"); before_postgres=$(ticks $server)
  rm -f "$work"/wrk.*
  for server_url in "$@"; do
    wrk -t1 -c"$clients_each" -d"${seconds}s" --latency -s Tests/Benchmarks/Support/customers.lua "$server_url" \
      >"$work/wrk.${server_url##*:}" &
    running+=("$!")
  done
  wait "${running[@]}"
  awk -v martlet=$(($(ticks "${pids[@]}") - before_martlet)) -v postgres=$(($(ticks $server) - before_postgres)) \
    -v hertz="$(getconf CLK_TCK)" '
    function milliseconds(text) { return text ~ /us$/ ? text / 1000 : text ~ /ms$/ ? text + 0 : text * 1000 }
    $1 == "50%" { p50 = milliseconds($2) > p50 ? milliseconds($2) : p50 }
    $1 == "99%" { p99 = milliseconds($2) > p99 ? milliseconds($2) : p99 }
    /requests in/ { requests += $1 } /Requests\/sec/ { rate += $2 } /Non-2xx|Socket errors/ { refused = $0 }
    END {
      if (refused) { print "requests were refused:" refused >"/dev/stderr"; exit 1 }
      printf "%d %.1f %.1f %.1f %.1f\n", rate, martlet / hertz * 1e6 / requests, postgres / hertz * 1e6 / requests, p50, p99
    }' "$work"/wrk.*
}

# inserts CLIENTS: prints the same of PostgreSQL's bare INSERT of such orders, prepared, by pgbench. Only the mean of latencies
# is known, and takes the place of p50.
inserts() {
  local before
  before=$(ticks "$(postmaster)")
  as_postgres pgbench -n -M prepared -h "$work/postgres" -c "$1" -j2 -T "$seconds" -f "$work/postgres/insert.sql" martlet \
    >"$work/pgbench" 2>"$work/pgbench.errors" || { cat "$work/pgbench.errors" >&2; exit 1; }
  awk -v ticks=$(($(ticks "$(postmaster)") - before)) -v hertz="$(getconf CLK_TCK)" '
    /actually processed/ { count = $6 } /latency average/ { mean = $4 } /^tps/ { rate = $3 }
    END { printf "%d 0 %.1f %.1f 0\n", rate, ticks / hertz * 1e6 / count, mean }' "$work/pgbench"
}

middle() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# median FILE [COLUMN]
median() { awk "{ print \$${2:-1} }" "$work/$1" | middle; }

# ratio FILE OTHER: prints the median of the rounds' ratios of the two rates.
ratio() { paste "$work/$1" "$work/$2" | awk '{ print $1 / $6 }' | middle | xargs printf '%.2f'; }
