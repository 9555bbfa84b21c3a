#!/usr/bin/env python3
"""Writes savvi.csv: the users of the examples in the README of assuncaolfi/savvi.

    pip install numpy==2.4.6 && python savvi.py

numpy's legacy generator, seed 1, drawn in the README's order: a multinomial test (1 000 users), an
inhomogeneous Bernoulli process (5 250, not written), an inhomogeneous Poisson process (1 500).
A row: the probabilities that are tested, and the arm of each of the first 500 users.
"""
import os

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))


def tilted(rho, delta):
    weights = np.array(rho) * np.exp(delta)
    return weights / weights.sum()


def main():
    np.random.seed(1)
    multinomial = np.random.multinomial(1, np.array([0.1, 0.3, 0.6]), size=1000)
    np.random.multinomial(1, tilted([0.1, 0.3, 0.6], np.log([0.2, 0.3, 0.4])), size=5250)
    poisson = np.random.multinomial(1, tilted([0.8, 0.2], np.array([1.5, 2])), size=1500)
    with open(os.path.join(HERE, "savvi.csv"), "w", encoding="utf-8") as out:
        out.write("# probabilities,arms; by savvi.py\n")
        for tested, users in (("0.1 0.4 0.5", multinomial), ("0.8 0.2", poisson)):
            arms = "".join(str(arm) for arm in users.argmax(axis=1)[:500])
            out.write(f"{tested},{arms}\n")


main()
