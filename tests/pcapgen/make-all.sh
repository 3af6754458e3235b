#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# make-all.sh PCAPGEN OUTDIR, from the repository root: every capture that pcaps/MANIFEST.tsv lists,
# with the list beside them, so that cordon-score OUTDIR can run.
set -eu

pcapgen=$1
out=$2
mkdir -p "$out"
awk -F '\t' 'NR > 1 { print $1 }' pcaps/MANIFEST.tsv | while read -r file; do
	"$pcapgen" "pcaps/${file%.pcap}.recipe" "$out/$file"
done
cp pcaps/MANIFEST.tsv "$out/MANIFEST.tsv"
