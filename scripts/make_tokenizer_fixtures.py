#!/usr/bin/env python3
"""Writes tests/text/fixtures/: small tokenizers of every kind, texts, and what the Hugging Face tokenizers library gives
for them. Offsets are bytes.

    python scripts/make_tokenizer_fixtures.py        (with tokenizers and numpy installed)
"""

import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests/peers"))

from tokenizers import Tokenizer, models, pre_tokenizers  # noqa: E402

import json_fixtures  # noqa: E402
import tokenizer_cases as cases  # noqa: E402
from tokenizer_training_test import characters_of, log_likelihood, their_bpe, their_unigram, their_wordpiece  # noqa: E402
from tokenizers_test import byte_offsets  # noqa: E402

NUM_RANDOM = {"tokenizers": 60, "components": 8}


def answers(tokenizer, texts, add_special_tokens):
    for text in texts:
        encoding = tokenizer.encode(text, add_special_tokens=add_special_tokens)
        yield [text, encoding.ids, [x for pair in byte_offsets(text, encoding.offsets) for x in pair],
               tokenizer.decode(encoding.ids)]


def decoded(tokenizer, sequences):
    """Without special tokens and with them."""
    for ids in sequences:
        try:
            yield [ids, tokenizer.decode(ids), tokenizer.decode(ids, skip_special_tokens=False)]
        except BaseException as error:  # Strip panics where both its ends want the same character
            if type(error).__name__ != "PanicException":
                raise


def short(texts):
    return [t for t in texts if len(t) <= 120]


def write(name, lines):
    path = ROOT / "tests/text/fixtures" / name
    path.parent.mkdir(exist_ok=True)
    json_fixtures.write(path, lines)
    print(path, path.stat().st_size // 1024, "KB")


def main():
    made = {name: make for name, make in cases.main_cases().items()
            if name not in ("bert-base-uncased", "gpt2", "added tokens", "roberta", "gpt2 nfc")}
    texts = short(cases.adversarial_texts())[:40] + list(cases.random_texts(NUM_RANDOM["tokenizers"], seed=7))
    lines = []
    for name, make in made.items():
        tokenizer = make()
        lines.append({"name": name, "tokenizer": json.loads(tokenizer.to_str()),
                      "cases": list(answers(tokenizer, texts, True))})
    write("tokenizers.json", lines)

    texts = short(cases.adversarial_texts())[5:30] + list(cases.random_texts(NUM_RANDOM["components"], seed=8))
    lines = []
    for name, make in cases.component_cases().items():
        if name.startswith("pre-tokenizer category") and not name.endswith(("Lt", "M", "Cf")):
            continue
        tokenizer = make()
        document = json.loads(tokenizer.to_str())
        if document["model"]["type"] == "BPE":  # 256 bytes: the test has them
            document["model"] = None
        lines.append({"name": name, "tokenizer": document, "cases": list(answers(tokenizer, texts, False))})
    name, tokenizer = "normalizer Precompiled", cases.precompiled()
    document = json.loads(tokenizer.to_str())
    document["model"] = None
    lines.append({"name": name, "tokenizer": document,
                  "cases": list(answers(tokenizer, cases.PRECOMPILED_TEXTS + texts, False))})
    write("tokenizer_components.json", lines)

    lines = []
    for name, make in cases.decoder_cases().items():
        tokenizer = make()
        lines.append({"name": name, "tokenizer": json.loads(tokenizer.to_str()),
                      "cases": list(decoded(tokenizer, cases.id_sequences(30, seed=10)))})
    write("tokenizer_decoders.json", lines)

    texts = ["", " ", "a", "  The quick brown fox  doesn't", "naïve — 日本語 \n\n x", "[CLS] a[SEP] b", cases.SAMPLE[:90]]
    texts += list(cases.random_texts(6, seed=11))
    lines, model = [], None
    for name, make in cases.around_cases().items():
        tokenizer = make()
        document = json.loads(tokenizer.to_str())
        model = model or document["model"]
        document["model"] = model if not lines else None  # the test has that of the first
        lines.append({"name": name, "tokenizer": document, "cases": list(answers(tokenizer, texts, True))})
    write("tokenizer_around.json", lines)

    texts = [cases.SAMPLE] * 2 + list(cases.random_texts(150, seed=9))
    lines = [{"texts": texts}]
    for options in ({"pattern": "gpt2", "size": 700}, {"pattern": "cl100k", "size": 500, "special": ["<s>", "</s>"]},
                    {"pattern": "gpt2", "size": 900, "min_frequency": 3, "max_length": 5}, {"pattern": "qwen2", "size": 500},
                    {"pattern": "o200k", "size": 500}, {"pattern": "bert", "size": 500},
                    {"pattern": "gpt2", "size": 500, "lowercase": 1}, {"pattern": "bert", "size": 400, "lowercase": 1}):
        model = json.loads(their_bpe(texts, **options).to_str())["model"]
        lines.append(options | {"merges": [" ".join(m) for m in model["merges"]]})
    for limit in (18, 26):
        characters = characters_of(their_wordpiece(texts, 400, limit_alphabet=limit))
        lines.append({"limit_alphabet": limit, "characters": sorted(characters)})
    write("bpe_training.json", lines)

    texts = [line for name in ("CONTRIBUTING.md", "docs/training.md", "docs/tokenizers.md")
             for line in (ROOT / name).read_text().splitlines(keepends=True)]
    held_out, training = texts[::10], [t for i, t in enumerate(texts) if i % 10]
    words = Tokenizer(models.Unigram())
    words.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split("\n", "isolated"), pre_tokenizers.Metaspace(prepend_scheme="first")])
    lines = [{"training": training, "held_out": held_out}]
    for size in (400, 900):
        lines.append({"size": size, "log_likelihood": log_likelihood(their_unigram(training, size, words), held_out)})
    write("unigram_training.json", lines)


if __name__ == "__main__":
    main()
