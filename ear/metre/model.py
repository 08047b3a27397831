"""The metre: a small recurrent network says what each tatum is like, a forward algorithm over places adds it up."""
import copy

import numpy as np
import torch
from torch import nn

import places
from forward import Forward

BPM = (38.0, 245.0)
OUTSIDE = 20.0
LEAST = 1e-20  # of a probability whose logarithm is taken
# Share of the belief that is given back where the pulse came irregularly. Training asks for 0.8: of generated
# songs one in five is cut or stepped. Players who waver are commoner on stage; on songs 0.4 costs nothing.
AFTER_SLIP = 0.4
# The same at each other tatum. Training asks for ten times as much, of networks that hear windows out of songs; over a
# whole piece the less is forgotten the steadier it is counted.
GIVEN_BACK = 0.0004


MEASURES, STEPS, GROUPS = 40, 8, 24  # as `dsp::rhythm` has them
PATCH = STEPS * GROUPS


class Metre(nn.Module):
    """Hears rows of measures and patch; one that looks at no patch has `seen` 0."""

    def __init__(self, narrow=64, state=96, dropout=0.15, seen=64):
        super().__init__()
        self.look = nn.Linear(PATCH, seen) if seen else None
        # one over the usual deviation of each group of bands, so that faint treble counts as much as bass
        self.register_buffer("scale", torch.ones(GROUPS))
        self.inner = nn.Linear(MEASURES + seen, narrow)
        self.gru = nn.GRU(narrow, state)
        self.out = nn.Linear(state, places.KINDS)
        # of the training alone: whether there is a beat at all, so that the state knows it
        self.music = nn.Linear(state, 1)
        self.drop = nn.Dropout(dropout)
        # shares that are given back to the prior, as logits; pull of the usual tempo at each tatum
        self.forget = nn.Parameter(torch.tensor([-7.0, -0.4]))
        self.pull = nn.Parameter(torch.tensor(0.03))
        self.usual = nn.Parameter(torch.tensor([110.0 / 100.0, 0.6]))
        self.odds = nn.Parameter(torch.tensor(-2.5))
        level = np.searchsorted(places.LEVELS, places.TATUMS)
        fixed = lambda name, array: self.register_buffer(name, torch.tensor(array, dtype=torch.float32), persistent=False)
        fixed("tatums", places.LEVELS)
        fixed("of_kind", np.eye(places.KINDS)[places.KIND].T)
        fixed("of_level", np.eye(len(places.LEVELS))[level].T)
        fixed("three", places.BEATS == 3)
        fixed("cycle", places.TATUMS * places.BEATS)

    def tempo(self, period):
        """Log likelihood of each level by its tempo alone."""
        bpm = 60.0 / (period.unsqueeze(-1) * self.tatums)
        octaves = torch.log2(bpm / (100.0 * self.usual[0])) / self.usual[1]
        return -0.5 * octaves ** 2 - OUTSIDE * ((bpm < BPM[0]) | (bpm > BPM[1])).float()

    def heard(self, x):
        measures, patch = x[..., :MEASURES], x[..., MEASURES:]
        if self.look is None:
            return measures
        seen = torch.tanh(self.look(patch * self.scale.repeat(STEPS)))
        return torch.cat([measures, self.drop(seen)], -1)

    def states(self, x):
        return self.drop(self.gru(self.drop(torch.tanh(self.inner(self.heard(x)))))[0])

    def scores(self, x):
        return self.out(self.states(x))

    def prior(self, tempo):
        four = torch.log_softmax(torch.stack([torch.zeros_like(self.odds), self.odds]), 0).exp()
        share = (four[0] * (1 - self.three) + four[1] * self.three) / self.cycle
        return torch.softmax(tempo, -1) @ (self.of_level * share)

    def believe(self, scores, period, irregular, source):
        """Probability of each place after each tatum: tatums x pieces x places."""
        tempo = self.tempo(period)
        evidence = scores @ self.of_kind + self.pull * tempo @ self.of_level
        share = torch.sigmoid(self.forget[0]) + irregular * torch.sigmoid(self.forget[1])
        share = share.clamp(max=0.95)
        first = torch.zeros_like(share)
        first[0] = 1.0
        share = torch.maximum(share, first).unsqueeze(-1)
        none = source < 0
        # a pulse that is counted in a new way may have no place for the old ones: they stay as they are
        stay = torch.arange(source.shape[-1], device=source.device)
        source = torch.where(none.all(-1, keepdim=True), stay, source.masked_fill(none, source.shape[-1]))
        return Forward.apply(evidence, share * self.prior(tempo), 1 - share, source)

    def forward(self, x, period, irregular, source):
        """The same of pieces x tatums x ..., as they are kept."""
        x, period, irregular, source = turned(x, period, irregular, source)
        states = self.states(x)
        belief = self.believe(self.out(states), period, irregular, source)
        return belief.transpose(0, 1), self.music(states).squeeze(-1).T


