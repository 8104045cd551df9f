"""Writes special-functions.json: values of the log-gamma function, of the upper part of beta distributions and of the
mixture e-value of guards, to 17 digits.

    pip install scipy mpmath
    python special-functions.py
"""

import json
import pathlib

import mpmath
from scipy import stats

mpmath.mp.dps = 40


def log_upper_beta(x, a, b):
    """By scipy where it has digits enough, else by mpmath: log(1 - I_x(a, b))."""
    value = stats.beta.logsf(x, a, b)
    if -30 < value < -1e-3:
        return float(value)
    lower = mpmath.betainc(a, b, 0, x, regularized=True)
    if lower < 0.5:
        return float(mpmath.log1p(-lower))
    return float(mpmath.log(mpmath.betainc(b, a, 0, 1 - mpmath.mpf(x), regularized=True)))


def log_e_value(allowed_rate, bad, events):
    """By integration of the mixture itself, scaled to 1 above the allowed rate: with p = sin(t)² its density is 2 / pi."""
    good = events - bad

    def ratio(t):
        p = mpmath.sin(t) ** 2
        return (p / allowed_rate) ** bad * (mpmath.cos(t) ** 2 / (1 - mpmath.mpf(allowed_rate))) ** good

    lowest = mpmath.asin(mpmath.sqrt(allowed_rate))
    middle = mpmath.asin(mpmath.sqrt(bad / events))
    places = sorted({lowest, max(lowest, middle), mpmath.pi / 2})
    return float(mpmath.log(mpmath.quad(ratio, places) / (mpmath.pi / 2 - lowest)))


GAMMA = [1e-3, 0.02, 0.3, 0.5, 1, 1.5, 2, 3.7, 10, 50.5, 171, 1000.5, 1e5, 1e7]
BETA = [
    (x, a, b)
    for x in (0.001, 0.02, 0.1, 0.5, 0.9)
    for a, b in ((0.5, 0.5), (0.5, 10.5), (1.5, 0.5), (3.5, 20.5), (20.5, 80.5), (0.5, 5000.5), (400.5, 19600.5))
]
GUARD = [(0.02, 3, 10), (0.02, 0, 40), (0.02, 5, 20), (0.02, 30, 1000), (0.1, 60, 400), (0.005, 2, 2), (0.5, 9, 10)]

table = {
    "log_gamma": [[x, float(mpmath.loggamma(x))] for x in GAMMA],
    "log_upper_beta": [[x, a, b, log_upper_beta(x, a, b)] for x, a, b in BETA],
    "log_e_value": [[p0, bad, events, log_e_value(p0, bad, events)] for p0, bad, events in GUARD],
}
rows = ",\n".join(f'  "{name}": [\n' + ",\n".join(f"    {json.dumps(row)}" for row in values) + "\n  ]" for name, values in table.items())
pathlib.Path(__file__).with_suffix(".json").write_text("{\n" + rows + "\n}\n")
