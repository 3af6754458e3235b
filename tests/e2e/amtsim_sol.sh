#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A console that others wrote (amtterm, Debian) opens serial over LAN and is echoed.
# shellcheck source=tests/e2e/tap.sh
. tests/e2e/tap.sh

if ! command -v amtterm >/dev/null; then
	echo "ok 1 - amtterm opens serial over LAN # SKIP amtterm is not installed"
	echo "1..1"
	exit 0
fi
# An address of this run's own, so that runs beside each other do not meet.
address=127.88.$(($$ / 250 % 250)).$(($$ % 250 + 1))
"$OUT/cordon-amtsim" --listen "$address:16992" --redirection-port 16994 --release 11.8 \
	>"$work/log" 2>&1 &
simulator=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do
	grep -q ready "$work/log" && break
	sleep 0.1
done
(sleep 0.5; printf 'hello from the console\r'; sleep 0.5; printf '\035'; sleep 0.2) |
	timeout 10 amtterm -p 'P@ssw0rd' "$address" 16994 >"$work/out" 2>&1
kill "$simulator"
wait "$simulator" 2>/dev/null
check "amtterm logs on and opens serial over LAN" grep -q "serial-over-lan active" "$work/out"
check "the simulated host echoes" grep -q "hello from the console" "$work/out"
tap_done
