#!/usr/bin/env bash
# The functions of the checks: `ci/check NAME` runs the function NAME.
# shellcheck disable=SC2329 # the last lines call them by name
set -euo pipefail
shopt -s inherit_errexit

target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
triple=$(rustc -vV | sed -n 's/^host: //p')
# Outside of the repository, where cargo does not find its workspace.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
readonly target triple scratch
export CARGO_TARGET_DIR=$target
# The feature builds the program of the mock.
readonly workspace=(--workspace --locked --features suricata-thread-mock/cli)
readonly libraries=(-p suricata-thread-sys -p suricata-thread -p suricata-thread-mock)
readonly plugins=(-p flow-counter -p minimal -p begun-ended -p raw-plugin -p live-totals -p flow-log -p top-talkers)

die() {
    echo "ci/check: $*" >&2
    exit 1
}

# Installs the Debian packages $2..., or the package $1, if the program or file $1 is missing.
need() {
    local lacking=$1
    shift
    ! command -v "$lacking" >/dev/null && ! compgen -G "$lacking" >/dev/null || return 0
    [[ $EUID == 0 && -x /usr/bin/apt-get ]] || die "$lacking is missing: install ${*:-$lacking}"
    apt-get -qq update
    DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends "${@:-$lacking}" >&2
}

need_libclang() { need "/usr/lib/llvm-*/lib/libclang.so*" libclang-dev; }

# Installs version $2 of the program $1 with cargo, options $3..., and puts it on the PATH. It is not optimized, since
# the tools take longer to build than to run.
tool() {
    CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=256 \
        cargo install --quiet --locked --root "$target/tools" --target-dir "$target/tools/build" "$1@$2" "${@:3}" >&2
    PATH=$target/tools/bin:$PATH
}

