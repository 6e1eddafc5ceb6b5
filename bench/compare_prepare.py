#!/usr/bin/env python3
"""slm prepare beside its own tokenizer and beside Hugging Face datasets.map, on 85 MB of English JSON Lines.

    compare_prepare.py --slm build/release/slm --slm_speed build/release/tokenizer_speed [--rounds 3]

The text is 32 MB of English from Debian's documentation packages (tokenizer_texts.py), cut into documents three
times, of 4, 5 and 6 KB: no two documents are equal, and all are written as JSON Lines. Every run is a process
of its own and starts cold: no cache but the system's of the file. Wall clock from start to end for slm prepare, for slm
tokenizer encode on the same documents as text, and for datasets (load_dataset and map with num_proc, from an empty
cache); for the tokenizer alone the time of encoding the same documents in memory, with the program started, the
tokenizer loaded and the text read. datasets is installed from PyPI into an environment in the user's cache folder.
"""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import peer_environment
import tokenizer_texts

HERE = pathlib.Path(__file__).resolve().parent
PEERS = ["datasets==5.*", "tokenizers==0.23.*"]
DOCUMENT_BYTES = 4096


def documents(text, size):
    """The text cut into documents, again and again of other lengths, up to `size` bytes."""
    written, length = 0, DOCUMENT_BYTES
    while written < size:
        begin = 0
        while begin < len(text) and written < size:
            end = text.find("\n", begin + length) + 1 or len(text)
            yield text[begin:end]
            written += len(text[begin:end].encode())
            begin = end
        length += 1000


def make_corpus(cache, mb):
    """The same documents as JSON Lines, each followed by a zero byte, and as they are."""
    lines, bare, plain = (cache / f"english-{mb}mb.{ending}" for ending in ("jsonl", "zeros", "txt"))
    if not (lines.exists() and bare.exists() and plain.exists()):
        source = tokenizer_texts.collect(cache / "tokenizer_texts", 32)["english"]
        text = pathlib.Path(source).read_bytes().replace(b"\0", b"").decode()
        with open(lines, "w") as json_file, open(bare, "wb") as bare_file, open(plain, "wb") as plain_file:
            for document in documents(text, mb * 1_000_000):
                json_file.write(json.dumps({"text": document}, ensure_ascii=False) + "\n")
                bare_file.write(document.encode() + b"\0")
                plain_file.write(document.encode())
    return lines, bare, plain


def timed(command):
    """Seconds of wall clock, peak memory in MB, standard output."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        start = time.monotonic()
        process = subprocess.Popen(list(map(str, command)), stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - start
        for file in (out, err):
            file.seek(0)
        if status != 0:
            sys.exit(f"{' '.join(map(str, command))}: status {status}\n{err.read()}")
        return seconds, usage.ru_maxrss / 1024, out.read()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slm", type=pathlib.Path, default="build/release/slm")
    parser.add_argument("--slm_speed", type=pathlib.Path, default="build/release/tokenizer_speed")
    parser.add_argument("--data", type=pathlib.Path, default=HERE.parents[1] / "shared" / "data")
    parser.add_argument("--tokenizer", default="bert-base-uncased")
    parser.add_argument("--python", type=pathlib.Path, help="an interpreter that has datasets and tokenizers")
    parser.add_argument("--mb", type=int, default=85)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--without_peer", action="store_true")
    arguments = parser.parse_args()
    cache = peer_environment.cache_folder()
    lines, bare, plain = make_corpus(cache, arguments.mb)
    tokenizer = arguments.data / arguments.tokenizer / "tokenizer.json"
    prepare_seconds, program_seconds, encode_seconds, peaks_mb = [], [], [], []
    for _ in range(arguments.rounds):
        with tempfile.TemporaryDirectory() as folder:
            seconds, peak_mb, out = timed([arguments.slm, "prepare", lines, "--tokenizer", tokenizer, "--out", folder + "/out",
                                           "--threads", arguments.threads, "--json"])
            prepare_seconds.append(seconds)
            peaks_mb.append(peak_mb)
            result = json.loads(out)
            seconds, _, _ = timed([arguments.slm, "tokenizer", "encode", "--tokenizer", tokenizer, "--input", plain,
                                   "--out", folder + "/ids.bin", "--threads", arguments.threads])
            program_seconds.append(seconds)
        _, _, out = timed([arguments.slm_speed, tokenizer, bare, arguments.threads, arguments.mb + 1])
        encode_seconds.append(json.loads(out)["seconds"])
    prepare, program, encode = map(statistics.median, (prepare_seconds, program_seconds, encode_seconds))
    mb = result["bytes"] / 1e6
    print(f"{mb:.1f} MB, {result['documents']} documents, {result['tokens']} tokens, {arguments.threads} threads")
    print(f"slm prepare      {prepare:7.2f} s  {mb / prepare:7.1f} MB/s   (all rounds: {sorted(prepare_seconds)})")
    print(f"tokenizer encode {program:7.2f} s  {mb / program:7.1f} MB/s   prepare reaches {program / prepare:.0%} of it")
    print(f"encoding alone   {encode:7.2f} s  {mb / encode:7.1f} MB/s   prepare reaches {encode / prepare:.0%} of it")
    print(f"peak memory of slm prepare {max(peaks_mb):.0f} MB")
    if arguments.without_peer:
        return
    python = arguments.python or peer_environment.python_with("prepare_peers", PEERS)
    folder = tempfile.mkdtemp()
    try:
        seconds, _, out = timed([python, HERE / "prepare_peer.py", tokenizer, lines, arguments.threads, folder])
    finally:
        shutil.rmtree(folder)
    tokens = int(out.split()[-1])
    print(f"datasets.map     {seconds:7.2f} s  {mb / seconds:7.1f} MB/s   prepare is {seconds / prepare:.1f} times as fast")
    if tokens != result["tokens"] - result["documents"]:
        sys.exit(f"datasets has {tokens} tokens, slm {result['tokens'] - result['documents']} without separators")


if __name__ == "__main__":
    main()
