"""Writes bucketing-vectors.csv from docs/bucketing.md with an independent XXH3.

    pip install xxhash && python bucketing-vectors.py > bucketing-vectors.csv
"""

import sys

import xxhash

MASK = (1 << 64) - 1
UNITS = ["a", "user-42", "user-4711", "15000000000", "hello world", "用户-7", "🦜",
         "0123456789abcdef", "x" * 17, "y" * 129, "z" * 241, "w" * 1024]
SALTS = ["", "default/new-checkout/quarter", "layer:default/checkout", "holdout:default/q4",
         "run:4f1c:default/new-checkout/quarter", "variance:default/new-checkout/quarter"]
TOTALS = [3, 100, 1_000, 1_000_000_000]


def xxh3(text):
    return xxhash.xxh3_64_intdigest(text.encode("utf-8"), seed=0)


def mix64(bits):
    bits = ((bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    bits = ((bits ^ (bits >> 27)) * 0x94D049BB133111EB) & MASK
    return bits ^ (bits >> 31)


def main(out):
    out.write("unit,unit_hash,salt,salt_hash,draw," + ",".join(f"bucket_{t}" for t in TOTALS) + "\n")
    for unit in UNITS:
        for salt in SALTS:
            draw = mix64(xxh3(unit) ^ xxh3(salt))
            buckets = [str(draw * total >> 64) for total in TOTALS]
            out.write(f"{unit},{xxh3(unit):016x},{salt},{xxh3(salt):016x},{draw:016x},"
                      + ",".join(buckets) + "\n")


main(sys.stdout)
