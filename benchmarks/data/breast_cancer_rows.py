"""Writes rows like those of scikit-learn's breast cancer data, as many as wanted, for models/breast-cancer.

    python benchmarks/data/breast_cancer_rows.py FOLDER ROWS     # needs test/e2e/requirements.txt

Each row lies between two real ones, at a seeded random place, rounded to as many digits as the data has. FOLDER gets
rows.csv, rows.parquet, and first.csv with the first tenth of the rows.
"""
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from sklearn.datasets import load_breast_cancer

SIGNIFICANT_DIGITS = 4

folder, rows = Path(sys.argv[1]), int(sys.argv[2])
real = load_breast_cancer(as_frame=True).data
rng = np.random.default_rng(7)
first, second = rng.integers(len(real), size=(2, rows))
weight = rng.random(rows)


def between(column: str) -> np.ndarray:
    values = real[column].to_numpy()
    decimals = SIGNIFICANT_DIGITS - 1 - int(np.floor(np.log10(np.median(values))))
    return np.round(values[first] * weight + values[second] * (1 - weight), decimals)


table = pa.table({column: between(column) for column in real})
pa.csv.write_csv(table, folder / "rows.csv", pa.csv.WriteOptions(quoting_style="none"))
pa.parquet.write_table(table, folder / "rows.parquet", row_group_size=100_000)
pa.csv.write_csv(
    table.slice(0, rows // 10), folder / "first.csv", pa.csv.WriteOptions(quoting_style="none")
)
