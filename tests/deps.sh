#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes sure that the named Debian packages are there: installs what is missing as root or through sudo, else prints the
# line to run.
set -u

command -v dpkg-query >/dev/null 2>&1 || {
	echo "deps: no dpkg here; make sure that the equivalents of these Debian packages are installed: $*"
	exit 0
}

missing=
for package in "$@"; do
	dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

install="apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" = 0 ]; then
	become=
elif command -v sudo >/dev/null 2>&1 && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
	become=sudo
else
	echo "deps: these Debian packages are missing:$missing" >&2
	echo "deps: run this as root, then make again:" >&2
	echo "  $install" >&2
	exit 1
fi

echo "deps: installing$missing"
# Package lists may be absent on a fresh machine; update only if a plain install fails.
if ! DEBIAN_FRONTEND=noninteractive $become $install >/dev/null 2>&1; then
	$become apt-get update -qq && DEBIAN_FRONTEND=noninteractive $become $install >/dev/null || {
		echo "deps: could not install; run this and look at its errors:" >&2
		echo "  $install" >&2
		exit 1
	}
fi
