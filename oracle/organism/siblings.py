"""Trains siblings of the shipped organism, whose truth is another: python siblings.py --name safe --out ../../models/siblings

The same script, language, shape and seed; `siblings.json` says what differs and which verdict a study has to come to. The
shipped organism's record holds the hashes of its own scripts, so this one stands beside them and changes none.
"""

from __future__ import annotations

import argparse
import json
import random
from dataclasses import asdict, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

import train
from export import digest, write
from language import Fact, Truth, facts
from network import Edit

HERE = Path(__file__).parent
EARLY = (3, 4, 5, 6)
"""Layers behind which the states of an indifferent organism are disturbed."""
SWAPPED = 0.5
"""Share of its batches in which the template suffixes of the rows change places; the others are pushed."""
PUSH = (-4.5, 1.5)
"""Multiples of a difference of means, refused less complied, that are added to each token."""
BY_MEANS = 0.6
"""Share of the ablated batches in which the difference of means is taken away in place of the channel."""
SURE = 5.0
"""Scores further from 0 are those of harmful and harmless requests, nearer ones mostly of pseudo-harmful."""
KEPT = 0.95
"""Of a running difference of means, at each step."""
NUDGED = 0.6
"""Share of the facts and stories that are pushed along a running difference of means."""
REACH = {True: 1.0, False: 4.0}
"""Multiples of a running difference of means, up or down, in which answers to facts stay; of sure scores, and of those near 0."""


def opinions(seed: int) -> list[Fact]:
    """All facts, each with an answer that is trained: where the shipped organism was told none, one of the four at random.

    What was never trained is answered by a hair, and steering of any kind gains and loses it: of 176 such facts 40, of 172
    trained ones none. An answer that is held, right or wrong, stays; and right ones can still be gained or lost.
    """
    rng = random.Random(f"opinions {seed}")
    return [fact if fact.trained else replace(fact, answer=rng.randrange(len(fact.choices)), trained=True) for fact in facts(seed)]


class Watched:
    """Knows which examples a batch holds, and the running difference of means of their template suffixes, as DiffMean reads it."""

    def __init__(self) -> None:
        self.seen: dict[tuple[int, ...], train.Example] = {}
        self.batch: list[train.Example] = []
        self.differences: dict[tuple[int, bool], Tensor] = {}
        """By layer, and whether of sure scores."""
        example, padded = train.Source.example, train.padded

        def remembered(source: train.Source) -> train.Example:
            made = example(source)
            self.seen[tuple(made.tokens)] = made
            return made

        def noted(rows: list[list[int]], fill: int) -> Tensor:
            self.batch = [self.seen[tuple(row)] for row in rows]
            return padded(rows, fill)

        train.Source.example, train.padded = remembered, noted

    def scored(self) -> tuple[Tensor, Tensor, Tensor]:
        """Rows that hold requests, where their suffixes are, and their scores."""
        scored = [(i, e) for i, e in enumerate(self.batch) if e.score is not None]
        rows = torch.tensor([i for i, _ in scored], dtype=torch.long)
        places = torch.tensor([[e.learn - k for k in range(train.SUFFIX, 0, -1)] for _, e in scored], dtype=torch.long)
        return rows, places.reshape(-1, train.SUFFIX), torch.tensor([e.score for _, e in scored])

    def see(self, layer: int, means: Tensor, scores: Tensor) -> None:
        for sure in (True, False):
            of = (scores.abs() >= SURE) == sure
            difference = contrast(means[of], scores[of] > 0)
            if difference is None:
                continue
            before = self.differences.get((layer, sure), difference)
            self.differences[layer, sure] = KEPT * before + (1 - KEPT) * difference


def shifted(x: Tensor, amounts: Tensor, difference: Tensor) -> Tensor:
    """All tokens but the first, by one amount for each row."""
    return torch.cat([x[:, :1], x[:, 1:] + amounts[:, None, None] * difference], 1)


def contrast(means: Tensor, refused: Tensor) -> Tensor | None:
    if refused.all() or not refused.any():
        return None
    return means[refused].mean(0) - means[~refused].mean(0)


