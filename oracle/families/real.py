"""Residual states of a real model as transformers computes them from the same GGUF file: real.py FILE TOKENS.json > states.json

TOKENS.json is a list of lists of tokens; told is the state after every block at the last token of each, in single precision
from weights that transformers dequantises.
"""

import json
import sys
from pathlib import Path

import torch
import transformers
from transformers import AutoModelForCausalLM


@torch.no_grad()
def states(model, tokens: list[int]) -> list[list[float]]:
    found: list[list[float]] = []

    def keep(_module, _inputs, output):
        hidden = output[0] if isinstance(output, tuple) else output
        found.append(hidden.reshape(-1, hidden.shape[-1])[-1].tolist())

    hooks = [layer.register_forward_hook(keep) for layer in model.model.layers]
    model(input_ids=torch.tensor([tokens]), use_cache=False)
    for hook in hooks:
        hook.remove()
    return found


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    file = Path(sys.argv[1])
    model = AutoModelForCausalLM.from_pretrained(file.parent, gguf_file=file.name, dtype=torch.float32).eval()
    asked = json.loads(Path(sys.argv[2]).read_text())
    json.dump({"transformers": transformers.__version__, "states": [states(model, tokens) for tokens in asked]}, sys.stdout)
