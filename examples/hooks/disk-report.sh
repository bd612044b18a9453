#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Tells how full a file system is. Reads only, hence LOW danger, and may be run again after an agent died in the middle of it.
#
# Shows: a JSON result on standard output, without a result file.
set -eu

path=$(sed -n 's/.*"path"[[:space:]]*:[[:space:]]*"\([^"\\]*\)".*/\1/p')
df -P -k "${path:-/}" | awk 'NR == 2 {
  sub("%", "", $5)
  printf "{\"size_kib\":%.0f,\"used_kib\":%.0f,\"used_percent\":%d}\n", $2, $3, $5
}'
