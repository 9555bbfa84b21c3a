"""Writes the vectors of this folder, from formulas put down anew with 60 digits.

    pip install mpmath==1.4.1 numpy==1.26.4 gbstats==0.8.0 && python vectors.py

normal_mixture.csv  log mixture and bound of both kinds (Howard et al. 2021)
gbstats.csv         intervals and p-values of GrowthBook's own SequentialTwoSidedTTest
mean_test.csv       claims over stages: buckets left out one by one, as the definition says
"""

import csv

import mpmath as mp
import numpy as np

mp.mp.dps = 60
SEED = 20261122
B = 128


def log_mixture(sides, s, v, r):
    s, v, r = mp.mpf(s), mp.mpf(v), mp.mpf(r)
    if sides == 2:
        return mp.log(r / (v + r)) / 2 + s**2 / (2 * (v + r))
    return mp.log(4 * r / (v + r)) / 2 + s**2 / (2 * (v + r)) + mp.log(mp.ncdf(s / mp.sqrt(v + r)))


def bound(sides, v, r, alpha):
    needed = -mp.log(mp.mpf(alpha))
    low, high = mp.mpf(0), mp.mpf(1)
    while log_mixture(sides, high, v, r) < needed:
        high *= 2
    for _ in range(220):
        middle = (low + high) / 2
        low, high = (middle, high) if log_mixture(sides, middle, v, r) < needed else (low, middle)
    return high


def best_r(sides, v, alpha):
    alpha = mp.mpf(alpha) * (2 if sides == 1 else 1)
    return mp.mpf(v) / (-2 * mp.log(alpha) + mp.log(1 - 2 * mp.log(alpha)))


def normal_mixture(random, out):
    out.writerow(["sides", "s", "v", "v_opt", "alpha", "log_mixture", "bound"])
    for i in range(200):
        sides = 1 + i % 2
        v = float(f"{10 ** random.uniform(0, 9):.6g}")
        v_opt = float(f"{v * 10 ** random.uniform(-3, 3):.6g}")
        alpha = float(f"{10 ** random.uniform(-8, -0.4):.6g}")
        s = float(f"{random.uniform(-40, 40) * v ** .5:.6g}")
        r = best_r(sides, v_opt, alpha)
        out.writerow([sides, s, v, v_opt, alpha, mp.nstr(log_mixture(sides, s, v, r), 20),
                      mp.nstr(bound(sides, v, r, alpha), 20)])


def gbstats(random, out):
    from gbstats.frequentist.tests import SequentialConfig, SequentialTwoSidedTTest
    from gbstats.models.statistics import SampleMeanStatistic
    names = ["n", "mean", "variance_of_mean"]
    out.writerow([f"{name}_{arm}" for arm in "ct" for name in names]
                 + ["planned", "lower", "upper", "percent_lower", "percent_upper", "p"])
    for _ in range(60):
        arms = []
        for _ in range(2):
            n = int(10 ** random.uniform(2.1, 6))
            mean = random.uniform(.5, 2)
            square = mean**2 + random.uniform(.1, 9)
            arms.append(SampleMeanStatistic(n=n, sum=n * mean, sum_squares=n * square))
        planned = int(10 ** random.uniform(3, 6))
        row = [x for a in arms for x in (a.n, repr(a.mean), repr(a.variance / a.n))] + [planned]
        results = [
            SequentialTwoSidedTTest(*arms, SequentialConfig(
                difference_type=kind, sequential_tuning_parameter=planned)).compute_result()
            for kind in ("absolute", "relative")]
        row += [repr(float(x)) for x in results[0].ci]
        row += [repr(float(100 * x)) for x in results[1].ci]
        out.writerow(row + [repr(float(results[0].p_value))])


def jackknife(sums, counts, weights):
    """What an arm shows over the stages, and its variance, from the definition."""
    def theta(without):
        keep = np.arange(B) != without
        return sum(w * s[keep].sum() / c[keep].sum() for w, s, c in zip(weights, sums, counts))
    left_out = np.array([theta(b) for b in range(B)])
    return theta(-1), (B - 1) / B * ((left_out - left_out.mean()) ** 2).sum()


def mean_test(random, out):
    """A case: three lines of numbers for each stage and arm (counts, sums), then the results."""
    for case in range(6):
        stages = 1 + case % 3
        users = [2 * int(random.integers(100, 1500)) for _ in range(stages)]
        counts = [[random.poisson(5, B) + 1 for _ in range(stages)] for _ in range(2)]
        sums = [[np.round(c * random.lognormal(.1 * arm, .4, B), 6) for c in counts[arm]]
                for arm in range(2)]
        weights = np.array(users) / sum(users)
        (control, ofc), (treatment, oft) = (
            jackknife(sums[arm], counts[arm], weights) for arm in range(2))
        n, planned, alpha = max(users), 5000, .01
        out.writerow(["case", stages, n // 2, planned, alpha])
        for stage in range(stages):
            for arm in range(2):
                out.writerow(["arm", users[stage] // 2, *counts[arm][stage]])
                out.writerow(["sums", *sums[arm][stage]])
        r = best_r(1, planned, alpha)
        x = bound(1, n, r, alpha) / mp.sqrt(n)
        for name, sign, k, offset in (("regression", 1, 1.1, 0), ("non_inferiority", -1, 1.25, 0),
                                      ("regression_absolute", 1, 1, .05)):
            error = np.sqrt(oft + k * k * ofc)
            z = sign * (treatment - k * control - offset) / error
            if offset:
                edge = treatment - control - sign * x * mp.sqrt(oft + ofc)
            else:
                # The k at which z is on the bound, by bisection: nothing of Fieller's formula.
                def beyond(k):
                    return sign * (treatment - k * control) - x * mp.sqrt(oft + k * k * ofc)
                edge = mp.findroot(beyond, (0, 9), solver="anderson", tol=1e-40) - 1
            out.writerow([name, repr(float(error)), mp.nstr(
                log_mixture(1, mp.sqrt(n) * z, n, r), 17), mp.nstr(edge, 17)])


def main():
    for name, write in (("normal_mixture", normal_mixture), ("gbstats", gbstats),
                        ("mean_test", mean_test)):
        with open(name + ".csv", "w", newline="", encoding="utf-8") as file:
            write(np.random.default_rng(SEED), csv.writer(file, lineterminator="\n"))


main()
