#!/usr/bin/env bash
# From nothing to an ear of one's own: data, train, eval, in this order. What is done already is not done again.
#
#   data [SONGS [--style NAME …]]   what the ear hears of generated songs; of these styles alone if any are named
#   train [SEED …]                  a network per seed, beside those that hear measures alone, then the confidence:
#                                   target/ear/mine.safetensors
#   eval [WEIGHTS]                  beats that these weights say of songs that no training has heard
set -euo pipefail
readonly DIR=${EAR_DIR:-target/ear} BIN=${CARGO_TARGET_DIR:-target}/release/vjbus-ear-data
readonly MINE=$DIR/mine.safetensors
# They have heard other songs and decide by other things: half of what is said is theirs.
readonly BESIDE=crates/dsp/src/rhythm/weights/native.safetensors
# Seeds of the generator: no song is in two of these.
readonly SONGS=4000000 PLAIN=7000000 STYLED=8000000 WEIGHED=2000000 UNHEARD=2000300
CORES=$(getconf _NPROCESSORS_ONLN)
readonly CORES

main() {
  local action=${1:-}
  shift || true
  case $action in
    data | train | eval) "$action" "$@" ;;
    *) echo "usage: ear/learn.sh data [SONGS [--style NAME …]] | train [SEED …] | eval [WEIGHTS]" >&2 && exit 64 ;;
  esac
}

# hear FOLDER ARGUMENTS…: unless it is complete; pieces.tsv is written last.
hear() {
  local folder=$DIR/$1
  shift
  [ ! -e "$folder/pieces.tsv" ] || return 0
  echo "$folder" >&2
  "$BIN" --out "$folder" --threads "$CORES" "$@"
}

data() {
  local songs=${1:-6000} from
  shift || true
  if [ $# -gt 0 ]; then
    hear "train/styled" songs --from $STYLED --count "$songs" "$@"
    return
  fi
  hear train/nothing nothing --from 50000 --count 300
  # They sound alike and are counted in two ways: what tells them apart is learned last.
  hear plain songs --from $PLAIN --count 500 --style 'half-time beat' --style 'fast half-time beat' \
    --style 'house beat' --style 'rock beat' --style 'fast half-time beat'
  for ((from = 0; from < songs; from += 1000)); do
    hear "train/songs-$from" songs --from $((SONGS + from)) --count $((songs - from < 1000 ? songs - from : 1000))
  done
}

train() {
  local seeds=("$@") folders seed running=()
  [ $# -gt 0 ] || seeds=(3 4 5)
  folders=("$DIR"/train/*/)
  [ -d "${folders[0]}" ] && [ -d "$DIR/plain" ] || { echo "there is nothing to train on: run \`just ear-data\` first" >&2 && exit 64; }
  python3 ear/metre/data.py "${folders[@]}" --out "$DIR/songs.pt"
  python3 ear/metre/data.py "${folders[@]}" "$DIR/plain" --out "$DIR/all.pt"
  for seed in "${seeds[@]}"; do
    teach "$seed" &
    running+=($!)
    [ "${#running[@]}" -lt "$CORES" ] || { wait "${running[0]}" && running=("${running[@]:1}"); }
  done
  for seed in "${running[@]}"; do wait "$seed"; done
  together "${seeds[@]}"
  weigh
}

# together SEED…: each as much as the others, and all as much as the two beside them.
together() {
  local trained=("${@/#/$DIR/metre-}")
  python3 ear/metre/export.py "${trained[@]/%/.pt}" "$BESIDE" --shares "${@/*/1}" $# --out "$MINE"
}

# teach SEED: songs first, then the plain rhythms among them.
teach() {
  local learn=(python3 ear/metre/train.py)
  "${learn[@]}" "$DIR/songs.pt" --seed "$1" --out "$DIR/songs-$1.pt"
  "${learn[@]}" "$DIR/all.pt" --seed "$1" --begin "$DIR/songs-$1.pt" --rate 0.002 --epochs 6 --out "$DIR/metre-$1.pt"
}

# The confidence hears what these very networks say.
weigh() {
  rm -rf "$DIR/said" "$DIR/unsaid"
  hear said --said "$MINE" songs --from $WEIGHED --count 300
  hear unsaid --said "$MINE" nothing --from 6000 --count 300
  python3 ear/metre/confidence.py "$DIR/said" "$DIR/unsaid" --out "$MINE"
}

eval() {
  local weights=${1:-$MINE} music=${VJBUS_EVAL_DIR:-}
  rm -rf "$DIR"/eval
  hear eval/songs --said "$weights" songs --from $UNHEARD --count 300
  hear eval/nothing --said "$weights" nothing --from 7000 --count 100
  [ -f "$music/manifest.csv" ] || music=$music/dev
  [ ! -f "$music/manifest.csv" ] || hear eval/recordings --said "$weights" recordings "$music"
  python3 ear/metre/eval.py "$DIR"/eval/*/ --weights "$weights"
}

main "$@"
