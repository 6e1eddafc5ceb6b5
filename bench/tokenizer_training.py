#!/usr/bin/env python3
"""BPE training of slm beside Hugging Face tokenizers and rustbpe: the same documents, pattern and number of threads, in turns.

The text is what this machine has installed: manual pages in every language, documentation, Python and C sources.

Usage: tokenizer_training.py --slm build/release/slm [--megabytes 80] [--vocab_size 32000] [--rounds 3] [--threads 2]
(needs tokenizers and rustbpe from PyPI)
"""

import argparse
import gzip
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time

PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|"
    r"\s*[\r\n]+|\s+(?!\S)|\s+"
)
# Folder, endings, share of the text. What one of them lacks the next ones fill up.
SOURCES = [
    ("/usr/share/man", (".gz",), 0.5),
    ("/usr/share/doc", (".gz", ".txt", ".html", ".md", "README", "copyright"), 0.65),
    ("/usr/include", (".h", ".hpp"), 0.8),
    (sysconfig.get_paths()["purelib"], (".py", ".md", ".txt"), 1.0),
    (sysconfig.get_paths()["stdlib"], (".py", ".txt"), 1.0),
    ("/usr/lib/python3", (".py", ".txt"), 1.0),
    ("/usr/share", (".xml", ".txt", ".js", ".html"), 1.0),
]


def read_text(path):
    try:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        return content.decode()
    except (OSError, EOFError, UnicodeDecodeError, gzip.BadGzipFile):
        return ""


def documents(num_bytes):
    texts, total, seen = [], 0, set()
    for folder, endings, share in SOURCES:
        for path in sorted(pathlib.Path(folder).rglob("*")):
            if total >= num_bytes * share:
                break
            if not path.name.endswith(endings) or not path.is_file() or path.is_symlink():
                continue
            text = read_text(path)
            # slm ends a document where it reads this, which cuts the text in another way.
            if text and "<|endoftext|>" not in text and hash(text) not in seen:
                seen.add(hash(text))
                texts.append(text)
                total += len(text.encode())
    return texts


def train_slm(arguments, folder):
    command = [arguments.slm, "tokenizer", "train", str(folder), "--split", "document", "--type", "bpe", "--pattern", "cl100k"]
    command += ["--vocab_size", str(arguments.vocab_size), "--threads", str(arguments.threads)]
    with tempfile.TemporaryDirectory() as out:
        path = pathlib.Path(out) / "tokenizer.json"
        subprocess.run([*command, "--out", str(path)], check=True, stdout=subprocess.DEVNULL)
        return [tuple(merge) for merge in json.loads(path.read_text())["model"]["merges"]]


def train_hugging_face(arguments, texts):
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(PATTERN), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=arguments.vocab_size, show_progress=False, initial_alphabet=alphabet)
    tokenizer.train_from_iterator(texts, trainer)
    return [tuple(merge) for merge in json.loads(tokenizer.to_str())["model"]["merges"]]


def train_rustbpe(arguments, texts):
    import rustbpe

    tokenizer = rustbpe.Tokenizer()
    tokenizer.train_from_iterator(iter(texts), arguments.vocab_size, pattern=PATTERN)
    return None  # settles ties in another way


def cpu_seconds():
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def timed(train):
    start, cpu_start = time.perf_counter(), cpu_seconds()
    result = train()
    return time.perf_counter() - start, cpu_seconds() - cpu_start, result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--slm", default="build/release/slm")
    parser.add_argument("--megabytes", type=float, default=80)
    parser.add_argument("--vocab_size", type=int, default=32000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", choices=["slm"], help="leave the peers out")
    arguments = parser.parse_args()
    os.environ["RAYON_NUM_THREADS"] = str(arguments.threads)
    os.environ["TOKENIZERS_PARALLELISM"] = "true"
    texts = documents(arguments.megabytes * 1e6)
    num_bytes = sum(len(text.encode()) for text in texts)
    print(f"{len(texts)} documents, {num_bytes / 1e6:.1f} MB, {arguments.vocab_size} entries, {arguments.threads} threads")
    with tempfile.TemporaryDirectory() as folder:
        for i, text in enumerate(texts):
            pathlib.Path(folder, f"{i:06}.txt").write_bytes(text.encode())
        runs = {"slm": lambda: train_slm(arguments, folder)}
        if not arguments.only:
            runs["Hugging Face"] = lambda: train_hugging_face(arguments, texts)
            runs["rustbpe"] = lambda: train_rustbpe(arguments, texts)
        seconds, cpu, merges = {name: [] for name in runs}, {name: [] for name in runs}, {}
        for _ in range(arguments.rounds):
            for name, run in runs.items():
                elapsed, cpu_elapsed, merges[name] = timed(run)
                seconds[name].append(elapsed)
                cpu[name].append(cpu_elapsed)
                print(f"  {name}: {elapsed:.2f} s, {cpu_elapsed:.2f} s of CPU time", flush=True)
    ours, our_cpu = statistics.median(seconds["slm"]), statistics.median(cpu["slm"])
    for name in runs:
        median, cpu_median = statistics.median(seconds[name]), statistics.median(cpu[name])
        print(f"{name}: {median:.2f} s, {num_bytes / 1e6 / median:.1f} MB/s, {median / ours:.2f} times slm; "
              f"CPU time {cpu_median:.2f} s, {cpu_median / our_cpu:.2f} times slm")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"slm's peak memory: {peak:.0f} MB")
    if "Hugging Face" in merges:
        same = merges["slm"] == merges["Hugging Face"]
        print("the merges are those of Hugging Face, in the same order" if same else "THE MERGES DIFFER")
        return 0 if same else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
