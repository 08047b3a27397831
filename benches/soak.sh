#!/usr/bin/env bash
# A long run: the shipped show on the demo track, with an OSC receiver, for MINUTES (default 120).
#
# Every 30 s one line of tab-separated values on standard output: seconds, PSS of all processes without the
# broker and of the broker in kB, open files, threads, messages dropped, processor time in ticks. At the end
# the slopes over the second half, where caches are full. Linux only; needs liblo's oscdump and python3.
set -euo pipefail
minutes=${1:-120}
vjbus=${VJBUS:-target/release/vjbus}
dir=$(mktemp -d -t vjbus-soak-XXXXXX)
osc_port=$((20000 + RANDOM % 20000)) broker_port=$((40000 + RANDOM % 20000))
cat > "$dir/vjbus.toml" <<END
state_dir = "$dir/state"
[broker]
port = $broker_port
[instances.audio]
source = "demo"
[targets.generic]
address = "127.0.0.1:$osc_port"
END
oscdump -L "$osc_port" > /dev/null & receiver=$!
"$vjbus" --config "$dir/vjbus.toml" up --for "${minutes}m" > "$dir/up.log" 2>&1 & show=$!
finish() {
  kill "$show" "$receiver" 2>/dev/null || true
  wait || true
  rm -rf "$dir"
}
trap finish EXIT
"$vjbus" --config "$dir/vjbus.toml" status --wait ready > /dev/null

sample() {
  python3 - "$dir" "$show" "$vjbus" "$1" <<'END'
import glob, json, os, subprocess, sys
folder, show, vjbus, seconds = sys.argv[1:]
def pss(pid): return next(int(l.split()[1]) for l in open(f"/proc/{pid}/smaps_rollup") if l.startswith("Pss:"))
def ticks(pid): return sum(map(int, open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[11:13]))
def count(pid, what): return len(os.listdir(f"/proc/{pid}/{what}"))
pids, broker = [int(show)], None
for record in glob.glob(f"{folder}/state/run/*.json"):
    pid = json.load(open(record))["pid"]
    if record.endswith("_broker.json"): broker = pid
    else: pids.append(pid)
status = json.loads(subprocess.run([vjbus, "--config", f"{folder}/vjbus.toml", "status", "--json"], capture_output=True).stdout)
values = [seconds, sum(map(pss, pids)), pss(broker), sum(count(p, "fd") for p in pids), sum(count(p, "task") for p in pids),
          sum(c["dropped"] for c in status["components"]), sum(map(ticks, pids))]
print(*values, sep="\t", flush=True)
END
}

printf 'seconds\tpss_kb\tbroker_pss_kb\tfiles\tthreads\tdropped\tticks\n' | tee "$dir/soak.tsv"
begun=$SECONDS
while kill -0 "$show" 2>/dev/null; do
  sample "$((SECONDS - begun))" | tee -a "$dir/soak.tsv" || true
  sleep 30
done
python3 - "$dir/soak.tsv" <<'END'
import sys
rows = [[float(v) for v in line.split("\t")] for line in open(sys.argv[1]).read().splitlines()[1:]]
rows = rows[len(rows) // 2:]
hours = [r[0] / 3600 for r in rows]
mean = sum(hours) / len(hours)
def slope(k):
    values = [r[k] for r in rows]
    middle = sum(values) / len(values)
    return sum((h - mean) * (v - middle) for h, v in zip(hours, values)) / sum((h - mean) ** 2 for h in hours)
for k, name in [(1, "PSS, kB per hour"), (2, "broker's PSS, kB per hour"), (3, "open files per hour"), (4, "threads per hour"), (5, "dropped per hour")]:
    print(f"{name}: {slope(k):+.1f}")
END
