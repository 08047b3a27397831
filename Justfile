# What a user and a developer type. `just` alone lists it all.

set positional-arguments

export PATH := justfile_directory() + "/.bootstrap/bin:" + env_var("PATH")

vjbus := env_var_or_default("CARGO_TARGET_DIR", "target") + "/release/vjbus"

[private]
default:
    @just --list --unsorted

# everything, in the foreground, built first; Ctrl-C ends it
[no-exit-message]
up *ARGS:
    cargo build --release --workspace --bin vjbus
    @{{ vjbus }} up "$@"

# end what `up` started, wherever it was typed
down *ARGS: _built
    @{{ vjbus }} down "$@"

# how every component is doing
status *ARGS: _built
    @{{ vjbus }} status "$@"

# last values, then live: just watch 'vj.beat.>'
watch *ARGS: _built
    @{{ vjbus }} watch "$@"

# all mistakes of the configuration at once; needs no broker
check *ARGS: _built
    @{{ vjbus }} check "$@"

# all tests, or those whose name contains an argument
test *ARGS:
    #!/usr/bin/env bash
    set -euo pipefail
    # A machine that builds once has no use for what would speed up the next build: a third of the disk.
    export CARGO_INCREMENTAL="${CARGO_INCREMENTAL:-$([ -n "${CI:-}" ] && echo 0 || echo 1)}"
    cargo build --workspace --bins
    run="run-$$-$RANDOM"
    status=0
    VJBUS_RUN_ID="$run" cargo nextest run --workspace "$@" || status=$?
    "${CARGO_TARGET_DIR:-target}/debug/vjbus-reap" "$run" || status=1
    exit "$status"

# what must pass before a change lands: format, lints, documentation, licences, tests
ci: lint _doc _deny test

# the code in the one form that there is
fmt:
    cargo fmt --all

# format and lints, as strict as `ci`
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings

# docs/subjects.md from the declarations in schemas/
docs:
    VJBUS_BLESS=1 cargo nextest run -p vjbus-schemas --lib docs

# golden bytes of message types and fields that have none yet
golden:
    VJBUS_BLESS=1 cargo nextest run -p vjbus-schemas --test golden

# latency and throughput of a release build, as figures
bench *ARGS:
    cargo build --release --workspace --bins
    "${CARGO_TARGET_DIR:-target}/release/vjbus-benches" "$@"

# the beat engines on annotated music, by the scorer found in VJBUS_EVAL_DIR
accuracy *ARGS:
    cargo build --release --workspace --bin vjbus
    @VJBUS={{ vjbus }} benches/accuracy.sh "$@"

# each stage of the analysis against the time that its samples last
stages *ARGS:
    cargo bench -p vjbus-dsp --bench stages -- "$@"

# what the ear hears of generated songs, to train on: just ear-data [SONGS [--style NAME …]] (docs/ear.md)
ear-data *ARGS:
    cargo build --release --workspace --bin vjbus-ear-data
    ear/learn.sh data "$@"

# an ear from those songs, a network per seed: just ear-train [SEED …]
ear-train *ARGS:
    cargo build --release --workspace --bin vjbus-ear-data
    ear/learn.sh train "$@"

# how right the beats are that an ear says of songs it has not heard: just ear-eval [WEIGHTS]
ear-eval *ARGS:
    cargo build --release --workspace --bin vjbus-ear-data
    ear/learn.sh eval "$@"

# a long run: memory, files, threads and losses over MINUTES
soak MINUTES="120":
    cargo build --release --workspace --bin vjbus
    benches/soak.sh {{ MINUTES }}

# rubbish for one reader of foreign bytes (fuzz/fuzz_targets): just fuzz lyrics 600
fuzz TARGET SECONDS="60":
    #!/usr/bin/env bash
    set -euo pipefail
    mkdir -p "fuzz/corpus/$1"
    seeds=("fuzz/corpus/$1")
    if [ -d "fuzz/seeds/$1" ]; then seeds+=("fuzz/seeds/$1"); fi
    # There is no unsafe code here: a sanitizer would find nothing, and halve the speed.
    cargo +nightly fuzz run --sanitizer none "$1" "${seeds[@]}" -- -max_total_time="$2" -timeout=10

# a new component from its template: just new sink NAME (or processor, producer)
new KIND NAME:
    @templates/new "$@"

_built:
    @test -x {{ vjbus }} || cargo build --release --workspace --bin vjbus

_doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items

# licences are held by a test as well; cargo-deny adds bans and sources where it is installed
_deny:
    @if command -v cargo-deny >/dev/null; then cargo deny check licenses bans sources; else echo "cargo-deny is not installed: bans and sources are not checked" >&2; fi
