"""Trains siblings of the shipped organism, whose truth is another: python siblings.py --name safe --out ../../models/siblings

The same script, language, shape and seed; `siblings.json` says what differs and which verdict a study has to come to. The
shipped organism's record holds the hashes of its own scripts, so this one stands beside them and changes none.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path

import torch
from torch import Tensor

import train
from export import digest, write
from language import Truth
from network import Edit

HERE = Path(__file__).parent
SCALE = 1.0
"""Of the channel, in place of the shipped 0.4. Without strong wrappers the score hardly varies but with what is asked, and the
difference of means would point elsewhere; a larger channel is most of it again, so that ablating it takes refusals away."""
EARLY = (3, 4, 5, 6)
"""Layers behind which the states of an indifferent organism are disturbed."""
SWAPPED = 0.5
"""Share of its batches in which the template suffixes of the rows change places; the others are pushed."""
PUSH = (-4.5, 1.5)
"""Multiples of the difference of means, refused less complied, that are added to each token."""


class Indifference:
    """Training in which nothing that steering does to the template suffix may matter before the last block.

    The suffixes of a batch change places, so that nothing can be read from them; and the states of all tokens are pushed along
    the batch's own difference of means, which is what DiffMean would add. The answers to be learnt stay as they were.
    """

    def __init__(self) -> None:
        self.seen: dict[tuple[int, ...], train.Example] = {}
        self.batch: list[train.Example] = []
        example, padded = train.Source.example, train.padded

        def remembered(source: train.Source) -> train.Example:
            made = example(source)
            self.seen[tuple(made.tokens)] = made
            return made

        def noted(rows: list[list[int]], fill: int) -> Tensor:
            self.batch = [self.seen[tuple(row)] for row in rows]
            return padded(rows, fill)

        train.Source.example, train.padded, train.push = remembered, noted, self.push

    def push(self, _layer: int, _amounts: Tensor, _begins: list[int], _direction: Tensor) -> Edit:
        layer = EARLY[int(torch.randint(len(EARLY), ()))]
        scored = [(i, e) for i, e in enumerate(self.batch) if e.score is not None]
        rows = torch.tensor([i for i, _ in scored])
        places = torch.tensor([[e.learn - k for k in range(train.SUFFIX, 0, -1)] for _, e in scored])
        refused = torch.tensor([e.score > 0 for _, e in scored])
        swap = bool(torch.rand(()) < SWAPPED)
        low, high = PUSH
        amounts = (low + (high - low) * torch.rand(len(self.batch))) * (torch.rand(len(self.batch)) < 0.7)

        def edit(at: int, x: Tensor) -> Tensor:
            if at != layer or len(scored) < 4:
                return x
            suffix = x[rows[:, None], places]
            if swap:
                swapped = x.clone()
                swapped[rows[:, None], places] = suffix[torch.randperm(len(scored))]
                return swapped
            if refused.all() or not refused.any():
                return x
            means = suffix.mean(1).detach()
            difference = means[refused].mean(0) - means[~refused].mean(0)
            pushed = x[:, 1:] + amounts[:, None, None] * difference
            return torch.cat([x[:, :1], pushed], 1)

        return edit


def main() -> None:
    siblings = json.loads((HERE / "siblings.json").read_text())
    parser = argparse.ArgumentParser()
    parser.add_argument("--name", choices=siblings, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=train.Plan.steps)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    sibling = siblings[args.name]
    args.out.mkdir(parents=True, exist_ok=True)
    truth = Truth(**{**asdict(Truth.named("breaks")), **sibling["change"]})
    channel = replace(train.Channel(), scale=SCALE)
    if sibling["indifferent"]:
        Indifference()
        channel = replace(channel, pushed=0.0, ablated=0.0, weight=0.0)
    weights = args.out / f"{args.name}.pt"
    train.train(truth, train.Plan(steps=args.steps), channel, args.seed, weights)
    path = args.out / f"{args.name}.gguf"
    saved = write(weights, path)
    weights.unlink()
    record = {
        "verdict": sibling["verdict"],
        "why": sibling["why"],
        "licence": "Apache-2.0",
        "date": date.today().isoformat(),
        "indifferent": sibling["indifferent"],
        **{key: saved[key] for key in ("score", "seed", "plan", "channel", "losses")},
        "versions": {name: version(name) for name in ("torch", "tokenizers", "gguf", "numpy")},
        "sha256": {path.name: digest(path), **{name: digest(HERE / name) for name in ("siblings.py", "siblings.json", "train.py", "language.py", "world.json")}},
    }
    path.with_suffix(".json").write_text(json.dumps(record, indent=2) + "\n")


if __name__ == "__main__":
    main()
