"""How much of the say each kind of network should have: by how much of the validation they are right about.

    python3 shares.py validation.pt --group metre-3.pt metre-4.pt --group native.safetensors

Networks of a group have the same say. Writes the share of each file in the order given, as export.py wants them;
what was weighed goes to standard error.
"""
import argparse
import itertools
import sys

import torch

from export import load
from model import Several, loss, right, turned

PARTS = 6  # shares are so many parts of the whole, and together one
BAR_WEIGHT = 0.5  # as in training
BATCH = 128


class Group:
    """Networks that speak as one, and what they said of the validation."""

    def __init__(self, files, arrays):
        self.files = files
        self.networks = [network for file in files for network in load(file)]
        self.spoken = Several(self.networks, [1.0] * len(self.networks))
        with torch.no_grad():
            self.scores = torch.cat([self.spoken.scores(x.float().transpose(0, 1)) for x in arrays[0].split(BATCH)], 1)


def judged(groups, shares, arrays):
    """The share that is right, and the loss of beat and bar."""
    _, period, irregular, source, truth = arrays
    spread = [share / len(group.networks) for group, share in zip(groups, shares) for _ in group.networks]
    whole = Several([network for group in groups for network in group.networks], spread).whole
    scores = sum(share * group.scores for group, share in zip(groups, shares))
    sums, found = [], []
    with torch.no_grad():
        for rows in torch.arange(len(period)).split(BATCH):
            belief = whole.believe(scores[:, rows], *turned(period[rows], irregular[rows], source[rows].long())).transpose(0, 1)
            _, beat, bar, _ = loss((belief, torch.zeros(belief.shape[:2])), truth[rows].long(), BAR_WEIGHT)
            sums.append(torch.stack([beat, bar]))
            found.append(right(belief, truth[rows].long()))
    return torch.cat(found).nanmean().item(), *torch.stack(sums).mean(0).tolist()


def simplex(count):
    """All shares of so many groups, in whole parts."""
    return [tuple(part / PARTS for part in parts)
            for parts in itertools.product(range(PARTS + 1), repeat=count) if sum(parts) == PARTS]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("validation")
    p.add_argument("--group", nargs="+", action="append", required=True)
    a = p.parse_args()
    arrays, found = torch.load(a.validation, weights_only=False)["arrays"], {}
    groups = [Group(files, arrays) for files in a.group]
    for shares in simplex(len(groups)):
        found[shares] = judged(groups, shares, arrays)
        shown = " ".join(f"{share:.2f}" for share in shares)
        share, beat, bar = found[shares]
        print(f"shares {shown}: right {100 * share:.1f} %, loss of beat {beat:.3f}, bar {bar:.3f}", file=sys.stderr, flush=True)
    best = max(found, key=lambda shares: found[shares][0])
    print(*[share / len(group.files) for share, group in zip(best, groups) for _ in group.files])


if __name__ == "__main__":
    main()
