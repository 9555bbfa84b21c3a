#!/usr/bin/env python3
"""Writes the vectors beside this file: python3 vectors.py (three minutes; needs mpmath).

rate_test.csv: log e-values of one Beta, by integrating the likelihood ratios themselves with 40
digits: ln of the mean of (theta/t)^x ((1-theta)/(1-t))^(n-x) over Beta(a,b) cut off to theta > t.
multinomial.csv: log E of counts against probabilities, by log gamma functions with 60 digits.
Seed 20261122.
"""
import os
import random

import mpmath as mp

HERE = os.path.dirname(os.path.abspath(__file__))
random.seed(20261122)


def log_tail(a, b, t):
    """ln of the integral of (theta/t)^a ((1-theta)/(1-t))^b dtheta/(theta(1-theta)), theta > t.

    With u = logit(theta) - logit(t) the integrand is exp(a u - n ln(1 + t (e^u - 1))), u > 0.
    """
    n = a + b

    def g(u):
        return a * u - n * mp.log1p(t * mp.expm1(u))

    mode = mp.log(a / b) - mp.log(t / (1 - t))
    top = max(mp.mpf(0), mode)
    peak = g(top)
    width = 1 / mp.sqrt(n * (a / n) * (b / n))
    if mode < 0:
        width = min(width, 1 / (n * t - a))
    points = {mp.mpf(0), top}
    for k in (1, 2, 4, 8, 16, 32, 64, 128, 512, 4096):
        points.add(top + k * width)
        if top - k * width > 0:
            points.add(top - k * width)
    points = sorted(points) + [mp.inf]
    return peak + mp.log(mp.quad(lambda u: mp.exp(g(u) - peak), points))


def log_e(a, b, t, x, n):
    a, b, t = mp.mpf(a), mp.mpf(b), mp.mpf(t)
    return log_tail(a + x, b + n - x, t) - log_tail(a, b, t)


def rate_cases():
    priors = [(0.5, 0.5, 0.5), (50, 50, 0.5), (0.5, 0.5, 0.05), (5, 95, 0.05), (0.5, 0.5, 5 / 9),
              (0.5, 0.5, 0.95), (95, 5, 0.95), (0.1, 99.9, 0.001), (50, 50, 5 / 9)]
    for a, b, t in priors:
        for n in (0, 1, 3, 17, 1000, 180_000, 10**6, 10**9):
            sd = (n * t * (1 - t)) ** 0.5
            shifts = (-3, 0, 0.3, 4, 40) if n > 1000 else (-1, 0, 2)
            xs = {min(n, max(0, round(n * t + z * sd))) for z in shifts} | {0, n}
            for x in sorted(xs):
                yield a, b, t, x, n
    for _ in range(60):
        a, b, t = random.choice(priors)
        n = int(10 ** random.uniform(0, 9))
        p = min(1, max(0, t * random.lognormvariate(0, 0.3)))
        yield a, b, t, min(n, round(n * p)), n


def multinomial_cases():
    shares = [("0.5", "0.5"), ("0.05", "0.95"), ("0.25", "0.25", "0.5"), ("0.9", "0.1"),
              ("0.001", "0.001", "0.998")]
    for k in (2, 10, 100):
        for p in shares:
            for n in (1, 50, 10_000, 10**7, 10**9):
                left, counts = n, []
                for share in p[:-1]:
                    c = min(left, max(0, round(n * float(share) * (1 + random.gauss(0, 0.02)))))
                    counts.append(c)
                    left -= c
                yield k, p, counts + [left]


def log_beta(a):
    return sum(mp.loggamma(x) for x in a) - mp.loggamma(sum(a))


with open(os.path.join(HERE, "rate_test.csv"), "w", encoding="utf-8") as out:
    out.write("# a,b,t,hits,trials,log e-value; by vectors.py\n")
    mp.mp.dps = 40
    for a, b, t, x, n in rate_cases():
        value = mp.nstr(log_e(a, b, t, x, n), 17, strip_zeros=False)
        out.write(f"{a!r},{b!r},{t!r},{x},{n},{value}\n")

with open(os.path.join(HERE, "multinomial.csv"), "w", encoding="utf-8") as out:
    out.write("# concentration,probabilities,counts,log e-value; by vectors.py\n")
    mp.mp.dps = 60
    for k, p, c in multinomial_cases():
        # As doubles, which need not sum to 1: at 1e9 users that shows in the eighth place.
        doubles = [mp.mpf(float(s)) for s in p]
        probabilities = [s / sum(doubles) for s in doubles]
        prior = [k * s for s in probabilities]
        log_e_value = (log_beta([a + x for a, x in zip(prior, c)]) - log_beta(prior)
                       - sum(x * mp.log(s) for x, s in zip(c, probabilities)))
        out.write(f"{k},{' '.join(p)},{' '.join(map(str, c))},{mp.nstr(log_e_value, 17)}\n")
