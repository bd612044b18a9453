#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Gives a service a new random key and tells its fingerprint, never the key itself.
#
# Shows: danger HIGH, so that an operator has to confirm, and that only fingerprints of secrets belong into results.
set -eu
umask 077

services=$(cd "$(dirname "$0")/.." && pwd)/services
service=$(sed -n 's/.*"service"[[:space:]]*:[[:space:]]*"\([a-z0-9-]*\)".*/\1/p')
folder=$services/$service
if [ ! -d "$folder" ]; then
  echo "there is no service $service on $MUSTER_NODE_NAME" >&2
  exit 4
fi

# Whole or not at all: a reader never sees half a key.
head -c 32 /dev/urandom >"$folder/key.new"
mv "$folder/key.new" "$folder/key"
fingerprint=$(sha256sum "$folder/key" | cut -c 1-16)
echo "asked for by $MUSTER_REQUESTED_BY"
printf '{"service":"%s","fingerprint":"%s"}' "$service" "$fingerprint" >"$MUSTER_RESULT_FILE"
