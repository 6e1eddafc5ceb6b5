#!/usr/bin/env python3
"""What slm prepare writes, beside Hugging Face's tokenizers, numpy, hashlib and torch.load.

Usage: prepare_test.py --build-dir build/release
"""

import argparse
import hashlib
import json
import os
import pathlib
import random
import subprocess
import tempfile

import numpy
import torch
from tokenizers import Tokenizer

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = pathlib.Path(os.environ.get("SLM_TEST_DATA", ROOT.parent / "shared" / "data"))
SEPARATORS = {"bert-base-uncased": "[SEP]", "gpt2": "<|endoftext|>"}
failures = 0


def check(condition, what):
    global failures
    print(f"{'ok' if condition else 'FAILED'}: {what}", flush=True)
    failures += 0 if condition else 1


def texts():
    words = "The quick brown fox, naïve café über 東京 🙂 don't [SEP] 3.14 \t\n\n  x\u0301 ﬁ".split(" ")
    rng = random.Random(3)
    result = [" ".join(rng.choices(words, k=rng.randint(1, 200))) for _ in range(300)]
    return [text for text in result if text.strip()]


def read_shards(folder, part):
    """The tokens of a part, by the description in docs/formats.md."""
    tokens = []
    for path in sorted(folder.glob(f"{part}-*.bin")):
        header = numpy.fromfile(path, "<i4", 256)
        assert (header[0], header[1]) == (20240520, 1) and not header[3:].any(), path
        ids = numpy.fromfile(path, "<u2", offset=1024)
        assert len(ids) == header[2], path
        tokens.append(ids.astype("i8"))
    return numpy.concatenate(tokens) if tokens else numpy.zeros(0, "i8")


def xxh64(data):
    """XXH64 with seed 0, by its specification (github.com/Cyan4973/xxHash, doc/xxhash_spec.md)."""
    p1, p2, p3, p4, p5 = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63,
                          0x27D4EB2F165667C5)
    mask = (1 << 64) - 1

    def rotate(x, bits):
        return (x << bits | x >> 64 - bits) & mask

    def rounded(accumulator, lane):
        return rotate((accumulator + lane * p2) & mask, 31) * p1 & mask

    lanes = [int.from_bytes(data[i:i + 8], "little") for i in range(0, len(data) - 7, 8)]
    num_striped = len(data) // 32 * 4
    result = p5
    if num_striped:
        sums = [(p1 + p2) & mask, p2, 0, -p1 & mask]
        for i in range(num_striped):
            sums[i % 4] = rounded(sums[i % 4], lanes[i])
        result = sum(rotate(value, bits) for value, bits in zip(sums, (1, 7, 12, 18))) & mask
        for value in sums:
            result = ((result ^ rounded(0, value)) * p1 + p4) & mask
    result = (result + len(data)) & mask
    for lane in lanes[num_striped:]:
        result = (rotate(result ^ rounded(0, lane), 27) * p1 + p4) & mask
    rest = data[len(lanes) * 8:]
    if len(rest) >= 4:
        result = (rotate(result ^ int.from_bytes(rest[:4], "little") * p1 & mask, 23) * p2 + p3) & mask
        rest = rest[4:]
    for byte in rest:
        result = rotate(result ^ byte * p5 & mask, 11) * p1 & mask
    for bits, factor in ((33, p2), (29, p3), (32, 1)):
        result = (result ^ result >> bits) * factor & mask
    return result


def compare(slm, name, folder):
    tokenizer = Tokenizer.from_file(str(DATA / name / "tokenizer.json"))
    tokenizer.no_truncation()
    separator = tokenizer.token_to_id(SEPARATORS[name])
    documents = texts()
    documents += documents[:5]  # repeated
    corpus = folder / "corpus.jsonl"
    corpus.write_text("".join(json.dumps({"text": text}) + "\n" for text in documents))
    out = folder / name
    done = subprocess.run([slm, "prepare", corpus, "--tokenizer", DATA / name / "tokenizer.json", "--out", out, "--threads",
                           "2", "--val_fraction", "0.2", "--shard_tokens", "1000", "--format", "pt"], capture_output=True)
    check(done.returncode == 0, f"{name}: slm prepare {done.stderr.decode()}")
    index = json.loads((out / "index.json").read_text())
    starts = numpy.fromfile(out / "documents", "<u8")
    num_train, num_val = (int(n) for n in starts[1:3])
    by_part = {"train": starts[3:3 + num_train], "val": starts[3 + num_train:]}
    got = []
    for part in ("train", "val"):
        tokens = read_shards(out, part)
        ends = [*by_part[part][1:], len(tokens)]
        got += [tuple(tokens[int(begin):int(end)]) for begin, end in zip(by_part[part], ends)]
    distinct = list(dict.fromkeys(documents))
    expected = [(*tokenizer.encode(text, add_special_tokens=False).ids, separator) for text in distinct]
    check(sorted(got) == sorted(expected), f"{name}: every document has Hugging Face's ids and {SEPARATORS[name]}")
    in_order = [document for document in expected if document in set(got[:num_train])]
    check(got[:num_train] == in_order, f"{name}: training documents in their order")
    check(num_val > 20 and len(by_part["val"]) == num_val, f"{name}: {num_val} of {len(distinct)} documents to validate on")
    check(index["duplicates"]["exact"]["documents"] == len(documents) - len(distinct), f"{name}: repeated ones counted")
    check(index["bytes"] == sum(len(text.encode()) for text in distinct), f"{name}: bytes of text")
    hashes = [(f"{xxh64((out / f['file']).read_bytes()[1024:]):016x}", f["xxh64"]) for f in index["shards"]]
    check(all(got == want for got, want in hashes), f"{name}: XXH64 of {len(hashes)} shards' tokens")
    files = [index["tokenizer"], index["document_starts"], index["tensor"]]
    check(all(hashlib.sha256((out / f["file"]).read_bytes()).hexdigest() == f["sha256"] for f in files), f"{name}: SHA-256")
    tensor = torch.load(out / "tokens.pt", weights_only=True)
    check(tensor.dtype == torch.int64 and tensor.shape == (index["train"]["tokens"],)
          and numpy.array_equal(tensor.numpy(), read_shards(out, "train")), f"{name}: torch.load gives the training tokens")
    copy = Tokenizer.from_file(str(out / "tokenizer.json"))
    check(all(copy.encode(text).ids == tokenizer.encode(text).ids for text in distinct), f"{name}: the tokenizer's copy")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build-dir", type=pathlib.Path, required=True)
    slm = parser.parse_args().build_dir.resolve() / "slm"
    for name in SEPARATORS:
        if not (DATA / name / "tokenizer.json").exists():
            print(f"skipped: {DATA} has no {name}")
            continue
        with tempfile.TemporaryDirectory() as folder:
            compare(slm, name, pathlib.Path(folder))
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
