"""Arrays that `vjbus-ear-data` wrote, as pieces with their truth."""
import os
from concurrent.futures import ProcessPoolExecutor

import numpy as np

import places

LEADING = 5


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
