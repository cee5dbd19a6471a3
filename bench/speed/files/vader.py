"""VADER's scores of the lines of a text, by its authors' program (vaderSentiment of PyPI)."""

import sys

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

analyzer = SentimentIntensityAnalyzer()
with open(sys.argv[1], encoding="utf-8", errors="replace") as text:
    for line in text:
        if line.strip():
            print(analyzer.polarity_scores(line)["compound"])
