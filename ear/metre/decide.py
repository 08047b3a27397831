"""The decisions of `dsp::rhythm::metre`, and how right they are."""
import mir_eval
import numpy as np
import torch

import places
from data import collate
from model import BEAT_CHOICES, MASS

SWITCH_BEAT, SWITCH_BAR, UNDECIDED = 1.5, 2.0, 8


def beats(piece, p):
    """Beats as the engine says them: (instant, number in bar, heard at). `p`: probabilities after each tatum."""
    at, source = piece["at"], piece["source"]
    out, followed, bar, count = [], None, None, 0
    for i in range(len(at) - 2):
        coming = p[i]
        for step in (i + 1, i + 2):
            src = source[step]
            moved = np.where(src >= 0, coming[np.clip(src, 0, None)], 0.0)
            coming = moved / moved.sum() if moved.sum() > 0 else coming
        src = source[i + 2]
        # what is followed moves on
        def on(place):
            if place is None:
                return None
            hits = [to for to in np.flatnonzero(src >= 0) if place == src[to]]
            return hits[0] if hits else None
        count += 1
        mass = coming @ MASS
        best = int(mass.argmax())
        if followed is not None:
            rep = places.INDEX[(followed[0], 4, followed[1])]
            to = on(rep)
            followed = (int(places.TATUMS[to]), int(places.AT[to] % places.TATUMS[to])) if to is not None else None
        bar = on(bar)
        if followed is None or (BEAT_CHOICES[best] != followed and (count <= UNDECIDED or
                mass[best] > SWITCH_BEAT * mass[BEAT_CHOICES.index(followed)])):
            followed, bar = BEAT_CHOICES[best], None
        if followed[1] == 0:
            here = [k for k, pl in enumerate(places.PLACES) if pl[0] == followed[0] and pl[2] % pl[0] == 0]
            top = max(here, key=lambda k: coming[k])
            if bar is None or bar not in here or coming[top] > SWITCH_BAR * coming[bar]:
                bar = top
            pl = places.PLACES[bar]
            out.append((at[i + 2], pl[2] // pl[0] + 1, at[i + 2] - 0.115, mass[BEAT_CHOICES.index(followed)], 60 / (followed[0] * piece["period"][i + 2])))
    return np.array(out).reshape(-1, 5)


def score(piece, said):
    ref = piece["beats"][:, 0]
    late = lambda t: t[t >= 5]
    est = said[:, 0]
    r, e = late(ref), late(est)
    f = mir_eval.beat.f_measure(r, e) if len(r) and len(e) else 0.0
    cml = aml = 0.0
    if len(r) > 1 and len(e) > 1:
        _, cml, _, aml = mir_eval.beat.continuity(r, e)
    rd, ed = late(ref[piece["beats"][:, 1] == 1]), late(est[said[:, 1] == 1])
    df = mir_eval.beat.f_measure(rd, ed) if len(rd) and len(ed) else 0.0
    near = lambda k: abs(np.median(np.diff(ref)) * k / np.median(np.diff(est)) - 1) <= 0.04 if len(est) > 2 else False
    lock = np.inf
    med = np.median(np.diff(ref))
    run = 0
    for j, t in enumerate(est):
        right = np.min(np.abs(ref - t)) <= 0.07 and (j == 0 or run == 0 or abs((t - est[j - 1]) / med - 1) < 0.2)
        run = run + 1 if right else int(np.min(np.abs(ref - t)) <= 0.07)
        if run >= 4:
            lock = t
            break
    return dict(F=f, CMLt=cml, AMLt=aml, dF=df, Acc1=float(near(1)), Acc2=float(any(map(near, (1, 2, 3, .5, 1 / 3)))), lock=lock)


def evaluate(model, pieces, chunk=32):
    model.eval()
    rows = []
    with torch.no_grad():
        for i in range(0, len(pieces), chunk):
            part = pieces[i:i + chunk]
            x, period, irregular, source, _ = collate(part)
            p = model(x, period, irregular, source.long())[0].numpy()
            for piece, probabilities in zip(part, p):
                rows.append(dict(score(piece, beats(piece, probabilities[:len(piece["at"])])), name=piece["name"], kind=piece["kind"]))
    return rows


def table(rows, by_kind=True):
    cols = ("F", "CMLt", "AMLt", "dF", "Acc1", "Acc2")
    def line(title, group):
        locks = [r["lock"] for r in group]
        print(f"{title:24s}{len(group):4d} " + " ".join(f"{100 * np.mean([r[c] for r in group]):6.1f}" for c in cols) +
              f"  lock {np.median(locks):5.1f} {np.percentile(locks, 75, method='lower'):5.1f}")
    if by_kind:
        for kind in sorted({r["kind"] for r in rows}):
            line(kind, [r for r in rows if r["kind"] == kind])
    line("all", rows)
