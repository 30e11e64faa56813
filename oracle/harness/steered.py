"""What lm-evaluation-harness's own steered model computes with a file of Plimsoll's: steered.py FOLDER > logits.json

FOLDER has llama.gguf, steer.pt and tokens.json (one list of tokens). Told are the log-probabilities of the token that
follows, unsteered and steered, from the tiny model as transformers reads it.
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path

import torch
from tokenizers import Tokenizer, models
from transformers import PreTrainedTokenizerFast

sys.path.insert(0, str(Path(__file__).parent / "../families"))
from lm_eval.models.hf_steered import SteeredModel  # noqa: E402
from states import load  # noqa: E402


def main() -> None:
    folder = Path(sys.argv[1])
    tokens = torch.tensor([json.loads((folder / "tokens.json").read_text())])
    model = load(folder / "llama.gguf")
    # The harness wants a tokenizer; tokens are given, so it is asked nothing.
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.WordLevel({"a": 0}, unk_token="a")), eos_token="a")
    steered = SteeredModel(pretrained=model, steer_path=str(folder / "steer.pt"), tokenizer=tokenizer, device="cpu")
    follow = lambda logits: logits[0, -1].log_softmax(-1).tolist()
    with torch.no_grad():
        plain = follow(model(input_ids=tokens).logits)
        moved = follow(steered._model_call(tokens))
    json.dump({"lm_eval": version("lm_eval"), "plain": plain, "steered": moved}, sys.stdout)


if __name__ == "__main__":
    main()
