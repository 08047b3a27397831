"""Writes weights for `dsp::rhythm::metre`, and what the trained model believes of some tatums, for its test."""
import argparse
import hashlib
import os

import numpy as np
import torch

import places
from model import Metre, Several

STEPS = 60
FRAMES_PER_S = 100.0
# At these tatums the pulse of the test is counted in a new way: tatums to the old one.
COUNTED = {12: 2.0, 24: 0.5, 33: 1.5, 45: 2.0 / 3.0}
IRREGULAR = (18, 50)


def load(path):
    kept = torch.load(path, weights_only=False)
    state = kept["state"]
    model = Metre(state["inner.weight"].shape[1], kept["args"]["narrow"], kept["args"]["state"], 0.0)
    model.load_state_dict(state)
    return model.eval()


def weights(model):
    """Layer by layer, network after network, the last layer by the share of its network; then what is usual."""
    layers = []
    for m, share in zip(model.members, model.shares):
        layers += [m.inner.weight, m.inner.bias, m.gru.weight_ih_l0, m.gru.bias_ih_l0, m.gru.weight_hh_l0,
                   m.gru.bias_hh_l0, share * m.out.weight, share * m.out.bias]
    usual = model.whole
    prior = [*torch.sigmoid(usual.forget).tolist(), usual.pull.item(), 100 * usual.usual[0].item(),
             usual.usual[1].item(), usual.odds.item()]
    print("prior", prior)
    return np.concatenate([layer.detach().numpy().ravel() for layer in layers] + [np.array(prior)])


def tatums():
    """Instants, periods (in frames) and irregularity of a pulse that wavers and is counted in new ways."""
    random = np.random.default_rng(0)
    at, period = [0.0], [26.0]
    for step in range(1, STEPS):
        period.append(period[-1] / COUNTED.get(step, 1.0) * random.uniform(0.98, 1.02))
        at.append(at[-1] + period[-1])
    irregular = np.isin(np.arange(STEPS), IRREGULAR).astype(float)
    return np.float32(at), np.float32(period), irregular


def vector(model):
    """Rows: instant, period, irregular, measures, scores, belief."""
    at, period, irregular = tatums()
    source = places.moves(at.astype(np.float64), period.astype(np.float64))
    torch.manual_seed(0)
    x = torch.randn(1, STEPS, model.whole.inner.in_features)
    arrays = [torch.tensor(a, dtype=torch.float32)[None] for a in (period / FRAMES_PER_S, irregular)]
    with torch.no_grad():
        scores = model.scores(x.transpose(0, 1))[:, 0]
        belief, _ = model(x, *arrays, torch.tensor(source)[None].long())
    return np.concatenate([np.stack([at, period, irregular], 1), x[0], scores, belief[0]], 1)


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("trained", nargs="+", help="networks of one shape; the confidence sees the state of the first")
    p.add_argument("--shares", nargs="+", type=float, help="weight of each network; all the same if not given")
    p.add_argument("--out", required=True, help="folder of weights.f32 and vector.f32")
    a = p.parse_args()
    members = [load(path) for path in a.trained]
    model = Several(members, a.shares or [1.0] * len(members)).eval()
    for name, numbers in (("weights.f32", weights(model)), ("vector.f32", vector(model))):
        numbers = numbers.astype("<f4")
        numbers.tofile(os.path.join(a.out, name))
        print(name, numbers.size, "numbers, sha256", hashlib.sha256(numbers.tobytes()).hexdigest())


if __name__ == "__main__":
    main()
