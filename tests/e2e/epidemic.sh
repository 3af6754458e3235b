#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A few runs of each simulated worm and two weeks of an ordinary office; "make epidemic" has the full table.
# shellcheck source=tests/e2e/tap.sh
. tests/e2e/tap.sh

expect 0 "every simulated worm is convicted, R is below 1 where five contacts allow it, nobody innocent is convicted" \
	"$OUT/cordon-epidemic" --quick
check "the table has all worms on all networks" test "$(grep -cE '^[a-z0-9-]+ +[0-9]+ +[0-9]+ .* s ' "$work/out")" -eq 36
tap_done
