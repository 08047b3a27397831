"""How right the beats are that an ear says: the program's own, as `vjbus-ear-data --said` wrote them.

    python3 eval.py FOLDER...

F within 70 ms, continuity at the annotated and at allowed levels (mir_eval), tempo within 4 % and octaves allowed,
means over pieces in per cent, the first 5 s left out; then the AUC of the confidence. Of sounds without beats: the
share that would be believed.
"""
import argparse
import os

import mir_eval
import numpy as np
from safetensors.numpy import load_file

from confidence import auc, confidence, load, locks

COLUMNS = ("F", "CMLt", "AMLt", "Acc1", "Acc2")


def score(true, said):
    true, said = (times[times >= 5] for times in (true, said))
    if len(true) < 3 or len(said) < 3:
        return [0.0] * len(COLUMNS)
    _, cml, _, aml = mir_eval.beat.continuity(true, said)
    ratio = np.median(np.diff(true)) / np.median(np.diff(said))
    near = lambda factor: abs(ratio * factor - 1) <= 0.04
    return [mir_eval.beat.f_measure(true, said), cml, aml, near(1), any(map(near, (1, 2, 3, 1 / 2, 1 / 3)))]


def report(folder, layers):
    heard, beats = load(folder), np.load(os.path.join(folder, "beats.npy"))
    title, pieces = os.path.basename(os.path.normpath(folder)), np.unique(heard["said"][:, 0])
    sure = confidence(layers, heard["x"])
    if not len(beats):
        believed = np.isfinite(locks(heard, sure, pieces))
        return print(f"{title:12s} {len(heard['names']):4d} pieces without beats, {believed.sum()} believed")
    of = lambda rows, piece: rows[rows[:, 0] == piece, 1]
    scores = 100 * np.mean([score(of(beats, n), of(heard["said"], n)) for n in range(len(heard["names"]))], 0)
    shown = " ".join(f"{name} {value:.1f}" for name, value in zip(COLUMNS, scores))
    print(f"{title:12s} {len(heard['names']):4d} pieces: {shown}, AUC {auc(sure, heard['right']):.3f}")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("folders", nargs="+")
    p.add_argument("--weights", required=True, help="the file of weights that said them")
    a = p.parse_args()
    tensors = load_file(a.weights)
    layers = [tensors[f"confidence.{name}"] for name in ("inner.weight", "inner.bias", "outer.weight", "outer.bias")]
    for folder in a.folders:
        report(folder, layers)


if __name__ == "__main__":
    main()
