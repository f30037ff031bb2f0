#!/bin/sh
# Times the whole process `gateaux diff "norm2(A*x - b)^2" --wrt x` with its check: start, parse, derive, print, check.
# Usage: bench/process.sh [runs]
set -eu

runs=${1:-100}
cd "$(dirname "$0")/.."
cargo build --release --quiet --package gateaux-cli
binary="${CARGO_TARGET_DIR:-target}/release/gateaux"

once() {
    "$binary" diff "norm2(A*x - b)^2" --wrt x >/dev/null
}

once
start=$(date +%s%N)
i=0
while [ "$i" -lt "$runs" ]; do
    once
    i=$((i + 1))
done
end=$(date +%s%N)
mean=$(((end - start) / runs / 1000))
echo "mean of $runs runs: $mean µs"
if [ "$mean" -gt 30000 ]; then
    echo "slower than the goal of 30 ms" >&2
    exit 1
fi