# Unpacks Rust $1 from Debian's packages below target/, and makes cargo use it from now on.
debian_rust() {
    local folder=$target/rust-$1 packages=(rustc-web libstd-rust-web-dev "libstd-rust-web-$1" rust-web-src cargo-web)
    if [[ ! -d $folder ]]; then
        [[ $EUID == 0 ]] && apt-get -qq update
        packages=("${packages[@]/%/=$(apt-cache madison rustc-web | awk -v v="$1" '$3 ~ "^" v && !n++ { print $3 }')}")
        rm -rf "$folder.partial"
        mkdir -p "$folder.partial/packages"
        (
            cd "$folder.partial/packages"
            apt-get -qq -o APT::Sandbox::User=root download "${packages[@]}" >&2
            # Their dependencies that the machine lacks: LLVM, libssh2, …
            apt-get -qq --simulate install --no-install-recommends "${packages[@]}" |
                sed -n 's/^Inst \([^ ]*\) .*/\1/p' | grep -vE 'rust|cargo' |
                xargs -r apt-get -qq -o APT::Sandbox::User=root download >&2
        )
        for package in "$folder.partial"/packages/*.deb; do
            dpkg --extract "$package" "$folder.partial"
        done
        mv "$folder.partial" "$folder"
    fi
    local lib=${triple/-unknown/}
    export PATH=$folder/usr/bin:/usr/bin:/bin
    export LD_LIBRARY_PATH=$folder/usr/lib/$lib:$folder/lib/$lib RUSTC=$folder/usr/bin/rustc \
        RUSTDOC=$folder/usr/bin/rustdoc
    cargo --version >&2
}

# Copies the tree to $1. Of the crates in ci/, it keeps only capture, which the tests of the libraries need.
libraries_in() {
    rm -rf "$1"
    mkdir -p "$1"
    git ls-files -z --cached --others --exclude-standard | tar -c --null -T - --ignore-failed-read | tar -x -C "$1"
    sed -i '/^members = \[/,/^\]/{ /"ci\/capture"/b; /"ci\//d }' "$1/Cargo.toml"
}

real_host() { cargo run --quiet --locked -p real-host -- "$@"; }

# Builds suricata-mock and puts it on the PATH.
suricata_mock() {
    cargo build --quiet --locked -p suricata-thread-mock --features cli
    PATH=$target/debug:$PATH
}

fmt() { cargo fmt --all --check; }

clippy() {
    cargo clippy --quiet "${workspace[@]}" --all-targets -- -D warnings
    cargo clippy --quiet --locked -p suricata-thread-mock --lib -- -D warnings
    cargo clippy --quiet --locked -p suricata-thread-mock --lib --features open -- -D warnings
}

doc() { RUSTDOCFLAGS="-D warnings" cargo doc --quiet "${workspace[@]}" --no-deps; }

tests() {
    need_libclang
    cargo test --quiet "${workspace[@]}"
    # These build hosts that follow the environment.
    SURICATA_MOCK=9 cargo test --quiet --locked -p suricata-thread -p model "${plugins[@]}"
}

# `UPDATE=1 ci/check generated` writes the files instead of comparing them.
generated() {
    local root manifest lists=suricata-thread-mock/src/bin/suricata-mock/exports
    need_libclang
    cargo run --quiet --locked -p declarations -- "$([[ ${UPDATE-} ]] && echo write || echo check)"
    root=$(ci/find-suricata)
    {
        echo "# Exported by Suricata $(chroot "$root" suricata -V | grep -oE '8\.0\.[0-9]+'), read by nm."
        # Names that begin with an underscore, such as mangled ones, are no part of an API.
        nm --dynamic --defined-only "$root$(chroot "$root" sh -c 'command -v suricata')" |
            awk '$3 !~ /^_/ { print $3 }' | LC_ALL=C sort -u
    } >"$scratch/8.txt"
    {
        manifest=$(cargo metadata --locked --format-version 1 |
            grep -o '[^"]*/suricata-sys-9[^"]*/Cargo.toml' | head -n 1)
        echo "# Declared by suricata-sys $(basename "$(dirname "$manifest")" | cut -d- -f3-), read by grep."
        grep -rhoE 'pub fn [A-Za-z0-9_]+' "$(dirname "$manifest")/src/sys.rs" | cut -d' ' -f3 | LC_ALL=C sort -u
    } >"$scratch/9.txt"
    [[ -z ${UPDATE-} ]] || cp "$scratch"/*.txt "$lists"
    diff -u "$lists" "$scratch"
}

# `UPDATE=1 ci/check bench` records the counts, runs a real Suricata, and writes docs/benchmarks.md.
bench() {
    need valgrind
    cargo run --quiet --release --locked -p benchmarks
}

asan() {
    # -rdynamic: the plugins that a test opens find the host's functions in its program.
    export RUSTC_BOOTSTRAP=1 RUSTFLAGS="-Zsanitizer=address -Clink-arg=-rdynamic" ASAN_OPTIONS=detect_leaks=1
    local flags=(--quiet --locked --target "$triple" --target-dir "$target/asan")
    # The skipped test has a host of its own, which leaks its values on purpose.
    cargo test "${flags[@]}" "${libraries[@]}" -p model -p capture --lib --tests -- --skip values_are_allocated
    # Not --lib: the examples refer to the host's functions, and do not link as a program.
    cargo test "${flags[@]}" "${plugins[@]}" -p c-plugin --bins --test '*'
}

model() { PROPTEST_CASES=${MODEL_CASES:-20000} cargo test --quiet --release --locked -p model; }

links() {
    local log=$target/links.log suricata
    need ld.lld lld
    need mold
    need clang
    need ld.gold binutils
    suricata_mock
    # Checks that the plugin refuses the host of ci/links-host.c with macros $2...: one error line with the cause $1.
    stranger() {
        cc -rdynamic -Wall -Isuricata-thread-sys/include "${@:2}" ci/links-host.c -ldl -o "$target/links-host"
        "$target/links-host" "$target/links/debug/libminimal.so" >"$log" 2>&1 || true
        [[ $(grep -c "^Error: " "$log") == 1 && $(tail -n 1 "$log") == "went on" ]] &&
            grep -F "Error: plugin minimal: can't run here: $1" "$log" ||
            die "links: the plugin does not refuse a host with ${*:2}, since $1: $(cat "$log")"
    }
    # Builds the plugin minimal with profile $2, rustc flags $3 and variables $4..., and its test, which links plugin
    # and mock together.
    built() {
        local name=$1 profile=$2 file=$target/links/$2
        export RUSTFLAGS=$3 CARGO_TARGET_DIR=$target/links
        local options=(--quiet --locked -p minimal --profile "${profile/debug/dev}")
        { env "${@:4}" cargo test "${options[@]}" -p suricata-thread --test counts --test host_functions &&
            env "${@:4}" cargo build "${options[@]}" --lib; } >"$log" 2>&1 || die "links: $name: $(cat "$log")"
        for suricata in 8 9; do
            suricata-mock run --suricata "$suricata" --runmode single "$file/libminimal.so" >"$log" 2>&1 &&
                grep -q "minimal: a thread saw 100 flows" "$log" || die "links: $name, as $suricata.0: $(cat "$log")"
        done
        echo "$name: $(sha256sum "$file/libminimal.so" | cut -c 1-12)… counts as 8.0 and as 9.0"
    }
    # This is only assembled, not linked or run.
    cargo test --quiet --locked -p suricata-thread --test host_functions -- --ignored
    for linker in bfd lld gold mold; do
        (built "linker $linker" release "-Clink-arg=-fuse-ld=$linker")
        { RUSTFLAGS=-Clink-arg=-fuse-ld=$linker CARGO_TARGET_DIR=$target/links \
            cargo build --manifest-path ci/two-plugins/Cargo.toml || true; } >"$log" 2>&1
        grep -q "two versions of suricata-thread in one plugin; see" "$log" || die "links: $linker links two versions"
    done
    (built "thin LTO" release "" CARGO_PROFILE_RELEASE_LTO=thin)
    (built "fat LTO" release "" CARGO_PROFILE_RELEASE_LTO=fat CARGO_PROFILE_RELEASE_CODEGEN_UNITS=1)
    (built "-z defs" release "-Clink-arg=-Wl,-z,defs")
    (built "panic = abort" release "" CARGO_PROFILE_RELEASE_PANIC=abort)
    (built "link-dead-code" debug "-Clink-dead-code")
    (LLVM_PROFILE_FILE=/dev/null built "coverage" debug "-Cinstrument-coverage" LLVM_PROFILE_FILE=/dev/null)
    (built "dev profile" debug "")
    # This plugin also links suricata-ffi, whose references are not weak.
    CARGO_TARGET_DIR=$target/links CARGO_PROFILE_RELEASE_LTO=thin \
        cargo build --quiet --locked --release -p docs --example plugin_here
    suricata-mock check --suricata 8 "$target/links/release/examples/libplugin_here.so" >"$log" 2>&1 ||
        die "links: beside suricata-ffi: $(cat "$log")"
    local other="it is of another major version" several="it has the functions of several versions"
    local v8='F(ThreadStorageRegister, -1)' v9='F(SCThreadStorageRegister, -1)'
    stranger "$other" -DVERSION='"10.0.0"' -DAPI=0x0a00 -DHAS="$v9"
    stranger "it lacks SCThreadStorageRegister" -DVERSION='"10.0.0"' -DAPI=0x0a00 -DHAS=
    stranger "it lacks SCThreadStorageRegister" -DVERSION='"10.0.0"' -DAPI=0x0900 -DHAS=
    stranger "$several" -DVERSION='"8.0.8"' -DAPI=0x0800 -DHAS="$v8 $v9"
    stranger "$several" -DVERSION='"8.0.8"' -DAPI=0x0800 -DHAS="$v8 F(suricata_thread_mock_generation_1, 12)"
}

# Tests the packages outside of the workspace, in the order of publishing. Each gets the ones before it, in place of the
# registry's.
package() {
    local crate version stray brought repository=$PWD work=$target/package-tests
    local crates=(suricata-thread-sys suricata-thread-mock suricata-thread)
    local may_hold='Cargo\.(toml|toml\.orig|lock)|\.cargo_vcs_info\.json|README\.md|LICENSE-(APACHE|MIT)|build\.rs'
    may_hold+='|(src|tests)/.+\.rs|doc/.+\.(md|svg|rs)|include/.+\.h|tests/c/.+\.(c|cpp)|src/bin/.+/exports/[89]\.txt'
    version=$(cargo pkgid --locked -p suricata-thread) version=${version##*[#@]}
    cargo package --quiet --locked --no-verify --allow-dirty "${crates[@]/#/-p}"
    export CARGO_TARGET_DIR=$work CARGO_PROFILE_DEV_DEBUG=false CARGO_INCREMENTAL=0
    # Builds of earlier packages have the same names.
    rm -rf "$work"/debug/{.fingerprint,incremental}/{suricata-thread,minimal}* "$work/release"
    mkdir "$scratch/.cargo"
    echo "[patch.crates-io]" >"$scratch/.cargo/config.toml"
    for crate in "${crates[@]}"; do
        stray=$(tar -tf "$target/package/$crate-$version.crate" | sed "s|^$crate-$version/||" |
            grep -vxE "$may_hold" || true)
        [[ -z $stray ]] || die "package: $crate holds ${stray//$'\n'/, }"
        tar -xmf "$target/package/$crate-$version.crate" -C "$scratch"
        (cd "$scratch/$crate-$version" && cargo test --quiet)
        [[ $crate != *-mock ]] || (cd "$scratch/$crate-$version" && cargo test --quiet --features cli)
        # Plugins must not get further dependencies. The mock is for tests, and may have some.
        brought=$(cd "$scratch/$crate-$version" && cargo tree --quiet --edges normal,build --target all --prefix none \
            --format '{p}' | cut -d' ' -f1 | sort -u | xargs)
        [[ $crate == *-mock || "suricata-thread suricata-thread-sys" == *"$brought" ]] ||
            die "package: $crate brings $brought"
        echo "$crate.path = \"$scratch/$crate-$version\"" >>"$scratch/.cargo/config.toml"
    done
    # The first steps of README.md.
    snippet() {
        awk -v from="$1" '$0 == from { on = 1 } on && /^```/ { if (n++) exit; next } n' "$repository/README.md"
    }
    cd "$scratch"
    cargo new --quiet --vcs none --lib minimal
    cd minimal
    mkdir tests
    sed -i '/^\[dependencies\]$/d' Cargo.toml
    snippet '```toml' >>Cargo.toml
    snippet '<!-- examples/minimal/src/lib.rs -->' >src/lib.rs
    snippet '<!-- examples/minimal/tests/counts.rs -->' >tests/counts.rs
    for generation in 8 9; do
        SURICATA_MOCK=$generation cargo test --quiet
    done
    cargo build --quiet --release
    cargo install --quiet --locked --debug --features cli --root "$scratch" \
        --path "$scratch/suricata-thread-mock-$version"
    "$scratch/bin/suricata-mock" check "$work/release/libminimal.so"
    "$scratch/bin/suricata-mock" run "$work/release/libminimal.so"
}

# Makes a plugin named $2 in the folder $1 with template/new, and replaces the published crates by this repository's.
from_template() {
    mkdir -p "$1/.cargo"
    {
        echo "[patch.crates-io]"
        printf "%s.path = \"$PWD/%s\"\n" suricata-thread{,} suricata-thread-mock{,} suricata-thread-sys{,}
    } >"$1/.cargo/config.toml"
    GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=user.name GIT_CONFIG_VALUE_0='A "B" & C\/D' template/new "$1/$2"
    ! grep -rnE '\{\{|\}\}|\{%|%\}' "$1/$2" || die "template: a placeholder is left"
    # template/new leaves out what TOML would need escaped.
    grep -qF 'authors = ["A B & C/D' "$1/$2/Cargo.toml" || die "template: the author is lost"
}

template() {
    local work=$scratch name refused commands
    # The format depends on the name: rustfmt sorts `use` lines, and breaks long ones.
    for name in a1 z-name-that_is-about-as-long-as-the-name-of-a-plugin-gets packet-counter; do
        from_template "$work" "$name"
        (cd "$work/$name" && cargo fmt --check)
    done
    for name in packet-counter Upper 1st "a b" fn async core proc-macro test suricata_thread_mock; do
        ! refused=$(template/new "$work/$name" 2>&1) || die "template: new made $name"
        grep -q "^new: .*$name" <<<"$refused" || die "template: new says of $name: $refused"
    done
    # The last command of the plugin's CI; those before it install its tools.
    commands=$(sed -n 's/^ *- run: //p' "$work/packet-counter/.github/workflows/ci.yml" | tail -n 1)
    cp Cargo.lock "$work/packet-counter"
    suricata_mock
    (cd "$work/packet-counter" && CARGO_TARGET_DIR=$target/template sh -c "$commands")
    real_host count packet-counter "$target/template/release/libpacket_counter.so"
}

memcheck() {
    local root
    root=$(ci/find-suricata)
    if [[ $root == / ]]; then
        need valgrind
    elif ! chroot "$root" sh -c "command -v valgrind" >/dev/null; then
        chroot "$root" apt-get -qq update
        DEBIAN_FRONTEND=noninteractive chroot "$root" apt-get -qq install --yes --no-install-recommends valgrind >&2
    fi
    real_host memcheck
}

# Uses Debian trixie's compiler, in the tree of Suricata 7.0, since rustup's has no library for arm64. It needs no
# cargo, since the crates have no dependencies and no build scripts.
arm64() {
    local tree log=$target/arm64.log
    tree=$(ci/find-suricata 7.0)
    chroot "$tree" sh -c 'command -v rustc && command -v aarch64-linux-gnu-gcc' >/dev/null || {
        chroot "$tree" dpkg --add-architecture arm64
        chroot "$tree" apt-get -qq update
        DEBIAN_FRONTEND=noninteractive chroot "$tree" apt-get -qq install --yes --no-install-recommends \
            rustc libstd-rust-dev:arm64 gcc-aarch64-linux-gnu libc6-dev-arm64-cross >"$log" 2>&1 ||
            die "arm64: $(tail -n 20 "$log")"
    }
    rm -rf "$tree/tmp/arm64"
    mkdir -p "$tree/tmp/arm64"
    cp -r --parents suricata-thread-sys/{src,README.md} suricata-thread/{src,doc,README.md} examples/flow-counter/src \
        "$tree/tmp/arm64"
    chroot "$tree" sh -euc '
        cd /tmp/arm64
        export CARGO_PKG_VERSION=0.1.0
        build() {
            rustc --edition 2024 --target aarch64-unknown-linux-gnu -C opt-level=3 -L . \
                -C linker=aarch64-linux-gnu-gcc --cap-lints allow "$@"
        }
        build --crate-type rlib --crate-name suricata_thread_sys suricata-thread-sys/src/lib.rs
        build --crate-type rlib --crate-name suricata_thread --extern suricata_thread_sys suricata-thread/src/lib.rs
        build --crate-type cdylib --crate-name flow_counter --extern suricata_thread examples/flow-counter/src/lib.rs'
    cp "$tree/tmp/arm64/libflow_counter.so" "$target/libflow_counter-arm64.so"
    real_host count flow-counter "$target/libflow_counter-arm64.so" 8.0-arm64
}

msrv() {
    debian_rust 1.85
    libraries_in "$target/msrv-tree"
    cd "$target/msrv-tree"
    # The template's plugin promises the same Rust.
    template/new "$scratch/from-template"
    mv "$scratch/from-template" .
    sed -i 's/^members = \[/&"from-template", /' Cargo.toml
    printf '[patch.crates-io]\n%s.path = "%s"\n%s.path = "%s"\n' suricata-thread{,} suricata-thread-mock{,} >>Cargo.toml
    cargo test --quiet --target-dir "$target/msrv" "${libraries[@]}" "${plugins[@]}" -p from-template \
        --features suricata-thread-mock/cli
}

minimal-versions() {
    libraries_in "$target/minimal-tree"
    cd "$target/minimal-tree"
    rm -f Cargo.lock
    RUSTC_BOOTSTRAP=1 cargo update --quiet -Zdirect-minimal-versions
    cargo test --quiet --target-dir "$target/minimal" "${libraries[@]}" "${plugins[@]}" \
        --features suricata-thread-mock/cli
}

tsan() {
    local sanitizer
    # Under the sanitizer, panics are too slow, and it handles a stack overflow itself.
    local not_there=(is_not_called_for_a_second left_out_until_the_end a_panic_at_the_end_of_a_thread a_stack_overflow)
    # Debian's Rust lacks the sanitizer's library; that of the other toolchain works.
    sanitizer=$(find "$(rustc --print sysroot)/lib/rustlib/$triple/lib" -name 'librustc*_rt.tsan.a' | head -n 1)
    debian_rust 1.96
    cp "$sanitizer" "$target/rust-1.96/usr/lib/rustlib/$triple/lib/librustc-stable_rt.tsan.a"
    export RUSTC_BOOTSTRAP=1 RUSTFLAGS="-Zsanitizer=thread -Clink-arg=-rdynamic"
    cargo test --quiet -Zbuild-std --locked --target "$triple" --target-dir "$target/tsan" \
        -p suricata-thread -p suricata-thread-mock -p model --lib --tests -- "${not_there[@]/#/--skip=}"
}

licences() {
    tool cargo-deny 0.20.2
    cargo deny --locked check licenses bans sources
    cargo deny --locked check advisories || die "licences: an advisory applies, or the database is missing; see above"
}

# The changes to a crate that no test notices are those that are listed with a reason, and no others. MUTANTS_FILE: only
# those in this file.
mutants() {
    local crate out tree=$target/mutants-tree tests listed missed failed=0
    tool cargo-mutants 27.1.0
    libraries_in "$tree"
    cp Cargo.toml "$tree"
    # cargo-mutants skips unsafe functions, so the copy makes them safe where the compiler accepts that.
    find "$tree"/suricata-thread{,-mock}/src -name '*.rs' -exec \
        sed -Ei 's/^( *(pub |pub\(crate\) )?(const )?)unsafe ((extern "C" )?fn [A-Za-z_])/\1\4/' {} +
    for crate in suricata-thread suricata-thread-mock; do
        out=$target/mutants-$crate tests=("--test-package=$crate")
        [[ ${MUTANTS_FILE-$crate/} == "$crate/"* ]] || continue
        [[ $crate != suricata-thread ]] || tests+=(--test-package=model)
        rm -rf "$out"
        # Two jobs, since many mutants hang, which takes no processor. Status 2: some are missed; 3: some hang.
        # A target folder for both would hand the program of one mutant to the tests of another.
        CARGO_PROFILE_DEV_DEBUG=false PROPTEST_CASES=64 env -u CARGO_TARGET_DIR \
            cargo mutants --dir "$tree" --config ci/mutants.toml --jobs 2 --build-timeout 300 --package "$crate" \
            ${MUTANTS_FILE:+--file "$MUTANTS_FILE"} "${tests[@]}" \
            --output "$out" --colors never --no-times -- --lib --tests || [[ $? == [23] ]] ||
            die "mutants: cargo mutants failed"
        listed=$(sed -n "s|^\($crate/[^#]*[^# ]\) *#.*|\1|p" ci/mutants.txt |
            awk -v file="${MUTANTS_FILE-}" 'index($0, file) == 1' | sort -u)
        # Without line and column, which change with every edit.
        missed=$(sed -E 's/:[0-9]+:[0-9]+:/:/' "$out/mutants.out/missed.txt" | sort -u)
        wc -l "$out"/mutants.out/{caught,missed,timeout,unviable}.txt
        diff <(echo "$listed") <(echo "$missed") || failed=1
    done
    ((!failed)) || die "mutants: < is listed in ci/mutants.txt but caught, > is missed but not listed"
}

cargo-generate() {
    local work=$scratch
    # No default features: most of it is for templates in git repositories.
    tool cargo-generate 0.26.0 --ignore-rust-version --no-default-features
    from_template "$work" packet-counter
    # A clone with the workspace's manifest, since cargo-generate makes a plugin inside of a workspace a member of it.
    mkdir -p "$work/clone"
    cp -r Cargo.toml template "$work/clone"
    local command
    command=$(sed -n 's/^    \(cargo generate .*[^ ]\) *#.*/\1/p' template/README.md)
    mkdir "$work/made"
    (cd "$work/clone" && CARGO_NAME='A "B" & C\/D' sh -c \
        "${command/--destination ../--destination ../made} --silent --vcs none --name packet-counter")
    diff -r --ignore-matching-lines='^authors = ' "$work/packet-counter" "$work/made/packet-counter"
    diff -r Cargo.toml "$work/clone/Cargo.toml"
}

