"""Arrays that `vjbus-ear-data` wrote, as pieces with their truth; by itself: puts folders into one file to train on.

    python3 data.py FOLDER... --out train.pt
"""
import argparse
import os
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import torch

import places

LEADING = 5
CROP = 320  # tatums of a piece that are trained on


def _piece(args):
    rows, beats = args
    at, period, irregular = (rows[:, c].astype(np.float64) for c in (1, 2, 3))
    return dict(x=rows[:, LEADING:].astype(np.float32), at=at, period=period.astype(np.float32),
                irregular=irregular.astype(np.float32), source=places.moves(at, period),
                truth=places.truth(at, period, beats).astype(np.int16), beats=beats)


def load(folder, longest=None):
    tatums, beats = (np.load(os.path.join(folder, f)) for f in ("tatums.npy", "beats.npy"))
    lines = [line.rstrip("\n").split("\t") for line in open(os.path.join(folder, "pieces.tsv"))]
    jobs, names = [], []
    starts = np.searchsorted(tatums[:, 0], np.arange(len(lines) + 1))
    begins = np.searchsorted(beats[:, 0], np.arange(len(lines) + 1))
    for n, (_, name, kind) in enumerate(lines):
        rows = tatums[starts[n]:starts[n + 1]]
        if longest:
            rows = rows[:longest]
        if len(rows) > 8:
            jobs.append((rows, beats[begins[n]:begins[n + 1], 1:].astype(np.float64)))
            names.append((name, kind))
    with ProcessPoolExecutor() as pool:
        pieces = list(pool.map(_piece, jobs, chunksize=16))
    for piece, (name, kind) in zip(pieces, names):
        piece.update(name=name, kind=kind)
    return pieces


def collate(pieces, heard=np.float32):
    """One array of each kind: what is heard, periods, irregularity, moves and truth, ends filled up."""
    n = max(len(p["at"]) for p in pieces)
    def pad(key, fill, dtype):
        first = pieces[0][key]
        out = np.full((len(pieces), n) + first.shape[1:], fill, dtype)
        for i, p in enumerate(pieces):
            out[i, :len(p["at"])] = p[key]
        return torch.from_numpy(out)
    return pad("x", 0, heard), pad("period", 0.25, np.float32), pad("irregular", 0, np.float32), pad("source", -1, np.int16), pad("truth", 0, np.int16)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("folders", nargs="+")
    p.add_argument("--out", required=True)
    a = p.parse_args()
    folders = sorted(os.path.normpath(folder) for folder in a.folders)
    tables = "".join(folder + "\n" + open(os.path.join(folder, "pieces.tsv")).read() for folder in folders)
    if os.path.exists(a.out) and torch.load(a.out, weights_only=False, mmap=True)["of"] == tables:
        return
    pieces = [piece for folder in folders for piece in load(folder, CROP)]
    torch.save(dict(of=tables, arrays=collate(pieces, np.float16)), a.out)
    print(f"{len(pieces)} pieces in {a.out}")


if __name__ == "__main__":
    main()
