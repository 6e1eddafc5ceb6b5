#!/usr/bin/env python3
"""Encodes a file of documents with one of slm's peers: tokenizer_peer.py ENGINE TOKENIZER DOCUMENTS THREADS MAX_MB

ENGINE: nanotoken, gigatoken or huggingface. Prints one JSON object as tokenizer_speed does. A process of its own per
run: caches are cold, and the peak of memory is that of this encoder.
"""

import json
import os
import resource
import sys
import time
import zlib

import numpy

DOCUMENTS_PER_DIGEST = 256


def now():
    """(wall, CPU) seconds"""
    return numpy.array([time.perf_counter(), time.process_time()])


def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def encode_nanotoken(path, documents, parallel):
    import nanotoken
    tokenizer = nanotoken.Tokenizer(path)
    start, before = now(), peak_mb()
    rows = tokenizer.encode_batch(documents, add_special_tokens=False, parallel=parallel)
    return now() - start, before, numpy.asarray(rows.ids, "<u4"), numpy.asarray(rows.offsets)


def encode_gigatoken(path, documents, parallel):
    import awkward
    import gigatoken
    tokenizer = gigatoken.Tokenizer(path)
    start, before = now(), peak_mb()
    rows = tokenizer.encode_batch(documents, parallel=parallel)
    seconds = now() - start
    counts = numpy.asarray(awkward.num(rows))
    ids = numpy.asarray(awkward.flatten(rows)).astype("<u4")
    return seconds, before, ids, numpy.concatenate([[0], numpy.cumsum(counts)])


def encode_huggingface(path, documents, parallel):
    import tokenizers
    tokenizer = tokenizers.Tokenizer.from_file(path)
    texts = [document.decode() for document in documents]
    start, before = now(), peak_mb()
    rows = tokenizer.encode_batch_fast(texts, add_special_tokens=False)
    seconds = now() - start
    counts = [len(row.ids) for row in rows]
    ids = numpy.fromiter((id for row in rows for id in row.ids), "<u4", sum(counts))
    return seconds, before, ids, numpy.concatenate([[0], numpy.cumsum(counts)])


def main():
    engine, path, texts, threads, max_mb = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), float(sys.argv[5])
    os.environ["RAYON_NUM_THREADS"] = str(threads)
    os.environ["TOKENIZERS_PARALLELISM"] = "true" if threads > 1 else "false"
    with open(texts, "rb") as file:
        documents = file.read(int(max_mb * (1 << 20))).split(b"\0")[:-1]
    encode = {"nanotoken": encode_nanotoken, "gigatoken": encode_gigatoken, "huggingface": encode_huggingface}[engine]
    seconds, before_mb, ids, offsets = encode(path, documents, threads > 1)
    peak = peak_mb()
    digests = [zlib.crc32(ids[offsets[i]:offsets[min(i + DOCUMENTS_PER_DIGEST, len(documents))]].tobytes())
               for i in range(0, len(documents), DOCUMENTS_PER_DIGEST)]
    print(json.dumps({"seconds": seconds[0], "cpu_seconds": seconds[1], "bytes": sum(map(len, documents)), "tokens": len(ids), "peak_mb": peak,
                      "encoding_mb": peak - before_mb, "digests": digests}))


if __name__ == "__main__":
    main()
