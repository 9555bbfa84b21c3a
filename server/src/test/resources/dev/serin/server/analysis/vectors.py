#!/usr/bin/env python3
"""Writes the vectors of this folder with scipy and statsmodels; seed 20261122.

    pip install numpy==2.4.6 scipy==1.17.1 statsmodels==0.15.0 && python vectors.py

two_samples.csv   outcomes of two arms; Welch's t, degrees of freedom, p and interval by scipy's
                  ttest_ind, which statsmodels' CompareMeans has to give as well; Cohen's d from
                  Student's t of the same, d = t sqrt(1/n_c + 1/n_t), and its large-sample interval
sample_sizes.csv  power of n users by statsmodels' power classes, to be turned round; for pooled
                  shares n by samplesize_proportions_2indep_onetail
quantiles.csv     ends of an interval of 95 % in standard errors: degrees of freedom, scipy's t.ppf;
                  of the normal distribution where they are "inf"
"""
import csv
import os

import numpy as np
from scipy import stats
from statsmodels.stats.power import NormalIndPower, TTestIndPower
from statsmodels.stats.proportion import (
    proportion_effectsize, samplesize_proportions_2indep_onetail)
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

HERE = os.path.dirname(os.path.abspath(__file__))
SEED = 20261122


def sample(random, size):
    """Values of six digits: of many scales, with outliers or without."""
    scale = 10 ** random.uniform(-2, 3)
    shape = random.integers(3)
    values = (random.normal(random.uniform(-2, 2), 1, size) if shape == 0
              else random.lognormal(0, 1, size) if shape == 1
              else random.integers(0, 5, size) + random.normal(0, .01, size))
    return [float(f"{scale * value:.6g}") for value in values]


def two_samples(random, out):
    out.writerow(["control", "treatment", "t", "degrees_of_freedom", "p", "lower", "upper",
                  "d", "d_lower", "d_upper"])
    for _ in range(60):
        control = sample(random, int(random.integers(2, 30)))
        treatment = sample(random, int(random.integers(2, 30)))
        if random.random() < .7:
            # Of one scale, so that not every difference is beyond doubt.
            treatment = [float(f"{x:.6g}") for x in random.choice(control, len(treatment))
                         * random.uniform(.9, 1.1, len(treatment))]
        welch = stats.ttest_ind(treatment, control, equal_var=False)
        interval = welch.confidence_interval()
        other = CompareMeans(DescrStatsW(treatment), DescrStatsW(control))
        np.testing.assert_allclose(
            [*other.ttest_ind(usevar="unequal"), *other.tconfint_diff(usevar="unequal")],
            [welch.statistic, welch.pvalue, welch.df, interval.low, interval.high], rtol=1e-8)
        inverses = 1 / len(control) + 1 / len(treatment)
        d = stats.ttest_ind(treatment, control).statistic * inverses ** .5
        half = stats.norm.ppf(.975) * (inverses + d * d / 2 / (len(control) + len(treatment))) ** .5
        out.writerow([" ".join(map(repr, control)), " ".join(map(repr, treatment)),
                      *(repr(float(x)) for x in (
                          welch.statistic, welch.df, welch.pvalue, interval.low, interval.high,
                          d, d - half, d + half))])


def sample_sizes(random, out):
    out.writerow(["kind", "first", "second", "ratio", "alpha", "power", "users"])

    def row(kind, first, second, ratio, alpha, power, users):
        out.writerow([kind, *(repr(float(x)) for x in (
            first, second, ratio, alpha, power, users))])

    for _ in range(25):
        alpha = float(f"{10 ** random.uniform(-3, -.9):.3g}")
        ratio = float(f"{10 ** random.uniform(-1, 1.3):.3g}")
        users = float(f"{10 ** random.uniform(1.5, 5):.4g}")
        # So far away, in standard errors of the difference, that power is neither 0 nor 1.
        shift = stats.norm.isf(alpha / 2) + random.uniform(-.3, 2)
        effect = float(f"{shift * (1 / users + 1 / (ratio * users)) ** .5:.6g}")
        row("z", effect, 0, ratio, alpha, NormalIndPower().power(
            effect, users, alpha, ratio=ratio, alternative="two-sided"), users)
        row("t", effect, 0, ratio, alpha, TTestIndPower().power(
            effect, users, alpha, ratio=ratio, alternative="two-sided"), users)

        first = float(f"{10 ** random.uniform(-3, -.4):.4g}")
        second = float(f"{first * random.uniform(1.05, 1.6):.4g}")
        distance = abs(proportion_effectsize(second, first))
        users = float(f"{(shift / distance) ** 2 * (1 + 1 / ratio):.8g}")
        row("arcsine", first, second, ratio, alpha, NormalIndPower().power(
            distance, users, alpha, ratio=ratio, alternative="two-sided"), users)
        power = float(f"{random.uniform(.5, .98):.3g}")
        row("pooled", first, second, 1, alpha, power, samplesize_proportions_2indep_onetail(
            second - first, first, power, ratio=1, alpha=alpha, alternative="two-sided"))


def quantiles(random, out):
    out.writerow(["degrees_of_freedom", "quantile"])
    out.writerow(["inf", repr(float(stats.norm.ppf(.975)))])
    for freedom in [1, 2, 7, 127, 1e9, *(10 ** random.uniform(0, 6, 20))]:
        freedom = float(f"{freedom:.8g}")
        out.writerow([repr(freedom), repr(float(stats.t.ppf(.975, freedom)))])


def main():
    for write in (two_samples, sample_sizes, quantiles):
        with open(os.path.join(HERE, write.__name__ + ".csv"), "w", newline="",
                  encoding="utf-8") as file:
            write(np.random.default_rng(SEED), csv.writer(file, lineterminator="\n"))


main()
