"""The forward algorithm over places, with its own gradient: ten times as fast as recorded step by step."""
import torch


class Forward(torch.autograd.Function):
    """Probability of each place after each tatum.

    All arguments are tatums x pieces x ...: `evidence` the log likelihood of each place, `back` what each
    place gets of the prior, `keep` the share that is kept of what was believed (one a tatum), `source` the
    place that each was at the tatum before, or the number of places where there was none.
    """

    @staticmethod
    def forward(context, evidence, back, keep, source):
        steps, pieces, places = evidence.shape
        likely = torch.exp(evidence - evidence.amax(-1, keepdim=True))
        # the last column is the place that is none
        belief = evidence.new_zeros(steps + 1, pieces, places + 1)
        moved, sums = torch.empty_like(likely), evidence.new_empty(steps, pieces, 1)
        for t in range(steps):
            torch.gather(belief[t], 1, source[t], out=moved[t])
            now = belief[t + 1, :, :places]
            torch.addcmul(back[t], moved[t], keep[t], out=now)
            now.mul_(likely[t])
            torch.sum(now, -1, keepdim=True, out=sums[t])
            now.div_(sums[t])
        context.save_for_backward(belief, likely, moved, sums, keep, source)
        return belief[1:, :, :places]

    @staticmethod
    def backward(context, wanted):
        belief, likely, moved, sums, keep, source = context.saved_tensors
        steps, pieces, places = wanted.shape
        evidence, prior = torch.empty_like(likely), torch.empty_like(likely)
        carried = wanted.new_zeros(pieces, places + 1)
        for t in reversed(range(steps)):
            now = belief[t + 1, :, :places]
            grad = wanted[t] + carried[:, :places]
            grad.sub_((grad * now).sum(-1, keepdim=True))
            torch.mul(grad, now, out=evidence[t])
            torch.mul(grad, likely[t], out=prior[t])
            prior[t].div_(sums[t])
            carried.zero_().scatter_add_(1, source[t], prior[t] * keep[t])
        return evidence, prior, (prior * moved).sum(-1, keepdim=True), None
