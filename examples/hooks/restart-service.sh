#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Restarts a service and waits until it has stayed up for a moment.
#
# A service is a folder in ../services, seen from this file, with an executable `run` that stays in the foreground; so the example
# runs anywhere. Where there is no such folder, it is a systemd unit.
#
# Shows: input from standard input, a result in $MUSTER_RESULT_FILE, output that the operator sees, failure by exit code, and
# (with "prepare": true beside it) the current state for an operator who looks before acting.
set -eu

services=$(cd "$(dirname "$0")/.." && pwd)/services

is_up() { [ -s "$1/pid" ] && kill -0 "$(cat "$1/pid")" 2>/dev/null; }

# How the service in a folder is, as JSON.
state() {
  up=false
  pid=null
  if is_up "$1"; then
    up=true
    pid=$(cat "$1/pid")
  fi
  printf '{"up":%s,"pid":%s,"restarts":%s}' "$up" "$pid" "$(cat "$1/restarts" 2>/dev/null || echo 0)"
}

# Looks only: every service, and how it is.
prepare() {
  separator=
  printf '{"initial_payload":{"service":"web","grace_seconds":1},"current_state":{'
  for folder in "$services"/*/; do
    [ -d "$folder" ] || continue
    folder=${folder%/}
    printf '%s"%s":%s' "$separator" "${folder##*/}" "$(state "$folder")"
    separator=,
  done
  printf '}}\n'
}

stop() {
  old=$(cat "$1/pid")
  echo "stopping $service (pid $old)"
  kill "$old"
  # In tenths of a second.
  left=$((grace * 10))
  while [ "$left" -gt 0 ] && kill -0 "$old" 2>/dev/null; do
    sleep 0.1
    left=$((left - 1))
  done
  kill -KILL "$old" 2>/dev/null || true
}

start() {
  echo "starting $service"
  # In an environment of its own: the service outlives this run and is no part of it.
  env -i PATH="$PATH" HOME="$HOME" "$1/run" </dev/null >"$1/log" 2>&1 &
  pid=$!
  echo "$pid" >"$1/pid"
  echo $(($(cat "$1/restarts" 2>/dev/null || echo 0) + 1)) >"$1/restarts"
  sleep 0.5
  if ! kill -0 "$pid" 2>/dev/null; then
    echo "$service did not stay up: $(tail -n 1 "$1/log")" >&2
    exit 1
  fi
  echo "$service is up (pid $pid)"
}

restart_unit() {
  if ! systemctl cat "$1" >/dev/null 2>&1; then
    echo "there is no service $service on $MUSTER_NODE_NAME" >&2
    exit 4
  fi
  systemctl restart "$1"
  sleep 0.5
  systemctl is-active "$1"
}

if [ "${MUSTER_PHASE:-}" = prepare ]; then
  prepare
  exit 0
fi

# The schema has checked the input before this runs: the name is letters, digits and dashes, and no other key is there.
input=$(cat)
service=$(printf '%s' "$input" | sed -n 's/.*"service"[[:space:]]*:[[:space:]]*"\([a-z0-9-]*\)".*/\1/p')
grace=$(printf '%s' "$input" | sed -n 's/.*"grace_seconds"[[:space:]]*:[[:space:]]*\([0-9]*\).*/\1/p')
grace=${grace:-1}

folder=$services/$service
if [ ! -x "$folder/run" ]; then
  restart_unit "$service.service"
  exit 0
fi
if is_up "$folder"; then
  stop "$folder"
fi
start "$folder"
state "$folder" >"$MUSTER_RESULT_FILE"
