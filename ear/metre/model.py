"""The metre: a small recurrent network says what each tatum is like, a forward algorithm over places adds it up."""
import torch
from torch import nn

import places

BPM = (38.0, 245.0)


class Metre(nn.Module):
    def __init__(self, measures, narrow=32, state=48, dropout=0.1):
        super().__init__()
        self.inner = nn.Linear(measures, narrow)
        self.gru = nn.GRU(narrow, state, batch_first=True)
        self.out = nn.Linear(state, places.KINDS)
        self.drop = nn.Dropout(dropout)
        # shares that are given back to the prior, as logits; pull of the usual tempo at each tatum
        self.forget = nn.Parameter(torch.tensor([-7.0, -0.4]))
        self.pull = nn.Parameter(torch.tensor(0.03))
        self.usual = nn.Parameter(torch.tensor([110.0 / 100.0, 0.6]))
        self.odds = nn.Parameter(torch.tensor(-2.5))
        self.register_buffer("kind", torch.tensor(places.KIND))
        self.register_buffer("tatums", torch.tensor(places.TATUMS, dtype=torch.float32))
        self.register_buffer("beats", torch.tensor(places.BEATS))
        self.register_buffer("cycle", torch.tensor(places.TATUMS * places.BEATS, dtype=torch.float32))

    def tempo(self, period):
        bpm = 60.0 / (period.unsqueeze(-1) * self.tatums)
        octaves = torch.log2(bpm / (100.0 * self.usual[0])) / self.usual[1]
        outside = ((bpm < BPM[0]) | (bpm > BPM[1])).float() * 20.0
        return -0.5 * octaves ** 2 - outside

    def scores(self, x):
        hidden = torch.tanh(self.inner(x))
        states, _ = self.gru(self.drop(hidden))
        return self.out(self.drop(states))

    def forward(self, x, period, irregular, source):
        """Log probability of each place after each tatum: batch x time x places."""
        tempo = self.tempo(period)
        observed = self.scores(x)[:, :, self.kind] + self.pull * tempo
        metre = torch.where(self.beats == 4, torch.zeros_like(self.odds), self.odds)
        prior = torch.log_softmax(tempo + metre - torch.log(self.cycle), -1)
        share = torch.sigmoid(self.forget[0]) + irregular * torch.sigmoid(self.forget[1])
        keep, give = torch.log1p(-share.clamp(max=0.95)).unsqueeze(-1), torch.log(share.clamp(max=0.95)).unsqueeze(-1)
        none = source < 0
        # a pulse that is counted in a new way may have no place for the old ones: they stay as they are
        lost = none.all(-1, keepdim=True)
        index = torch.where(lost, torch.arange(source.shape[-1], device=source.device), source.clamp(min=0))
        stay = torch.where(none & ~lost, -60.0, 0.0) + keep
        back = prior + give
        belief, out = prior[:, 0], []
        for t in range(x.shape[1]):
            if t > 0:
                belief = torch.logaddexp(torch.gather(belief, 1, index[:, t]) + stay[:, t], back[:, t])
            belief = torch.log_softmax(belief + observed[:, t], -1)
            out.append(belief)
        return torch.stack(out, 1)


def loss(belief, truth, model, bar_weight, early=2.0):
    """Mean of -log P(beat) and of -log P(bar | beat) over tatums of which they are known.

    The first tatums weigh more, `early` times so at the start: a show waits for the beat."""
    weight = 1 + early * torch.exp(-torch.arange(belief.shape[1], device=belief.device) / 30.0)
    level, at, bar, beats = truth.unbind(-1)
    known = level > 0
    tatums = model.tatums.long()
    places_at = torch.tensor(places.AT, device=belief.device)
    on_beat = (tatums == level.unsqueeze(-1)) & (places_at % tatums == at.unsqueeze(-1))
    on_bar = on_beat & (places_at == bar.unsqueeze(-1)) & (model.beats == beats.unsqueeze(-1))
    low = torch.full_like(belief, -1e4)
    beat = torch.logsumexp(torch.where(on_beat, belief, low), -1)
    barred = known & (bar >= 0)
    whole = torch.logsumexp(torch.where(on_bar, belief, low), -1)
    known, barred = known * weight, barred * weight
    beat_loss = -(beat * known).sum() / known.sum().clamp(min=1)
    bar_loss = -((whole - beat) * barred).sum() / barred.sum().clamp(min=1)
    return beat_loss + bar_weight * bar_loss, beat_loss, bar_loss