class Several(nn.Module):
    """Networks that speak as one: the weighted mean of their scores, by that of what is usual."""

    def __init__(self, members, shares):
        super().__init__()
        self.members, self.shares = nn.ModuleList(members), [share / sum(shares) for share in shares]
        self.whole = copy.deepcopy(members[0])
        for name in ("pull", "usual", "odds"):
            getattr(self.whole, name).data = self.mean([getattr(m, name).data for m in members])
        self.whole.forget.data = torch.logit(torch.tensor([GIVEN_BACK, AFTER_SLIP]))

    def mean(self, parts):
        return sum(share * part for share, part in zip(self.shares, parts))

    def scores(self, x):
        return self.mean([member.scores(x) for member in self.members])

    def forward(self, x, period, irregular, source):
        x, period, irregular, source = turned(x, period, irregular, source)
        return self.whole.believe(self.scores(x), period, irregular, source).transpose(0, 1), None


def turned(*arrays):
    return (array.transpose(0, 1).contiguous() for array in arrays)


BEAT_CHOICES = [(t, a) for t in places.LEVELS for a in range(t)]
MASS = np.array([[float(p[0] == t and p[2] % t == a) for p in places.PLACES] for t, a in BEAT_CHOICES]).T
_CHOICE = np.zeros((max(places.LEVELS) + 1, max(places.LEVELS)), np.int64)
for _number, (_tatums, _at) in enumerate(BEAT_CHOICES):
    _CHOICE[_tatums, _at] = _number


def right(belief, truth):
    """Share of the tatums whose likeliest place in the beat is the true one, of each piece; NaN where nothing is known.

    It says how good the decisions are; a loss says as well how sure of them a network is."""
    level, at = truth[..., 0], truth[..., 1]
    known, choice = level > 0, torch.as_tensor(_CHOICE, device=belief.device)[level, at]
    mass = belief @ torch.as_tensor(MASS, dtype=belief.dtype, device=belief.device)
    return ((mass.argmax(-1) == choice) & known).sum(1) / known.sum(1)


def loss(said, truth, bar_weight, early=2.0, music_weight=0.3):
    """Mean of -log P(beat) and of -log P(bar | beat) over tatums of which they are known.

    The first tatums weigh more, `early` times so at the start: a show waits for the beat. A piece without
    any beat teaches only that there is none."""
    belief, music = said
    weight = 1 + early * torch.exp(-torch.arange(belief.shape[1], device=belief.device) / 30.0)
    level, at, bar, beats = truth.unbind(-1)
    known, barred = (level > 0), (level > 0) & (bar >= 0)
    choice = torch.as_tensor(_CHOICE, device=belief.device)[level, at]
    mass = belief @ torch.as_tensor(MASS, dtype=belief.dtype, device=belief.device)
    beat = mass.gather(-1, choice.unsqueeze(-1)).squeeze(-1).clamp(min=LEAST).log()
    start = torch.as_tensor(places.START, device=belief.device)[level, beats]
    place = torch.where(barred, start + bar, torch.zeros_like(bar))
    whole = belief.gather(-1, place.unsqueeze(-1)).squeeze(-1).clamp(min=LEAST).log()
    share = lambda values, where: (values * where * weight).sum() / (where * weight).sum().clamp(min=1)
    beat_loss, bar_loss = share(-beat, known), share(beat - whole, barred)
    some = known.any(1, keepdim=True)
    heard = known | (~some & (truth[..., 2] < 0))
    there = torch.nn.functional.binary_cross_entropy_with_logits(music, some.float().expand_as(music), reduction="none")
    music_loss = (there * heard).sum() / heard.sum().clamp(min=1)
    return beat_loss + bar_weight * bar_loss + music_weight * music_loss, beat_loss, bar_loss, music_loss
