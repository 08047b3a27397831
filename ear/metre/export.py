"""Writes weights for `dsp::rhythm::metre::network`, and what the network says to some measures, for its test."""
import argparse, hashlib, os

import numpy as np
import torch

from model import Metre

STEPS = 40

p = argparse.ArgumentParser(description=__doc__)
p.add_argument("trained", nargs="+", help="several of one shape are averaged")
p.add_argument("--out", required=True, help="folder of weights.f32 and vector.f32")
a = p.parse_args()
parts = [torch.load(f, weights_only=False) for f in a.trained]
state = {k: sum(part["state"][k] for part in parts) / len(parts) if parts[0]["state"][k].is_floating_point() else parts[0]["state"][k]
         for k in parts[0]["state"]}
measures = state["inner.weight"].shape[1]
model = Metre(measures, parts[0]["args"]["narrow"], parts[0]["args"]["state"], 0.0)
model.load_state_dict(state)
model.eval()
layers = [model.inner.weight, model.inner.bias, model.gru.weight_ih_l0, model.gru.bias_ih_l0, model.gru.weight_hh_l0,
          model.gru.bias_hh_l0, model.out.weight, model.out.bias]
prior = [*torch.sigmoid(model.forget).tolist(), model.pull.item(), 100 * model.usual[0].item(), model.usual[1].item(), model.odds.item()]
numbers = np.concatenate([layer.detach().numpy().ravel() for layer in layers] + [np.array(prior)]).astype("<f4")
numbers.tofile(os.path.join(a.out, "weights.f32"))
torch.manual_seed(0)
x = torch.randn(1, STEPS, measures)
with torch.no_grad():
    said = model.scores(x)
np.concatenate([x[0].numpy(), said[0].numpy()], 1).astype("<f4").tofile(os.path.join(a.out, "vector.f32"))
print(len(numbers), "numbers, sha256", hashlib.sha256(numbers.tobytes()).hexdigest())
print("prior", prior)
