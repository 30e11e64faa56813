"""lm-evaluation-harness on a GGUF file as transformers dequantises it: harness.py JOB.json ROWS.json

JOB has `file`, `threads` and `tasks`: by name of a task of the harness, where its yaml lies below lm_eval/tasks, where its
rows are (JSONL, the columns being those of the published set), and what of its configuration is overridden. Told is, for
each row, the prompt, its tokens, what the model said or how likely each choice is, and the harness's own scores.
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path

import lm_eval
import torch
import transformers
from gguf import GGUFReader
from lm_eval.api.task import ConfigurableTask
from lm_eval.models.huggingface import HFLM
from lm_eval.tasks._yaml_loader import load_yaml
from tokenizers.pre_tokenizers import ByteLevel, Digits, Sequence
from transformers import AutoModelForCausalLM, AutoTokenizer

TASKS = Path(lm_eval.__file__).parent / "tasks"


def config_of(task: dict) -> dict:
    """The harness's own configuration; only where rows come from, and what the job says, is another."""
    config = load_yaml(TASKS / task["yaml"])
    for name in ("tag", "task", "training_split", "validation_split"):
        config.pop(name, None)
    rows = {"dataset_path": "json", "dataset_name": None, "dataset_kwargs": {"data_files": task["files"]}}
    return {**config, **rows, "task": task["name"], **task["override"]}


def tokenizer_of(file: Path):
    """As transformers reads it, but for how SmolLM splits text: digits one by one, before words. The reader knows only GPT-2's way."""
    tokenizer = AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)
    split = GGUFReader(file).get_field("tokenizer.ggml.pre")
    if split is not None and split.contents() == "smollm":
        words = ByteLevel(add_prefix_space=False, use_regex=True)
        tokenizer.backend_tokenizer.pre_tokenizer = Sequence([Digits(individual_digits=True), words])
    return tokenizer


def main() -> None:
    job = json.loads(Path(sys.argv[1]).read_text())
    torch.set_num_threads(job["threads"])
    transformers.logging.set_verbosity_error()
    file = Path(job["file"])
    tokenizer = tokenizer_of(file)
    weights = AutoModelForCausalLM.from_pretrained(file.parent, gguf_file=file.name, dtype=torch.float32).eval()
    tasks = {task["name"]: ConfigurableTask(config=config_of(task)) for task in job["tasks"]}
    rows = []
    # Writing costs a reading of the weights for every token, however many write; scoring gains nothing by it.
    for kind, batch in (("multiple_choice", 1), ("generate_until", 8)):
        own = {name: task for name, task in tasks.items() if task.OUTPUT_TYPE == kind}
        if not own:
            continue
        model = HFLM(pretrained=weights, tokenizer=tokenizer, device="cpu", batch_size=batch)
        found = lm_eval.evaluate(model, {"tasks": own, "groups": {}, "group_map": {}}, log_samples=True, bootstrap_iters=0)
        rows += [
            {"task": name, "id": sample["doc"]["id"], **said(sample, model)}
            for name, samples in found["samples"].items()
            for sample in samples
            if sample["filter"] in ("none", "flexible-extract")
        ]
    versions = {name: version(name) for name in ("lm_eval", "transformers", "torch")}
    Path(sys.argv[2]).write_text(json.dumps({"versions": versions, "rows": rows}))


def said(sample: dict, model: HFLM) -> dict:
    arguments = sample["arguments"]
    prompt = arguments[0][0] if isinstance(arguments, list) else arguments["gen_args_0"]["arg_0"]
    responses = sample["filtered_resps"]
    scores = {name: sample[name] for name in ("acc", "acc_norm", "exact_match") if name in sample}
    common = {"prompt": prompt, "tokens": model.tok_encode(prompt), **scores}
    if "exact_match" in sample:
        return {**common, "text": sample["resps"][0][0], "number": responses[0]}
    return {**common, "logLikelihoods": [float(one[0]) for one in responses]}


if __name__ == "__main__":
    main()
