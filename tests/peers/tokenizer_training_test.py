#!/usr/bin/env python3
"""slm learns the BPE merges that the Hugging Face trainer learns, in the same order; WordPiece vocabularies as similar to
theirs as theirs are to each other; Unigram models under which held-out text is as likely. What slm writes loads there, as
Tokenizer and as PreTrainedTokenizerFast, and gives the same ids.

    python tests/peers/tokenizer_training_test.py --build-dir build/release
"""

import argparse
import itertools
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

import tokenizer_cases as cases

ROOT = pathlib.Path(__file__).parents[2]


def corpora():
    shakespeare = cases.DATA / "tinyshakespeare/input.txt"
    if shakespeare.exists():
        yield "English", shakespeare.read_text().splitlines(keepends=True)
    sources = sorted((ROOT / "src/slm").rglob("*.cpp"))[:150]
    yield "program text", [p.read_text() for p in sources]
    random = list(cases.random_texts(3000, seed=5))
    yield "many scripts", [cases.SAMPLE] * 5 + [cases.SAMPLE[i:i + 40] for i in range(0, 200, 7)] + random


def slm(probe, texts, kind, pattern, size, min_frequency=0, max_length=0, limit_alphabet=0, lowercase=0, special=()):
    encoded = [t.encode() for t in texts]
    arguments = [kind, pattern, size, min_frequency, max_length, limit_alphabet, lowercase, *special]
    done = subprocess.run([str(probe), *map(str, arguments)], capture_output=True,
                          input=b"".join(struct.pack("<I", len(e)) + e for e in encoded))
    if done.returncode != 0:
        raise RuntimeError(done.stderr.decode())
    return done.stdout.decode()


def their_bpe(texts, pattern, size, min_frequency=0, max_length=0, lowercase=0, special=()):
    t = Tokenizer(models.BPE())
    level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=pattern == "gpt2")
    regexes = {"cl100k": cases.CL100K, "qwen2": cases.QWEN2, "o200k": cases.O200K}
    words = pre_tokenizers.BertPreTokenizer() if pattern == "bert" else pre_tokenizers.Split(
        Regex(regexes.get(pattern, "x")), "isolated")
    t.pre_tokenizer = level if pattern == "gpt2" else pre_tokenizers.Sequence([words, level])
    if lowercase:
        t.normalizer = normalizers.Lowercase()
    t.decoder = decoders.ByteLevel()
    t.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=size, min_frequency=min_frequency, special_tokens=list(special), show_progress=False,
        max_token_length=max_length or None, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    return t


def their_wordpiece(texts, size, min_frequency=0, limit_alphabet=0):
    t = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    t.normalizer = normalizers.BertNormalizer(lowercase=True)
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    t.train_from_iterator(texts, trainers.WordPieceTrainer(
        vocab_size=size, min_frequency=min_frequency, limit_alphabet=limit_alphabet or 10**6,
        special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], show_progress=False))
    return t


def characters_of(tokenizer):
    """Tokens of one character, without the mark of continuing ones."""
    return {t.removeprefix("##") for t in tokenizer.get_vocab() if len(t.removeprefix("##")) == 1}


def merges_of(document):
    return [tuple(m) for m in document["model"]["merges"]]


def compare_bpe(name, probe, texts, **options):
    ours = slm(probe, texts, "bpe", **options)
    theirs = their_bpe(texts, **options)
    a, b = json.loads(ours), json.loads(theirs.to_str())
    problems = []
    if merges_of(a) != merges_of(b):
        first = next((i for i, (x, y) in enumerate(itertools.zip_longest(merges_of(a), merges_of(b))) if x != y), None)
        problems.append(f"merge {first} of {len(merges_of(a))}/{len(merges_of(b))} differs: "
                        f"{merges_of(a)[first:first + 2]} {merges_of(b)[first:first + 2]}")
    if a["model"]["vocab"] != b["model"]["vocab"]:
        problems.append("the vocabularies differ")
    loaded = Tokenizer.from_str(ours)
    sample = texts[:200]
    if [e.ids for e in loaded.encode_batch(sample)] != [e.ids for e in theirs.encode_batch(sample)]:
        problems.append("the ids differ")
    is_exact = options["pattern"] != "bert" and not options.get("lowercase")
    if is_exact and loaded.decode(loaded.encode(cases.SAMPLE).ids) != cases.SAMPLE:
        problems.append("decoding does not give the text back")
    print("FAILED" if problems else "ok    ", name, options, len(merges_of(a)), "merges", *problems, flush=True)
    return not problems


