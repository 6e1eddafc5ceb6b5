#!/usr/bin/env python3
"""slm gives the ids, offsets and texts that the Hugging Face tokenizers library gives.

    python tests/peers/tokenizers_test.py --build-dir build/release [--thorough] [--only NAME]

--thorough: every scalar value for every component, and alone; a million random strings per tokenizer (hours).
"""

import argparse
import itertools
import pathlib
import struct
import subprocess
import sys
import tempfile
import time

import numpy

import tokenizer_cases as cases

MAX_DIFFERENCES = 3


def chunks(texts, size):
    texts = iter(texts)
    while chunk := list(itertools.islice(texts, size)):
        yield chunk


class Slm:
    """slm's answers, from a process of its own."""

    def __init__(self, probe, path, add_special_tokens):
        self.command = [str(probe), path] + (["add_special_tokens"] if add_special_tokens else [])

    def __call__(self, texts):
        encoded = [t.encode() for t in texts]
        done = subprocess.run(self.command, input=b"".join(struct.pack("<I", len(e)) + e for e in encoded),
                              capture_output=True)
        if done.returncode != 0:
            raise RuntimeError(f"{self.command}: exit {done.returncode}: {done.stderr.decode()}")
        data, at = done.stdout, 0
        token = numpy.dtype([("id", "<i4"), ("begin", "<i8"), ("end", "<i8")])
        for _ in texts:
            (size,) = struct.unpack_from("<I", data, at)
            at += 4 + size
            if size:
                yield data[at - size:at].decode(), None, None, None
                continue
            (count,) = struct.unpack_from("<I", data, at)
            tokens = numpy.frombuffer(data, token, count, at + 4)
            at += 4 + count * token.itemsize
            (count,) = struct.unpack_from("<I", data, at)
            fast = numpy.frombuffer(data, "<i4", count, at + 4)
            at += 4 + 4 * count
            (size,) = struct.unpack_from("<I", data, at)
            at += 4 + size
            decoded = data[at - size:at].decode()
            (num_parts,) = struct.unpack_from("<I", data, at)
            at += 4
            ids = tokens["id"].tolist()
            yield None, ids, list(zip(tokens["begin"].tolist(), tokens["end"].tolist())), (
                fast.tolist() == ids, decoded, num_parts)


def byte_offsets(text, offsets):
    if text.isascii():
        return offsets
    place = numpy.concatenate([[0], numpy.cumsum([len(c.encode()) for c in text])]).tolist()
    return [(place[a], place[b]) for a, b in offsets]


def compare(name, make, texts, probe, add_special_tokens, check_offsets=True):
    """The number of texts compared and of those that differ."""
    tokenizer = make()
    num_texts = num_different = 0
    with tempfile.TemporaryDirectory() as folder:
        path = str(pathlib.Path(folder, "tokenizer.json"))
        tokenizer.save(path)
        slm = Slm(probe, path, add_special_tokens)
        for chunk in chunks(texts, 20000):
            theirs = tokenizer.encode_batch(chunk, add_special_tokens=add_special_tokens)
            decoded = tokenizer.decode_batch([e.ids for e in theirs])
            for text, want, want_text, (error, ids, offsets, rest) in zip(chunk, theirs, decoded, slm(chunk)):
                num_texts += 1
                problem = None
                if error:
                    problem = f"error: {error}"
                elif ids != want.ids:
                    problem = f"ids {ids}\n  want {want.ids}"
                elif check_offsets and offsets != byte_offsets(text, want.offsets):
                    problem = f"offsets {offsets}\n  want {byte_offsets(text, want.offsets)} ids {ids}"
                elif not rest[0]:
                    problem = "the fast path gives other ids"
                elif not rest[2]:
                    problem = "the parts of the text have other tokens"
                elif rest[1] != want_text:
                    problem = f"decoded {rest[1]!r}\n  want {want_text!r}"
                if problem:
                    num_different += 1
                    if num_different <= MAX_DIFFERENCES:
                        print(f"{name}: {text!r}:\n  {problem[:1500]}")
    return num_texts, num_different


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build-dir", type=pathlib.Path, required=True)
    parser.add_argument("--thorough", action="store_true")
    parser.add_argument("--only", default="", help="cases whose name contains this")
    parser.add_argument("--random", type=int, default=3000, help="random strings per tokenizer")
    arguments = parser.parse_args()
    probe = arguments.build_dir.resolve() / "tokenizer_probe"
    failed = 0

    def run(name, make, texts, **options):
        nonlocal failed
        start = time.time()
        num_texts, num_different = compare(name, make, texts, probe, **options)
        failed += num_different > 0
        print(f"{'FAILED' if num_different else 'ok':6} {name}: {num_different} of {num_texts} texts differ, "
              f"{time.time() - start:.1f} s", flush=True)

    for group, is_main in ((cases.main_cases(), True), (cases.component_cases(), False)):
        for name, make in group.items():
            if arguments.only not in name:
                continue
            if is_main and not (cases.DATA / "gpt2").exists() and name in ("gpt2", "bert-base-uncased"):
                print(f"SKIPPED {name}: no {cases.DATA}")
                continue
            count = 1_000_000 if arguments.thorough and is_main else arguments.random
            texts = itertools.chain(cases.adversarial_texts(), cases.random_texts(count, seed=len(name)))
            run(name, make, texts, add_special_tokens=is_main)
            if arguments.thorough or is_main:
                run(name + ", every scalar", make, cases.scalar_texts(), add_special_tokens=False)
            if is_main:
                run(name + ", long words", make, cases.long_words(), add_special_tokens=False)
                run(name + ", parts", make, cases.texts_of_lines(), add_special_tokens=False)
            if arguments.thorough:
                run(name + ", every scalar alone", make, cases.lone_scalars(), add_special_tokens=False)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
