"""Trains the confidence of a beat on what speaks for it, over songs and over sounds without beats.

    python3 confidence.py SONGS WITHOUT_BEATS [RECORDINGS] --out FILE    folders that `vjbus-ear-data --said` wrote

Every second piece is held back at first, to show what comes of it; then all are used. Speech and noise count
sixteen times as much as all songs: a grid must not start on them. Random clicks and drums count twice as much:
they may start one, if it is not believed. Recordings are scored only.
"""
import argparse

import numpy as np
import torch
from safetensors.numpy import load_file

from export import HALF, save, vector_beside

WINDOW_S = 0.07
NEVER, HARDLY = 16.0, 2.0
RANDOM = ("random-clicks", "random-drums")
NARROW = 24
EPOCHS, RATE, DECAY, DROPOUT, NOISE, BATCH = 40, 3e-3, 3e-2, 0.3, 0.1, 512
LOCK_S, LOCK_AT, EVEN = 0.5, 0.2, 0.2  # as the beat processor starts a grid
VECTOR = 64  # beats in the test vector


def load(folder):
    said, beats = np.load(f"{folder}/said.npy"), np.load(f"{folder}/beats.npy")
    right = np.zeros(len(said), np.float32)
    for piece in np.unique(said[:, 0]):
        true = beats[beats[:, 0] == piece, 1]
        rows = np.flatnonzero(said[:, 0] == piece)
        if len(true):
            right[rows] = np.abs(said[rows, 1][:, None] - true[None]).min(1) <= WINDOW_S
    kinds = [line.rstrip("\n").split("\t")[1:] for line in open(f"{folder}/pieces.tsv")]
    return dict(x=said[:, 3:], right=right, said=said, names=[name.rsplit("-", 1)[0] if kind == "nothing" else "songs" for name, kind in kinds])


def train(x, right, weight):
    torch.manual_seed(0)
    mean, deviation = x.mean(0), x.std(0) + 1e-3
    net = torch.nn.Sequential(torch.nn.Linear(x.shape[1], NARROW), torch.nn.Tanh(), torch.nn.Dropout(DROPOUT), torch.nn.Linear(NARROW, 1))
    optimiser = torch.optim.AdamW(net.parameters(), RATE, weight_decay=DECAY)
    x, right, weight = (torch.tensor(v, dtype=torch.float32) for v in ((x - mean) / deviation, right, weight / weight.mean()))
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(x)).split(BATCH):
            odds = net(x[rows] + NOISE * torch.randn_like(x[rows]))[:, 0]
            each = torch.nn.functional.binary_cross_entropy_with_logits(odds, right[rows], reduction="none")
            optimiser.zero_grad()
            (each * weight[rows]).mean().backward()
            optimiser.step()
    # the scaling becomes part of the first layer
    first, last = net[0], net[3]
    w = first.weight.detach().numpy() / deviation
    return w, first.bias.detach().numpy() - w @ mean, last.weight.detach().numpy(), last.bias.detach().numpy()


def confidence(layers, x):
    w, b, v, c = layers
    return 1 / (1 + np.exp(-(np.tanh(x @ w.T + b) @ v.T + c)[:, 0]))


def auc(score, right):
    ranks = np.empty(len(score))
    ranks[np.argsort(score, kind="stable")] = np.arange(1, len(score) + 1)
    n = right.sum()
    return (ranks[right > 0].sum() - n * (n + 1) / 2) / (n * (len(right) - n))


def locks(set_, c, pieces):
    """Seconds at which each piece would be believed: even beats in a row that are sure, for long enough."""
    found = []
    for piece in pieces:
        rows, run, at = np.flatnonzero(set_["said"][:, 0] == piece), 0, np.inf
        t, bpm = set_["said"][rows, 1], set_["said"][rows, 2]
        for i, row in enumerate(rows):
            even = i and abs((t[i] - t[i - 1]) * bpm[i] / 60 - 1) < EVEN and abs(bpm[i - 1] / bpm[i] - 1) < EVEN
            run = 0 if c[row] < LOCK_AT else run + 1 if even else 1
            if run * 60 / bpm[i] >= LOCK_S:
                at = t[i]
                break
        found.append(at)
    return np.array(found)


def write(layers, examples, out):
    """Into the file of weights; and beside it what they say to some beats, for the test of `dsp::rhythm::confidence`."""
    names = ("inner.weight", "inner.bias", "outer.weight", "outer.bias")
    save(out, load_file(out) | {f"confidence.{name}": part for name, part in zip(names, layers)}, HALF)
    kept, beside = load_file(out), vector_beside(out)
    layers = [np.float32(kept[f"confidence.{name}"]) for name in names]
    save(beside, load_file(beside) | dict(evidence=examples, confidence=confidence(layers, examples)))


def report(title, set_, c, pieces):
    rows = np.isin(set_["said"][:, 0], pieces)
    right = set_["right"][rows]
    area = f"AUC {auc(c[rows], right):.3f}, right {right.mean():.3f}" if 0 < right.mean() < 1 else "no beats"
    at = locks(set_, c, pieces)
    print(f"{title:14s} {len(pieces):4d} pieces, {area}; believed {np.mean(np.isfinite(at)):.2f}, median {np.median(at):.1f} s, highest {c[rows].max():.2f}")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("folders", nargs="+")
    p.add_argument("--out", help="file of weights that the export wrote")
    a = p.parse_args()
    sets = [load(folder) for folder in a.folders]
    songs, without = sets[:2]

    def fit(choose):
        rows = [choose(s["said"][:, 0]) for s in (songs, without)]
        x = np.concatenate([s["x"][r] for s, r in zip((songs, without), rows)])
        right = np.concatenate([s["right"][r] for s, r in zip((songs, without), rows)])
        random = np.isin([without["names"][int(piece)] for piece in without["said"][rows[1], 0]], RANDOM)
        share = np.where(random, HARDLY / max(1, random.sum()), NEVER / max(1, (~random).sum()))
        return train(x, right, np.r_[np.ones(rows[0].sum()), share * rows[0].sum()])

    for title, choose, judge in (("half", lambda n: n % 2 == 0, lambda n: n % 2 == 1), ("all", lambda n: n >= 0, lambda n: n >= 0)):
        layers = fit(choose)
        print(f"trained on {title}:")
        for number, s in enumerate(sets):
            c, pieces = confidence(layers, s["x"]), np.unique(s["said"][:, 0])
            for kind in sorted(set(s["names"])):
                mine = [n for n in pieces if s["names"][int(n)] == kind and (judge(n) or number > 1)]
                if mine:
                    report(kind if number < 2 else "recordings", s, c, mine)
    if a.out:
        examples = np.concatenate([s["x"][:: max(1, 2 * len(s["x"]) // VECTOR)][: VECTOR // 2] for s in (songs, without)])
        write(layers, examples, a.out)


if __name__ == "__main__":
    main()
