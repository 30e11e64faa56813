"""Writes test/gradient/trained.json: how AxBench's trained interventions learn on a tiny model, for the TypeScript to meet.

    node trained.ts FOLDER && VENV/bin/pip install -r requirements.txt
    VENV/bin/python trained.py --axbench axbench --pyreft pyreft FOLDER

AxBench's own intervention modules (axbench/models/interventions.py at e9b8cd4) sit behind one block of the model as
transformers computes it, in double precision; the loops are those of steering_vector.py and lsreft.py, with torch's AdamW,
transformers' linear schedule and AxBench's own functions for penalty, length and gradient. Sequences are read one by one
and their losses added up as a padded batch would, so that padding decides nothing.

LoReFT is pyreft's own module (pyreft/interventions.py at dafd099), three times from the same R, W and b. torch completes R
to a square matrix by random columns, which decide along which axes the optimiser steps: once they are replaced by those of
the reflections that Plimsoll completes R by; twice they are torch's own draws, which shows how far it is from itself.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from types import ModuleType

import torch
from transformers import get_scheduler

sys.path.insert(0, str(Path(__file__).parent / "../families"))
from originals import module  # noqa: E402
from states import load  # noqa: E402

OUT = Path(__file__).parent / "../../test/gradient/trained.json"
LAYER, STEPS = 1, 20
TOP, PENALTY = 4, 0.05
RATES = {"ssv": 0.05, "reft-r1": 0.02}
# LoReFT's: rows of the projection, and tokens at each end of the prompt, the beginning of sequence among them.
RANK, ENDS, LOREFT_RATE = 4, 2, 0.01


def train(method: str, interventions: ModuleType, utils: ModuleType, model, examples) -> dict[str, object]:
    kind = interventions.SteeringVectorIntervention if method == "ssv" else interventions.TopKReLUIntervention
    edit = kind(embed_dim=model.config.hidden_size, low_rank_dimension=1).double()
    latents = []

    def behind(_module, _inputs, output):
        states = output[0] if isinstance(output, tuple) else output
        # Every token but the beginning of the sequence, as the original has it.
        made = edit(states[:, 1:], subspaces={"k": TOP})
        latents[:] = made.latent
        changed = torch.cat([states[:, :1], made.output], 1)
        return (changed, *output[1:]) if isinstance(output, tuple) else changed

    hook = model.model.layers[LAYER].register_forward_hook(behind)
    optimizer = torch.optim.AdamW([edit.proj.weight], lr=RATES[method], weight_decay=0.0)
    schedule = get_scheduler("linear", optimizer=optimizer, num_warmup_steps=0, num_training_steps=STEPS)
    targets = sum(len(example["target"]) for example in examples)
    losses = []
    for step in range(STEPS):
        total = 0.0
        for example in examples:
            tokens = example["prompt"] + example["target"]
            labels = [-100] * len(example["prompt"]) + example["target"]
            output = model(input_ids=torch.tensor([tokens]), labels=torch.tensor([labels]))
            loss = output.loss * len(example["target"]) / targets
            total += loss.item()
            if method == "reft-r1":
                l1 = utils.calculate_l1_losses(*latents, mask=torch.ones(1, len(tokens) - 1, dtype=torch.long))
                loss = loss + step / STEPS * PENALTY * l1 / len(examples)
            loss.backward()
        losses.append(total)
        if method == "reft-r1":
            torch.nn.utils.clip_grad_norm_(edit.parameters(), 1.0)
            utils.set_decoder_norm_to_unit_norm(edit)
            utils.remove_gradient_parallel_to_decoder_directions(edit)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
    hook.remove()
    return {"learningRate": RATES[method], "losses": losses, "weight": edit.proj.weight[0].tolist()}


def completed(start: torch.Tensor) -> torch.Tensor:
    """A square orthogonal matrix that begins with these columns: the product of the reflections of their decomposition."""
    width, rank = start.shape
    reflections, factors = torch.geqrf(start)
    padded = torch.cat([reflections, torch.zeros(width, width - rank, dtype=start.dtype)], 1)
    base = torch.linalg.householder_product(padded, torch.cat([factors, factors.new_zeros(width - rank)]))
    base[:, :rank] *= reflections.diagonal().sign()
    assert torch.allclose(base[:, :rank], start)
    return base


def matrices(edit) -> dict[str, object]:
    source = edit.learned_source
    found = {"project": edit.rotate_layer.weight.T, "weight": source.weight, "bias": source.bias}
    return {name: value.flatten().tolist() for name, value in found.items()}


def train_loreft(interventions: ModuleType, model, examples, completion: str) -> dict[str, object]:
    torch.manual_seed(1)
    edit = interventions.LoreftIntervention(
        embed_dim=model.config.hidden_size, low_rank_dimension=RANK, dtype=torch.float64
    ).double()
    parametrization = edit.rotate_layer.parametrizations.weight[0]
    if completion == "reflections":
        parametrization.base = completed(edit.rotate_layer.weight.detach())
    if completion == "drawn again":
        torch.manual_seed(2)
        parametrization.right_inverse(edit.rotate_layer.weight.detach())
    start = matrices(edit)
    prompt = 0

    def behind(_module, _inputs, output):
        states = output[0] if isinstance(output, tuple) else output
        first, last = min(ENDS, prompt // 2), prompt - min(ENDS, prompt // 2)
        changed = torch.cat(
            [edit(states[:, :first]), states[:, first:last], edit(states[:, last:prompt]), states[:, prompt:]], 1
        )
        return (changed, *output[1:]) if isinstance(output, tuple) else changed

    hook = model.model.layers[LAYER].register_forward_hook(behind)
    optimizer = torch.optim.AdamW(edit.parameters(), lr=LOREFT_RATE, weight_decay=0.0)
    schedule = get_scheduler("linear", optimizer=optimizer, num_warmup_steps=0, num_training_steps=STEPS)
    targets = sum(len(example["target"]) for example in examples)
    losses = []
    for _ in range(STEPS):
        total = 0.0
        for example in examples:
            prompt = len(example["prompt"])
            tokens = example["prompt"] + example["target"]
            labels = [-100] * prompt + example["target"]
            output = model(input_ids=torch.tensor([tokens]), labels=torch.tensor([labels]))
            loss = output.loss * len(example["target"]) / targets
            total += loss.item()
            loss.backward()
        losses.append(total)
        # The default of transformers' Trainer, which pyreft's is built on.
        torch.nn.utils.clip_grad_norm_(edit.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
    hook.remove()
    return {"start": start, "losses": losses, **matrices(edit)}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--axbench", type=Path, required=True, help="a clone of github.com/stanfordnlp/axbench")
    parser.add_argument("--pyreft", type=Path, required=True, help="a clone of github.com/stanfordnlp/pyreft")
    parser.add_argument("folder", type=Path, help="what trained.ts wrote")
    parser.add_argument("--out", type=Path, default=OUT, help="where to write; default: what the tests read")
    args = parser.parse_args()
    utils = module("model_utils", args.axbench / "axbench/utils/model_utils.py")
    interventions = module("interventions", args.axbench / "axbench/models/interventions.py")
    reft = module("reft_interventions", args.pyreft / "pyreft/interventions.py")
    model = load(args.folder / "llama.gguf")
    for parameter in model.parameters():
        parameter.requires_grad = False
    examples = json.loads((args.folder / "examples.json").read_text())
    made = {
        "layer": LAYER,
        "steps": STEPS,
        "top": TOP,
        "penalty": PENALTY,
        "examples": examples,
        **{method: train(method, interventions, utils, model, examples) for method in RATES},
        "loreft": {
            "rank": RANK,
            "ends": ENDS,
            "learningRate": LOREFT_RATE,
            **{how: train_loreft(reft, model, examples, how) for how in ("reflections", "drawn", "drawn again")},
        },
    }
    args.out.write_text(json.dumps(made) + "\n")


if __name__ == "__main__":
    main()
