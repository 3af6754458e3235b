#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Does cordon-score count right?  A fake cordond answers each "capture" with the lines that stand in
# it, so a case is a list, some answers and the words that must come out.  Speaks TAP.
#
#   SCORE   the program (default $OUT/cordon-score)
set -u

score=${SCORE:-${OUT:-build/gcc}/cordon-score}
case $score in /*) ;; *) score=$(pwd)/$score ;; esac
root=$(mktemp -d) || exit 2
trap 'rm -rf "$root"' EXIT
trap 'exit 2' HUP INT TERM
cases=0
failures=0

# The fake: "exit N", "kill" and "sleep N" as first word of a capture act, the rest is the answer.
cat >"$root/cordond" <<'END'
#!/bin/sh
[ "$1" = -r ] && [ "$3" = -o ] || exit 64
read -r verb argument <"$2"
cat "$2" >"$4"
case $verb in
exit) echo "no such thing" >&2; exit "$argument" ;;
kill) kill -SEGV $$ ;;
sleep) sleep "$argument" ;;
esac
exit 0
END
chmod +x "$root/cordond"

fresh()
{
	rm -rf "$root/c"
	mkdir -p "$root/c/a"
	printf 'file\tclass\ttruth\tnew\tlevel\tfirst_s\ttruth_mac\n' >"$root/c/a/MANIFEST.tsv"
}

# row FILE CLASS LEVEL TRUTH FIRST_S, its answer from standard input
row()
{
	printf '%s\t%s\t%s\tx\t%s\t%s\t%s\n' "$1" "$2" "$4" "$3" "$5" 02:c0:4d:14:00:17 \
		>>"$root/c/a/MANIFEST.tsv"
	cat >"$root/c/a/$1"
}

# incident IP STATE KIND CONTACTS SECONDS
incident()
{
	printf '{"timestamp":"2026-01-01T00:00:%s+0000","event_type":"incident","src_ip":"%s",' "$5" "$1"
	printf '"src_mac":"02:c0:4d:14:00:17","incident":{"id":1,"state":"%s","kind":"%s",' "$2" "$3"
	printf '"contacts":%s' "$4"
	[ "$2" = suspected ] || printf ',"convicted_at":"2026-01-01T00:00:%s+0000"' "$5"
	printf '}}\n'
}

stats()
{
	echo '{"event_type":"stats","stats":{"first_packet_at":"2026-01-01T01:00:00.000000+0100"}}'
}

# wants NAME EXIT PATTERN... : every pattern must match a line
wants()
{
	name=$1
	code=$2
	shift 2
	cases=$((cases + 1))
	out=$("$score" --cordond "$root/cordond" --timeout 2 ${bar:+--bar "$bar"} "$root/c" 2>&1)
	got=$?
	bad=
	[ $got -eq "$code" ] || bad="exit code $got instead of $code; "
	for pattern; do
		printf '%s\n' "$out" | grep -q -e "$pattern" || bad="$bad no line like \"$pattern\"; "
	done
	if [ -z "$bad" ]; then
		echo "ok $cases - $name"
		return
	fi
	failures=$((failures + 1))
	echo "not ok $cases - $name"
	printf '%s\n%s\n' "$bad" "$out" | sed 's/^/# /'
}

bar=

fresh
{ stats; incident 10.0.0.1 suspected worm 2 02; incident 10.0.0.1 convicted worm 5 03.500000
  incident 10.0.0.1 proven worm 9 09; } | row a.pcap sweep-arp must 10.0.0.1 1.25
wants "a conviction in time passes, with the contacts and the time of the conviction" 0 \
	'^ok    a.pcap .* 1/1    5     2.25  10.0.0.1=worm/5$' '^must: 1 of 1 ok' '^PASS' \
	'sweep-arp  *median 5, worst 5, of 1'

fresh
{ stats; incident 10.0.0.1 convicted worm 6 03; } | row a.pcap sweep-arp must 10.0.0.1 0
wants "one contact too many is late" 1 '^late .*10.0.0.1=worm/6' '^must: 0 of 1 ok' '^FAIL: 1 row'

fresh
incident 10.0.0.1 convicted worm 7 03 | row a.pcap hscan-tcp must 10.0.0.1 0
wants "another class has another bar; without stats there is no time" 0 '^ok .* 7        -  10.0.0.1'

fresh
incident 10.0.0.1 suspected worm 9 03 | row a.pcap sweep-arp must 10.0.0.1 0
wants "a suspicion is not enough on a must row" 1 '^MISS .* 0/1 .*10.0.0.1=suspected worm/9' '^FAIL'

fresh
incident 10.0.0.1 suspected reconnaissance 9 03 | row a.pcap vscan-tcp should 10.0.0.1 0
row b.pcap vscan-tcp should 10.0.0.1 0 </dev/null
wants "but it is on a should row, and a should row is no bar" 0 '^ok    a.pcap .*1/1' '^MISS  b.pcap' \
	'^should: 1 of 2 ok' '^PASS'

fresh
incident 10.0.0.9 convicted worm 4 03 | row a.pcap ordinary never - -
wants "a conviction on a never row fails" 1 '^FALSE .*!10.0.0.9=worm/4' '^false convictions: 1 (1 of'

fresh
incident 10.0.0.9 suspected worm 4 03 | row a.pcap ordinary never - -
wants "a suspicion on a never row does not" 0 '^ok ' '^never: 1 of 1 ok'

fresh
{ incident 10.0.0.1 convicted worm 4 03; incident 10.0.0.9 convicted worm 4 03; } |
	row a.pcap sweep-arp must 10.0.0.1 0
wants "nor may a must row convict somebody else too" 1 '^FALSE .*10.0.0.1=worm/4 !10.0.0.9=worm/4' \
	'^false convictions: 1 (0 of'

fresh
incident 10.0.0.1 convicted worm 4 03 | row a.pcap smb-exploit must '10.0.0.1 10.0.0.2' '1.0 / 2.0'
wants "every truth counts" 0 '^MISS .* 1/2 .*10.0.0.1=worm/4 10.0.0.2=-' '^PASS'
bar=must
wants "and --bar selects levels" 1 '^MISS' '^FAIL: 1 row(s) under the bar must failed'
bar=

fresh
{ stats; incident 10.0.0.1 convicted worm 4 05; incident 10.0.0.2 convicted reconnaissance 3 06; } |
	row a.pcap smb-exploit must '10.0.0.1 10.0.0.2' '1.0 / 4.5'
wants "several sources have a start each; the kind is told" 0 '^ok .* 2/2    4     4.00 ' \
	'must rows not called a worm: 1'

fresh
incident '' convicted worm 4 03 | row a.pcap sweep-arp must 10.0.0.1 0
wants "a host without an address is known by its MAC" 0 '^ok .* 1/1'

fresh
printf 'gone.pcap\tsweep-arp\t10.0.0.1\tx\tmust\t-\t-\n' >>"$root/c/a/MANIFEST.tsv"
wants "a capture that is missing is an error" 1 '^ERROR gone.pcap .*No such file'

fresh
echo 'exit 3' | row a.pcap ordinary never - -
echo 'kill' | row b.pcap ordinary never - -
echo 'sleep 5' | row c.pcap ordinary never - -
wants "so are an exit code, a crash and a time-out" 1 '^ERROR a.pcap .*exit code (no such thing)' \
	'^ERROR b.pcap .*CRASHED' '^ERROR c.pcap .*TIMEOUT' 'errors: 3'

fresh
{ echo 'exit 1'; incident 10.0.0.9 convicted worm 4 03;
	echo '{"event_type":"stats","stats":{"first_packet_at":"2026-01-01T00:00:00.000000+0000"}}'; } |
	row a.pcap sweep-arp must 10.0.0.9 0
wants "a capture that ends within a packet is judged by what it holds" 0 '^ok .*exit code'

fresh
{ echo 'exit 1'; incident 10.0.0.9 convicted worm 4 03; } | row a.pcap malformed robust - -
echo 'kill' | row b.pcap malformed robust - -
wants "a malformed capture may be refused, but may not crash" 0 '^ok    a.pcap' '^ERROR b.pcap' \
	'^robust: 1 of 2 ok' '^false convictions: 0'

fresh
row a.pcap odd sometimes - - </dev/null
wants "an unknown level is an error in the list" 2 'MANIFEST.tsv:2: no such level'

fresh
printf 'file\tclass\tlevel\n' >"$root/c/a/MANIFEST.tsv"
wants "so is a missing column" 2 'MANIFEST.tsv:1: no column "truth"'

echo "1..$cases"
[ $failures -eq 0 ]
