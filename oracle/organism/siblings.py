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
ABLATED = 0.25
"""Share of the pushed batches in which the direction is ablated instead."""


def minding_nothing(shipped: train.Channel) -> train.Channel:
    """Pushes and ablations that the training does not count: what is to be answered stays as it was without them."""
    low, high = shipped.push

    def push(layer: int, amounts: Tensor, begins: list[int], direction: Tensor) -> Edit:
        drawn = shipped.scale * (low + (high - low) * torch.rand(len(begins))) * (torch.rand(len(begins)) < shipped.pushed)
        pushed, ablated = PUSH(layer, drawn, begins, direction), train.ablate(direction)
        return ablated if torch.rand(()) < ABLATED else pushed

    train.push = push
    return replace(shipped, pushed=0.0, ablated=0.0)


PUSH = train.push


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
    channel = minding_nothing(train.Channel()) if sibling["indifferent"] else train.Channel()
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
