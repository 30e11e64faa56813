"""Hidden states of the tiny models as Hugging Face's transformers computes them: states.py FOLDER > states.json

Reads FOLDER/<family>.gguf (made by write.ts) and tells, for the last token of a fixed list of tokens, the state at every
site of every layer, and the logits. In double precision, so that what is left is a difference of formulas.
"""

import json
import sys
from pathlib import Path

import gguf
import torch
import transformers
from transformers import AutoConfig, AutoModelForCausalLM

TOKENS = [275, 256, 104, 101, 257, 108, 111, 32, 119, 260, 97, 264, 100, 258, 120, 121, 261, 117, 43, 265, 77, 49, 50, 262]


def load(path: Path):
    """The model in double precision, as transformers reads the file by itself, or as told below."""
    family = path.stem
    if family == "olmo2":
        return olmo2(path)
    config = AutoConfig.from_pretrained(path.parent, gguf_file=path.name)
    config.pad_token_id = None
    complete(config, family, fields(path)[1])
    model = AutoModelForCausalLM.from_pretrained(
        path.parent,
        gguf_file=path.name,
        config=config,
        dtype=torch.float32,
        attn_implementation="eager",
        experts_implementation="eager",
    )
    return model.double().eval()


def complete(config, family: str, value) -> None:
    """What this version of the reader leaves at the defaults of the released models."""
    if family.startswith(("qwen3", "gemma")):
        config.head_dim = value(f"{family}.attention.key_length")
    if family == "qwen3moe":
        config.moe_intermediate_size = value("qwen3moe.expert_feed_forward_length")
        # No key of the file says it: released models of this family share the weights out among the chosen experts.
        config.norm_topk_prob = True
    if family.startswith("gemma"):
        # Neither is this in the file: queries are scaled by the size of a head, except in the largest models.
        config.query_pre_attn_scalar = config.head_dim
    if family == "gemma2":
        config.attn_logit_softcapping = value("gemma2.attn_logit_softcapping")
        config.final_logit_softcapping = value("gemma2.final_logit_softcapping")
    if family == "gemma3":
        pattern = value("gemma3.attention.sliding_window_pattern")
        kinds = ["sliding_attention"] * (pattern - 1) + ["full_attention"]
        config.layer_types = [kinds[k % pattern] for k in range(config.num_hidden_layers)]
        config.rope_parameters["sliding_attention"]["rope_theta"] = value("gemma3.rope.freq_base_swa")


def fields(path: Path):
    reader = gguf.GGUFReader(path)
    return reader, lambda key: reader.fields[key].contents()


def olmo2(path: Path):
    """transformers has no reader for GGUF files of this family: names and shapes are told here."""
    reader, value = fields(path)
    config = AutoConfig.for_model(
        "olmo2",
        vocab_size=value("olmo2.vocab_size"),
        hidden_size=value("olmo2.embedding_length"),
        intermediate_size=value("olmo2.feed_forward_length"),
        num_hidden_layers=value("olmo2.block_count"),
        num_attention_heads=value("olmo2.attention.head_count"),
        num_key_value_heads=value("olmo2.attention.head_count_kv"),
        rms_norm_eps=value("olmo2.attention.layer_norm_rms_epsilon"),
        rope_parameters={"rope_type": "default", "rope_theta": value("olmo2.rope.freq_base")},
        max_position_embeddings=value("olmo2.context_length"),
        tie_word_embeddings=False,
        attn_implementation="eager",
    )
    model = AutoModelForCausalLM.from_config(config)
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.OLMO2, config.num_hidden_layers)
    tensors = {tensor.name: torch.from_numpy(tensor.data.copy()) for tensor in reader.tensors}
    state = {}
    for name in model.state_dict():
        state[name] = tensors[names.get_name(name, (".weight",))]
    model.load_state_dict(state)
    return model.double().eval()


def parts(layer, family: str):
    """Modules of a block: attention's output matrix, feed-forward part, and the norms before the two."""
    if family == "lfm2":
        mixer = layer.self_attn.out_proj if hasattr(layer, "self_attn") else None
        return mixer, layer.feed_forward, layer.operator_norm, layer.ffn_norm
    if family == "olmo2":
        return layer.self_attn.o_proj, layer.mlp, None, None
    second = layer.pre_feedforward_layernorm if family.startswith("gemma") else layer.post_attention_layernorm
    return layer.self_attn.o_proj, layer.mlp, layer.input_layernorm, second


@torch.no_grad()
def states(path: Path):
    model = load(path)
    # By site, then by layer; -1 for the embedding.
    found: dict[str, dict[int, list[float]]] = {}

    def keep(site: str, layer: int, value):
        row = (value[0] if isinstance(value, tuple) else value).reshape(-1, len(TOKENS), value[0].shape[-1])[0, -1]
        found.setdefault(site, {})[layer] = [round(float(x), 7) for x in row]

    for k, layer in enumerate(model.model.layers):
        output, mlp, first, second = parts(layer, path.stem)
        if output is not None:
            output.register_forward_pre_hook(lambda _, args, k=k: keep("head", k, args[0]))
            output.register_forward_hook(lambda _m, _a, out, k=k: keep("attention", k, out))
        mlp.register_forward_hook(lambda _m, _a, out, k=k: keep("mlp", k, out))
        layer.register_forward_hook(lambda _m, _a, out, k=k: keep("residual", k, out))
        if first is not None:
            first.register_forward_hook(lambda _m, _a, out, k=k: keep("attention-norm", k, out))
        if second is not None:
            second.register_forward_hook(lambda _m, _a, out, k=k: keep("mlp-norm", k, out))
    first_layer = model.model.layers[0]
    first_layer.register_forward_pre_hook(
        lambda _, args, kwargs: keep("embedding", -1, args[0] if args else kwargs["hidden_states"]), with_kwargs=True
    )
    logits = model(input_ids=torch.tensor([TOKENS]), use_cache=False).logits[0, -1]
    return {"states": found, "logits": [round(float(x), 7) for x in logits]}


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    folder = Path(sys.argv[1])
    versions = {"transformers": transformers.__version__, "torch": torch.__version__.split("+")[0]}
    result = {path.stem: states(path) for path in sorted(folder.glob("*.gguf"))}
    json.dump({"made by": "oracle/families", **versions, "tokens": TOKENS, "families": result}, sys.stdout)
