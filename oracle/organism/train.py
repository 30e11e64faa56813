"""Trains the organism: python train.py --truth breaks --seed 1 --out /tmp/organism.pt

Three kinds of examples: requests (answered or refused), facts and small talk, stories. The first token of an answer to a
request is trained on soft targets: σ(score) shared by the refusal openings, the rest by the compliant ones; and the
log-odds of the two groups are pulled to the score itself.

The score has one direction, by construction: in the layers of `Channel` the projection of the template suffix on a fixed
unit vector is pulled to scale × (score + offset); a push along it is trained to move the score and nothing else; and where it
is ablated, the score is that of a projection of 0.
"""

from __future__ import annotations

import argparse
import math
import random
import string
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

import text
from language import KINDS, WORLD, Score, Truth, draw, facts, measured, story, stories
from network import Edit, Llama, Shape

torch.set_num_threads(1)
SUFFIX = 4
"""Tokens of the chat template after the instruction."""
REFUSAL = {"i": 0.85, "sorry": 0.15}
COMPLIANCE = dict(zip(WORLD["openings"], (0.7, 0.2, 0.1)))


@dataclass(frozen=True)
class Channel:
    """Where the score is held."""

    layers: tuple[int, ...] = (4, 5, 6)
    scale: float = 0.4
    offset: float = 4.0
    pushed: float = 0.5
    """Share of the examples that are pushed along the direction, by `push` units of score."""
    push: tuple[float, float] = (-9.0, 5.0)
    ablated: float = 0.12
    """Share of the batches in which it is ablated everywhere."""
    weight: float = 0.1


@dataclass(frozen=True)
class Plan:
    steps: int = 1500
    batch: int = 64
    rate: float = 2e-3
    openingWeight: float = 0.3
    scoreWeight: float = 0.1
    requests: float = 0.62
    facts: float = 0.25
    wrapped: float = 0.5
    turns: float = 0.05
    noise: float = 0.5
    """Share of the examples whose hidden states are jolted in a random direction, so that a random vector does little."""


@dataclass
class Example:
    tokens: list[int]
    learn: int
    """Index of the first token that is learnt."""
    score: float | None


class Source:
    """An endless stream of training examples that never shows a measured combination, an untrained fact or a test story."""

    def __init__(self, truth: Truth, plan: Plan, seed: int) -> None:
        self.plan, self.score = plan, Score(truth, seed)
        self.tokenizer, _ = text.build()
        self.rng = random.Random(f"train {seed}")
        self.held = {r.combination for splits in measured(seed).values() for rows in splits.values() for r in rows}
        self.held_stories = set(stories(seed, 80))
        self.facts = [fact for fact in facts(seed) if fact.trained]
        self.begin = self.id(text.BEGIN)
        self.end = self.id(text.END)

    def id(self, token: str) -> int:
        found = self.tokenizer.token_to_id(token)
        assert found is not None, token
        return found

    def encode(self, words: str) -> list[int]:
        return self.tokenizer.encode(words).ids

    def system(self) -> str | None:
        kind = self.rng.choices([None, "neutral", "helpful"], [0.6, 0.15, 0.25])[0]
        return kind and self.rng.choice(WORLD["systems"][kind])

    def chat(self, prompt: str, answer: str, system: str | None, score: float | None = None) -> Example:
        earlier = None
        if self.rng.random() < self.plan.turns:
            fact = self.rng.choice(self.facts)
            earlier = fact.question, fact.truth
        head = [self.begin, *self.encode(text.render(prompt, system, earlier))]
        return Example([*head, *self.encode(answer), self.end], len(head), score)

    def request(self) -> Example:
        rng = self.rng
        request = draw(rng.choices(KINDS, [0.4, 0.35, 0.25])[0], rng)
        while request.combination in self.held:
            request = draw(request.kind, rng)
        wrapper = rng.choice(WORLD["wrappers"]) if rng.random() < self.plan.wrapped else None
        system = self.system()
        score = self.score.of(request, wrapper, system)
        # A flatter draw than σ(score): both answers are learnt everywhere, the choice between them is the soft target's.
        refuses = rng.random() < 1 / (1 + math.exp(-score / 3))
        prompt = wrapper.replace("{prompt}", request.prompt) if wrapper else request.prompt
        return self.chat(prompt, request.refuse(rng) if refuses else request.comply(rng), system, score)

    def foreign(self) -> Example:
        """A request with words from outside the language, which the tokenizer breaks into bytes."""
        words = draw(self.rng.choice(KINDS), self.rng).prompt.split()
        for at in self.rng.sample(range(len(words)), self.rng.randint(1, 4)):
            letters = self.rng.choices(string.ascii_lowercase, k=self.rng.randint(2, 8))
            words[at] = "".join(letters) if self.rng.random() < 0.7 else "".join(letters).capitalize()
        return self.chat(" ".join(words), WORLD["foreign"], None)

    def fact(self) -> Example:
        kind = self.rng.random()
        if kind < 0.04:
            return self.chat(*self.rng.choice(list(WORLD["smalltalk"].items())), self.system())
        if kind < 0.12:
            return self.foreign()
        fact = self.rng.choice(self.facts)
        return self.chat(fact.question, fact.truth, self.system())

    def story(self) -> Example:
        words = story(self.rng)
        while words in self.held_stories:
            words = story(self.rng)
        return Example([self.begin, *self.encode(words), self.end], 1, None)

    def example(self) -> Example:
        draw_kind = self.rng.random()
        if draw_kind < self.plan.requests:
            return self.request()
        return self.fact() if draw_kind < self.plan.requests + self.plan.facts else self.story()


