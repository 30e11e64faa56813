"""Writes src/measure/statistics/fixtures.json: numbers from scipy, statsmodels and ppi_py that the TypeScript has to meet.

    python3 -m venv VENV && VENV/bin/pip install -r requirements.txt && VENV/bin/python fixtures.py

Tango's interval for paired rates is in neither library. It is written out here from its definition in another way than
in the TypeScript: the constrained likelihood is maximised by a root of its derivative, and the bounds are roots of the
score, both by scipy's brentq.

What no library has (see `more.py`) is written out from its definition in another way than in the TypeScript: sums over all
outcomes instead of draws, roots instead of closed forms. `fixtures.R` has what R's packages have.
"""

import json
import platform
from importlib.metadata import version
from pathlib import Path

import numpy as np
import scipy
import statsmodels
import statsmodels.api as sm
from scipy import optimize, stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

import more

rng = np.random.default_rng(20260211)


def constrained_loss(gained, lost, n, change):
    """Most likely probability of a loss, given P(gain) - P(loss) = change."""
    same = n - gained - lost
    # u is what both flips have beyond the least that the change asks for; P(same) = 2 (width - u).
    least_gain, least_loss = max(0.0, change), max(0.0, -change)
    width = (1 - abs(change)) / 2

    def slope(u):
        total = 0.0
        if gained:
            total += gained / (u + least_gain)
        if lost:
            total += lost / (u + least_loss)
        if same:
            total -= same / (width - u)
        return total

    low, high = 1e-14 * width, width * (1 - 1e-14)
    if slope(low) <= 0:
        return least_loss
    if slope(high) >= 0:
        return least_loss + width
    return least_loss + optimize.brentq(slope, low, high, xtol=1e-18, rtol=1e-14)


def score(gained, lost, n, change):
    q = constrained_loss(gained, lost, n, change)
    variance = n * (2 * q + change - change * change)
    return (gained - lost - n * change) / np.sqrt(variance)


def tango(gained, lost, n, level, z=None):
    z = stats.norm.ppf(0.5 + level / 2) if z is None else z
    change = (gained - lost) / n
    inside = 1e-9
    lower = -1.0 if change == -1 else optimize.brentq(
        lambda d: score(gained, lost, n, d) - z, -1 + inside, change - inside * (1e-3), xtol=1e-15)
    upper = 1.0 if change == 1 else optimize.brentq(
        lambda d: score(gained, lost, n, d) + z, change + inside * (1e-3), 1 - inside, xtol=1e-15)
    return lower, upper


def wilson_cases():
    for successes, n in [(0, 10), (10, 10), (1, 1), (3, 40), (37, 74), (188, 189), (900, 1000), (0, 100000)]:
        for level in (0.9, 0.95, 0.99):
            low, high = proportion_confint(successes, n, alpha=1 - level, method="wilson")
            yield dict(successes=successes, n=n, level=level, interval=[float(low), float(high)])


def mcnemar_cases():
    for gained, lost in [(0, 0), (1, 0), (0, 6), (5, 5), (3, 12), (12, 3), (40, 61), (0, 60), (300, 351)]:
        p = 1.0 if gained + lost == 0 else mcnemar([[5, lost], [gained, 7]], exact=True).pvalue
        yield dict(gained=gained, lost=lost, p=float(min(1.0, p)))


def tango_cases():
    cases = [(0, 0, 74), (0, 0, 189), (0, 1, 74), (3, 0, 60), (4, 9, 120), (60, 4, 120), (0, 120, 120), (120, 0, 120),
             (1, 1, 2), (10, 287, 1000), (5, 5, 1000), (50, 50, 100), (2, 30, 40), (7, 3, 10)]
    for gained, lost, n in cases:
        for level in (0.9, 0.95):
            low, high = tango(gained, lost, n, level)
            scores = [[line, float(score(gained, lost, n, line))] for line in (-0.3, -0.05, 0.02, 0.2)]
            yield dict(gained=gained, lost=lost, n=n, level=level, interval=[float(low), float(high)], scores=scores)