def compare_wordpiece(name, probe, texts, size, **options):
    """Ties are not settled there, so two of their runs differ too: by how much, fewer than ten runs do not show surely."""
    document = slm(probe, texts, "wordpiece", "gpt2", size, lowercase=1, **options)
    Tokenizer.from_str(document)
    ours = set(json.loads(document)["model"]["vocab"])
    runs = [set(their_wordpiece(texts, size, **options).get_vocab()) for _ in range(12)]
    theirs = max(len(a ^ b) for a, b in itertools.combinations(runs, 2))
    mine = min(len(ours ^ run) for run in runs)
    good = mine <= theirs
    print("ok    " if good else "FAILED", f"wordpiece {name} {options}: {mine} tokens differ, between their runs {theirs}",
          flush=True)
    return good


def their_unigram(texts, size, like):
    t = Tokenizer(models.Unigram())
    t.pre_tokenizer = like.pre_tokenizer
    t.train_from_iterator(texts, trainers.UnigramTrainer(
        vocab_size=size, special_tokens=["<unk>"], unk_token="<unk>", show_progress=False))
    return t


def log_likelihood(tokenizer, texts):
    """Of the best way to spell the texts; an unknown token scores 10 below the worst."""
    scores = [score for _, score in json.loads(tokenizer.to_str())["model"]["vocab"]]
    scores[0] = min(scores) - 10
    return sum(scores[i] for e in tokenizer.encode_batch(texts) for i in e.ids)


def compare_unigram(name, probe, texts, size):
    held_out, training = texts[::10], [t for i, t in enumerate(texts) if i % 10]
    ours = Tokenizer.from_str(slm(probe, training, "unigram", "gpt2", size))
    theirs = their_unigram(training, size, ours)
    a, b = log_likelihood(ours, held_out), log_likelihood(theirs, held_out)
    good = a > b * 1.01 and abs(ours.get_vocab_size() - theirs.get_vocab_size()) <= size // 100  # both are negative
    print("ok    " if good else "FAILED", f"unigram {name}: log-likelihood {a:.0f}, theirs {b:.0f}, ratio {a / b:.4f}, "
          f"{ours.get_vocab_size()} and {theirs.get_vocab_size()} tokens", flush=True)
    return good


def compare_loaded(build_dir, kind):
    """Ids of the program and of the libraries that load what it wrote."""
    from transformers import PreTrainedTokenizerFast

    with tempfile.TemporaryDirectory() as folder:
        text, out = pathlib.Path(folder, "text.txt"), pathlib.Path(folder, "tokenizer.json")
        text.write_text(cases.SAMPLE * 3 + "the quick brown fox\njumps over the lazy dog\n" * 20, newline="")
        done = subprocess.run([build_dir / "slm", "tokenizer", "train", text, "--type", kind,
                               *(["--vocab_size", "900"] if kind not in ("char", "byte") else []),
                               "--special_tokens", {"wordpiece": "[PAD],[UNK],[CLS],[SEP]"}.get(kind, "<s>,<unk>"),
                               "--out", out], capture_output=True, text=True)
        if done.returncode != 0:
            print(f"FAILED {kind}: {done.stderr}")
            return False
        good = True
        loaded = {"Tokenizer": Tokenizer.from_file(str(out)).encode,
                  "PreTrainedTokenizerFast": PreTrainedTokenizerFast(tokenizer_file=str(out)).encode}
        for sample in ["the lazy fox jumps", cases.SAMPLE, "a\nb", " x  y\n\n", "naïve 日本 ☃"]:
            sample_file = pathlib.Path(folder, "sample.txt")
            sample_file.write_text(sample, newline="")
            ids = json.loads(subprocess.run([build_dir / "slm", "tokenizer", "encode", "--tokenizer", out, "--input",
                                             sample_file, "--json"], capture_output=True, check=True).stdout)["ids"]
            for name, encode in loaded.items():
                theirs = encode(sample, add_special_tokens=False)
                theirs = theirs if isinstance(theirs, list) else theirs.ids
                if ids != theirs:
                    print(f"FAILED {kind}: {name} gives other ids for {sample!r}: {ids[:20]} {theirs[:20]}")
                    good = False
        print("ok    " if good else "FAILED", f"{kind}: the same ids in both libraries", flush=True)
        return good


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build-dir", type=pathlib.Path, required=True)
    build_dir = parser.parse_args().build_dir.resolve()
    probe = build_dir / "trainer_probe"
    good = all([compare_loaded(build_dir, kind) for kind in ("bpe", "wordpiece", "unigram", "char", "byte")])
    for name, texts in corpora():
        for options in ({"pattern": "gpt2", "size": 4000}, {"pattern": "cl100k", "size": 2000, "special": ["<s>", "</s>"]},
                        {"pattern": "gpt2", "size": 3000, "min_frequency": 5, "max_length": 6},
                        {"pattern": "qwen2", "size": 1500}, {"pattern": "o200k", "size": 1500, "lowercase": 1},
                        {"pattern": "bert", "size": 1500}):
            good &= compare_bpe(name, probe, texts, **options)
        for options in ({}, {"min_frequency": 4}, {"limit_alphabet": 40}):
            good &= compare_wordpiece(name, probe, texts, 3000, **options)
        good &= compare_unigram(name, probe, texts, 3000)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