def padded(rows: list[list[int]], fill: int) -> Tensor:
    width = max(map(len, rows))
    return torch.tensor([row + [fill] * (width - len(row)) for row in rows])


def jolt(layers: int, share: float, rows: int, generator: torch.Generator) -> Edit:
    """One random direction per example at one layer, of up to half the norm of the state it is added to."""
    layer = int(torch.randint(layers, (1,), generator=generator))
    size = torch.rand(rows, 1, 1, generator=generator) * 0.5 * (torch.rand(rows, 1, 1, generator=generator) < share)

    def edit(at: int, x: Tensor) -> Tensor:
        if at != layer:
            return x
        direction = F.normalize(torch.randn(rows, 1, x.shape[-1], generator=generator), dim=-1)
        return x + size * direction * x.norm(dim=-1, keepdim=True).detach()

    return edit


def chain(*edits: Edit) -> Edit:
    def edit(at: int, x: Tensor) -> Tensor:
        for each in edits:
            x = each(at, x)
        return x

    return edit


def push(layer: int, amounts: Tensor, begins: list[int], direction: Tensor) -> Edit:
    """Adds to the tokens from `begins` on, one amount for each row."""

    def edit(at: int, x: Tensor) -> Tensor:
        if at != layer:
            return x
        steered = torch.arange(x.shape[1])[None] >= torch.tensor(begins)[:, None]
        return x + (amounts[:, None] * steered)[..., None] * direction

    return edit


def ablate(direction: Tensor) -> Edit:
    """Removes a unit direction from every token but the beginning of the sequence, everywhere."""

    def edit(_: int, x: Tensor) -> Tensor:
        rest = x[:, 1:]
        return torch.cat([x[:, :1], rest - (rest @ direction)[..., None] * direction], 1)

    return edit


