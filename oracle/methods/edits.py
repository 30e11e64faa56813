"""Writes src/steer/methods/edits.json: what the originals of other edits than additions make of fixed activations.

    git clone https://github.com/likenneth/honest_llama && git -C honest_llama checkout 2c6b217
    git clone https://github.com/IBM/activation-steering && git -C activation-steering checkout 52be602
    git clone https://github.com/lone17/angular-steering && git -C angular-steering checkout 8da12d4
    VENV/bin/python edits.py --honest-llama honest_llama --activation-steering activation-steering --angular angular-steering

- `iti`: honest_llama's `train_probes`, `get_com_directions` and `get_interventions_dict` (utils.py), taken out of their file,
  which loads models as it is imported.
- `cast`: activation-steering's own `read_representations` (`pca_pairwise`), `LeashLayer` and `find_best_condition_point`,
  given the activations in place of a model.
- `angular`: angular-steering's hook (angular_steering.py), taken out of a file that is a program.
- `ace`: the formula of arXiv 2411.09003 in numpy.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score

from originals import functions

OUT = Path(__file__).parent / "../../src/steer/methods/edits.json"
LAYERS, HEADS, WIDTH, PROMPTS = 3, 2, 6, 20


def iti(path: Path, rng: np.random.Generator) -> dict[str, object]:
    names = ["train_probes", "get_com_directions", "get_interventions_dict", "layer_head_to_flattened_idx", "flattened_idx_to_layer_head"]
    given = {"np": np, "LogisticRegression": LogisticRegression, "accuracy_score": accuracy_score, "tqdm": lambda rows, **_: rows}
    original = functions(path / "utils.py", names, given)
    apart = rng.normal(0, 0.5, (LAYERS, HEADS, WIDTH))
    labels = np.array([1, 0] * PROMPTS)
    rows = (rng.normal(0, 1, (2 * PROMPTS, LAYERS, HEADS, WIDTH)) + (labels - 0.5)[:, None, None, None] * apart).round(4)
    # A question each, as the original separates them.
    separated, separate_labels = [row[None] for row in rows], [[label] for label in labels]
    train, held = np.arange(2 * PROMPTS)[: int(1.6 * PROMPTS)], np.arange(2 * PROMPTS)[int(1.6 * PROMPTS) :]
    probes, accuracies = original.train_probes(0, train, held, separated, separate_labels, LAYERS, HEADS)
    means = original.get_com_directions(LAYERS, HEADS, train, held, separated, separate_labels)
    every = [(layer, head) for layer in range(LAYERS) for head in range(HEADS)]
    chosen = original.get_interventions_dict(every, probes, rows, HEADS, True, False, means)
    heads = [
        {
            "layer": layer,
            "head": head,
            "rows": rows[:, layer, head].tolist(),
            "weight": probes[i].coef_[0].tolist(),
            "intercept": probes[i].intercept_[0],
            "accuracy": accuracies[i],
            "unit": chosen[f"model.layers.{layer}.self_attn.head_out"][head][1].tolist(),
            "deviation": chosen[f"model.layers.{layer}.self_attn.head_out"][head][2],
        }
        for i, (layer, head) in enumerate(every)
    ]
    return {"labels": labels.tolist(), "held": held.tolist(), "heads": heads}


def cast(path: Path, rng: np.random.Generator) -> dict[str, object]:
    sys.path.insert(0, str(path))
    from activation_steering import leash_layer, malleable_model, steering_vector

    layers = list(range(1, LAYERS + 1))
    apart = {layer: rng.normal(0, 0.4 * layer, WIDTH) for layer in layers}
    states = {layer: (rng.normal(0.3, 1, (2 * PROMPTS, WIDTH)) + np.array([0.5, -0.5] * PROMPTS)[:, None] * apart[layer]).round(4) for layer in layers}
    steering_vector.batched_get_hiddens = lambda *_, **__: {layer: rows.copy() for layer, rows in states.items()}
    steering_vector.get_model_layer_list = lambda model: [None] * (LAYERS + 1)
    pairs = [steering_vector.ContrastivePair("", "")] * PROMPTS if hasattr(steering_vector, "ContrastivePair") else [SimpleNamespace(positive="", negative="")] * PROMPTS
    directions, _ = steering_vector.read_representations(None, None, pairs, hidden_layer_ids=layers, method="pca_pairwise")
    Leash = leash_layer.LeashLayer

    def similarities(row: int) -> dict[int, float]:
        for layer in layers:
            leash = Leash(torch.nn.Identity(), layer)
            axis = torch.tensor(directions[layer], dtype=torch.float64)
            leash.condition_projector = torch.outer(axis, axis) / torch.dot(axis, axis)
            leash.condition_threshold_comparison_mode, leash.condition_comparator_threshold_is, leash.threshold = "mean", "smaller", 1
            Leash.forward_calls[layer] = 1
            leash._process_single_condition(torch.tensor(states[layer][row][None]))
        return dict(Leash.condition_similarities[0])

    table = {}
    for row in range(2 * PROMPTS):
        Leash.condition_met, Leash.condition_similarities = defaultdict(bool), defaultdict(lambda: defaultdict(float))
        table[str(row)] = similarities(row)
    model = SimpleNamespace(
        model=None,
        tokenizer=SimpleNamespace(eos_token_id=0),
        steer=lambda **_: None,
        respond=lambda string, **_: Leash.condition_similarities[0].update(table[string]),
        reset_leash_to_default=lambda: None,
    )
    Leash.condition_similarities = defaultdict(lambda: defaultdict(float))
    positive, negative = [str(row) for row in range(0, 2 * PROMPTS, 2)], [str(row) for row in range(1, 2 * PROMPTS, 2)]
    found, threshold, comparator, f1 = malleable_model.MalleableModel.find_best_condition_point(
        model, positive, negative, None, layer_range=(1, LAYERS + 1), threshold_range=(-1.0, 1.0), threshold_step=0.004
    )
    return {
        "states": {str(layer): rows.tolist() for layer, rows in states.items()},
        "directions": {str(layer): axis.tolist() for layer, axis in directions.items()},
        "similarities": {str(layer): [table[str(row)][layer] for row in range(2 * PROMPTS)] for layer in layers},
        # The original's words: the threshold is larger, or smaller, than what is measured.
        "best": {"layer": found[0], "threshold": threshold, "open": "below" if comparator == "larger" else "above", "f1": f1},
    }


def angular(path: Path, rng: np.random.Generator) -> dict[str, object]:
    names = ["_get_rotation_args", "get_angular_steering_output_hook"]
    given = {"np": np, "torch": torch, "Tensor": torch.Tensor, "Float": defaultdict(lambda: torch.Tensor)}
    original = functions(path / "angular_steering.py", names, given)
    first, second = rng.normal(0, 1, WIDTH).round(4), rng.normal(0, 1, WIDTH).round(4)
    rows = rng.normal(0, 1, (8, WIDTH)).round(4)
    first /= np.linalg.norm(first)
    config = {"first_direction": first, "second_direction": second}
    turned = [
        {
            "degrees": degrees,
            "adaptive": bool(adaptive),
            "rows": original.get_angular_steering_output_hook(config, degrees, adaptive)(None, None, torch.tensor(rows)).tolist(),
        }
        for degrees in (0, 22.5, 90, 180, 250)
        for adaptive in (0, 1)
    ]
    return {"first": first.tolist(), "second": second.tolist(), "rows": rows.tolist(), "turned": turned}


def ace(rng: np.random.Generator) -> dict[str, object]:
    positive, negative, rows = (rng.normal(shift, 1, (PROMPTS, WIDTH)).round(4) for shift in (0.6, 0.1, 0.3))
    r, reference = positive.mean(0) - negative.mean(0), negative.mean(0)
    along = lambda x: np.outer(x @ r, r) / (r @ r)
    moved = [{"strength": a, "rows": (rows - along(rows) + along(reference[None]) + a * r).tolist()} for a in (0, 0.5, 1, -2)]
    return {"positive": positive.tolist(), "negative": negative.tolist(), "rows": rows.tolist(), "moved": moved}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--honest-llama", type=Path, required=True, help="a clone of github.com/likenneth/honest_llama")
    parser.add_argument("--activation-steering", type=Path, required=True, help="a clone of github.com/IBM/activation-steering")
    parser.add_argument("--angular", type=Path, required=True, help="a clone of github.com/lone17/angular-steering")
    parser.add_argument("--out", type=Path, default=OUT, help="where to write; default: what the tests read")
    args = parser.parse_args()
    rng = np.random.default_rng(20261129)
    made = {
        "versions": {name: version(name) for name in ("numpy", "torch", "scikit-learn")},
        "iti": iti(args.honest_llama, rng),
        "cast": cast(args.activation_steering, rng),
        "angular": angular(args.angular, rng),
        "ace": ace(rng),
    }
    args.out.write_text(json.dumps(made) + "\n")


if __name__ == "__main__":
    main()
