"""Hugging Face transformers as a contestant: the same GGUF file, the vector added by a forward hook."""

import json
import os
import sys
import time

import torch
from transformers import AutoModelForCausalLM

job = json.loads(sys.stdin.readline())
torch.set_num_threads(job["threads"])
folder, file = os.path.split(job["file"])
model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=file, dtype=getattr(torch, sys.argv[1])).eval()
steering = job["steering"]
vector = (torch.tensor(steering["unit"]) * steering["scale"]).to(model.dtype)


def add(module, arguments, output):
    if isinstance(output, tuple):
        return (output[0] + vector, *output[1:])
    return output + vector


model.model.layers[steering["layer"]].register_forward_hook(add)
# The file's own settings would end answers, or sample them.
model.generation_config.eos_token_id = None
model.generation_config.pad_token_id = 0


def answer(value):
    print(json.dumps(value), flush=True)


answer({})
for line in sys.stdin:
    tokens = torch.tensor([prompt["tokens"] for prompt in job["prompts"][: json.loads(line)["sequences"]]])
    began = time.perf_counter()
    with torch.inference_mode():
        generated = model.generate(
            tokens,
            attention_mask=torch.ones_like(tokens),
            max_new_tokens=job["generated"],
            do_sample=False,
            suppress_tokens=job["ends"] or None,
        )
    seconds = time.perf_counter() - began
    new = generated[:, tokens.shape[1] :]
    assert new.shape[1] == job["generated"], new.shape
    answer({"seconds": seconds, "first": new[:, 0].tolist()})
