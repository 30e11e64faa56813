"""Hugging Face transformers and PyTorch as a contestant at fitting: the same GGUF file, dequantised; the same tokens.

diffmean: the model without its output matrix on batches of prompts of like lengths, the states of one layer read by a
forward hook. ssv: as AxBench trains it, a forward pass through the whole model in every step, the vector added by a
hook, every weight frozen, so that gradients are computed above the layer only; AdamW without decay, whose rate falls
linearly.
"""

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
model.requires_grad_(False)
block = model.model.layers[job["layer"]]
width = model.config.hidden_size
BATCH = 32


def first_of(output):
    return output[0] if isinstance(output, tuple) else output


def padded(rows):
    longest = max(map(len, rows))
    tokens = torch.zeros(len(rows), longest, dtype=torch.long)
    mask = torch.zeros(len(rows), longest, dtype=torch.long)
    for row, own in enumerate(rows):
        tokens[row, : len(own)] = torch.tensor(own)
        mask[row, : len(own)] = 1
    return tokens, mask


def mean_state(prompts):
    caught = []
    hook = block.register_forward_hook(lambda module, arguments, output: caught.append(first_of(output)))
    total = torch.zeros(width)
    prompts = sorted(prompts, key=lambda prompt: len(prompt["tokens"]))
    with torch.inference_mode():
        for start in range(0, len(prompts), BATCH):
            batch = prompts[start : start + BATCH]
            tokens, mask = padded([prompt["tokens"] for prompt in batch])
            model.model(tokens, attention_mask=mask, use_cache=False)
            states = caught.pop()
            for row, prompt in enumerate(batch):
                total += states[row, prompt["suffix"][0] : prompt["suffix"][1]].float().mean(0)
    hook.remove()
    return total / len(prompts)


def diffmean():
    return mean_state(job["sides"]["positive"]) - mean_state(job["sides"]["negative"])


def ssv():
    examples = job["examples"]
    tokens, mask = padded([one["tokens"] + one["target"]["tokens"] for one in examples])
    labels = torch.full_like(tokens, -100)
    edited = mask.clone().to(model.dtype)
    for row, one in enumerate(examples):
        start = len(one["tokens"])
        labels[row, start : start + len(one["target"]["tokens"])] = torch.tensor(one["target"]["tokens"])
        edited[row, : one["first"]] = 0
    vector = torch.nn.Parameter(torch.full((width,), 0.01))

    def add(module, arguments, output):
        changed = first_of(output) + edited.unsqueeze(-1) * vector.to(model.dtype)
        return (changed, *output[1:]) if isinstance(output, tuple) else changed

    hook = block.register_forward_hook(add)
    optimiser = torch.optim.AdamW([vector], lr=job["learningRate"], weight_decay=0)
    rate = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: 1 - step / job["steps"])
    for _ in range(job["steps"]):
        model(tokens, attention_mask=mask, labels=labels, use_cache=False).loss.backward()
        optimiser.step()
        rate.step()
        optimiser.zero_grad()
    hook.remove()
    return vector.detach()


def answer(value):
    print(json.dumps(value), flush=True)


answer({})
for line in sys.stdin:
    fit = {"diffmean": diffmean, "ssv": ssv}[json.loads(line)["fit"]]
    began = time.perf_counter()
    vector = fit()
    answer({"seconds": time.perf_counter() - began, "vector": vector.tolist()})
