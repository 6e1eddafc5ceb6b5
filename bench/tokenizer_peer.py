#!/usr/bin/env python3
"""Encodes a file of documents with one of slm's peers: tokenizer_peer.py ENGINE TOKENIZER DOCUMENTS THREADS MAX_MB USE

ENGINE: nanotoken, gigatoken or huggingface. USE: once (all documents in one call), batches (256 documents a call, about
1 MB, whose ids are dropped before the next one's) or file (the engine reads the documents itself). Prints one JSON
object as tokenizer_speed does. A process of its own per run: caches are cold, and the peak of memory is that of this
encoder.
"""

import json
import os
import resource
import sys
import tempfile
import time
import zlib

import numpy

DOCUMENTS_PER_DIGEST = 256


def now():
    """(wall, CPU) seconds"""
    return numpy.array([time.perf_counter(), time.process_time()])


def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class FileEncoder:
    """What nanotoken and gigatoken have in common: `engine` is the module of one of them."""

    def __init__(self, engine, path, **options):
        self.tokenizer = engine.Tokenizer(path)
        self.source = engine.TextFileSource
        self.options = options

    def encode(self, documents):
        return self.tokenizer.encode_batch(documents, **self.options)

    def encode_file(self, path):
        return self.tokenizer.encode_files(self.source([path], separator=b"\0"), **self.options)


class Nanotoken(FileEncoder):
    def __init__(self, path, parallel):
        import nanotoken
        super().__init__(nanotoken, path, add_special_tokens=False, parallel=parallel)

    @staticmethod
    def ids_and_offsets(rows):
        return numpy.asarray(rows.ids, "<u4"), numpy.asarray(rows.offsets)


class Gigatoken(FileEncoder):
    def __init__(self, path, parallel):
        import gigatoken
        super().__init__(gigatoken, path, parallel=parallel)

    @staticmethod
    def ids_and_offsets(rows):
        import awkward
        counts = numpy.asarray(awkward.num(rows))
        return numpy.asarray(awkward.flatten(rows)).astype("<u4"), numpy.concatenate([[0], numpy.cumsum(counts)])


class HuggingFace:
    def __init__(self, path, parallel):
        import tokenizers
        self.tokenizer = tokenizers.Tokenizer.from_file(path)

    def encode(self, documents):
        return self.tokenizer.encode_batch_fast(documents, add_special_tokens=False)

    @staticmethod
    def ids_and_offsets(rows):
        counts = [len(row.ids) for row in rows]
        ids = numpy.fromiter((id for row in rows for id in row.ids), "<u4", sum(counts))
        return ids, numpy.concatenate([[0], numpy.cumsum(counts)])


def digests_of(ids, offsets, num_documents):
    return [zlib.crc32(ids[offsets[i]:offsets[min(i + DOCUMENTS_PER_DIGEST, num_documents)]].tobytes())
            for i in range(0, num_documents, DOCUMENTS_PER_DIGEST)]


def main():
    engine, path, texts, threads, max_mb, use = sys.argv[1:]
    os.environ["RAYON_NUM_THREADS"] = threads
    os.environ["TOKENIZERS_PARALLELISM"] = "true" if int(threads) > 1 else "false"
    with open(texts, "rb") as file:
        documents = file.read(int(float(max_mb) * (1 << 20))).split(b"\0")[:-1]
    num_bytes = sum(map(len, documents))
    encoder = {"nanotoken": Nanotoken, "gigatoken": Gigatoken, "huggingface": HuggingFace}[engine](
        path, int(threads) > 1)
    if engine == "huggingface":
        documents = [document.decode() for document in documents]
    seconds, before_mb, num_tokens, digests = numpy.zeros(2), peak_mb(), 0, []

    def measure(encode, argument, num_documents):
        nonlocal seconds, num_tokens
        start = now()
        rows = encode(argument)
        seconds += now() - start
        ids, offsets = encoder.ids_and_offsets(rows)
        num_tokens += len(ids)
        digests.extend(digests_of(ids, offsets, num_documents))

    if use == "file":
        with tempfile.NamedTemporaryFile() as file:
            file.write(b"\0".join(documents))
            file.flush()
            measure(encoder.encode_file, file.name, len(documents))
    else:
        size = len(documents) if use == "once" else DOCUMENTS_PER_DIGEST
        for first in range(0, len(documents), size):
            batch = documents[first:first + size]
            measure(encoder.encode, batch, len(batch))
    peak = peak_mb()
    print(json.dumps({"seconds": seconds[0], "cpu_seconds": seconds[1], "bytes": num_bytes, "tokens": num_tokens,
                      "peak_mb": peak, "encoding_mb": peak - before_mb, "digests": digests}))


if __name__ == "__main__":
    main()