def cluster_case(templates, prompts, missing, repeat):
    rows = []
    lean_t, lean_p = rng.normal(size=templates), rng.normal(size=prompts)
    for t in range(templates):
        for p in range(prompts):
            for _ in range(repeat):
                if rng.random() < missing:
                    continue
                lean = lean_t[t] + lean_p[p] + rng.normal()
                rows.append([-1 if lean < -2 else 1 if lean > 2.5 else 0, t, p])
    data = np.array(rows)
    value, groups = data[:, 0].astype(float), data[:, 1:]
    model = sm.OLS(value, np.ones(len(value)))
    cells = groups[:, 0] * prompts + groups[:, 1]

    def variance(by):
        return float(model.fit(cov_type="cluster", cov_kwds=dict(groups=by)).cov_params()[0, 0])

    both = model.fit(cov_type="cluster", cov_kwds=dict(groups=groups))
    raw = float(both.cov_params()[0, 0])
    method, interval = grid_interval(data, max(raw, variance(cells)))
    return dict(
        rows=[[int(v) for v in row] for row in rows],
        mean=float(value.mean()),
        template=variance(groups[:, 0]),
        prompt=variance(groups[:, 1]),
        cell=variance(cells),
        both=raw,
        method=method,
        interval=interval,
    )


def grid_interval(data, variance):
    """Tango's interval on as many independent rows as have this variance, and on the prompts where few of them flipped."""
    value, templates, prompts = data[:, 0], len(set(data[:, 1])), len(set(data[:, 2]))
    n, gained, lost = len(value), int((value > 0).sum()), int((value < 0).sum())

    def on(size, z):
        return tango(gained * size / n, lost * size / n, size, 0.95, z)

    size = min(n, float(value.var()) / variance)
    by_clusters = on(size, stats.t.ppf(0.975, min(templates, prompts) - 1))
    if len(set(data[value != 0, 2])) >= 5:
        return "two-way clusters", [float(v) for v in by_clusters]
    by_prompts = on(prompts, stats.norm.ppf(0.975))
    return "two-way clusters, tango on prompts", [float(min(by_clusters[0], by_prompts[0])),
                                                  float(max(by_clusters[1], by_prompts[1]))]


def perplexity_case(documents):
    tokens = rng.integers(5, 60, size=documents)
    baseline = -rng.gamma(3.0, 1.0, size=documents) * tokens
    steered = baseline - rng.normal(0.04, 0.05, size=documents) * tokens
    rise = (baseline - steered) / tokens
    fit = sm.WLS(rise, np.ones(documents), weights=tokens).fit(
        cov_type="cluster", cov_kwds=dict(groups=np.arange(documents)))
    mean, error = float(fit.params[0]), float(fit.bse[0])
    half = stats.t.ppf(0.975, documents - 1) * error
    return dict(
        documents=[dict(tokens=int(t), baseline=float(b), steered=float(s))
                   for t, b, s in zip(tokens, baseline, steered)],
        baseline=float(np.exp(-baseline.sum() / tokens.sum())),
        steered=float(np.exp(-steered.sum() / tokens.sum())),
        change=float(1 - np.exp(mean)),
        interval=[float(1 - np.exp(mean + half)), float(1 - np.exp(mean - half))],
        above=[[line, float(stats.t.sf((np.log(1 - line) - mean) / error, documents - 1))] for line in (-0.05, 0.0)],
    )


def holm_cases():
    for p in ([0.01], [0.01, 0.04, 0.03, 0.005], [0.5, 0.9, 0.7], [0.02, 0.02, 0.02], list(rng.random(9) ** 3)):
        yield dict(p=[float(v) for v in p], adjusted=[float(v) for v in multipletests(p, method="holm")[1]])


