#!/bin/sh
# Runs commands as scripts and cron do, and says of each whether it ended as it should.
#
# headless.sh SECTION…, with PYTHON, the URLs of the jobs of the scenario “demo”, and OUT, a folder
# for what is printed. What is written here is POSIX: every shell runs it.
set -u
wrong=0

zcbulk() { "$PYTHON" -m zcbulk_tui "$@"; }

check() { # NAME EXPECTED FOUND
    if [ "$2" = "$3" ]; then
        echo "ok $1"
    else
        echo "WRONG $1: $3, not $2"
        cat "$OUT/out" "$OUT/err"
        wrong=1
    fi
}

ends_with() { # CODE NAME COMMAND…
    code=$1 name=$2
    shift 2
    "$@" >"$OUT/out" 2>"$OUT/err" </dev/null
    check "$name" "$code" "$?"
}

says() { # NAME TIMES WORDS FILE
    check "$1" "$2" "$(grep -c -- "$3" "$OUT/$4")"
}

ends() {
    ends_with 0 completed zcbulk wait "$REGIONS"
    says "its line" 1 "^Regions 4104: done, 100 %, 1,200 in, 0 failed$" out
}

commands() {
    ends_with 0 "insert" zcbulk insert "$FILE" --form Contacts \
        --owner jason18 --app zylker-store --yes --json
    cp "$OUT/out" "$OUT/insert.json"
}

pipes() {
    { zcbulk wait "$STOCK" "$REGIONS" 2>"$OUT/err"; echo $? >"$OUT/code"; } | head -1 >"$OUT/out"
    check "a pipe that is read in part" 11 "$(cat "$OUT/code")"
    check "nothing is said of it" "" "$(cat "$OUT/err")"
    check "what was read" 1 "$(grep -c . "$OUT/out")"
}

# Shells have what they run in the background ignore Ctrl-C.
heeding='import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.executable, [sys.executable, "-m", "zcbulk_tui", *sys.argv[1:]])'

signals() {
    for signal in INT TERM; do
        "$PYTHON" -c "$heeding" wait "$LEADS" --json \
            >"$OUT/$signal.jsonl" 2>"$OUT/err" </dev/null &
        until [ -s "$OUT/$signal.jsonl" ] || ! kill -0 $!; do sleep 0.02; done
        kill -$signal $!
        wait $!
        echo $? >"$OUT/$signal.code"
        : >"$OUT/out"
        says "$signal: the job goes on" 1 "Interrupted: 1 job is not started. To start it: .* To wait again: " err
    done
}

cron() {
    setsid env -i HOME="$HOME" PYTHONPATH="$PYTHONPATH" ZCBULK_STATE_DIR="$ZCBULK_STATE_DIR" \
        PYTHON_KEYRING_BACKEND="$PYTHON_KEYRING_BACKEND" ZCBULK_BASE_URL="$ZCBULK_BASE_URL" \
        ZCBULK_ACCESS_TOKEN="$ZCBULK_ACCESS_TOKEN" \
        "$PYTHON" -m zcbulk_tui wait "$CUSTOMERS" >"$OUT/out" 2>"$OUT/err" <&-
    check "without a terminal, an environment and an input" 10 $?
    says "a plain line" 1 "^Customers 4027: done, 100 %, .* failed$" out
    check "no escapes" 0 "$(tr -d '\033' <"$OUT/out" | cmp -s - "$OUT/out"; echo $?)"
    check "nothing is said beside it" "" "$(cat "$OUT/err")"
}

for section in "$@"; do
    $section
done
exit $wrong
