"""Fixtures of differences, bootstraps, several tests, judges and planning; `fixtures.py` writes them.

statsmodels: Newcombe's interval of independent rates, Benjamini-Hochberg. scipy: percentile and BCa intervals, from the
redraws that it made. ppi_py: prediction-powered means. The rest is in no library, and written out from its definition:
both bootstraps by going through every redraw there is; intervals joined by MOVER as roots of their defining equation, with
statsmodels' Wilson; planning as sums over scipy's multinomial.
"""

from itertools import product

import numpy as np
from ppi_py import ppi_mean_ci, ppi_mean_pointestimate
from ppi_py.ppi import _calc_lam_glm
from scipy import optimize, stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

rng = np.random.default_rng(20261126)


def floats(values):
    return [float(v) for v in values]


def wilson(count, n, level=0.95):
    return proportion_confint(count, n, alpha=1 - level, method="wilson") if n else (0.0, 1.0)


def newcombe_cases():
    for one, other in [((56, 70), (48, 80)), ((0, 10), (0, 20)), ((10, 10), (0, 10)), ((1, 75), (3, 120)), ((9, 250), (40, 250))]:
        for level in (0.9, 0.95):
            low, high = confint_proportions_2indep(*one, *other, method="newcomb", compare="diff", alpha=1 - level)
            yield dict(one=one, other=other, level=level, interval=floats((low, high)))


def benjamini_hochberg_cases():
    for p in ([0.01], [0.01, 0.04, 0.03, 0.005], [0.5, 0.9, 0.7], [0.02, 0.02, 0.02], list(rng.random(12) ** 3)):
        yield dict(p=floats(p), adjusted=floats(multipletests(p, method="fdr_bh")[1]))


def bootstrap_cases():
    samples = [rng.exponential(size=12) - 0.4, rng.integers(-1, 2, size=30).astype(float), rng.normal(size=50) ** 3]
    for values in samples:
        drawn = stats.bootstrap((values,), np.mean, n_resamples=399, method="percentile", rng=rng)
        # The same redraws again, with no new ones.
        bca = stats.bootstrap((values,), np.mean, n_resamples=0, method="BCa", bootstrap_result=drawn)
        yield dict(values=floats(values), redrawn=floats(np.sort(drawn.bootstrap_distribution)),
                   percentile=floats(drawn.confidence_interval), bca=floats(bca.confidence_interval))


def every_redraw_of_pairs():
    """Standard deviation and quantiles over all n^n redraws."""
    for values in ([0.0, 1.0, -1.0, 0.5, 2.0, 0.25], [-1.0, 0.1, 0.2, 0.0, 0.3, 1.0]):
        draws = np.array(list(product(values, repeat=len(values))))
        means, whole = draws.mean(axis=1), np.mean(values)
        with np.errstate(divide="ignore", invalid="ignore"):
            scores = (means - whole) / stats.sem(draws, axis=1)
        low, high = np.quantile(scores[~np.isnan(scores)], [0.025, 0.975])
        yield dict(values=values, error=float(means.std()), quantiles=floats(np.quantile(means, [0.025, 0.975])),
                   studentised=floats(whole - np.array([high, low]) * stats.sem(values)))


def every_redraw_of_a_grid(templates, prompts, missing):
    rows = [[float(rng.integers(-1, 2)), t, p] for t in range(templates) for p in range(prompts) if rng.random() >= missing]
    grid = np.full((templates, prompts), np.nan)
    for value, t, p in rows:
        grid[t, p] = value
    means = []
    for ts in product(range(templates), repeat=templates):
        for ps in product(range(prompts), repeat=prompts):
            cells = grid[np.ix_(ts, ps)]
            if not np.isnan(cells).all():
                means.append(np.nanmean(cells))
    means = np.array(means)
    g = min(templates, prompts)
    out = stats.norm.cdf(-stats.t.ppf(0.975, g - 1) * np.sqrt(g / (g - 1)))
    return dict(rows=rows, error=float(means.std()), quantiles=floats(np.quantile(means, [out, 1 - out])))


def judged(n, rate, sensitivity, specificity):
    truth = (rng.random(n) < rate).astype(float)
    said = np.where(truth == 1, rng.random(n) < sensitivity, rng.random(n) >= specificity).astype(float)
    return truth, said


def powered_mean(strata, lam=None):
    """The published formulas, with n - 1 in the variances and Student's t."""
    weights = np.array([len(y) + len(rest) for y, _, rest in strata], float)
    weights /= weights.sum()
    estimate = variance = 0.0
    lambdas = []
    for weight, (y, f, rest) in zip(weights, strata):
        n, N = len(y), len(rest)
        best = np.cov(y, f, ddof=0)[0, 1] / ((1 + n / N) * np.var(np.r_[f, rest], ddof=1))
        lambdas.append(float(np.clip(best, 0, 1)) if lam is None else float(lam))
        estimate += weight * (np.mean(y - lambdas[-1] * f) + lambdas[-1] * np.mean(rest))
        variance += weight**2 * (np.var(y - lambdas[-1] * f, ddof=1) / n + lambdas[-1] ** 2 * np.var(rest, ddof=1) / N)
    half = stats.t.ppf(0.975, sum(len(y) - 1 for y, _, _ in strata)) * np.sqrt(variance)
    return dict(
        strata=[dict(labelled=[dict(label=float(a), predicted=float(b)) for a, b in zip(y, f)], unlabelled=floats(rest))
                for y, f, rest in strata],
        estimate=float(estimate), lambdas=lambdas, interval=[float(estimate - half), float(estimate + half)])


