"""Prepares the same documents from every format in every compression, from files, pipes, archives, folders, globs and a
server, and compares the tokens: with the byte tokenizer they are the documents themselves.

    prepare_formats_test.py SLM
"""

import bz2
import csv
import gzip
import http.server
import io
import json
import lzma
import os
import pathlib
import struct
import subprocess
import sys
import tarfile
import tempfile
import threading
import zipfile

SLM = sys.argv[1]
DOCUMENTS = [f'Document {i}: "quoted", tab\tand é ü 漢字 😀\nsecond line {i * 7}' for i in range(60)]
WANTED = struct.pack("<I", len("".join(d + "\n\n" for d in DOCUMENTS).encode())) + "".join(
    d + "\n\n" for d in DOCUMENTS).encode()


def zstd(content):
    """One frame of blocks that are stored as they are (RFC 8878)."""
    blocks = [content[i : i + 100000] for i in range(0, len(content), 100000)]
    frame = b"\x28\xb5\x2f\xfd\xa0" + struct.pack("<I", len(content))
    for i, block in enumerate(blocks):
        frame += struct.pack("<I", (i + 1 == len(blocks)) | len(block) << 3)[:3] + block
    return frame


COMPRESSIONS = {"": bytes, ".gz": gzip.compress, ".zst": zstd, ".xz": lzma.compress, ".bz2": bz2.compress}


def table(delimiter):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([["id", "text"], *enumerate(DOCUMENTS)])
    return out.getvalue()


FORMATS = {
    "txt": ("text", "<|endoftext|>".join(DOCUMENTS)),
    "md": ("text", "\n<|endoftext|>\n".join(DOCUMENTS)),
    "jsonl": ("json", "".join(json.dumps({"text": text}) + "\n" for text in DOCUMENTS)),
    "json": ("json", json.dumps([{"id": 1, "text": text} for text in DOCUMENTS], indent=1, ensure_ascii=False)),
    "csv": ("csv", table(",")),
    "tsv": ("tsv", table("\t")),
}


def tar(members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def prepared(inputs, standard_input=None):
    """The number of the tokens and the tokens, as bytes."""
    with tempfile.TemporaryDirectory() as folder:
        command = [SLM, "prepare", *inputs, "--tokenizer", "byte", "--val_fraction", "0", "--quiet", "--out", folder + "/out"]
        run = subprocess.run(command, input=standard_input, capture_output=True)
        if run.returncode != 0:
            return run.stderr
        shard = pathlib.Path(folder, "out", "train-00000.bin").read_bytes()
        return shard[8:12] + shard[1024::2]


def main():
    failures = []

    def check(inputs, standard_input=None):
        got = prepared([str(path) for path in inputs], standard_input)
        if got != WANTED:
            failures.append(f"{inputs}: {got[:300]}")

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for ending, (kind, text) in FORMATS.items():
            for compression, compress in COMPRESSIONS.items():
                path = folder / f"d.{ending}{compression}"
                path.write_bytes(compress(text.encode()))
                check([path])
            check(["-", "--input_format", kind], path.read_bytes())

        texts = [(f"{i:03}.txt", text.encode()) for i, text in enumerate(DOCUMENTS)]
        for compression, compress in COMPRESSIONS.items():
            path = folder / f"a.tar{compression}"
            path.write_bytes(compress(tar(texts)))
            check([path])
        with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in texts:
                archive.writestr(name, content)
        subsets = [(f"openwebtext/urlsf_subset00-{k}_data.xz", lzma.compress(tar(texts[20 * k : 20 * k + 20]))) for k in range(3)]
        (folder / "web.tar.xz").write_bytes(lzma.compress(tar(subsets)))
        for name in ["a.zip", "web.tar.xz"]:
            check([folder / name])
            check(["-"], (folder / name).read_bytes())

        for name, content in texts:
            path = folder / "files" / ("below" if name < "030" else "later") / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        check([folder / "files"])
        check([folder / "files/below/*.txt", folder / "files/later/0[3-9]?.txt"])
        check([folder / "files/**/*.txt"])

        class Handler(http.server.SimpleHTTPRequestHandler):
            def __init__(self, *arguments):
                super().__init__(*arguments, directory=folder)

            def log_message(self, *arguments):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for name in ["d.jsonl", "d.csv.zst", "web.tar.xz", "a.zip"]:
            check([f"http://127.0.0.1:{server.server_port}/{name}"])
        server.shutdown()
    print("\n".join(failures))
    sys.exit(1 if failures else 0)


for proxy in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"]:
    os.environ.pop(proxy, None)
main()
