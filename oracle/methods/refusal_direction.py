"""Writes src/study/ablation/fixtures.json: what the original scores and filters candidates for the refusal direction by.

    git clone https://github.com/andyrdt/refusal_direction && git -C refusal_direction checkout 9d852fa
    VENV/bin/python refusal_direction.py --original refusal_direction

Its own `refusal_score`, `kl_div_fn` and `filter_fn` (pipeline/submodules/select_direction.py) are run on fixed logits and
scores. What that file imports for pictures and models is left out.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from types import ModuleType
from unittest.mock import MagicMock

import numpy as np
import torch

from originals import module

OUT = Path(__file__).parent / "../../src/study/ablation/fixtures.json"
PROMPTS, VOCABULARY, REFUSING = 6, 24, [3, 11]
LAYERS, POSITIONS = 10, 4


def load(original: Path) -> ModuleType:
    for name in ("matplotlib", "matplotlib.pyplot", "jaxtyping", "einops", "tqdm", "pipeline", "pipeline.model_utils", "pipeline.model_utils.model_base", "pipeline.utils", "pipeline.utils.hook_utils"):
        sys.modules[name] = MagicMock()
    return module("select_direction", original / "pipeline/submodules/select_direction.py")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--original", type=Path, required=True, help="a clone of github.com/andyrdt/refusal_direction")
    parser.add_argument("--out", type=Path, default=OUT, help="where to write; default: what the test reads")
    args = parser.parse_args()
    original = load(args.original)
    rng = np.random.default_rng(20261128)
    # From even to all but certain, either way.
    spread = np.array([0.5, 2, 6, 12, 20, 40])[:, None]
    before = (spread * rng.normal(0, 1, (PROMPTS, VOCABULARY))).round(4)
    before[1, REFUSING[0]] += 8
    before[4, REFUSING[1]] += 60
    after = (before + rng.normal(0, 1.5, before.shape)).round(4)
    logits = lambda rows: torch.tensor(rows)[:, None, :]
    candidates = [
        {"layer": layer, "position": -position, "refusal": float(rng.normal(0, 4).__round__(4)), "induced": float(rng.normal(0, 2).__round__(4)), "kl": float(abs(rng.normal(0, 0.12)).__round__(4))}
        for layer in range(LAYERS)
        for position in range(1, POSITIONS + 1)
    ]
    limits = {"kl_threshold": 0.1, "induce_refusal_threshold": 0.0, "prune_layer_percentage": 0.2}
    dropped = [bool(original.filter_fn(c["refusal"], c["induced"], c["kl"], c["layer"], LAYERS, **limits)) for c in candidates]
    made = {
        "original": "9d852fa",
        "refusing": REFUSING,
        "logits": {"before": before.tolist(), "after": after.tolist()},
        "scores": original.refusal_score(logits(before), torch.tensor(REFUSING)).tolist(),
        "divergences": original.kl_div_fn(logits(before), logits(after)).tolist(),
        "layers": LAYERS,
        "candidates": candidates,
        "dropped": dropped,
    }
    args.out.write_text(json.dumps(made) + "\n")


if __name__ == "__main__":
    main()