# Compares with the newest source of 8.0.x that the machine's Debian mirror has.
headers() {
    need_libclang
    local folder=$target/source mirror version upstream apt
    rm -rf "$folder"
    mkdir -p "$folder"/{lists/partial,cache/archives/partial}
    : >"$folder/status"
    # shellcheck disable=SC2016 # apt fills the format in
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Identifier: Packages' 'Origin: Debian' 'Label: Debian' |
        awk '/^https?:/ && !found++')
    printf "deb-src $mirror %s main\n" trixie-backports forky sid >"$folder/sources.list"
    # apt with folders of its own, which needs no root and leaves the machine's state alone.
    apt=(-qq -o "Dir::State=$folder" -o "Dir::State::status=$folder/status" -o "Dir::Cache=$folder/cache"
        -o "Dir::Etc::sourcelist=$folder/sources.list" -o Dir::Etc::sourceparts=/dev/null
        -o "APT::Sandbox::User=$(id -un)")
    apt-get "${apt[@]}" update >&2
    # A mirror may list a version but lack its source.
    for version in $(apt-cache "${apt[@]}" showsrc suricata | sed -n 's/^Version: \(1:8\.0\..*\)/\1/p' | sort -ruV); do
        upstream=${version#*:} upstream=${upstream%-*}
        (cd "$folder" && apt-get "${apt[@]}" source --tar-only --download-only "suricata=$version" >&2) || continue
        tar -xf "$folder/suricata_$upstream.orig.tar".[gx]z -C "$folder" --strip-components=1 --wildcards '*/src/*.h'
        echo "headers: comparing with Suricata $upstream"
        cargo run --quiet --locked -p declarations -- source "$folder/src"
        return
    done
    die "headers: the Debian mirror $mirror has no source of Suricata 8.0.x"
}

case $1 in
    test) tests ;;
    examples | conformance | wrong-turns | panics | soak) real_host "$1" ;;
    *) "$1" ;;
esac
