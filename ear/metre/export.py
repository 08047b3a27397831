"""Writes what networks have learned as weights for `dsp::rhythm`, and what they say to some tatums, for its test.

    python3 export.py metre-3.pt native.safetensors --shares 1 1 --out mine.safetensors

Weights are written as floats of 16 bits; the test holds the program to what these say.
"""
import argparse
import hashlib
import os
import re

import numpy as np
import torch
from safetensors.numpy import load_file, save_file

import places
from model import MEASURES, PATCH, STEPS, Metre, Several

TATUMS = 60
FRAMES_PER_S = 100.0
# At these tatums the pulse of the test is counted in a new way: tatums to the old one.
COUNTED = {12: 2.0, 24: 0.5, 33: 1.5, 45: 2.0 / 3.0}
IRREGULAR = (18, 50)
# of the confidence, which is trained last: what the networks remember and thirteen more, see `dsp::rhythm::confidence`
EVIDENCE, WEIGHED = 96 + 13, 24
PRIOR = "metre.prior"  # the only one of 32 bits
HALF, WHOLE = "<f2", "<f4"


def load(path):
    """Networks that speak together: the one that train.py wrote, or those of a file of weights; `FILE#N`: its number N."""
    if one := re.fullmatch(r"(.+\.safetensors)#(\d+)", path):
        return [written(load_file(one[1]))[int(one[2])]]
    if path.endswith(".safetensors"):
        return written(load_file(path))
    kept = torch.load(path, weights_only=False)
    a = kept["args"]
    model = Metre(a["narrow"], a["state"], 0.0, a.get("seen", 0))
    model.load_state_dict({"scale": model.scale} | kept["state"])
    return [model.eval()]


def written(file):
    """Networks as they were before they became tensors of a file, but for the share, which is the same for each."""
    tensors = {name: torch.tensor(np.float32(value)) for name, value in file.items()}
    count = sum(name.endswith(".outer.bias") and name.startswith("metre.") for name in tensors)
    slow, fast, pull, bpm, octaves, odds = tensors["metre.prior"]
    usual = dict(forget=torch.logit(torch.stack([slow, fast])), pull=pull, usual=torch.stack([bpm / 100, octaves]), odds=odds)
    return [of_tensors(tensors, f"metre.{number}", count, usual) for number in range(count)]


def of_tensors(tensors, name, count, usual):
    part = lambda layer, kind: tensors[f"{name}.{layer}.{kind}"]
    sees = f"{name}.look.weight" in tensors
    narrow, state = part("input", "weight").shape[1], part("recurrent", "weight").shape[1]
    model = Metre(narrow, state, 0.0, part("look", "weight").shape[0] if sees else 0)
    layers = {"inner": "inner", "out": "outer"} | ({"look": "look"} if sees else {})
    known = {f"{mine}.{kind}": part(its, kind) * (count if its == "outer" else 1)
             for mine, its in layers.items() for kind in ("weight", "bias")}
    gru = {f"gru.{kind}_{its}_l0": part(layer, kind)
           for its, layer in (("ih", "input"), ("hh", "recurrent")) for kind in ("weight", "bias")}
    model.load_state_dict(model.state_dict() | known | gru | usual)
    return model.eval()


def of_member(model, share):
    """Layers by their names in `dsp::rhythm::metre::network`."""
    layers = dict(inner=(model.inner.weight, model.inner.bias), outer=(share * model.out.weight, share * model.out.bias),
                  input=(model.gru.weight_ih_l0, model.gru.bias_ih_l0), recurrent=(model.gru.weight_hh_l0, model.gru.bias_hh_l0))
    if model.look is not None:
        layers["look"] = (model.look.weight * model.scale.repeat(STEPS), model.look.bias)
    return {f"{name}.{part}": value for name, pair in layers.items() for part, value in zip(("weight", "bias"), pair)}


def weights(model):
    """Network after network, then what is usual."""
    tensors = {f"metre.{n}.{name}": value for n, (m, share) in enumerate(zip(model.members, model.shares))
               for name, value in of_member(m, share).items()}
    usual = model.whole
    prior = [*torch.sigmoid(usual.forget).tolist(), usual.pull.item(), 100 * usual.usual[0].item(),
             usual.usual[1].item(), usual.odds.item()]
    print("prior", prior)
    return tensors | {PRIOR: torch.tensor(prior)}


def confidence(out):
    """That of the file as it is; none at all, before there is one."""
    shapes = {"inner.weight": (WEIGHED, EVIDENCE), "inner.bias": (WEIGHED,), "outer.weight": (1, WEIGHED), "outer.bias": (1,)}
    before = load_file(out) if os.path.exists(out) else {}
    return {f"confidence.{name}": before.get(f"confidence.{name}", np.zeros(shape)) for name, shape in shapes.items()}


def tatums():
    """Instants, periods (in frames) and irregularity of a pulse that wavers and is counted in new ways."""
    random = np.random.default_rng(0)
    at, period = [0.0], [26.0]
    for step in range(1, TATUMS):
        period.append(period[-1] / COUNTED.get(step, 1.0) * random.uniform(0.98, 1.02))
        at.append(at[-1] + period[-1])
    irregular = np.isin(np.arange(TATUMS), IRREGULAR).astype(float)
    return np.float32(at), np.float32(period), irregular


def vector(model):
    at, period, irregular = tatums()
    source = places.moves(at.astype(np.float64), period.astype(np.float64))
    torch.manual_seed(0)
    x = torch.randn(1, TATUMS, MEASURES + PATCH)
    arrays = [torch.tensor(a, dtype=torch.float32)[None] for a in (period / FRAMES_PER_S, irregular)]
    with torch.no_grad():
        scores = model.scores(x.transpose(0, 1))[:, 0]
        belief, _ = model(x, *arrays, torch.tensor(source)[None].long())
    return dict(when=np.stack([at, period, irregular], 1), measures=x[0, :, :MEASURES], patch=x[0, :, MEASURES:],
                scores=scores, belief=belief[0])


def save(path, tensors, kind=WHOLE):
    plain = {name: np.ascontiguousarray(np.asarray(torch.as_tensor(value).detach()), WHOLE if name == PRIOR else kind)
             for name, value in tensors.items()}
    save_file(plain, path)
    print(path, sum(value.size for value in plain.values()), "numbers, sha256", hashlib.sha256(open(path, "rb").read()).hexdigest())


def together(path):
    """The networks of a file of weights as one."""
    members = load(path)
    return Several(members, [1.0] * len(members)).eval()


def vector_beside(out):
    return os.path.splitext(out)[0] + ".vector.safetensors"


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("trained", nargs="+", help="networks, or files of weights; the confidence sees the state of the first")
    p.add_argument("--shares", nargs="+", type=float, help="weight of each of these; all the same if not given")
    p.add_argument("--out", required=True, help="the file of weights; the test's vector is written beside it")
    a = p.parse_args()
    groups = [load(path) for path in a.trained]
    given = a.shares or [1.0] * len(groups)
    shares = [share / len(group) for share, group in zip(given, groups, strict=True) for _ in group]
    save(a.out, weights(Several(sum(groups, []), shares).eval()) | confidence(a.out), HALF)
    beside = vector_beside(a.out)
    said = vector(together(a.out))
    save(beside, (load_file(beside) if os.path.exists(beside) else {}) | said)


if __name__ == "__main__":
    main()
