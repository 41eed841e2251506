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

# Whether packages of Debian can be installed on this machine.
can_install() { [[ $EUID == 0 ]] && command -v apt-get >/dev/null; }

# Makes sure of the program $1, which the Debian package of that name has: on this machine, or in the folder tree $2 that
# ci/find-suricata prints. Where it can't be installed, calls not_run, which is the script's, with the reason.
need() {
    local program=$1 root=${2:-/} in_root=()
    [[ $root == / ]] || in_root=(chroot "$root")
    ! "${in_root[@]}" sh -c "command -v $program" >/dev/null || return 0
    can_install || not_run "$program is missing, and installing it needs root and apt"
    (
        # One at a time.
        exec 9<"$root"
        flock 9
        "${in_root[@]}" apt-get -qq update
        DEBIAN_FRONTEND=noninteractive "${in_root[@]}" apt-get -qq install --yes --no-install-recommends "$program"
    ) >&2
}
