# shellcheck shell=bash
# What scripts of ci/ share: `source ci/lib.sh` in the root of the repository.

# Runs a command, and says what for and how long it took.
step() {
    local start=$SECONDS
    echo "== $1" >&2
    shift
    "$@"
    echo "== $((SECONDS - start)) s" >&2
}
