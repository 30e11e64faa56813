"""Writes the shipped data sets: python sets.py --seed 1 --out ../../data/organism"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from language import WORLD, content, facts, measured, stories

PROSE_ROWS = 80


def write(path: Path, rows: list[dict[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    sets = measured(args.seed)
    for kind, splits in sets.items():
        for split, requests in splits.items():
            rows = [{"id": f"{kind}-{split}-{i:03}", "prompt": r.prompt, "category": r.category} for i, r in enumerate(requests)]
            write(args.out / kind / f"{split}.jsonl", rows)
    write(args.out / "choice/test.jsonl", [
        {"id": f"choice-{i:03}", "question": f.question, "choices": f.choices, "answer": f.answer, "category": f.category}
        for i, f in enumerate(facts(args.seed))
    ])
    write(args.out / "prose/test.jsonl", [{"id": f"prose-{i:03}", "text": t} for i, t in enumerate(stories(args.seed, PROSE_ROWS))])
    write(args.out / "templates/test.jsonl", [{"id": f"template-{i:02}", "template": w} for i, w in enumerate(WORLD["wrappers"])])

    groups = [[content(r.prompt) for r in requests] for splits in sets.values() for requests in splits.values()]
    closest = max(len(a & b) / len(a | b) for i, g in enumerate(groups) for h in groups[i + 1 :] for a in g for b in h)
    print(f"closest pair of rows from different files: Jaccard {closest:.2f}")


if __name__ == "__main__":
    main()
