"""What the scripts that write fixtures as JSON share."""

import json


def numbers(tensor):
    """The elements of a tensor in row-major order, without the digits that libraries may round differently."""
    return [round(value, 12) for value in tensor.detach().flatten().tolist()]


def write(path, fixtures):
    """Writes a list, each fixture on a line of its own."""
    lines = ",\n".join(json.dumps(fixture, separators=(",", ":")) for fixture in fixtures)
    path.write_text(f"[\n{lines}\n]\n")
