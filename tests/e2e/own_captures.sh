#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The captures that the project makes itself, judged by the real program: what must be convicted is, and nobody else.
# shellcheck source=tests/e2e/tap.sh
. tests/e2e/tap.sh

tests/pcapgen/make-all.sh "$OUT/cordon-pcapgen" "$work/pcaps" >/dev/null || not_ok "the captures could not be made"
expect 0 "must and never rows of pcaps/MANIFEST.tsv" "$OUT/cordon-score" --cordond "$OUT/cordond" \
	--bar must:sweep-arp,must:sweep-nd,must:hscan-tcp,must:worm-outbreak,never "$work/pcaps"
[ "$got" -eq 0 ] || sed 's/^/# /' "$work/out"
tap_done