def kappa_cases():
    for table in ([[45, 15], [25, 15]], [[10, 4, 1], [6, 16, 2], [0, 3, 18]], [[40, 0], [0, 8]], [[0, 9], [7, 0]],
                  [[97, 2], [1, 0]], [[31, 3, 0], [0, 0, 0], [2, 1, 12]]):
        counts = np.array(table)
        found = cohens_kappa(counts)
        agree = int(np.trace(counts))
        chance = float(counts.sum(0) @ counts.sum(1)) / counts.sum() ** 2
        bounds = proportion_confint(agree, int(counts.sum()), 0.05, "wilson")
        yield dict(table=table, kappa=float(found.kappa), interval=[float((b - chance) / (1 - chance)) for b in bounds])


def auc_cases():
    draw = np.random.default_rng(20261130)
    for m, n, shift in ((12, 9, 0.5), (40, 160, 1.0), (5, 7, 8.0), (30, 30, 0.0)):
        # Rounded, so that there are ties.
        positives, negatives = (draw.normal(mean, 1, size).round(1) for mean, size in ((shift, m), (0.0, n)))
        area = float(stats.mannwhitneyu(positives, negatives).statistic / (m * n))
        size = (m + n) / 2 - 1

        def gap(theta, side):
            q1, q2 = theta / (2 - theta), 2 * theta**2 / (1 + theta)
            variance = (theta * (1 - theta) + size * (q1 - theta**2) + size * (q2 - theta**2)) / (m * n)
            return area - theta + side * stats.norm.ppf(0.975) * np.sqrt(variance)

        low = optimize.brentq(gap, 1e-9, area - 1e-9, args=(-1,), xtol=1e-14)
        high = 1.0 if area == 1 else optimize.brentq(gap, area + 1e-9, 1 - 1e-9, args=(1,), xtol=1e-14)
        yield dict(positives=positives.tolist(), negatives=negatives.tolist(), area=area, interval=[low, high])


fixtures = dict(
    made=dict(
        by="oracle/statistics/fixtures.py",
        python=platform.python_version(),
        numpy=np.__version__,
        scipy=scipy.__version__,
        statsmodels=statsmodels.__version__,
        ppi_python=version("ppi-python"),
    ),
    normal=[dict(x=x, cdf=float(stats.norm.cdf(x))) for x in (-12, -7, -3.1, -2.9, -1, -0.01, 0, 0.5, 1.96, 3.2, 6)],
    normalQuantiles=[dict(p=p, x=float(stats.norm.ppf(p))) for p in (1e-12, 1e-5, 0.025, 0.3, 0.5, 0.8, 0.975, 0.9999)],
    tTails=[dict(t=t, df=df, tail=float(stats.t.sf(t, df)))
            for t in (-2.5, 0, 0.3, 2, 12, 60) for df in (1, 3, 24, 99, 5000)],
    tQuantiles=[dict(p=p, df=df, t=float(stats.t.ppf(p, df)))
                for p in (0.01, 0.6, 0.95, 0.975, 0.9999) for df in (1, 2, 4, 9, 24, 39, 99, 10000)],
    incompleteBeta=[dict(x=x, a=a, b=b, value=float(stats.beta.cdf(x, a, b)))
                    for x in (0.001, 0.2, 0.5, 0.97) for a, b in ((0.5, 0.5), (2, 7), (30, 1), (120, 88))],
    wilson=list(wilson_cases()),
    mcnemar=list(mcnemar_cases()),
    tango=list(tango_cases()),
    clusters=[cluster_case(5, 7, 0.0, 1), cluster_case(12, 9, 0.2, 1), cluster_case(4, 6, 0.1, 2)],
    perplexity=[perplexity_case(2), perplexity_case(8), perplexity_case(40)],
    holm=list(holm_cases()),
    kappa=list(kappa_cases()),
    auc=list(auc_cases()),
    **more.fixtures(score),
)

target = Path(__file__).resolve().parents[2] / "src" / "measure" / "statistics" / "fixtures.json"
target.write_text(json.dumps(fixtures, separators=(",", ":")).replace('],"', '],\n"').replace('},{', '},\n{') + "\n")
