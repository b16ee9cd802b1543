#!/bin/bash
# A customer registers, uploads an order, waits for its points, and pays for another order with points.
#
#   PASSWORD=secret bash client.sh ADDRESS LOGIN ORDER PURCHASE POINTS
#
# ORDER earns points, and POINTS are spent on PURCHASE. Run it again after any failure: nothing is done twice. The login and
# the password get into JSON as they are, and must have no quotation mark and no backslash.
set -euo pipefail

if [ $# != 5 ] || [ -z "${PASSWORD-}" ]; then
    echo 'usage: PASSWORD=secret bash client.sh ADDRESS LOGIN ORDER PURCHASE POINTS' >&2
    exit 64
fi
address=$1 login=$2 order=$3 purchase=$4 points=$5
credentials="{\"login\":\"$login\",\"password\":\"$PASSWORD\"}"
scratch=$(mktemp -d)
trap 'jobs -p | xargs -r kill 2>/dev/null || true; rm -rf "$scratch"' EXIT

# send PATH [BODY]: sends a request until it is answered, and sets status and body. That does no harm: the server does nothing
# of this API twice. After a lost connection, a 429 or a 5xx, curl asks again, and waits as long as Retry-After says.
send() {
    local data=()
    if [ $# -gt 1 ]; then data=(--data-binary @-); fi
    status=$(printf '%s' "${2-}" | curl --silent --show-error --max-time 40 --retry 8 --retry-connrefused --retry-all-errors \
        --cookie "$scratch/cookies" --cookie-jar "$scratch/cookies" --output "$scratch/body" --write-out '%{http_code}' \
        "${data[@]}" "$address$1")
    body=$(cat "$scratch/body")
}

# Ends the program unless the last request succeeded.
expect_success() {
    case $status in
        2??) ;;
        *)
            echo "$status $body" >&2
            exit 1
            ;;
    esac
}

sign_in() {
    send /api/user/login "$credentials"
    expect_success
}

# ask PATH [BODY]: sends a request, in another session if this one has ended.
ask() {
    send "$@"
    if [ "$status" = 401 ]; then
        sign_in
        send "$@"
    fi
    expect_success
}

# member NAME: prints the value of a member of the last response.
member() {
    sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p" <<<"$body"
}

# Follows the customer's events until the order's status is final, and sets final.
wait_for_order() {
    local field
    while :; do
        exec 3< <(exec curl --silent --no-buffer --retry 8 --retry-connrefused --cookie "$scratch/cookies" \
            "$address/api/user/events")
        stream=$!
        # Heartbeats come every 15 s.
        while read -r -t 40 field _ <&3; do
            # The stream begins with a comment. After it and after each event, the order is read, so that no change is missed.
            if [ "$field" = : ] || [ "$field" = event: ]; then
                ask "/api/user/orders/$order"
                final=$(member status)
                case $final in PROCESSED | INVALID) break 2 ;; esac
            fi
        done
        # The connection was lost, or silent for too long, or the session has ended.
        kill "$stream" 2>/dev/null || true
        sleep 1
        ask /api/user
    done
    kill "$stream"
}

send /api/user/register "$credentials"
# The login is taken, perhaps by an earlier run.
if [ "$status" = 409 ]; then sign_in; else expect_success; fi
# 202: accepted; 200: this customer uploaded it before; 409: another customer did; 422: a digit is wrong.
ask /api/user/orders "$order"
wait_for_order
echo "$final"
# 200: paid, now or before; 402: the balance is too low; 409: paid by another customer, or with another sum.
ask /api/user/balance/withdraw "{\"order\":\"$purchase\",\"sum\":$points}"
ask /api/user/balance
echo "$(member current) points are left, $(member withdrawn) are spent"
