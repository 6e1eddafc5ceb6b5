"""Writes small Parquet files of every kind that matters. Usage: make_parquet.py FOLDER"""

import gzip
import pathlib
import random
import sys

import pyarrow as pa
import pyarrow.parquet as pq

folder = pathlib.Path(sys.argv[1])
texts = [None if i % 10 == 3 else f"text {i} " + "é" * (i % 50) for i in range(1000)]
table = pa.table({"id": list(range(1000)), "text": texts, "meta": [{"body": f"b{i}"} for i in range(1000)],
                  "tags": [["a", "b"] for _ in range(1000)]})
for codec in ["none", "snappy", "gzip", "zstd", "lz4", "brotli"]:
    pq.write_table(table, folder / f"{codec}.parquet", compression=codec, row_group_size=300)
pq.write_table(table, folder / "plain.parquet", compression="none", use_dictionary=False, data_page_version="2.0", data_page_size=1000, write_batch_size=20,
               write_page_checksum=True)
pq.write_table(table, folder / "groups.parquet", compression="none", row_group_size=20, use_dictionary=False, write_page_checksum=True)
data = bytearray((folder / "groups.parquet").read_bytes())
data[data.index(b"\t\0\0\0text 500 ") + 4] ^= 1
(folder / "damaged-groups.parquet").write_bytes(data)
(folder / "packed.parquet.gz").write_bytes(gzip.compress((folder / "zstd.parquet").read_bytes()))
pq.write_table(pa.table({"text": pa.array([], pa.string())}), folder / "empty.parquet")
pq.write_table(pa.table({"text": pa.array(["large"], pa.large_string())}), folder / "large.parquet")
data = (folder / "plain.parquet").read_bytes()
(folder / "cut.parquet").write_bytes(data[:len(data) // 2])
flipped = bytearray(data)
place = data.index(b"\t\0\0\0text 500 ") + 4  # the value in its page, not in the statistics
flipped[place] ^= 1
(folder / "flipped.parquet").write_bytes(flipped)
# A page that is far larger than the file, between others.
for name, dictionary in [("page", False), ("dictionary", True)]:
    with pq.ParquetWriter(folder / f"{name}.parquet", pa.schema({"text": pa.string()}), compression="zstd", use_dictionary=dictionary) as writer:
        for text in ["before", "a" * 150_000_000, "behind"]:
            writer.write_table(pa.table({"text": [text]}))
# Writers look at the size of a page every thousand rows: these 80 of a megabyte are one dictionary.
books = ["%d " % i + random.Random(i).randbytes(500_000).hex() for i in range(80)]
pq.write_table(pa.table({"text": books}), folder / "books.parquet")
# One row group of 240 MB, in pages of 10 MB.
huge = pa.table({"text": ["x%d" % i + "word " * 2000 for i in range(24000)], "other": ["y" * 1000] * 24000})
pq.write_table(huge, folder / "huge.parquet", row_group_size=10**9, compression="zstd")
