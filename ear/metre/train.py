"""Trains the metre on what the ear hears of generated music.

    python3 train.py FOLDER... --out metre.pt        folders that `vjbus-ear-data` wrote

Every twentieth piece is held back; the weights with the least loss on those are kept.
"""
import argparse
import math
import os
import random
import time

import numpy as np
import torch

import data
import decide
from model import Metre, loss

HELD = 20
WARM = 0.1  # share of the training during which the rate rises


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("songs", nargs="+")
    p.add_argument("--out", default="metre.pt")
    p.add_argument("--watch", help="a folder of recordings that is scored at the end, for information")
    p.add_argument("--begin", help="trained weights to go on from; with a lower --rate")
    p.add_argument("--epochs", type=int, default=36)
    p.add_argument("--minutes", type=float, default=1e9, help="ends by then; the rate falls with the time")
    p.add_argument("--batch", type=int, default=128)
    p.add_argument("--rate", type=float, default=4e-3)
    p.add_argument("--state", type=int, default=96)
    p.add_argument("--narrow", type=int, default=64)
    p.add_argument("--mean", type=float, default=0.997, help="what is kept is a running mean of the weights, of so much memory a step")
    p.add_argument("--dropout", type=float, default=0.15)
    p.add_argument("--noise", type=float, default=0.15, help="standard deviation of what is added to the measures")
    p.add_argument("--bar-weight", type=float, default=0.5)
    p.add_argument("--crop", type=int, default=320, help="tatums of a piece that are used")
    p.add_argument("--window", type=int, default=224, help="of those, so many in a row at a time")
    p.add_argument("--entered", type=float, default=0.4, help="share of the windows that begin in the middle")
    p.add_argument("--seed", type=int, default=3)
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--device", default="cpu")
    p.add_argument("--cache", help="keeps the labelled songs here, and takes them from there")
    return p.parse_args()


def songs(a):
    if a.cache and os.path.exists(a.cache):
        return torch.load(a.cache, weights_only=False)
    arrays = decide.collate([piece for folder in a.songs for piece in data.load(folder, a.crop)])
    if a.cache:
        torch.save(arrays, a.cache)
    return arrays


def batch(arrays, rows, a, whole):
    """Pieces from their beginning, or some of them from a tatum on that is drawn: no two epochs hear the same."""
    tatums = arrays[0].shape[1] if whole else min(a.window, arrays[0].shape[1])
    begins = torch.rand(len(rows)) < (0 if whole else a.entered)
    first = (torch.rand(len(rows)) * (arrays[0].shape[1] - tatums + 1)).long() * begins
    columns = (first.unsqueeze(1) + torch.arange(tatums)).to(rows.device)
    x, period, irregular, source, truth = (array[rows.unsqueeze(1), columns] for array in arrays)
    return x, period, irregular, source.long(), truth.long()


def rate_at(done):
    """Share of the full rate: a short rise, then half a cosine."""
    return min(1.0, done / WARM) * 0.5 * (1 + math.cos(math.pi * min(1.0, done))) + 1e-3


def losses(model, arrays, rows, a, whole=False):
    x, period, irregular, source, truth = batch(arrays, rows, a, whole)
    if not whole:
        x = x + a.noise * torch.randn_like(x)
    return torch.stack(loss(model(x, period, irregular, source), truth, a.bar_weight))


def validate(model, arrays, held, a):
    model.eval()
    with torch.no_grad():
        return torch.stack([losses(model, arrays, rows, a, whole=True) for rows in held.split(256)]).mean(0).tolist()


def main():
    a = arguments()
    torch.manual_seed(a.seed)
    random.seed(a.seed)
    np.random.seed(a.seed)
    torch.set_num_threads(a.threads)
    arrays = [array.to(a.device) for array in songs(a)]
    every = torch.arange(len(arrays[0]))
    held, kept = every[every % HELD == 0], every[every % HELD != 0]
    model = Metre(arrays[0].shape[-1], a.narrow, a.state, a.dropout).to(a.device)
    if a.begin:
        model.load_state_dict(torch.load(a.begin, weights_only=False)["state"])
    print(f"{len(kept)} pieces, {len(held)} held back, {sum(p.numel() for p in model.parameters())} weights", flush=True)
    memory = lambda mean, new, count: new if count == 0 else mean.lerp(new, 1 - min(a.mean, count / (count + 10)))
    mean = torch.optim.swa_utils.AveragedModel(model, avg_fn=memory)
    optimiser = torch.optim.AdamW(model.parameters(), a.rate, weight_decay=1e-3)
    least, began, step, steps = np.inf, time.time(), 0, a.epochs * (len(kept) // a.batch)
    for epoch in range(a.epochs):
        model.train()
        begun, sums = time.time(), []
        for rows in kept[torch.randperm(len(kept))].split(a.batch)[:len(kept) // a.batch]:
            done = max(step / steps, (time.time() - began) / (60 * a.minutes))
            for group in optimiser.param_groups:
                group["lr"] = a.rate * rate_at(done)
            step += 1
            parts = losses(model, arrays, rows, a)
            optimiser.zero_grad(set_to_none=True)
            parts[0].backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            mean.update_parameters(model)
            sums.append(parts.detach())
        found = validate(mean, arrays, held, a)
        heard = torch.stack(sums).mean(0).tolist()
        show = lambda parts: "all {:.3f} beat {:.3f} bar {:.3f} music {:.3f}".format(*parts)
        print(f"{epoch:3d} {time.time() - begun:6.1f} s  train {show(heard)}  held back {show(found)}", flush=True)
        if found[0] < least:
            least = found[0]
            torch.save(dict(state={k: v.detach().cpu() for k, v in mean.module.state_dict().items()}, args=vars(a)), a.out)
        if done >= 1:
            break
    if a.watch:
        best = Metre(arrays[0].shape[-1], a.narrow, a.state, a.dropout)
        best.load_state_dict(torch.load(a.out, weights_only=False)["state"])
        decide.table(decide.evaluate(best, data.load(a.watch)))


if __name__ == "__main__":
    main()
