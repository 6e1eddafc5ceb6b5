#!/usr/bin/env python3
"""Speed of slm's tokenizers beside nanotoken, gigatoken and Hugging Face tokenizers, on the same documents.

    compare_tokenizers.py --slm_speed build/release/tokenizer_speed [--data ../shared/data] [--python PEERS_PYTHON]

Every run is a process of its own, so each encodes its text for the first time, with cold caches; loading is not
counted. Each engine is used in every way that it has: "batches" encodes 256 documents at a time and drops their ids,
"once" all documents in one call, "file" lets it read them itself. The runs come in turns, the medians of the rounds are
printed; the last column compares the best of slm with this use of its peer. Peak memory is that of the whole process,
text and ids included; in brackets what encoding added. Without --python the peers are installed from PyPI into an
environment in the user's cache folder; the texts (tokenizer_texts.py says which) are kept there, too.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys

import peer_environment
import tokenizer_texts

HERE = pathlib.Path(__file__).resolve().parent
PEERS = ["nanotoken==0.1.0", "gigatoken==0.10.0", "tokenizers==0.23.*"]
# tokenizer: the peers that know it; the ids of each are compared with slm's
CASES = {"bert-base-uncased": ["nanotoken", "huggingface"], "gpt2": ["gigatoken", "huggingface"]}
USES = {"nanotoken": ["batches", "once", "file"], "gigatoken": ["batches", "once", "file"], "huggingface": ["once"],
        "slm": ["batches", "once"]}


def run(command):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def agreement(digests, expected):
    """Over the documents that both have encoded; the last digest may be of fewer documents."""
    both = min(len(digests), len(expected))
    if len(digests) != len(expected):
        both -= 1
    different = sum(a != b for a, b in zip(digests[:both], expected[:both]))
    return f"{different} of {both} parts differ" if different else f"{both} parts agree"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slm_speed", type=pathlib.Path, default="build/release/tokenizer_speed")
    parser.add_argument("--data", type=pathlib.Path, default=HERE.parents[1] / "shared" / "data")
    parser.add_argument("--python", type=pathlib.Path, help="an interpreter that has the peers")
    parser.add_argument("--mb", type=int, default=32, help="of each kind of text")
    parser.add_argument("--huggingface_mb", type=float, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--texts", nargs="+", default=["english", "multilingual", "program"])
    parser.add_argument("--tokenizers", nargs="+", default=list(CASES))
    arguments = parser.parse_args()
    cache = peer_environment.cache_folder()
    python = arguments.python or peer_environment.python_with("tokenizer_peers", PEERS)
    texts = tokenizer_texts.collect(cache / "tokenizer_texts", arguments.mb)
    print(f"{'tokenizer':18} {'text':13} {'engine':20} threads   MB/s  Mtokens/s  peak MB (encoding)  ids"
          "              slm is")
    for tokenizer in arguments.tokenizers:
        path = arguments.data / tokenizer / "tokenizer.json"
        for kind in arguments.texts:
            for threads in arguments.threads:
                runs = [(engine, use) for engine in [*CASES[tokenizer], "slm"] for use in USES[engine]
                        if engine != "huggingface" or threads == arguments.threads[0]]
                results = {one: [] for one in runs}
                for _ in range(arguments.rounds):
                    for engine, use in runs:
                        if engine == "huggingface" and results[engine, use]:
                            continue
                        size = arguments.huggingface_mb if engine == "huggingface" else arguments.mb + 1
                        command = ([arguments.slm_speed] if engine == "slm" else
                                   [python, HERE / "tokenizer_peer.py", engine])
                        results[engine, use].append(run([*command, path, texts[kind], threads, size, use]))
                # Hugging Face is slow, so it encodes less: its ids are compared with slm's, slm's with the fast peer's.
                expected = results["slm", "batches"][0]["digests"]
                medians = {one: statistics.median(r["seconds"] for r in results[one]) for one in runs}
                rates = {one: results[one][0]["bytes"] / 1e6 / medians[one] for one in runs}
                best = max(rates["slm", use] for use in USES["slm"])
                for engine, use in runs:
                    r = results[engine, use][0]
                    print(f"{tokenizer:18} {kind:13} {engine + ', ' + use:20} {threads:7} {rates[engine, use]:6.1f} "
                          f"{r['tokens'] / medians[engine, use] / 1e6:10.1f} {r['peak_mb']:8.0f} {r['encoding_mb']:8.0f}"
                          f"    {agreement(r['digests'], expected):16} {best / rates[engine, use]:6.2f} x", flush=True)


if __name__ == "__main__":
    main()
