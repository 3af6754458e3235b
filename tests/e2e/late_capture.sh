#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A pcapng file may say any time: a worm of the year 292277 is isolated, on paper, and kept like one of today.
# shellcheck source=tests/e2e/tap.sh
. tests/e2e/tap.sh

byte() {
	# shellcheck disable=SC2059
	printf "\\$(printf '%03o' "$(($1 & 255))")"
}
le32() {
	byte "$1"
	byte "$(($1 >> 8))"
	byte "$(($1 >> 16))"
	byte "$(($1 >> 24))"
}
# Asks ARP for 10.20.0.(100 + n), n tenths of a second after the time whose upper half is given.
ask() {
	le32 6
	le32 92
	le32 0
	le32 "$2"
	le32 "$(($1 * 100000))"
	le32 60
	le32 60
	printf '\377\377\377\377\377\377\002\300\115\024\000\027\010\006\000\001\010\000\006\004\000\001'
	printf '\002\300\115\024\000\027\012\024\000\027\000\000\000\000\000\000\012\024\000'
	byte "$((100 + $1))"
	printf '\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000'
	le32 92
}
capture() {
	printf '\012\015\015\012\034\000\000\000\115\074\053\032\001\000\000\000\377\377\377\377\377\377\377\377\034\000\000\000'
	printf '\001\000\000\000\024\000\000\000\001\000\000\000\377\377\000\000\024\000\000\000'
	n=0
	while [ $n -lt 12 ]; do
		ask $n "$1"
		n=$((n + 1))
	done
}

cat >"$work/assets.yaml" <<'END'
assets:
  - { name: pc-23, ip: 10.20.0.23, role: workstation, amt: { password: env:NONE } }
END
cat >"$work/policy.yaml" <<'END'
version: 1
name: t
channels:
  repair: [arp, dhcp]
rules:
  - name: worm
    when: { confidence: ">= 0.9", role: workstation }
    then: { isolate: { channel: repair, for: 30d } }
END
for upper in 412000 2147483647; do
	capture $upper >"$work/late.pcapng"
	rm -f "$work"/cordon.db*
	"$OUT/cordond" -r "$work/late.pcapng" -p "$work/policy.yaml" -a "$work/assets.yaml" -s "$work/cordon.db" \
		>"$work/out" 2>"$work/err"
	check "upper half $upper: ends in order" test $? -eq 0
	check "isolates on paper" grep -q 'isolate with channel "repair" for 30d' "$work/out"
	check "says nothing else" test ! -s "$work/err"
	"$OUT/cordon" ledger verify --store "$work/cordon.db" >"$work/out" 2>&1
	check "and the ledger holds" test $? -eq 0
done
tap_done
