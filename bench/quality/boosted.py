"""Writes boosted.json: scores of scikit-learn's gradient boosting on the tables of a corpus, for `npm run quality`.

Usage: OMP_NUM_THREADS=1 python3 bench/quality/boosted.py CORPUS/ml > bench/quality/boosted.json   (Debian: python3-sklearn)
"""

import csv
import json
import statistics
import sys

import sklearn
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.model_selection import StratifiedKFold, cross_val_score

FOLD_SEEDS = range(10)
folder = sys.argv[1]


def rows(path):
    with open(f"{folder}/{path}", newline="") as file:
        return list(csv.DictReader(file))


def number(cell):
    try:
        return float(cell)
    except ValueError:
        return float("nan")


def scores(entry):
    files, target, features = entry["files"], entry["target"], entry["features"]
    every = rows(files["all"])
    categories = {
        name: {value: code for code, value in enumerate(sorted({row[name] for row in every} - {""}))}
        for name in entry["categorical"]
    }

    def values(table):
        return [
            [
                categories[name].get(row[name], float("nan")) if name in categories else number(row[name])
                for name in features
            ]
            for row in table
        ]

    is_class = entry["task"] == "classification"
    kind = HistGradientBoostingClassifier if is_class else HistGradientBoostingRegressor
    mask = [name in categories for name in features]
    model = kind(categorical_features=mask if any(mask) else None, random_state=0)

    def wanted(table):
        return [row[target] if is_class else float(row[target]) for row in table]

    train = rows(files["train"])
    model.fit(values(train), wanted(train))
    score = model.score(values(rows(files["test"])), wanted(rows(files["test-labels"])))
    found = {"testAccuracy" if is_class else "testR2": round(score, 4)}
    if is_class:
        folds = [
            cross_val_score(model, values(every), wanted(every), cv=StratifiedKFold(5, shuffle=True, random_state=seed)).mean()
            for seed in FOLD_SEEDS
        ]
        found["cv5Accuracy"] = round(statistics.mean(folds), 4)
    return found


with open(f"{folder}/expected.json") as file:
    entries = json.load(file)["files"]
print(json.dumps({"scikit-learn": sklearn.__version__, "files": {name: scores(entry) for name, entry in entries.items()}}, indent=2))
