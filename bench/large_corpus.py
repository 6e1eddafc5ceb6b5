#!/usr/bin/env python3
"""Training from a corpus larger than memory, beside training from a small one: speed, memory, time waited for data.

Both corpora are token files of uint16 without a header, of random ids. They are written to --folder, which needs room for them, and
stay there for the next time. Runs take turns. To see a corpus that is larger than memory on a large machine, run this in a
control group with a limit: the page cache counts there.

Usage: large_corpus.py --folder FOLDER [--slm build/release/slm] [--gigabytes 40] [--steps 150] [--rounds 3] [--write_only]
"""

import argparse
import json
import os
import pathlib
import random
import statistics
import subprocess
import tempfile
import time


def write(path, size):
    if path.exists() and path.stat().st_size == size:
        return
    ids = bytearray(random.Random(1).randbytes(1 << 26))
    ids[1::2] = bytes(ids[1::2]).translate(bytes(byte & 31 for byte in range(256)))  # ids below 8192
    with open(path, "wb") as file:
        while size > 0:
            size -= file.write(ids[:size])


def memory_of(pid):
    fields = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(fields["RssAnon"].split()[0]) / 1e3, int(fields["VmHWM"].split()[0]) / 1e3


def run(arguments, data):
    with tempfile.TemporaryDirectory() as folder:
        command = [arguments.slm, "train", "--data", str(data), "--vocab_size", "10000", "--val_fraction", "0", "--quiet"]
        command += ["--max_steps", str(arguments.steps), "--model_dir", folder, "--threads", str(arguments.threads)]
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        anonymous = resident = 0
        while process.poll() is None:
            try:
                anonymous, resident = (max(pair) for pair in zip((anonymous, resident), memory_of(process.pid)))
            except (OSError, KeyError):
                pass
            time.sleep(0.05)
        if process.returncode != 0:
            raise SystemExit(f"slm exited with {process.returncode}")
        lines = [json.loads(line) for line in (pathlib.Path(folder) / "metrics.jsonl").read_text().splitlines()]
        epoch = next(line for line in lines if "train_s" in line)
        return {
            "tokens_per_s": statistics.median(line["tokens_per_s"] for line in lines if "tokens_per_s" in line),
            "waited_percent": 100 * epoch["wait_s"] / epoch["train_s"],
            "anonymous_mb": anonymous,
            "resident_mb": resident,
            "wall_s": time.perf_counter() - start,
        }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slm", default="build/release/slm")
    parser.add_argument("--gigabytes", type=float, default=40)
    parser.add_argument("--folder", required=True, type=pathlib.Path, help="where the two files go")
    parser.add_argument("--write_only", action="store_true", help="write the files and do not train")
    parser.add_argument("--steps", type=int, default=150)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    small, large = arguments.folder / "small.bin", arguments.folder / "large.bin"
    write(small, 40_000_000)
    write(large, int(arguments.gigabytes * 1e9) // 2 * 2)
    for turn in range(0 if arguments.write_only else arguments.rounds):
        for data in small, large:
            result = run(arguments, data)
            figures = ", ".join(f"{key} {value:,.2f}" for key, value in result.items())
            print(f"round {turn + 1}, {data.stat().st_size / 1e9:.2f} GB: {figures}", flush=True)


if __name__ == "__main__":
    main()