def powered_mean_cases():
    def stratum(n, N, rate):
        y, f = judged(n + N, rate, 0.9, 0.95)
        return y[:n], f[:n], f[n:]

    scores = rng.normal(size=90)
    continuous = (scores[:30] + rng.normal(size=30) * 0.5, scores[:30], scores[30:])
    yield powered_mean([stratum(40, 200, 0.5)])
    yield powered_mean([continuous])
    yield powered_mean([continuous], lam=1.0)
    yield powered_mean([stratum(25, 60, 0.2), stratum(35, 140, 0.7), continuous])


def ppi_py_cases():
    """Large, since ppi_py divides by n and takes the normal quantile."""
    for rate, lam in ((0.3, None), (0.3, 1.0), (0.05, None)):
        n, N = 800, 2400
        y, f = judged(n + N, rate, 0.85, 0.9)
        labelled, said, rest = y[:n], f[:n], f[n:]
        low, high = ppi_mean_ci(labelled, said, rest, alpha=0.05, lam=lam)
        centre = ppi_mean_pointestimate(labelled, said, rest, lam=1.0)
        tuned = _calc_lam_glm(labelled - centre, said - centre, rest - centre, np.eye(1), clip=True)
        yield dict(
            counts=dict(both=int((labelled * said).sum()), missed=int((labelled * (1 - said)).sum()),
                        false=int(((1 - labelled) * said).sum()), n=n, rest=[int(rest.sum()), N]),
            lam=lam, tuned=float(tuned), estimate=float(np.squeeze(ppi_mean_pointestimate(labelled, said, rest, lam=lam))),
            interval=[float(np.squeeze(low)), float(np.squeeze(high))])


def mover(parts):
    """Interval of a sum of independent parts (estimate, low, high)."""
    total = sum(e for e, _, _ in parts)
    return (total, total - np.sqrt(sum((e - l) ** 2 for e, l, _ in parts)),
            total + np.sqrt(sum((h - e) ** 2 for e, _, h in parts)))


def scaled(part, factor):
    e, l, h = (factor * v for v in part)
    return (e, min(l, h), max(l, h))


def powered_rate(claimed, unclaimed, unlabelled):
    rows = claimed[1] + unclaimed[1] + unlabelled[1]
    yes = claimed[1] + unlabelled[0]
    q = yes / rows
    a = claimed[0] / claimed[1] if claimed[1] else 1.0
    b = unclaimed[0] / unclaimed[1] if unclaimed[1] else 0.0
    parts = [scaled((a, *wilson(*claimed)), q), scaled((b, *wilson(*unclaimed)), 1 - q)]
    # The judge's rate enters by its distance from q alone.
    low, high = wilson(yes, rows)
    parts.append(scaled((0.0, low - q, high - q), a - b))
    total, low, high = mover(parts)
    return total, max(0.0, low), min(1.0, high), rows


def powered_rate_cases():
    one = ((30, 33), (4, 87), (260, 900))
    other = ((11, 12), (0, 50), (70, 300))
    for strata in ([one], [other], [((0, 0), (1, 75), (9, 400))], [((3, 20), (18, 40), (100, 200))], [one, other]):
        parts = [powered_rate(*sample) for sample in strata]
        weights = np.array([rows for _, _, _, rows in parts], float)
        weights /= weights.sum()
        total, low, high = mover([scaled(part[:3], w) for part, w in zip(parts, weights)])
        yield dict(strata=[[list(count) for count in sample] for sample in strata],
                   estimate=float(total), interval=[float(max(0, low)), float(min(1, high))])