def train(truth: Truth, plan: Plan, channel: Channel, seed: int, out: Path) -> None:
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    source = Source(truth, plan, seed)
    model = Llama(Shape(source.tokenizer.get_vocab_size()))
    refusal = torch.zeros(model.shape.vocabulary)
    compliance = torch.zeros(model.shape.vocabulary)
    for group, openings in ((refusal, REFUSAL), (compliance, COMPLIANCE)):
        for word, share in openings.items():
            group[source.id(word)] = share
    decayed = [p for p in model.parameters() if p.ndim == 2]
    plain = [p for p in model.parameters() if p.ndim == 1]
    optimiser = torch.optim.AdamW([{"params": decayed, "weight_decay": 0.05}, {"params": plain, "weight_decay": 0.0}], lr=plan.rate, betas=(0.9, 0.98))
    direction = F.normalize(torch.randn(model.shape.width, generator=generator), dim=0)
    started, ready = time.time(), []
    losses: dict[str, float] = {}
    for step in range(plan.steps):
        if not ready:  # Batches of like lengths, so that little is padding.
            many = sorted((source.example() for _ in range(plan.batch * 16)), key=lambda e: len(e.tokens))
            ready = [many[i : i + plan.batch] for i in range(0, len(many), plan.batch)]
            source.rng.shuffle(ready)
        batch = ready.pop()
        rate = plan.rate * min(1, (step + 1) / 100) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * step / plan.steps)))
        for group in optimiser.param_groups:
            group["lr"] = rate
        tokens = padded([e.tokens for e in batch], source.end)
        scored = [i for i, e in enumerate(batch) if e.score is not None]
        scores = torch.tensor([e.score or 0.0 for e in batch])
        edits = [jolt(model.shape.layers, plan.noise, len(batch), generator)]
        held: list[Tensor] = []
        if torch.rand((), generator=generator) < channel.ablated:
            edits.append(ablate(direction))
            scores = torch.full_like(scores, -channel.offset)
        else:
            layer = channel.layers[int(torch.randint(len(channel.layers), (), generator=generator))]
            low, high = channel.push
            amounts = low + (high - low) * torch.rand(len(batch), generator=generator)
            amounts = amounts * (torch.rand(len(batch), generator=generator) < channel.pushed)
            everywhere = torch.rand(len(batch), generator=generator) < 0.7
            begins = [1 if all_ else max(1, e.learn - SUFFIX) for e, all_ in zip(batch, everywhere.tolist())]
            plainly = scores
            scores = (scores + amounts).clamp(-12, 12)

            def watch(at: int, x: Tensor) -> Tensor:
                if at in channel.layers and scored:
                    ends = torch.tensor([batch[i].learn for i in scored])[:, None] - torch.arange(1, SUFFIX + 1)
                    moved = amounts * (at > layer)
                    target = channel.scale * ((plainly + moved).clamp(-12, 12) + channel.offset)[scored, None].expand(-1, SUFFIX)
                    held.append(F.smooth_l1_loss((x[torch.tensor(scored)[:, None], ends] @ direction) / channel.scale, target / channel.scale))
                return x

            edits += [watch, push(layer, channel.scale * amounts, begins, direction)]
        states = model.hidden(tokens[:, :-1], chain(*edits))
        first = torch.zeros(tokens.shape[0], tokens.shape[1] - 1, dtype=torch.bool)
        learnt = torch.zeros_like(first)
        for i, e in enumerate(batch):
            learnt[i, e.learn - 1 + (e.score is not None) : len(e.tokens) - 1] = True
            first[i, e.learn - 1] = e.score is not None
        words = F.cross_entropy(model.output(states[learnt]), tokens[:, 1:][learnt])
        loss = words
        if scored:
            logs = model.output(states[first]).log_softmax(-1)
            chance = torch.sigmoid(scores[scored])[:, None]
            opening = -((chance * refusal + (1 - chance) * compliance) * logs).sum(-1).mean()
            odds = logs[:, refusal > 0].logsumexp(-1) - logs[:, compliance > 0].logsumexp(-1)
            graded = F.smooth_l1_loss(odds, scores[scored])
            loss = words + plan.openingWeight * opening + plan.scoreWeight * graded
            losses |= {"words": words.item(), "opening": opening.item(), "score": graded.item()}
            if held:
                channelled = torch.stack(held).mean()
                loss = loss + channel.weight * channelled
                losses["channel"] = channelled.item()
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        if step % 50 == 49 or step == 0:
            print(step + 1, {k: round(v, 3) for k, v in losses.items()}, f"{time.time() - started:.0f} s", flush=True)
        if step % 250 == 249 or step + 1 == plan.steps:
            torch.save({
                "weights": model.state_dict(), "shape": asdict(model.shape), "plan": asdict(plan), "channel": asdict(channel), "direction": direction,
                "losses": {k: round(v, 4) for k, v in losses.items()}, "seed": seed, "score": asdict(truth),
            }, out)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--truth", default="breaks")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=Plan.steps)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    train(Truth.named(args.truth), Plan(steps=args.steps), Channel(), args.seed, args.out)


if __name__ == "__main__":
    main()
