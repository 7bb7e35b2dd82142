"""The benchmark on the command line: write the texts, score what a tool found, compare tools.

PYTHONPATH=.:tests python -m evaluations.french_pii write --seed 1 --each 200 > texts.jsonl
vigie screen --as document --jsonl < texts.jsonl > found.jsonl
PYTHONPATH=.:tests python -m evaluations.french_pii score texts.jsonl found.jsonl
PYTHONPATH=.:tests python -m evaluations.french_pii compare --seed 1 --each 50
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from evaluations.french_pii.corpus import Document, Span, documents
from evaluations.french_pii.peers import TOOLS
from evaluations.french_pii.scoring import Found, Score, scored, table

DATA = Path(__file__).parents[4] / "shared" / "data"


def main() -> None:
    parser = argparse.ArgumentParser(prog="french_pii", description=__doc__)
    parser.add_argument("command", choices=("write", "score", "compare"))
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--each", type=int, default=200, help="texts for each spelling")
    asked = parser.parse_args()
    if asked.command == "write":
        for document in documents(asked.seed, asked.each, DATA):
            sys.stdout.write(json.dumps(asdict(document), ensure_ascii=False) + "\n")
    elif asked.command == "score":
        texts, found = asked.files
        print(table({found.name: _score_files(texts, found)}))
    else:
        made = list(documents(asked.seed, asked.each, DATA))
        scores = {}
        for name, make in TOOLS.items():
            find = make()
            scores[name] = scored(made, {one.id: find(one.text) for one in made})
        print(table(scores))


def _score_files(texts: Path, findings: Path) -> Score:
    found: dict[str, list[Found]] = {}
    for line in findings.read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        found[str(one["id"])] = [(f["kind"], f["start"], f["end"]) for f in one["findings"]]
    return scored(map(_document, texts.read_text(encoding="utf-8").splitlines()), found)


def _document(line: str) -> Document:
    read = json.loads(line)
    spans, traps = (tuple(Span(**one) for one in read[name]) for name in ("spans", "traps"))
    return Document(read["id"], read["text"], spans, traps)


main()