def powered_change_cases():
    """The covariance by the jackknife over prompts, not from a formula of influences."""
    for n, labelled, rates in ((60, 24, (0.5, 0.3)), (200, 60, (0.2, 0.25))):
        shared = rng.random(n)
        pairs = []
        for rate in rates:
            truth = (0.5 * shared + 0.5 * rng.random(n) < rate).astype(int)
            said = np.where(rng.random(n) < 0.9, truth, 1 - truth)
            pairs.append((truth, said, rng.permutation(n) < labelled))

        def counts(side, keep):
            truth, said, known = (v[keep] for v in side)
            def of(mask):
                return int(truth[mask].sum()), int(mask.sum())
            rest = said[~known]
            return of(known & (said == 1)), of(known & (said == 0)), (int(rest.sum()), len(rest))

        every = np.ones(n, bool)
        found = [powered_rate(*counts(side, every)) for side in pairs]
        # Infinitesimal: each prompt's weight is raised by a little, and the estimate's slope taken.
        def weighted(side, weight):
            truth, said, known = side
            total = weight.sum()
            yes = (weight * said).sum() / total
            def rate(mask):
                return (weight * truth)[mask].sum() / weight[mask].sum()
            return yes * rate(known & (said == 1)) + (1 - yes) * rate(known & (said == 0))
        step = 1e-5
        slopes = []
        for side in pairs:
            flat = np.ones(n)
            slopes.append(np.array([(weighted(side, flat + step * (np.arange(n) == i))
                                     - weighted(side, flat - step * (np.arange(n) == i))) / (2 * step) for i in range(n)]))
        z = stats.norm.ppf(0.975)
        errors = [(high - low) / (2 * z) for _, low, high, _ in found]
        rho = float(slopes[0] @ slopes[1]) / (errors[0] * errors[1])
        (b, bl, bh, _), (s, sl, sh, _) = found
        low = s - b - np.sqrt((s - sl) ** 2 + (bh - b) ** 2 - 2 * rho * (s - sl) * (bh - b))
        high = s - b + np.sqrt((sh - s) ** 2 + (b - bl) ** 2 - 2 * rho * (sh - s) * (b - bl))
        yield dict(
            pairs=[[[int(said[i]), int(truth[i]) if known[i] else None] for truth, said, known in pairs] for i in range(n)],
            change=float(s - b), interval=floats((low, high)))


def rogan_gladen_change_cases(score):
    def tango(gained, lost, n):
        z, change = stats.norm.ppf(0.975), (gained - lost) / n
        return (optimize.brentq(lambda d: score(gained, lost, n, d) - z, -1 + 1e-9, change - 1e-12, xtol=1e-15),
                optimize.brentq(lambda d: score(gained, lost, n, d) + z, change + 1e-12, 1 - 1e-9, xtol=1e-15))

    for gained, lost, n, sensitivity, specificity in [(3, 21, 120, (90, 100), (190, 200)), (0, 0, 80, (45, 50), (48, 50)),
                                                      (40, 4, 120, (180, 200), (150, 200)), (5, 9, 250, (99, 100), (100, 100))]:
        d, (low, high) = (gained - lost) / n, tango(gained, lost, n)
        wrong = (specificity[1] - specificity[0], specificity[1])
        j = sensitivity[0] / sensitivity[1] - wrong[0] / wrong[1]
        jl, jh = confint_proportions_2indep(*sensitivity, *wrong, method="newcomb", compare="diff", alpha=0.05)

        def above(r):  # the lower bound of d - r j
            far = jh if r > 0 else jl
            return d - r * j - np.sqrt((d - low) ** 2 + r * r * (far - j) ** 2)

        def below(r):  # its upper bound
            far = jl if r > 0 else jh
            return d - r * j + np.sqrt((high - d) ** 2 + r * r * (far - j) ** 2)

        yield dict(gained=gained, lost=lost, n=n, sensitivity=sensitivity, specificity=specificity, estimate=float(d / j),
                   interval=[float(optimize.brentq(above, -5, d / j, xtol=1e-14)),
                             float(optimize.brentq(below, d / j, 5, xtol=1e-14))])


def power(score, n, gained, lost, line):
    z = stats.norm.ppf(0.975)
    pairs = [(up, down) for down in range(n + 1) for up in range(n - down + 1)]
    chance = stats.multinomial.pmf([[up, down, n - up - down] for up, down in pairs], n, [gained, lost, 1 - gained - lost])
    above = below = 0.0
    for (up, down), p in zip(pairs, chance):
        if p < 1e-13:
            continue
        found = score(up, down, n, line)
        above += p * (found > z)
        below += p * (found < -z)
    return above, below


def planning_cases(score):
    for n, gained, lost, line in [(40, 0.0, 0.0, -0.05), (90, 0.01, 0.01, -0.05), (60, 0.05, 0.3, 0.0), (75, 0.2, 0.1, 0.05)]:
        above, below = power(score, n, gained, lost, line)
        yield dict(n=n, gained=gained, lost=lost, line=line, above=float(above), below=float(below))


def fixtures(score):
    return dict(
        newcombe=list(newcombe_cases()),
        benjaminiHochberg=list(benjamini_hochberg_cases()),
        bootstrap=list(bootstrap_cases()),
        everyRedrawOfPairs=list(every_redraw_of_pairs()),
        everyRedrawOfGrid=[every_redraw_of_a_grid(3, 5, 0.0), every_redraw_of_a_grid(4, 4, 0.25)],
        poweredMean=list(powered_mean_cases()),
        ppiPy=list(ppi_py_cases()),
        poweredRate=list(powered_rate_cases()),
        poweredChange=list(powered_change_cases()),
        roganGladenChange=list(rogan_gladen_change_cases(score)),
        planning=list(planning_cases(score)),
    )
