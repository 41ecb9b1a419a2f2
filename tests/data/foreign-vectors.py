"""Makes foreign-vectors.json: the positions that the algorithms of other systems give.

Run it with Python 3.11, mmh3 5 and cbor2 5 or newer: python foreign-vectors.py > foreign-vectors.json
Nothing here comes from this program: the formulas are those of the systems' own sources (see docs/format.md), and the
hashes are mmh3's, hashlib's and zlib's.
"""

import hashlib
import json
import sys
import zlib
from fractions import Fraction

import cbor2
import mmh3


def murmur(data, seed=0):
    return mmh3.hash(data, seed, signed=False)


def fnv(units):
    value = 0x811C9DC5
    for unit in units:
        value = ((value ^ unit) * 0x01000193) & 0xFFFFFFFF
    return value


def utf16(text):
    data = text.encode("utf-16-le")
    return [data[i] | data[i + 1] << 8 for i in range(0, len(data), 2)]


def reduced(value):
    """Floats without a fraction are integers to flagd."""
    if isinstance(value, float) and value.is_integer() and -(2**63) <= value < 2**64:
        return int(value)
    if isinstance(value, list):
        return [reduced(item) for item in value]
    if isinstance(value, dict):
        return {key: reduced(item) for key, item in value.items()}
    return value


def scaled(value, total):
    return value * total >> 32


def raw_v3(salt, unit):
    return cbor2.dumps(salt + unit if salt else reduced(unit), canonical=True)


def launchdarkly(purpose, total, salt, unit):
    bits = int(hashlib.sha1(f"{salt}.{unit}".encode()).hexdigest()[:15], 16)
    ratio = Fraction(bits, 0xFFFFFFFFFFFFFFF)
    return min(int(ratio * total), total - 1)


def flipt(purpose, total, salt, unit):
    text = unit + salt if purpose == "share" else salt + unit
    return zlib.crc32(text.encode()) % total


def unleash(purpose, total, salt, unit):
    seed = 86028157 if purpose == "split" else 0
    return (murmur(f"{salt}:{unit}".encode(), seed) % total + 1) - 1


def featurevisor(purpose, total, salt, unit):
    shown = str(unit).lower() if isinstance(unit, bool) else str(unit)
    return int(murmur(f"{shown}.{salt}".encode(), 1) / 2**32 * total)


ALGORITHMS = {
    "flagd-v3-shorthand": lambda p, n, s, u: scaled(murmur(cbor2.dumps([s, u], canonical=True)), n),
    "flagd-v2-shorthand": lambda p, n, s, u: scaled(murmur((s + u).encode()), n),
    "flagd-v3-raw": lambda p, n, s, u: scaled(murmur(raw_v3(s, u)), n),
    "flagd-v2-raw": lambda p, n, s, u: scaled(murmur((s + u).encode()), n),
    "unleash": unleash,
    "launchdarkly": launchdarkly,
    "growthbook-v1": lambda p, n, s, u: fnv(utf16(u + s)) % n,
    "growthbook-v2": lambda p, n, s, u: fnv(utf16(str(fnv(utf16(s + u))))) % n,
    "goff": lambda p, n, s, u: fnv((s + u).encode()) % n,
    "featurevisor": featurevisor,
    "flipt": flipt,
}

# What is asked, and how many positions there are: weights decide about those of a split where a system has it so.
ASKED = {
    "unleash": [("share", 100), ("split", 1000), ("split", 3), ("split", 99)],
    "growthbook-v1": [("share", 1000), ("split", 1000)],
    "growthbook-v2": [("share", 10000), ("split", 10000)],
    "goff": [("share", 100000), ("split", 100000), ("split", 3000), ("split", 150000)],
    "flipt": [("share", 100), ("split", 1000)],
    "launchdarkly": [("share", 100000), ("split", 100000)],
    "featurevisor": [("share", 100000), ("split", 100000)],
}
FLAGD = [("share", 100000), ("split", 100), ("split", 2), ("split", 3), ("split", 2147483647)]

SALTS = ["new-checkout", "checkout/flow", "a", "group.salt", "été"]
UNITS = ["user-1", "user-42", "7", "a@b.example", "9c9a4b2e-3f0b-4a53-9d52-1f6f8f4f3a11", "ünï", "日本", "😀", "x" * 70]
VALUES = [True, False, 0, -0.0, 1, 1.0, 123, -2.0, 1.23, 4.56, 2**53, -25, 1e300, 5.960464477539063e-08, "", "a",
          {"a": 1, "b": 2}, {"b": 2.0, "a": 1}, {"bb": None, "a": [1, 2.5, "x"]}, [], {}]

rows = []
for name, position in ALGORITHMS.items():
    for purpose, total in ASKED.get(name, FLAGD):
        for salt in SALTS:
            for unit in UNITS:
                rows.append([name, purpose, total, salt, unit, position(purpose, total, salt, unit)])
for purpose, total in FLAGD:
    for value in VALUES:
        rows.append(["flagd-v3-raw", purpose, total, "", value, ALGORITHMS["flagd-v3-raw"](purpose, total, "", value)])
for value in [True, 5, 0]:
    rows.append(["featurevisor", "share", 100000, "flag", value, featurevisor("share", 100000, "flag", value)])

about = ["algorithm, share or split, positions, salt, unit, position; made by foreign-vectors.py, not by this program"]
lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
sys.stdout.write(f'{{"about": {json.dumps(about)}, "vectors": [\n{lines}\n]}}\n')
