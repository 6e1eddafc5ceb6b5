#!/usr/bin/env python3
"""What more threads bring to slm's tokenizers: the times of one thread over those of several, on the same documents.

    tokenizer_threads.py --slm_speed build/release/tokenizer_speed [--threads 2] [--rounds 15]

Every run is a process of its own with cold caches; loading is not counted. The runs come in turns. A machine that is
shared makes single runs slower, never faster, so the fastest run, the first quarter and the median are all printed.
Ids must be the same for all numbers of threads.
"""

import argparse
import pathlib
import sys

import peer_environment
import tokenizer_texts
from compare_tokenizers import CASES, HERE, run


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slm_speed", type=pathlib.Path, default="build/release/tokenizer_speed")
    parser.add_argument("--data", type=pathlib.Path, default=HERE.parents[1] / "shared" / "data")
    parser.add_argument("--mb", type=int, default=32, help="of each kind of text")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    texts = tokenizer_texts.collect(peer_environment.cache_folder() / "tokenizer_texts", arguments.mb)
    print(f"{'tokenizer':18} {'text':13} one thread: ms (first quarter, median); {arguments.threads} threads: times as fast")
    for tokenizer in CASES:
        path = arguments.data / tokenizer / "tokenizer.json"
        for kind, text in texts.items():
            seconds, digests = {1: [], arguments.threads: []}, set()
            for _ in range(arguments.rounds):
                for threads in seconds:
                    result = run([arguments.slm_speed, path, text, threads, arguments.mb + 1, "batches"])
                    seconds[threads].append(result["seconds"])
                    digests.add(str(result["digests"]))
            if len(digests) != 1:
                sys.exit(f"{tokenizer}, {kind}: the ids depend on the number of threads")
            one, several = (sorted(seconds[threads]) for threads in (1, arguments.threads))
            places = [0, arguments.rounds // 4, arguments.rounds // 2]
            best, quarter, median = (f"{one[i] * 1e3:.0f}" for i in places)
            ratios = [f"{one[i] / several[i]:.2f}" for i in places]
            print(f"{tokenizer:18} {kind:13} {best:>10} ({quarter}, {median}); {ratios[0]} ({ratios[1]}, {ratios[2]})",
                  flush=True)


if __name__ == "__main__":
    main()
