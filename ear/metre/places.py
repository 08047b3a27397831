"""Places in a bar, as `dsp::rhythm::metre` has them: which tatum of which beat of which bar."""
import numpy as np

LEVELS = (1, 2, 3, 4, 6)  # tatums to the beat
METRES = (4, 3)  # beats to the bar
PLACES = [(tatums, beats, at) for beats in METRES for tatums in LEVELS for at in range(tatums * beats)]
KINDS = sum(3 + tatums - 1 for tatums in LEVELS)
FINER = (0.5, 2 / 3, 1.0, 1.5, 2.0)
OFF_TATUM = 0.3

TATUMS, BEATS, AT = (np.array(column) for column in zip(*PLACES))
INDEX = {place: i for i, place in enumerate(PLACES)}


def kind(tatums, beats, at):
    """Number of what is expected at a place: down, third of four, other beat, then the parts of a beat."""
    first = sum(3 + t - 1 for t in LEVELS if t < tatums)
    beat, part = divmod(at, tatums)
    if part:
        return first + 2 + part
    return first + (0 if beat == 0 else 1 if beats == 4 and beat == 2 else 2)


KIND = np.array([kind(*place) for place in PLACES])


START = np.full((max(LEVELS) + 1, max(METRES) + 1), -1)
for number, (tatums, beats, at) in enumerate(PLACES):
    if at == 0:
        START[tatums, beats] = number


def moves(at_s, period_s):
    """For each tatum and place: the place it was at the tatum before, or -1. Arrays of one piece."""
    n = len(at_s)
    source = np.full((n, len(PLACES)), -1, np.int16)
    ratio = period_s[:-1] / period_s[1:]
    finer = np.array(FINER)[np.argmin(np.abs(np.log2(ratio[:, None] / np.array(FINER))), 1)][:, None]
    steps = ((at_s[1:] - at_s[:-1]) / period_s[1:])[:, None]
    tatums = np.round(TATUMS * finer, 6)
    at = AT * finer + steps
    whole = np.round(at).astype(int)
    fits = (np.abs(at - whole) < OFF_TATUM) & np.isin(tatums, LEVELS)
    row, place = np.nonzero(fits)
    t, b = tatums[row, place].astype(int), BEATS[place]
    to = START[t, b] + whole[row, place] % (t * b)
    source[row + 1, to] = place
    return source


def truth(at_s, period_s, beats):
    """For each tatum: tatums of the true beat (0: not known), place in it, place in the bar (-1) and beats of the bar."""
    n = len(at_s)
    out = np.zeros((n, 4), np.int64)
    out[:, 2] = -1
    if len(beats) < 3:
        return out
    times, places, per_bar = beats[:, 0], beats[:, 1].astype(int), beats[:, 2].astype(int)
    spans = np.diff(times)
    for i in range(n):
        k = int(np.searchsorted(times, at_s[i] + 1e-9, side="right")) - 1
        inside = 0 <= k < len(spans)
        k = min(max(k, 0), len(spans) - 1)
        span = spans[k]
        part = (at_s[i] - times[k]) / span
        if not inside and not -1.0 <= part <= 2.0:
            continue
        near = spans[max(0, k - 1):k + 2]
        if near.max() > 1.5 * near.min():
            continue
        ratio = span / period_s[i]
        level = min(LEVELS, key=lambda t: abs(np.log2(ratio / t)))
        if abs(ratio / level - 1) > 0.12:
            continue
        where = part * level
        whole = int(np.round(where))
        if abs(where - whole) * span / level > 0.06 or abs(where - whole) > 0.3:
            continue
        out[i, 0], out[i, 1] = level, whole % level
        beat, sub = divmod(whole, level)
        if per_bar[k] in METRES and places[k] > 0:
            out[i, 2] = ((places[k] - 1 + beat) % per_bar[k]) * level + sub
            out[i, 3] = per_bar[k]
    return out
