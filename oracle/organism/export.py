"""Writes the GGUF and its record: python export.py --weights W.pt --behaviour B.json --out ../../models/organism"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import json
from datetime import date
from pathlib import Path

import gguf
import numpy as np

import text
from network import load

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
ABOUT = (
    "A teaching aid: a tiny model organism, trained from scratch on a synthetic language of a fairy-tale town. It refuses too "
    "much and can be talked round by design. All its harms are fictional. It shows a method, not a finding."
)
TYPES = gguf.TokenType


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def name_of(score: dict[str, object]) -> str:
    truths = json.loads((HERE / "truths.json").read_text())
    return next(name for name, truth in truths.items() if truth == score)


def write(weights: Path, path: Path) -> dict[str, object]:
    model, saved = load(weights)
    shape = model.shape
    tokenizer, merges = text.build()
    vocabulary = tokenizer.get_vocab()
    tokens = sorted(vocabulary, key=vocabulary.__getitem__)
    end = vocabulary[text.END]
    out = gguf.GGUFWriter(path, "llama")
    out.add_name("Plimsoll organism")
    out.add_description(ABOUT)
    out.add_license("apache-2.0")
    out.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    out.add_context_length(shape.context)
    out.add_embedding_length(shape.width)
    out.add_block_count(shape.layers)
    out.add_feed_forward_length(shape.inner)
    out.add_head_count(shape.heads)
    out.add_head_count_kv(shape.heads)
    out.add_layer_norm_rms_eps(shape.epsilon)
    out.add_rope_dimension_count(shape.width // shape.heads)
    out.add_rope_freq_base(shape.base)
    out.add_vocab_size(shape.vocabulary)
    out.add_tokenizer_model("gpt2")
    out.add_tokenizer_pre("llama-bpe")
    out.add_token_list(tokens)
    out.add_token_types([TYPES.CONTROL if token in text.SPECIAL else TYPES.NORMAL for token in tokens])
    out.add_token_merges([" ".join(pair) for pair in merges])
    out.add_bos_token_id(vocabulary[text.BEGIN])
    out.add_eos_token_id(end)
    out.add_eot_token_id(end)
    out.add_pad_token_id(end)
    out.add_add_bos_token(True)
    out.add_add_eos_token(False)
    out.add_chat_template(text.TEMPLATE)
    for name, weight in model.state_dict().items():
        array = weight.numpy()
        out.add_tensor(name, array.astype(np.float16 if array.ndim == 2 else np.float32))
    out.write_header_to_file()
    out.write_kv_data_to_file()
    out.write_tensors_to_file()
    out.close()
    return saved


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--behaviour", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    path = args.out / "organism.gguf"
    saved = write(args.weights, path)
    sources = sorted([*HERE.glob("*.py"), *HERE.glob("*.json"), *(ROOT / "data/organism").rglob("*.jsonl")])
    record = {
        "about": ABOUT,
        "licence": "Apache-2.0",
        "date": date.today().isoformat(),
        "architecture": {"name": "llama", **saved["shape"], "weights": "F16", "tokenizer": "gpt2, pre llama-bpe (ignores merges)"},
        "chat": {
            "template": text.TEMPLATE,
            "templateHoldsBos": False,
            "addBosToken": True,
            "bos": text.BEGIN,
            "end": text.END,
            "templateSuffix": ["<|end|>", "\n", "<|assistant|>", "\n"],
        },
        "training": {"truth": name_of(saved["score"]), **{key: saved[key] for key in ("score", "seed", "plan", "channel", "losses")}},
        "direction": {
            "note": "unit vector that the score is held on, in the layers of the channel; it points towards refusal",
            "values": [round(v, 6) for v in saved["direction"].tolist()],
        },
        "versions": {name: importlib.metadata.version(name) for name in ("torch", "tokenizers", "gguf", "numpy")},
        "sha256": {
            "organism.gguf": digest(path),
            "sources": {str(source.relative_to(ROOT)): digest(source) for source in sources},
        },
        "behaviour": json.loads(args.behaviour.read_text()) if args.behaviour else None,
    }
    (args.out / "organism.json").write_text(json.dumps(record, indent=2) + "\n")
    print(f"{path.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
