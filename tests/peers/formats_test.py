#!/usr/bin/env python3
"""Model files between slm and PyTorch, safetensors and Python's zipfile, in both directions.

Usage: tests/peers/formats_test.py --build-dir DIR     prints one line per check; exits 1 when one fails.
"""

import argparse
import collections
import pathlib
import subprocess
import sys
import tempfile
import zipfile

import safetensors.torch
import torch

FLOATS = [torch.float32, torch.float64, torch.bfloat16, torch.float16]
INTEGERS = [torch.uint8, torch.uint16, torch.int32, torch.int64]
failures = 0


def check(name, passed):
    global failures
    failures += not passed
    print(f"{'ok' if passed else 'FAILED'}: {name}")


def same(got, want):
    return list(got) == list(want) and all(
        got[name].dtype == want[name].dtype and got[name].shape == want[name].shape
        and torch.equal(got[name].contiguous().reshape(-1).view(torch.uint8), want[name].contiguous().reshape(-1).view(torch.uint8))
        for name in want
    )


def tensors():
    """One tensor of each type that slm writes, views, and the odd shapes."""
    torch.manual_seed(1)
    result = collections.OrderedDict()
    for dtype in FLOATS:
        result[str(dtype)] = torch.randn(3, 5).to(dtype)
    for dtype in INTEGERS:
        result[str(dtype)] = torch.randint(0, 200, (2, 3, 2)).to(dtype)
    result["special values"] = torch.tensor([float("nan"), float("inf"), -0.0, 1e-45])
    result["scalar"] = torch.tensor(2.5)
    result["empty"] = torch.zeros(0, 3)
    result["transposed"] = torch.randn(4, 3).t()
    result["größe/日本"] = torch.randn(2)
    result["a row of 100,000"] = torch.randn(100000)
    return result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build-dir", required=True, type=pathlib.Path)
    tool = parser.parse_args().build_dir.resolve() / "formats_peer_tool"
    run = lambda *words: subprocess.run([tool, *map(str, words)], check=True, capture_output=True, text=True).stdout

    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        want = tensors()
        torch.save(want, folder / "torch.pt")
        contiguous = {name: tensor.contiguous() for name, tensor in want.items()}
        safetensors.torch.save_file(contiguous, folder / "reference.safetensors")

        for source in ["torch.pt", "reference.safetensors"]:
            run("convert", folder / source, folder / "slm.pt")
            got = torch.load(folder / "slm.pt", weights_only=True)
            check(f"torch.load(weights_only=True) reads the .pt that slm made of {source}", same({n: got[n] for n in want}, want))
            check(f"as an OrderedDict ({source})", type(got) is collections.OrderedDict and len(got) == len(want))
            mapped = torch.load(folder / "slm.pt", weights_only=True, mmap=True)
            check(f"torch.load(mmap=True) reads it too ({source})", same({n: mapped[n] for n in want}, want))
            run("convert", folder / source, folder / "slm.safetensors")
            got = safetensors.torch.load_file(folder / "slm.safetensors")
            check(f"safetensors reads what slm made of {source}", same({n: got[n] for n in want}, want))

        run("convert", folder / "torch.pt", folder / "slm.pt")
        check("the order of the tensors is kept", list(torch.load(folder / "slm.pt", weights_only=True)) == list(want))
        for threshold in [0, 50, 1000]:
            run("convert", folder / "torch.pt", folder / "zip64.pt", threshold)
            got = torch.load(folder / "zip64.pt", weights_only=True)
            check(f"torch.load reads zip64 fields (from {threshold} bytes on)", same(got, want))
            with zipfile.ZipFile(folder / "zip64.pt") as archive:
                check(f"zipfile finds every checksum right (zip64 from {threshold})", archive.testzip() is None)

        layer = torch.nn.TransformerEncoderLayer(16, 2, 32, batch_first=True)
        encoder = torch.nn.TransformerEncoder(layer, 2)
        torch.save(encoder.state_dict(), folder / "encoder.pt")
        run("convert", folder / "encoder.pt", folder / "slm.pt")
        other = torch.nn.TransformerEncoder(torch.nn.TransformerEncoderLayer(16, 2, 32, batch_first=True), 2)
        result = other.load_state_dict(torch.load(folder / "slm.pt", weights_only=True), strict=True)
        check("load_state_dict(strict=True) accepts it", not result.missing_keys and not result.unexpected_keys)
        check("and gives equal weights", same(other.state_dict(), encoder.state_dict()))

        for protocol in [2, 3, 4, 5]:
            torch.save(encoder.state_dict(), folder / "protocol.pt", pickle_protocol=protocol)
            lines = run("list", folder / "protocol.pt").splitlines()
            check(f"slm reads pickle protocol {protocol}", [l.split("\t")[0] for l in lines] == list(encoder.state_dict()))

        tokens = torch.randint(0, 50000, (1000,))
        torch.save(tokens, folder / "tokens.pt")
        want_line = f"tensor\tint64\t(1000)\t{tokens.sum().item()}\n"
        check("slm reads a tensor of token ids", run("list", folder / "tokens.pt") == want_line)

    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
