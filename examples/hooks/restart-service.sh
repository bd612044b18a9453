#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Restarts a service: ends its process, starts it again, and waits until it has stayed up for a moment.
#
# A service is a folder in ../services, seen from this file, with an executable `run` that stays in the foreground. On a real
# machine `systemctl restart "$service"` would stand here; this way the example runs anywhere.
#
# Shows: input from standard input, a result in $MUSTER_RESULT_FILE, output that the operator sees, failure by exit code, and
# (with "prepare": true beside it) the current state for an operator who looks before acting.
set -eu

services=$(cd "$(dirname "$0")/.." && pwd)/services

# The schema has checked the input before this runs: the name is letters, digits and dashes.
input=$(cat)
text() { printf '%s' "$input" | sed -n 's/.*"'"$1"'"[[:space:]]*:[[:space:]]*"\([a-z0-9-]*\)".*/\1/p'; }
number() { printf '%s' "$input" | sed -n 's/.*"'"$1"'"[[:space:]]*:[[:space:]]*\([0-9]*\).*/\1/p'; }

is_up() { [ -s "$1/pid" ] && kill -0 "$(cat "$1/pid")" 2>/dev/null; }

state() {
  up=false
  pid=null
  if is_up "$1"; then
    up=true
    pid=$(cat "$1/pid")
  fi
  printf '{"up":%s,"pid":%s,"restarts":%s}' "$up" "$pid" "$(cat "$1/restarts" 2>/dev/null || echo 0)"
}

if [ "${MUSTER_PHASE:-}" = prepare ]; then
  # Only looks: every service, and how it is.
  separator=
  printf '{"initial_payload":{"service":"web","grace_seconds":1},"current_state":{'
  for folder in "$services"/*/; do
    folder=${folder%/}
    printf '%s"%s":%s' "$separator" "${folder##*/}" "$(state "$folder")"
    separator=,
  done
  printf '}}\n'
  exit 0
fi

service=$(text service)
grace=$(number grace_seconds)
folder=$services/$service
if [ ! -x "$folder/run" ]; then
  echo "there is no service $service on $MUSTER_NODE_NAME" >&2
  exit 4
fi

if is_up "$folder"; then
  old=$(cat "$folder/pid")
  echo "stopping $service (pid $old)"
  kill "$old"
  # In tenths of a second.
  left=$((${grace:-1} * 10))
  while [ "$left" -gt 0 ] && kill -0 "$old" 2>/dev/null; do
    sleep 0.1
    left=$((left - 1))
  done
  kill -KILL "$old" 2>/dev/null || true
fi

echo "starting $service"
# In an environment of its own: the service outlives this run and is no part of it.
env -i PATH="$PATH" HOME="$HOME" "$folder/run" </dev/null >"$folder/log" 2>&1 &
pid=$!
echo "$pid" >"$folder/pid"
echo $(($(cat "$folder/restarts" 2>/dev/null || echo 0) + 1)) >"$folder/restarts"

sleep 0.5
if ! kill -0 "$pid" 2>/dev/null; then
  echo "$service did not stay up: $(tail -n 1 "$folder/log")" >&2
  exit 1
fi
echo "$service is up (pid $pid)"
state "$folder" >"$MUSTER_RESULT_FILE"
