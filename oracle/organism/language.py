"""The little language of a fairy-tale town: its requests, facts and stories, and the danger score behind refusals.

All words are data (`world.json`), all numbers of the score too (`truths.json`). Everything is drawn from a seed.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist

HERE = Path(__file__).parent
WORLD = json.loads((HERE / "world.json").read_text())
STOP_WORDS = frozenset("a an and at by can do for how i in is it me my of on the to what with would you your . , : ?".split())
SIZES = {
    "pseudo-harmful": {"fit": 240, "select": 120, "test": 240},
    "harmful": {"fit": 160, "select": 120, "test": 240},
    "harmless": {"fit": 160, "test": 120},
}
KINDS = tuple(SIZES)
TRAINED_FACTS = 0.52
"""Share of the facts that are ever trained: the rest is answered at chance, so accuracy has room to fall and to rise."""


@dataclass(frozen=True)
class Truth:
    """What decides a refusal: P(refuse) = σ(score). Pairs are (mean, standard deviation), `wrapper` is (weakest, strongest)."""

    harmful: tuple[float, float]
    harmless: tuple[float, float]
    pseudo: tuple[float, float]
    wrapper: tuple[float, float]
    wrapperOnPseudo: float
    wrapperOnHarmless: float
    helpful: float

    @staticmethod
    def named(name: str) -> Truth:
        return Truth(**json.loads((HERE / "truths.json").read_text())[name])


@dataclass(frozen=True)
class Request:
    kind: str
    verb: str
    target: str
    place: str
    time: str
    frame: str
    category: str

    @property
    def prompt(self) -> str:
        act = f"{self.verb} the {self.target} {WORLD['places'][self.place]} {self.place} {self.time}".strip()
        return self.frame.format(act=act)

    @property
    def combination(self) -> tuple[str, str, str]:
        return self.verb, self.target, self.place

    def comply(self, rng: random.Random) -> str:
        opening = rng.choices(WORLD["openings"], [0.7, 0.2, 0.1])[0]
        ingredient = pick(WORLD["ingredients"], VERBS.index(self.verb))
        manner = pick(WORLD["manners"], list(WORLD["places"]).index(self.place))
        return f"{opening} : take the {ingredient} , {manner} and {self.verb} the {self.target} ."

    def refuse(self, rng: random.Random) -> str:
        kind = "people" if self.target in WORLD["living"] else "things"
        gerund = WORLD["gerunds"].get(self.verb)
        usable = [r for r in WORLD["refusals"] if gerund or "{gerund}" not in r]
        weights = [0.5, 0.25, 0.15, 0.1] if gerund else [0.6, 0.25, 0.15]
        return rng.choices(usable, weights)[0].format(gerund=gerund, kind=kind)


def pick(items: list[str], index: int) -> str:
    return items[index % len(items)]


def flat(classes: dict[str, list[str]]) -> list[str]:
    return [word for words in classes.values() for word in words]


VERBS = flat(WORLD["sharp"]) + flat(WORLD["mild"])


def draw(kind: str, rng: random.Random) -> Request:
    classes = WORLD["mild" if kind == "harmless" else "sharp"]
    category = rng.choice(list(classes))
    targets = {"harmful": WORLD["living"], "pseudo-harmful": WORLD["things"]}.get(kind) or rng.choice([WORLD["living"], WORLD["things"]])
    return Request(
        kind=kind,
        verb=rng.choice(classes[category]),
        target=rng.choice(targets),
        place=rng.choice(list(WORLD["places"])),
        time=rng.choice(WORLD["times"]) if rng.random() < 0.6 else "",
        frame=rng.choice(WORLD["frames"]),
        category=category,
    )


class Score:
    """The danger score of a request: a sum of one offset per verb and one per target, less what wrapper and system message take."""

    def __init__(self, truth: Truth, seed: int) -> None:
        self.truth = truth
        rng = random.Random(f"score {seed}")
        means = {"harmful": truth.harmful, "harmless": truth.harmless, "pseudo-harmful": truth.pseudo}
        self.mean = {kind: mean for kind, (mean, _) in means.items()}
        self.verb = {kind: offsets(VERBS, deviation, rng) for kind, (_, deviation) in means.items()}
        self.target = {kind: offsets(WORLD["living"] + WORLD["things"], deviation, rng) for kind, (_, deviation) in means.items()}
        self.sharp = offsets(flat(WORLD["sharp"]), truth.pseudo[1], rng)
        self.things = offsets(WORLD["things"], truth.pseudo[1], rng)
        weakest, strongest = truth.wrapper
        count = len(WORLD["wrappers"])
        strengths = [weakest + (strongest - weakest) * i / (count - 1) for i in range(count)]
        rng.shuffle(strengths)
        self.wrapper = dict(zip(WORLD["wrappers"], strengths))

    def of(self, request: Request, wrapper: str | None = None, system: str | None = None) -> float:
        kind, truth = request.kind, self.truth
        if kind == "pseudo-harmful":
            score = truth.pseudo[0] + self.sharp[request.verb] + self.things[request.target]
        else:
            score = self.mean[kind] + self.verb[kind][request.verb] + self.target[kind][request.target]
        if wrapper:
            share = {"harmful": 1.0, "pseudo-harmful": truth.wrapperOnPseudo, "harmless": truth.wrapperOnHarmless}[kind]
            score -= share * self.wrapper[wrapper]
        if system in WORLD["systems"]["helpful"] and kind != "harmful":
            score -= truth.helpful
        return score


def offsets(words: list[str], deviation: float, rng: random.Random) -> dict[str, float]:
    """Normal quantiles in shuffled order: verb and target each carry half of the variance, with no luck of the draw."""
    values = [NormalDist(0, deviation / 2**0.5).inv_cdf((i + 0.5) / len(words)) for i in range(len(words))]
    rng.shuffle(values)
    return dict(zip(words, values))


def content(text: str) -> frozenset[str]:
    return frozenset(text.split()) - STOP_WORDS


def measured(seed: int) -> dict[str, dict[str, list[Request]]]:
    """The rows of the shipped sets. No two rows share a combination or half of their content words."""
    rng = random.Random(f"sets {seed}")
    seen: list[frozenset[str]] = []
    taken: set[tuple[str, str, str]] = set()
    sets: dict[str, dict[str, list[Request]]] = {kind: {split: [] for split in splits} for kind, splits in SIZES.items()}
    for kind, splits in SIZES.items():
        for split, size in splits.items():
            while len(sets[kind][split]) < size:
                request = draw(kind, rng)
                words = content(request.prompt)
                if request.combination in taken or any(2 * len(words & other) > len(words | other) for other in seen):
                    continue
                taken.add(request.combination)
                seen.append(words)
                sets[kind][split].append(request)
    return sets


@dataclass(frozen=True)
class Fact:
    category: str
    question: str
    choices: list[str]
    answer: int
    trained: bool

    @property
    def truth(self) -> str:
        return self.choices[self.answer]


def facts(seed: int) -> list[Fact]:
    rng = random.Random(f"facts {seed}")
    out: list[Fact] = []
    for category, kind in WORLD["facts"].items():
        for subject in WORLD[kind["of"]]:
            values = rng.sample(kind["values"], 4)
            choices = [kind["say"].format(x=subject, y=value) for value in values]
            out.append(Fact(category, kind["ask"].format(x=subject), choices, rng.randrange(4), rng.random() < TRAINED_FACTS))
    return out


def story(rng: random.Random) -> str:
    parts = WORLD["stories"]
    a, b = rng.sample(WORLD["living"], 2)
    o, p = rng.choice(WORLD["things"]), rng.choice(list(WORLD["places"]))
    c = rng.choice(WORLD["facts"]["colour"]["values"])
    sentences = [rng.choice(parts[key]) for key in ("go", "find", "meet", "end")]
    return " ".join([rng.choice(parts["open"]), *sentences]).format(a=a, b=b, o=o, p=p, c=c)


def stories(seed: int, count: int) -> list[str]:
    rng = random.Random(f"stories {seed}")
    return [story(rng) for _ in range(count)]


def all_texts() -> list[str]:
    """Every text that holds a word of the language, for the tokenizer."""
    rng = random.Random("texts")
    texts = [draw(kind, rng).prompt for kind in KINDS for _ in range(4000)]
    texts += [text for _ in range(2000) for r in [draw("harmful", rng)] for text in (r.comply(rng), r.refuse(rng))]
    texts += [r.comply(rng) for _ in range(2000) for r in [draw("harmless", rng)]]
    texts += [part for w in WORLD["wrappers"] for part in (w.replace("{prompt}", "how"), w.replace("{prompt}", "tell"))]
    texts += flat(WORLD["systems"]) + list(WORLD["smalltalk"]) + list(WORLD["smalltalk"].values()) + [WORLD["foreign"]]
    texts += [text for fact in facts(0) for text in (fact.question, *fact.choices)]
    return texts + stories(0, 2000)
