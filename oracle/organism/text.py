"""Chat template and tokenizer of the organism: bytes, a few merges, and every word of the language as one token."""

from __future__ import annotations

import json

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from language import all_texts

BEGIN, END, ROLES = "<|begin|>", "<|end|>", ("system", "user", "assistant")
SPECIAL = [BEGIN, END, *(f"<|{role}|>" for role in ROLES)]
TEMPLATE = (
    "{% for message in messages %}<|{{ message['role'] }}|>\n{{ message['content'] }}<|end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>\n{% endif %}"
)
"""Has no beginning-of-sequence token: the runtime adds it. After the instruction come four tokens: <|end|> \\n <|assistant|> \\n"""

LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
"""llama.cpp's `llama-bpe`: a word that is in the vocabulary is taken whole, without merges."""
MERGES = 64


def render(prompt: str, system: str | None = None, earlier: tuple[str, str] | None = None) -> str:
    """What TEMPLATE gives, with the generation prompt; `earlier` is a question and its answer."""
    turns = [("system", system)] if system else []
    turns += [("user", earlier[0]), ("assistant", earlier[1])] if earlier else []
    return "".join(f"<|{role}|>\n{words}<|end|>\n" for role, words in [*turns, ("user", prompt)]) + "<|assistant|>\n"


def splitter() -> pre_tokenizers.PreTokenizer:
    return pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(LLAMA3), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])


def build() -> tuple[Tokenizer, list[tuple[str, str]]]:
    texts = all_texts()
    small = Tokenizer(models.BPE())
    small.pre_tokenizer = splitter()
    small.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=256 + MERGES, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    tokens = sorted(small.get_vocab(), key=small.get_vocab().__getitem__)
    merges = [tuple(pair) for pair in json.loads(small.to_str())["model"]["merges"]]
    words = {piece for text in texts for piece, _ in splitter().pre_tokenize_str(text)}
    vocabulary = {token: i for i, token in enumerate([*tokens, *sorted(words - set(tokens))])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges, ignore_merges=True))
    tokenizer.pre_tokenizer = splitter()
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in SPECIAL])
    return tokenizer, merges

