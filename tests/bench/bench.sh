#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The packet path against a bare libpcap loop over the same files.  Prints one table; exit code 1
# when a ratio is below the bar.
#
#   OUT            where the programs are (build/gcc)
#   BENCH_MIN      least ratio of packets per CPU-second, ours to the floor's (0.5)
#   BENCH_RUNS     pairs of runs per file (9)
#   BENCH_PACKETS  about that many packets per generated file (1000000)
#   CAPTURES       real captures, used if there (../shared/captures)
set -u
LC_ALL=C
export LC_ALL

out=${OUT:-build/gcc}
least=${BENCH_MIN:-0.5}
runs=${BENCH_RUNS:-9}
packets=${BENCH_PACKETS:-1000000}
captures=${CAPTURES:-../shared/captures}
dir=build/bench

mkdir -p "$dir" || exit 2
for program in cordon-pcapgen cordon-bench-floor cordon-bench-runner cordon-sensor; do
	[ -x "$out/$program" ] || { echo "bench: $out/$program is not built" >&2; exit 2; }
done

# make FILE RECIPE SETTING...: unless it is there and newer than what it is made of
generate()
{
	file=$1
	recipe=pcaps/$2
	shift 2
	[ "$file" -nt "$recipe" ] && [ "$file" -nt "$out/cordon-pcapgen" ] && return
	"$out/cordon-pcapgen" "$@" "$recipe" "$file" >/dev/null
}

# Classic little-endian Ethernet captures can be joined after the first file's header; one that
# ends within a packet cannot, and the floor program finds that out.
join()
{
	list=$(find "$captures/benign" "$captures/worm" -name '*.pcap' 2>/dev/null | sort)
	[ -n "$list" ] || return 1
	[ -f "$1" ] && return 0
	printf '\324\303\262\241\002\000\004\000\000\000\000\000\000\000\000\000\000\000\004\000\001\000\000\000' \
		>"$1.part"
	for file in $list; do
		[ "$(od -An -tx1 -N4 "$file" | tr -d ' ')" = d4c3b2a1 ] || continue
		[ "$(od -An -tx1 -j20 -N4 "$file" | tr -d ' ')" = 01000000 ] || continue
		"$out/cordon-bench-floor" "$file" >/dev/null 2>&1 || continue
		tail -c +25 "$file" >>"$1.part"
	done
	mv "$1.part" "$1"
}

files=
generate "$dir/sessions-$packets.pcap" bench-sessions.recipe -D COUNT=$((packets / 21)) \
	-D LENGTH=$((packets / 20000 + 1)) || exit 2
files="$files $dir/sessions-$packets.pcap"
generate "$dir/flood-$packets.pcap" bench-flood.recipe -D COUNT="$packets" || exit 2
files="$files $dir/flood-$packets.pcap"
join "$dir/real.pcap" && files="$files $dir/real.pcap"

failed=0
printf '%-24s %10s %15s %14s %7s %9s\n' file packets 'floor ns/packet' 'ours ns/packet' ratio 'RSS MiB'
for file in $files; do
	line=$("$out/cordon-bench-runner" "$runs" "$out/cordon-bench-floor" "$out/cordon-sensor" \
		"$file") || exit 2
	printf '%s %s\n' "$(basename "$file")" "$line" |
		awk -v least="$least" '{
			printf "%-24s %10d %15.1f %14.1f %7.3f %9.1f%s\n", $1, $2, $3, $4, $5, $6,
				$5 < least ? "  below " least : ""
			exit $5 < least
		}' || failed=$((failed + 1))
done
if [ $failed -ne 0 ]; then
	echo "bench: $failed file(s) below the bar of $least"
	exit 1
fi
echo "bench: ok, all at $least of the floor or better"
