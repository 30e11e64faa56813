"""Writes what the originals make of fixed activations by a sparse autoencoder, for the TypeScript to meet.

    git clone https://github.com/zjunlp/steer-target-atoms && git -C steer-target-atoms checkout c9549b5
    VENV/bin/python sta.py --sta steer-target-atoms

- src/steer/autoencoders/fixture.npz: a JumpReLU autoencoder as Gemma Scope's are, written by numpy (`fixture-deflated.npz`:
  the same, compressed, one matrix in columns, values of eight bytes).
- src/steer/methods/sta-fixture.json: activations, their latents by numpy, and the vectors that the original's own
  `activation_selection_contrastive_for_toxic_freq` and `act_and_fre` make of them, given the activations in place of a
  model and the arrays in place of a download. Their length is set as its baseline/our_sae_caa_safety.py does.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import re
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from types import ModuleType, SimpleNamespace
from unittest.mock import MagicMock

import numpy as np
import torch

from originals import module

STEER = Path(__file__).parent / "../../src/steer"
WIDTH, LATENTS, PROMPTS, QUESTION = 16, 40, 12, 2
SHARES = (0.35, 0.1)
# What the original imports and this does not use.
UNUSED = ["plotly", "plotly.express", "datasets", "sae_lens", "sae_lens.toolkit", "sae_lens.toolkit.pretrained_sae_loaders", "transformer_lens", "transformer_lens.utils"]
MODEL, LAYER = "gemma-2-9b-it", 0


def autoencoder(rng: np.random.Generator) -> dict[str, np.ndarray]:
    rows = rng.normal(size=(LATENTS, WIDTH))
    decoder = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    arrays = {
        "W_enc": np.ascontiguousarray(decoder.T) + rng.normal(0, 0.05, (WIDTH, LATENTS)),
        "b_enc": rng.normal(0, 0.1, LATENTS),
        "W_dec": decoder,
        "b_dec": rng.normal(0, 0.5, WIDTH),
        "threshold": rng.uniform(0.4, 1.2, LATENTS),
    }
    return {name: values.astype(np.float32) for name, values in arrays.items()}


def encode(sae: dict[str, np.ndarray], states: np.ndarray) -> np.ndarray:
    before = states.astype(np.float64) @ sae["W_enc"].astype(np.float64) + sae["b_enc"]
    return before * ((before > sae["threshold"]) & (before > 0))


def activations(rng: np.random.Generator, sae: dict[str, np.ndarray]) -> dict[str, list[np.ndarray]]:
    """[prompt][token][width]: answers of three or four tokens, each of a few atoms, of which the sides prefer their own."""
    likes = rng.uniform(0, 1, LATENTS)
    def prompt(bias: np.ndarray) -> np.ndarray:
        codes = (rng.uniform(size=(rng.integers(3, 5), LATENTS)) < 0.25 * bias) * rng.uniform(1, 4, LATENTS)
        return (codes @ sae["W_dec"] + sae["b_dec"]).round(4)
    return {"positive": [prompt(likes) for _ in range(PROMPTS)], "negative": [prompt(1 - likes) for _ in range(PROMPTS)]}


def latents_by(original: ModuleType, sae: dict[str, np.ndarray], states: dict[str, list[np.ndarray]]):
    """Tokens are rows of a table of states; those of the question come first and are left out by the original."""
    table: list[np.ndarray] = []
    texts: dict[str, torch.Tensor] = {"question": torch.zeros(1, QUESTION, dtype=torch.long)}
    table.append(np.zeros(WIDTH))
    prompts = []
    for i, (up, down) in enumerate(zip(states["positive"], states["negative"])):
        for side, rows in (("pos", up), ("neg", down)):
            own = list(range(len(table), len(table) + len(rows)))
            table.extend(rows)
            texts[f"{side} {i}"] = torch.tensor([[0] * QUESTION + own])
        prompts.append({"ques": "question", "pos": f"pos {i}", "neg": f"neg {i}"})
    known = torch.tensor(encode(sae, np.stack(table)), dtype=torch.float32)
    original.get_cache_and_logits_act = lambda model, tokens, mask, sae: {"hook_sae_acts_post": known[tokens]}
    model = SimpleNamespace(to_tokens=lambda text, padding_side: texts[text], tokenizer=SimpleNamespace(pad_token_id=-1))
    return original.activation_selection_contrastive_for_toxic_freq(model, None, prompts, model_name=MODEL)


def vector_by(original: ModuleType, sae: dict[str, np.ndarray], found, caa: np.ndarray, share: float):
    score, positive, negative, *_ = found
    weights = SimpleNamespace(W_dec=torch.tensor(sae["W_dec"]))
    original.args = SimpleNamespace(model_name=MODEL)
    original.load_gemma_sae = lambda *_, **__: (weights, None)
    with tempfile.TemporaryDirectory() as folder:
        read = Path(folder) / f"data/sae_caa_vector_it/{MODEL}_safety/sae_vector/feature_attr"
        mean = Path(folder) / f"data/caa_vector_it/{MODEL}_safety"
        read.mkdir(parents=True), mean.mkdir(parents=True)
        torch.save(torch.tensor(caa), mean / f"{LAYER}.pt")
        for name, values in (("pos_feature_freq", positive), ("neg_feature_freq", negative), ("feature_score", score)):
            torch.save(values, read / f"{MODEL}_sae_layer{LAYER}_resid_post_16k_{name}.pt")
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            original.act_and_fre(folder, "data", MODEL, "safety", "", [LAYER], "resid_post", [share], "", False)
        written = Path(folder) / f"data/sae_caa_vector_it/{MODEL}_safety/act_and_fre_trim/steering_vector"
        vector = torch.load(written / f"{MODEL}_sae_layer{LAYER}_resid_post_16k_act_and_fre_trim{share}.pt")
    kept = int(re.search(r"combined_mask: tensor\((\d+)\)", said.getvalue())[1])
    assert float(re.search(r"频率阈值: (\S+)", said.getvalue())[1]) > 0, "a threshold of 0 keeps what has no score"
    scale = np.linalg.norm(caa) / torch.norm(vector, p=2).item()
    return {"vector": (vector.numpy().astype(np.float64) * scale).tolist(), "kept": kept}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sta", type=Path, required=True, help="a clone of github.com/zjunlp/steer-target-atoms")
    parser.add_argument("--out", type=Path, default=STEER, help="folder to write into; default: where the tests read")
    args = parser.parse_args()
    for name in UNUSED:
        sys.modules[name] = MagicMock()
    selection = module("sae_utils", args.sta / "sae_utils.py")
    making = module("generate_sae_caa_vector", args.sta / "generate_sae_caa_vector.py")
    rng = np.random.default_rng(20261129)
    sae = autoencoder(rng)
    states = activations(rng, sae)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        found = latents_by(selection, sae, states)
    mean = {side: np.stack([rows.mean(0) for rows in prompts]).mean(0) for side, prompts in states.items()}
    caa = mean["positive"] - mean["negative"]
    made = {
        "versions": {name: version(name) for name in ("numpy", "torch")} | {"sta": "c9549b5"},
        "target": {side: [rows.tolist() for rows in prompts] for side, prompts in states.items()},
        "latents": encode(sae, states["positive"][0]).tolist(),
        "made": {str(share): vector_by(making, sae, found, caa, share) for share in SHARES},
    }
    for folder in ("autoencoders", "methods"):
        (args.out / folder).mkdir(parents=True, exist_ok=True)
    np.savez(args.out / "autoencoders/fixture.npz", **sae)
    other = {name: values.astype(np.float64) for name, values in sae.items()}
    other["W_enc"] = np.asfortranarray(other["W_enc"])
    np.savez_compressed(args.out / "autoencoders/fixture-deflated.npz", **other)
    (args.out / "methods/sta-fixture.json").write_text(json.dumps(made) + "\n")


if __name__ == "__main__":
    main()
