"""Trains a network of the metre on what the ear hears of generated music.

    python3 train.py train.pt --validation validation.pt --seed 3 --out metre-3.pt        files that data.py wrote

After each epoch the network hears the pieces of the validation, of which it learns nothing; the weights that are
right about most of their half-beats are kept. An interrupted training goes on with the epoch in which it was; one
that is complete is left as it is.
"""
import argparse
import math
import os
import time

import torch

from model import GROUPS, MEASURES, STEPS, Metre, loss, right

WARM = 0.1  # share of the training during which the rate rises
MIX = 6  # points of the spectrum at which a mix may differ
SHIFTED, LOST, ROOM = 0.5, 0.3, 0.6


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("songs")
    p.add_argument("--validation", required=True, help="pieces of other styles and another synthesis")
    p.add_argument("--out", default="metre.pt")
    p.add_argument("--begin", help="trained weights to go on from; with a lower --rate")
    p.add_argument("--epochs", type=int, default=24)
    p.add_argument("--batch", type=int, default=128)
    p.add_argument("--rate", type=float, default=4e-3)
    p.add_argument("--state", type=int, default=96)
    p.add_argument("--narrow", type=int, default=64)
    p.add_argument("--mean", type=float, default=0.997, help="what is kept is a running mean of the weights, of so much memory a step")
    p.add_argument("--dropout", type=float, default=0.3)
    p.add_argument("--noise", type=float, default=0.15, help="standard deviation of what is added to the measures")
    p.add_argument("--patch-noise", type=float, default=0.1, help="the same of the patch")
    p.add_argument("--contrast", type=float, default=0.4, help="standard deviation of the logarithm by which mixes differ")
    p.add_argument("--deaf", type=float, default=0.3, help="share of pieces whose patches are withheld")
    p.add_argument("--seen", type=int, default=0, help="so many numbers are made of a patch; 0: looks at none")
    p.add_argument("--bar-weight", type=float, default=0.5)
    p.add_argument("--window", type=int, default=224, help="so many tatums of a piece in a row at a time")
    p.add_argument("--entered", type=float, default=0.4, help="share of the windows that begin in the middle")
    p.add_argument("--seed", type=int, default=3)
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--device", default="cpu")
    return p.parse_args()


def batch(arrays, rows, a, whole):
    """Pieces from their beginning, or some of them from a tatum on that is drawn: no two epochs hear the same."""
    tatums = arrays[0].shape[1] if whole else min(a.window, arrays[0].shape[1])
    begins = torch.rand(len(rows)) < (0 if whole else a.entered)
    first = (torch.rand(len(rows)) * (arrays[0].shape[1] - tatums + 1)).long() * begins
    columns = (first.unsqueeze(1) + torch.arange(tatums)).to(rows.device)
    x, period, irregular, source, truth = (array[rows.unsqueeze(1), columns] for array in arrays)
    return x.float(), period, irregular, source.long(), truth.long()


def vary(x, a, model):
    """No two epochs hear the same: noise; the patches of a piece in another mix and room, half of them a group of
    bands higher or lower, some with groups that are lost, and some pieces without any patch."""
    pieces, measures = len(x), x[..., :MEASURES]
    measures = measures + a.noise * torch.randn_like(measures)
    if not a.seen:
        return measures
    patch = x[..., MEASURES:].unflatten(-1, (STEPS, GROUPS))
    loud = torch.nn.functional.interpolate(torch.randn(pieces, 1, MIX), GROUPS, mode="linear", align_corners=True)
    shift = torch.randint(-1, 2, (pieces, 1)) * (torch.rand(pieces, 1) < SHIFTED)
    groups = (torch.arange(GROUPS) + shift).clamp(0, GROUPS - 1)[:, None, None].expand_as(patch)
    lost = torch.rand(pieces, 1, 1, GROUPS) < LOST * torch.rand(pieces, 1, 1, 1)
    patch = patch.gather(3, groups) * torch.exp(a.contrast * loud).unsqueeze(1)
    before = torch.cat([patch[:, :, :1], patch[:, :, :-1]], 2)
    patch = torch.lerp(patch, before, ROOM * torch.rand(pieces, 1, 1, 1)) * ~lost
    patch = patch + a.patch_noise * torch.randn_like(patch) / model.scale
    patch = patch * (torch.rand(pieces, 1, 1, 1) >= a.deaf)
    return torch.cat([measures, patch.flatten(2)], -1)


