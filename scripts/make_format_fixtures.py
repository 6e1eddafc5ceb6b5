#!/usr/bin/env python3
"""Makes tests/fixtures/formats: small files written by PyTorch and safetensors themselves, for the tests of the readers.

Usage: PEERS_PYTHON scripts/make_format_fixtures.py      where PEERS_PYTHON is what
                                                         `scripts/setup --peers --print-python` prints

Element i of every tensor is i / 4 - 2 (integers: i - 2, or i for types without a sign), so that a test can tell what it
should read from the shape alone.
"""

import collections
import pathlib

import numpy
import safetensors.torch
import torch

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "tests/fixtures/formats"
FLOATS = [torch.float32, torch.float64, torch.bfloat16, torch.float16]
SIGNED = [torch.int8, torch.int16, torch.int32, torch.int64]
UNSIGNED = [torch.uint8, torch.uint16, torch.uint32, torch.uint64]


def counted(shape, dtype):
    index = torch.arange(int(numpy.prod(shape)), dtype=torch.int64).reshape(shape)
    if dtype == torch.bool:
        return index % 3 == 1
    if dtype in UNSIGNED:
        return index.to(dtype)
    return (index - 2).to(dtype) if dtype in SIGNED else (index / 4 - 2).to(dtype)


def name_of(dtype):
    return str(dtype).removeprefix("torch.")


def every_type():
    return {name_of(t): counted((2, 3), t) for t in FLOATS + SIGNED + UNSIGNED + [torch.bool]}


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)

    # An OrderedDict with _metadata, as any module's.
    module = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.LayerNorm(2))
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(counted(parameter.shape, torch.float32))
    torch.save(module.state_dict(), FOLDER / "module.pt")

    torch.save(every_type(), FOLDER / "types.pt")
    safetensors.torch.save_file(every_type(), FOLDER / "types.safetensors", metadata={"format": "pt", "step": "7"})

    matrix = counted((3, 4), torch.float32)
    views = collections.OrderedDict(
        whole=matrix,
        transposed=matrix.t(),
        column=matrix[:, 1],
        rows=matrix[1:],
        permuted=counted((2, 3, 4), torch.float32).permute(2, 0, 1),
        scalar=torch.tensor(5.0),
        empty=torch.zeros(0, 4),
        parameter=torch.nn.Parameter(counted((2, 2), torch.float32)),
    )
    torch.save(views, FOLDER / "views.pt")
    torch.save(views, FOLDER / "views_protocol4.pt", pickle_protocol=4)

    checkpoint = {"epoch": 3, "loss": 0.5, "notes": ["a", None, True], "state_dict": module.state_dict(), "shape": torch.Size([2])}
    torch.save(checkpoint, FOLDER / "checkpoint.pt")
    torch.save(counted((10,), torch.int64), FOLDER / "tokens.pt")
    torch.save(counted((2, 5), torch.int32), FOLDER / "tokens_2d.pt")
    torch.save([counted((2,), torch.float32), counted((3,), torch.float32)], FOLDER / "list.pt")

    # Not to be read.
    torch.save(module.state_dict(), FOLDER / "old_format.pt", _use_new_zipfile_serialization=False)
    torch.save({"when": collections.Counter(a=1)}, FOLDER / "foreign_class.pt")
    torch.save(torch.zeros(2, dtype=torch.complex64), FOLDER / "complex.pt")
    torch.save({"epoch": 3}, FOLDER / "no_tensors.pt")
    torch.save(torch.zeros(1).expand(1000, 1000), FOLDER / "expanded.pt")
    torch.save(torch.zeros(1, 1, 1, 1, 1, 1, 1), FOLDER / "seven_dimensions.pt")


if __name__ == "__main__":
    main()