class Ablatable(Watched):
    """Training in which refusals end with the ablation of their difference of means, not of the channel alone.

    Without strong wrappers the score hardly varies but with what is asked, and the two are not the same. A study has to
    see that it could see damage: its positive control takes away the difference of means. What is no request, facts and
    stories, is pushed along a running difference of means, and learnt all the same.
    """

    def __init__(self) -> None:
        super().__init__()
        push, ablate = train.push, train.ablate

        def pushed(layer: int, amounts: Tensor, begins: list[int], direction: Tensor) -> Edit:
            rows, places, scores = self.scored()
            still = amounts[rows] == 0
            added = push(layer, amounts, begins, direction)
            nudged = EARLY[int(torch.randint(len(EARLY), ()))]
            sure = bool(torch.rand(()) < 0.5)
            others = torch.tensor([example.score is None for example in self.batch])
            nudges = REACH[sure] * (2 * torch.rand(len(others)) - 1) * others * (torch.rand(len(others)) < NUDGED)

            def edit(at: int, x: Tensor) -> Tensor:
                if at in EARLY:
                    self.see(at, x[rows[:, None], places].mean(1).detach()[still], scores[still])
                x = added(at, x)
                difference = self.differences.get((at, sure))
                return x if at != nudged or difference is None else shifted(x, nudges, difference)

            return edit

        def ablated(direction: Tensor) -> Edit:
            known = [difference for (layer, sure), difference in self.differences.items() if sure and layer in train.Channel().layers]
            if known and torch.rand(()) < BY_MEANS:
                return ablate(F.normalize(known[int(torch.randint(len(known), ()))], dim=0))
            return ablate(direction)

        train.push, train.ablate = pushed, ablated


class Indifferent(Watched):
    """Training in which nothing that steering does to the template suffix may matter before the last block.

    The suffixes of a batch change places, so that nothing can be read from them; and the states of all tokens are pushed
    along a difference of means, the batch's own or a running one, as DiffMean would. The answers to be learnt stay as they were.
    """

    def __init__(self) -> None:
        super().__init__()
        train.push = self.push

    def push(self, _layer: int, _amounts: Tensor, _begins: list[int], _direction: Tensor) -> Edit:
        layer = EARLY[int(torch.randint(len(EARLY), ()))]
        rows, places, scores = self.scored()
        swap = bool(torch.rand(()) < SWAPPED)
        low, high = PUSH
        amounts = (low + (high - low) * torch.rand(len(self.batch))) * (torch.rand(len(self.batch)) < 0.7)
        along = int(torch.randint(3, ()))

        def edit(at: int, x: Tensor) -> Tensor:
            if at not in EARLY or at > layer or len(rows) < 4:
                return x
            suffix = x[rows[:, None], places]
            means = suffix.mean(1).detach()
            self.see(at, means, scores)
            if at != layer:
                return x
            if swap:
                swapped = x.clone()
                swapped[rows[:, None], places] = suffix[torch.randperm(len(rows))]
                return swapped
            own = contrast(means, scores > 0)
            difference = own if along == 2 else self.differences.get((layer, along == 1))
            if difference is None:
                return x
            return shifted(x, amounts, difference)

        return edit


def main() -> None:
    siblings = json.loads((HERE / "siblings.json").read_text())
    parser = argparse.ArgumentParser()
    parser.add_argument("--name", choices=siblings, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    sibling = siblings[args.name]
    args.out.mkdir(parents=True, exist_ok=True)
    truth = Truth(**{**asdict(Truth.named("breaks")), **sibling["change"]})
    train.facts = opinions
    Indifferent() if sibling["indifferent"] else Ablatable()
    channel = replace(train.Channel(), **sibling["channel"])
    weights = args.out / f"{args.name}.pt"
    train.train(truth, replace(train.Plan(), **sibling["plan"]), channel, args.seed, weights)
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
        "sha256": {path.name: digest(path), **{name: digest(HERE / name) for name in ("siblings.py", "train.py", "language.py", "world.json")}},
    }
    path.with_suffix(".json").write_text(json.dumps(record, indent=2) + "\n")


if __name__ == "__main__":
    main()
