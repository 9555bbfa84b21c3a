"""Writes confseq.csv and one_sided.csv.

    pip install mpmath==1.4.1 numpy==1.26.4 && python vectors.py CONFSEQ/src

CONFSEQ is a copy of gostevehoward/confseq (v0.0.11), whose QuantileABTest is compiled here with g++
and boost: its Python package does not build on Python 3.11.

confseq.csv    its p-values of two arms of whole numbers: two-sided, each number a bin of its own
one_sided.csv  beta mixtures cut off at p, from mpmath's incomplete beta function with 60 digits
"""

import csv
import subprocess
import sys
import tempfile

import mpmath as mp
import numpy as np

mp.mp.dps = 60
SEED = 20261122
PROGRAM = """
#include <iostream>
#include "confseq/uniform_boundaries.h"
int main() {
  double p; int t_opt, n;
  while (std::cin >> p >> t_opt >> n) {
    std::vector<double> a(n), b(n);
    for (auto& x : a) std::cin >> x;
    for (auto& x : b) std::cin >> x;
    auto arm = [](std::vector<double>& v) {
      return std::make_shared<confseq::StaticOrderStatistics>(v.begin(), v.end());
    };
    std::cout.precision(17);
    std::cout << confseq::QuantileABTest(p, t_opt, .05, arm(a), arm(b)).p_value() << std::endl;
  }
}
"""


def confseq(random, out, headers):
    """p, t_opt, p-value, then the counts of both arms by bin, the control's first."""
    cases = []
    for _ in range(40):
        p = float(random.choice([.5, .9, .95, .99]))
        n, bins = int(random.integers(50, 3000)), 60
        arms = [np.clip(random.gamma(4, 3 + 2 * random.random(), n), 0, bins - 1).astype(int)
                for _ in range(2)]
        cases.append((p, int(random.choice([100, 1000])), arms))
    with tempfile.TemporaryDirectory() as folder:
        with open(folder + "/main.cpp", "w", encoding="utf-8") as source:
            source.write(PROGRAM)
        subprocess.run(["g++", "-std=c++14", "-I", headers, "-o", folder + "/main",
                        folder + "/main.cpp"], check=True)
        text = "\n".join(f"{p} {t} {len(a[0])} " + " ".join(map(str, [*a[0], *a[1]]))
                         for p, t, a in cases)
        answer = subprocess.run([folder + "/main"], input=text, capture_output=True, text=True,
                                check=True).stdout.split()
    out.writerow(["p", "t_opt", "p_value", "counts"])
    for (p, t, arms), value in zip(cases, answer):
        out.writerow([p, t, value, *(x for a in arms for x in np.bincount(a, minlength=60))])


def one_sided(random, out):
    out.writerow(["p", "t_opt", "alpha", "k", "n", "log_e_above", "log_e_below"])
    for _ in range(60):
        p = float(random.choice([.5, .9, .95, .99]))
        t_opt, alpha = int(random.choice([100, 1000, 10000])), float(random.choice([.05, .2, .01]))
        n = round(float(10 ** random.uniform(0, 4)), 2)
        k = round(float(np.clip(p * n + random.uniform(-4, 4) * (p * (1 - p) * n) ** .5, 0, n)), 2)
        v, odds = mp.mpf(p) * (1 - mp.mpf(p)), -2 * mp.log(mp.mpf(alpha))
        r = max(t_opt * v / (odds + mp.log(1 + odds)) - v, v / 1000)
        a, b, q = r / (1 - mp.mpf(p)), r / mp.mpf(p), mp.mpf(p)

        def log_e(low, high):
            return (mp.log(mp.betainc(a + k, b + n - k, low, high) / mp.betainc(a, b, low, high))
                    - k * mp.log(q) - (n - k) * mp.log(1 - q))
        out.writerow([p, t_opt, alpha, k, n, mp.nstr(log_e(q, mp.mpf(1)), 15),
                      mp.nstr(log_e(mp.mpf(0), q), 15)])


def main():
    headers = sys.argv[1]
    for name, write in (("confseq", lambda r, o: confseq(r, o, headers)), ("one_sided", one_sided)):
        with open(name + ".csv", "w", newline="", encoding="utf-8") as file:
            write(np.random.default_rng(SEED), csv.writer(file, lineterminator="\n"))


main()