def scale_of(arrays):
    """One over the deviation of each group of bands in pieces with beats."""
    beats = arrays[4][..., 0] > 0
    patches = arrays[0][beats][::7, MEASURES:].float().unflatten(-1, (STEPS, GROUPS))
    return 1 / patches.std((0, 1))


def rate_at(done):
    """Share of the full rate: a short rise, then half a cosine."""
    return min(1.0, done / WARM) * 0.5 * (1 + math.cos(math.pi * min(1.0, done))) + 1e-3


def losses(model, arrays, rows, a):
    x, period, irregular, source, truth = batch(arrays, rows, a, whole=False)
    return torch.stack(loss(model(vary(x, a, model), period, irregular, source), truth, a.bar_weight))


def validate(model, arrays, a):
    """Mean losses, and the share that is right."""
    model.eval()
    sums, shares = [], []
    with torch.no_grad():
        for rows in torch.arange(len(arrays[0])).split(256):
            x, period, irregular, source, truth = batch(arrays, rows, a, whole=True)
            said = model(x, period, irregular, source)
            sums.append(torch.stack(loss(said, truth, a.bar_weight)))
            shares.append(right(said[0], truth))
    return torch.stack(sums).mean(0).tolist(), torch.cat(shares).nanmean().item()


def begin(a, arrays):
    """Model, running mean of its weights, optimiser."""
    model = Metre(a.narrow, a.state, a.dropout, a.seen)
    model.scale.copy_(scale_of(arrays))
    model = model.to(a.device)
    if a.begin:
        model.load_state_dict(torch.load(a.begin, weights_only=False)["state"])
    memory = lambda mean, new, count: new if count == 0 else mean.lerp(new, 1 - min(a.mean, count / (count + 10)))
    mean = torch.optim.swa_utils.AveragedModel(model, avg_fn=memory)
    return model, mean, torch.optim.AdamW(model.parameters(), a.rate, weight_decay=1e-3)


def epoch_of(number, parts, arrays, a):
    """One round through all songs; gives the mean losses."""
    model, mean, optimiser = parts
    model.train()
    sums, pieces = [], len(arrays[0])
    steps = pieces // a.batch
    for step, rows in enumerate(torch.randperm(pieces).split(a.batch)[:steps]):
        for group in optimiser.param_groups:
            group["lr"] = a.rate * rate_at((number * steps + step) / (a.epochs * steps))
        lost = losses(model, arrays, rows, a)
        optimiser.zero_grad(set_to_none=True)
        lost[0].backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        mean.update_parameters(model)
        sums.append(lost.detach())
    return torch.stack(sums).mean(0).tolist()


def resume(parts, path):
    """Epoch to go on with, and the largest share that was right until then."""
    if not os.path.exists(path):
        return 0, 0.0
    kept = torch.load(path, weights_only=False)
    for part, state in zip(parts, kept["parts"]):
        part.load_state_dict(state)
    torch.set_rng_state(kept["random"])
    return kept["epoch"], kept["most"]


def main():
    a = arguments()
    unfinished = a.out + ".part"
    if os.path.exists(a.out) and not os.path.exists(unfinished):
        return print(a.out, "is trained already: remove it to train it again")
    torch.manual_seed(a.seed)
    torch.set_num_threads(a.threads)
    arrays, unheard = ([array.to(a.device) for array in torch.load(path, weights_only=False)["arrays"]]
                       for path in (a.songs, a.validation))
    a.batch = min(a.batch, len(arrays[0]))
    parts = begin(a, arrays)
    weights = sum(p.numel() for p in parts[0].parameters())
    print(f"{len(arrays[0])} pieces, {len(unheard[0])} to validate by, {weights} weights", flush=True)
    first, most = resume(parts, unfinished)
    for number in range(first, a.epochs):
        begun, heard = time.time(), epoch_of(number, parts, arrays, a)
        found, share = validate(parts[1], unheard, a)
        show = lambda losses: "all {:.3f} beat {:.3f} bar {:.3f} music {:.3f}".format(*losses)
        print(f"seed {a.seed} {number + 1:3d}/{a.epochs} {time.time() - begun:6.1f} s  train {show(heard)}  validation {show(found)} right {100 * share:.1f} %", flush=True)
        if share > most:
            most = share
            torch.save(dict(state={k: v.detach().cpu() for k, v in parts[1].module.state_dict().items()}, args=vars(a)), a.out)
        torch.save(dict(parts=[part.state_dict() for part in parts], epoch=number + 1, most=most, random=torch.get_rng_state()), unfinished)
    os.remove(unfinished)


if __name__ == "__main__":
    main()
