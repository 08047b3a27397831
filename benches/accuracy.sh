#!/usr/bin/env bash
# Accuracy on music with known beats: all engines, one after another, by the scorer that lies with the music.
#
# VJBUS_EVAL_DIR is the folder that holds manifest.csv, or the one above it with the music in dev/; evaluate.py lies in
# either. Arguments are handed to the scorer, such as --only NAME, --jobs N, --per-track FILE.csv. Needs python3 with numpy and mir_eval.
set -euo pipefail
vjbus=${VJBUS:-target/release/vjbus}
fail() {
  echo "accuracy: $1" >&2
  exit "$2"
}

[ -n "${VJBUS_EVAL_DIR:-}" ] || fail "set VJBUS_EVAL_DIR to the folder of annotated music that holds manifest.csv" 64
music=$VJBUS_EVAL_DIR
[ -f "$music/manifest.csv" ] || music=$VJBUS_EVAL_DIR/dev
[ -f "$music/manifest.csv" ] || fail "no manifest.csv in $VJBUS_EVAL_DIR: VJBUS_EVAL_DIR is not a folder of annotated music" 64
scorer=$music/evaluate.py
[ -f "$scorer" ] || scorer=$music/../evaluate.py
[ -f "$scorer" ] || fail "no evaluate.py in $music or above it" 69
command -v python3 > /dev/null || fail "python3 is missing: install it, then: python3 -m pip install 'numpy<3' mir_eval==0.8.2" 69
for module in numpy mir_eval; do
  python3 -c "import $module" 2> /dev/null ||
    fail "python3 lacks $module: python3 -m pip install 'numpy<3' mir_eval==0.8.2" 69
done
[ -x "$vjbus" ] || fail "$vjbus is missing: cargo build --release --workspace --bin vjbus" 69

echo "$("$vjbus" --version), $(wc -l < "$music/manifest.csv" | awk '{ print $1 - 1 }') tracks, per cent; CPU in s per s of music"
for engine in native learned aubio; do
  printf '\n== %s ==\n' "$engine"
  python3 "$scorer" --vjbus "$vjbus" --set "$music" --args "--engine $engine" "$@"
done
