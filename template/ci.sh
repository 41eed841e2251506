#!/usr/bin/env bash
# Runs all checks, for Suricata 8.0 and for 9.0. Needs no Suricata.
set -euo pipefail
cd "$(dirname "$0")"

command -v suricata-mock >/dev/null || {
    echo "ci.sh: suricata-mock is missing; run cargo install --locked suricata-thread-mock@^0.1 --features cli" >&2
    exit 1
}
cargo fmt --check
cargo clippy --all-targets -- -D warnings
for generation in 8 9; do
    SURICATA_MOCK=$generation cargo test
done
cargo build --release
suricata-mock check "${CARGO_TARGET_DIR:-target}/release/lib{{crate_name}}.so"
