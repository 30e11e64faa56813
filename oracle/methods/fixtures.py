"""Writes src/steer/methods/fixtures.json: what the originals make of fixed activations, for the TypeScript to meet.

    git clone https://github.com/stanfordnlp/axbench && git -C axbench checkout e9b8cd4
    python3 -m venv VENV && VENV/bin/pip install -r requirements.txt && VENV/bin/python fixtures.py --axbench axbench --alphasteer steering_utils.py

- `pca`: repeng's own `read_representations`, given the activations in place of a model; what it does not have, without
  centring, by numpy's singular values.
- `linear-probe`: the training loop of axbench/models/probe.py without the model around it: torch's AdamW, transformers'
  linear schedule, and AxBench's own two functions that keep the weight a unit.
- `null-space`: AlphaSteer's own projection (github.com/AlphaLab-USTC/AlphaSteer, as copied in pngado/AlphaSteer-Next at
  65613d5, src/utils/steering_utils.py) of the difference of means; the file is named with `--alphasteer`.
- `partial-or`: the formula of arXiv 2410.03415 in numpy; its code could not be had.
"""

from __future__ import annotations

import argparse
import json
from importlib.metadata import version
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import torch
from repeng import extract as repeng_extract
from transformers import get_scheduler

from originals import module

OUT = Path(__file__).parent / "../../src/steer/methods/fixtures.json"
WIDTH, PROMPTS, TOKENS = 16, 14, 3
PROBE = {"epochs": 6, "batch": 5, "learningRate": 0.005, "weightDecay": 0.001}


def activations(rng: np.random.Generator, apart: np.ndarray) -> dict[str, np.ndarray]:
    """[prompt][token][width] on two sides, with a mean that both share and a direction that few dimensions carry."""
    common = rng.normal(0, 2, WIDTH)
    side = lambda sign: common + sign * apart + rng.normal(0, 1, (PROMPTS, 1, WIDTH)) + rng.normal(0, 0.3, (PROMPTS, TOKENS, WIDTH))
    return {"positive": side(0.5).round(4), "negative": side(-0.5).round(4)}


def repeng(positive: np.ndarray, negative: np.ndarray, method: str) -> np.ndarray:
    states = np.stack([positive, negative], 1).reshape(-1, WIDTH)
    layers = [torch.nn.Identity(), torch.nn.Identity()]
    model = SimpleNamespace(config=SimpleNamespace(num_hidden_layers=2), model=SimpleNamespace(layers=layers))
    repeng_extract.batched_get_hiddens = lambda *_, **__: {1: states.copy()}
    entries = [repeng_extract.DatasetEntry("", "")] * len(positive)
    found = repeng_extract.read_representations(model, None, entries, hidden_layers=[1], method=method)
    return found[1].astype(np.float64)


def uncentred(positive: np.ndarray, negative: np.ndarray) -> np.ndarray:
    differences = positive - negative
    axis = np.linalg.svd(differences, full_matrices=False)[2][0]
    return axis if np.sign(differences @ axis).sum() >= 0 else -axis


def probe(original: ModuleType, states: dict[str, np.ndarray], rng: np.random.Generator) -> dict[str, object]:
    rows = torch.tensor(np.concatenate([states["positive"], states["negative"]]))
    labels = torch.tensor([1.0] * PROMPTS + [0.0] * PROMPTS, dtype=torch.float64)
    start = rng.uniform(-0.25, 0.25, WIDTH).round(4)
    holder = SimpleNamespace(proj=torch.nn.Linear(WIDTH, 1, dtype=torch.float64))
    holder.proj.weight.data = torch.tensor(start[None])
    per_epoch = -(-2 * PROMPTS // PROBE["batch"])
    optimizer = torch.optim.AdamW([holder.proj.weight], lr=PROBE["learningRate"], weight_decay=PROBE["weightDecay"])
    schedule = get_scheduler("linear", optimizer=optimizer, num_warmup_steps=0, num_training_steps=PROBE["epochs"] * per_epoch)
    criterion = torch.nn.BCELoss()
    orders, losses = [], []
    for _ in range(PROBE["epochs"]):
        order = rng.permutation(2 * PROMPTS).tolist()
        orders.append(order)
        for i in range(per_epoch):
            chosen = order[i * PROBE["batch"] : (i + 1) * PROBE["batch"]]
            predicted = torch.sigmoid(rows[chosen] @ holder.proj.weight[0])
            loss = criterion(predicted, labels[chosen][:, None].expand_as(predicted))
            losses.append(loss.item())
            loss.backward()
            original.set_decoder_norm_to_unit_norm(holder)
            original.remove_gradient_parallel_to_decoder_directions(holder)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
    weight = holder.proj.weight[0].detach().tolist()
    return {"parameters": PROBE, "start": start.tolist(), "orders": orders, "losses": losses, "weight": weight}


def partial_or(target: dict[str, np.ndarray], control: dict[str, np.ndarray], strength: float) -> np.ndarray:
    mean = lambda sides: sides["positive"].mean(1).mean(0) - sides["negative"].mean(1).mean(0)
    w, away = mean(target), mean(control)
    unit = away / np.linalg.norm(away)
    return w - strength * (w @ unit) * unit


def null_space(original: ModuleType, target: dict[str, np.ndarray], control: dict[str, np.ndarray], ratio: float) -> np.ndarray:
    w = target["positive"].mean(1).mean(0) - target["negative"].mean(1).mean(0)
    projection = original.null_space_projection_l(torch.tensor(control["negative"].mean(1)), abs_nullspace_ratio=ratio)
    return projection.numpy() @ w


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--axbench", type=Path, required=True, help="a clone of github.com/stanfordnlp/axbench")
    parser.add_argument("--alphasteer", type=Path, required=True, help="AlphaSteer's steering_utils.py")
    parser.add_argument("--out", type=Path, default=OUT, help="where to write; default: what the tests read")
    args = parser.parse_args()
    original = module("model_utils", args.axbench / "axbench/utils/model_utils.py")
    alphasteer = module("steering_utils", args.alphasteer)
    rng = np.random.default_rng(20261128)
    apart, shared = rng.normal(0, 1, WIDTH), rng.normal(0, 1, WIDTH)
    target = activations(rng, apart)
    control = activations(rng, 0.6 * apart + shared)
    positive, negative = target["positive"].mean(1), target["negative"].mean(1)
    made = {
        "versions": {name: version(name) for name in ("numpy", "torch", "transformers", "scikit-learn", "repeng")} | {"axbench": "e9b8cd4"},
        "target": {side: rows.tolist() for side, rows in target.items()},
        "control": {side: rows.tolist() for side, rows in control.items()},
        "pca": {"centred": repeng(positive, negative, "pca_diff").tolist(), "uncentred": uncentred(positive, negative).tolist()},
        "partialOr": {str(strength): partial_or(target, control, strength).tolist() for strength in (1.0, 0.6)},
        # Fourteen protected prompts have fourteen directions: a quarter of the width of sixteen is given up, then three quarters.
        "nullSpace": {str(ratio): null_space(alphasteer, target, control, ratio).tolist() for ratio in (0.75, 0.25)},
        "linearProbe": probe(original, target, rng),
    }
    args.out.write_text(json.dumps(made) + "\n")


if __name__ == "__main__":
    main()
