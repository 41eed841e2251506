#!/usr/bin/env bash
# Runs every check, for Suricata 9.0 and for 8.0, without Suricata. The plugin that is left built is for 8.0.
set -euo pipefail
cd "$(dirname "$0")"

command -v suricata-mock >/dev/null || {
    echo "suricata-mock is missing: cargo install --locked suricata-thread-mock@^0.1 --features cli" >&2
    exit 1
}
cargo fmt --check
for generation in 9 8; do
    features=()
    [[ $generation == 9 ]] || features=(--features suricata-8)
    cargo clippy --all-targets "${features[@]}" -- -D warnings
    cargo test "${features[@]}"
    cargo build --release "${features[@]}"
    suricata-mock check --api "$generation" "${CARGO_TARGET_DIR:-target}/release/lib{{crate_name}}.so"
done
