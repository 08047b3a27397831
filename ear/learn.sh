#!/usr/bin/env bash
# From nothing to an ear of one's own: data, train, eval, in this order. What is done already is not done again.
#
#   data [SONGS [--style NAME …]]   what the ear hears of generated songs; of these styles alone if any are named
#   train [SEED …]                  a network per seed, beside the two of `native`, then the confidence:
#                                   target/ear/mine.safetensors
#   eval [WEIGHTS]                  beats that these weights say of songs that no training has heard
#
# Two sound fonts play where the generator's own synthesis does not: one for training, the other for validation.
set -euo pipefail
readonly DIR=${EAR_DIR:-target/ear} BIN=${CARGO_TARGET_DIR:-target}/release/vjbus-ear-data
readonly MINE=$DIR/mine.safetensors
readonly FONT=${EAR_FONT:-/usr/share/sounds/sf2/FluidR3_GM.sf2} OTHER_FONT=${EAR_OTHER_FONT:-/usr/share/sounds/sf2/TimGM6mb.sf2}
# Two networks that have heard other songs, and what they have of the say. The validation finds many shares alike
# (shares.py); by these fast half-time is counted as it is written (ear/TRIALS.md).
readonly BESIDE=crates/dsp/src/rhythm/weights/native.safetensors
readonly BESIDE_SHARES=(0.333333 0.166667) NEW_SHARE=0.5
# Seeds of the generator: no song is in two of these.
readonly SONGS=4000000 PLAYED=5000000 CROSSED=6000000 CROSSED_PLAYED=6500000 PLAIN=7000000 STYLED=8000000
readonly WEIGHED=2000000 UNHEARD=2000300 VALIDATION=9000000
# What every listener can follow, at any tempo. Half-time sounds like rock at half the tempo; when it is fast it is the hardest
# to tell, so it comes twice.
readonly PLAINEST=('half-time beat' 'fast half-time beat' clicks 'house beat' 'rock beat' kicks 'fast half-time beat'
  'four on the floor' 'accented clicks' 'swing beat' 'plain break' 'sparse hats' 'swing ride' 'house beat with breaks'
  'rock beat with bass')
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
  local songs=${1:-4000} from
  shift || true
  if [ $# -gt 0 ]; then
    hear "train/styled" songs --from $STYLED --count "$songs" "$@"
    return
  fi
  fonts
  validation
  hear train/nothing nothing --from 50000 --count 300
  hear train/plain songs --from $PLAIN --count 1500 "${PLAINEST[@]/#/--style=}"
  for ((from = 0; from < songs; from += 1000)); do
    hear "train/songs-$from" songs --from $((SONGS + from)) --count $((songs - from < 1000 ? songs - from : 1000))
  done
  hear train/crossed songs --from $CROSSED --count $((songs / 4)) --crossed
  hear train/crossed-played songs --from $CROSSED_PLAYED --count $((songs / 4)) --crossed --sound-font "$FONT"
  hear train/played songs --from $PLAYED --count $((songs / 2)) --sound-font "$FONT"
}

fonts() {
  local font
  for font in "$FONT" "$OTHER_FONT"; do
    [ -f "$font" ] || {
      echo "$font: there is no such sound font; \`apt-get install fluid-soundfont-gm timgm6mb-soundfont\`," \
        "or name others in EAR_FONT (training) and EAR_OTHER_FONT (validation)" >&2
      exit 66
    }
  done
}

# Styles that no training draws, by another sound font; and another synthesis.
validation() {
  hear validation/songs songs --from $VALIDATION --count 420 --unheard --sound-font "$OTHER_FONT"
  hear validation/demo demo --from 1 --count 60
}

train() {
  local seeds=("$@") seed running=()
  [ $# -gt 0 ] || seeds=(3 4 5)
  together train && together validation
  for seed in "${seeds[@]}"; do
    teach "$seed" &
    running+=($!)
    [ "${#running[@]}" -lt "$CORES" ] || { wait "${running[0]}" && running=("${running[@]:1}"); }
  done
  for seed in "${running[@]}"; do wait "$seed"; done
  export_of "${seeds[@]}"
  weigh
}

# together NAME: all folders below it, in one file.
together() {
  local folders=("$DIR/$1"/*/)
  [ -d "${folders[0]}" ] || { echo "$DIR/$1 is empty: run \`just ear-data\` first" >&2 && exit 64; }
  python3 ear/metre/data.py "${folders[@]}" --out "$DIR/$1.pt"
}

teach() {
  python3 ear/metre/train.py "$DIR/train.pt" --validation "$DIR/validation.pt" --seed "$1" --out "$DIR/metre-$1.pt"
}

# export_of SEED…: each as much as the others.
export_of() {
  local trained=("${@/#/$DIR/metre-}") shares=() each
  trained=("${trained[@]/%/.pt}")
  each=$(awk "BEGIN { print $NEW_SHARE / $# }")
  for _ in "$@"; do shares+=("$each"); done
  python3 ear/metre/export.py "${trained[@]}" "$BESIDE#0" "$BESIDE#1" --shares "${shares[@]}" "${BESIDE_SHARES[@]}" --out "$MINE"
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
