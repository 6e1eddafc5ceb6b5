"""Packs small texts in every way that slm reads, with Python's own modules. Usage: make_archives.py good|bad FOLDER"""

import bz2
import gzip
import io
import lzma
import pathlib
import struct
import sys
import tarfile
import zipfile
import zlib


def tar(members, fmt=tarfile.PAX_FORMAT):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=fmt) as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def zstd(content):
    """One frame with one block that is stored as it is (RFC 8878)."""
    assert len(content) < 256
    return b"\x28\xb5\x2f\xfd\x20" + bytes([len(content)]) + struct.pack("<I", 1 | len(content) << 3)[:3] + content


def skippable(content):
    return b"\x5a\x2a\x4d\x18" + struct.pack("<I", len(content)) + content


def zipped(members, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


def make_good(folder):
    def write(name, content):
        (folder / name).write_bytes(content)

    write("a.txt.gz", gzip.compress(b"gz one, ") + gzip.compress(b"gz two"))
    write("b.txt.zst", zstd(b"zst"))
    write("frames.txt.zst", skippable(b"") + skippable(b"an index") + zstd(b"zst one, ") + skippable(b"x") + zstd(b"zst two"))
    write("empty.txt.zst", skippable(b"x" * 300000))
    write("c.txt.xz", lzma.compress(b"xz one, ") + lzma.compress(b"xz two"))
    write("d.txt.bz2", bz2.compress(b"bz2 one, ") + bz2.compress(b"bz2 two") + bytes(512))  # as on a tape
    write("e.jsonl.gz", gzip.compress(b'{"text": "line"}\n'))

    # As OpenWebText comes: an .xz of a tar, of tars that are named .xz only, of one text per document.
    inner = [lzma.compress(tar([(f"{i}-{k}.txt", b"web %d-%d" % (i, k)) for k in (2, 10, 1)])) for i in (1, 2)]
    write("owt.tar.xz", lzma.compress(tar([("openwebtext/urlsf_subset00-2_data.xz", inner[1]),
                                           ("openwebtext/urlsf_subset00-1_data.xz", inner[0]),
                                           ("openwebtext/urlsf_subset00-1_data.xz.lock", b""),
                                           ("openwebtext/.hidden.txt", b"no"), ("openwebtext/picture.png", b"no")])))
    write("x.zip", zipped([("z/2.txt", b"zip two"), ("z/1.csv", b"text\nzip one\n"), ("__MACOSX/2.txt", b"no")]))
    write("inside.tar", tar([("y.zip", (folder / "x.zip").read_bytes())]))
    write("v7.tgz", gzip.compress(tar([("t.txt", b"old")], tarfile.USTAR_FORMAT)))


def make_bad(bad):
    bad.joinpath("whole.txt").write_bytes(b"whole")
    bad.joinpath("climbs.tar").write_bytes(tar([("ok.txt", b"ok"), ("../evil.txt", b"evil"), ("ok2.txt", b"ok2")]))
    bad.joinpath("absolute.zip").write_bytes(zipped([("/etc/evil.txt", b"evil")]))
    text = b"".join(b"%d many words of text\n" % i for i in range(20000))
    bad.joinpath("cut.txt.gz").write_bytes(gzip.compress(text)[:-5000])
    bad.joinpath("cut.txt.xz").write_bytes(lzma.compress(text)[:-500])
    bad.joinpath("cut.txt.bz2").write_bytes(bz2.compress(text)[:-500])
    bad.joinpath("mid.txt.bz2").write_bytes(bz2.compress(b"one") + b"X" + bz2.compress(b"two")[1:] + bz2.compress(b"three"))
    bad.joinpath("tail.txt.bz2").write_bytes(bz2.compress(b"one") + bytes(300000) + b"tail")
    bad.joinpath("behind.txt.zst").write_bytes(skippable(b"x") + b"no frame")
    bad.joinpath("cut.txt.zst").write_bytes(skippable(b"x" * 100)[:-1])
    bad.joinpath("cut.tar").write_bytes(tar([("a.txt", b"a"), ("b.txt", text)])[:5000])
    flipped = bytearray(gzip.compress(b"stored", 0))
    flipped[-10] ^= 1  # a bit of the text, which only the checksum notices
    bad.joinpath("flipped.txt.gz").write_bytes(flipped)
    # A bit of the second text, which only the checksum notices: stored as it is, small and large, and compressed.
    texts = [("1.txt", b"first"), ("2.txt", b"second " * 9000), ("3.txt", b"third")]
    stored = bytearray(zipped(texts, zipfile.ZIP_STORED))
    stored[stored.index(b"second ") + 30000] ^= 1
    bad.joinpath("flipped.zip").write_bytes(stored)
    small = bytearray(zipped([("1.txt", b"first"), ("2.txt", b"second"), ("3.txt", b"third")], zipfile.ZIP_STORED))
    small[small.index(b"second")] ^= 1
    bad.joinpath("flipped_small.zip").write_bytes(small)
    checksum = struct.pack("<I", zlib.crc32(texts[1][1]))
    bad.joinpath("checksum.zip").write_bytes(zipped(texts).replace(checksum, b"\1\2\3\4"))
    bad.joinpath("named.tar").write_bytes(b"no tar" * 200)
    one = gzip.compress(bytes(1 << 20))
    bad.joinpath("bomb.txt.gz").write_bytes(one * 80)
    # Each of its members may be as large as it is, all together not.
    member = gzip.compress(b"\n" * (4 << 20))
    bad.joinpath("bomb.tar.xz").write_bytes(lzma.compress(tar([(f"{i}.txt.gz", member) for i in range(30)])))
    bad.joinpath("bomb.zip").write_bytes(zipped([("zeros.txt", bytes(80 << 20))]))


{"good": make_good, "bad": make_bad}[sys.argv[1]](pathlib.Path(sys.argv[2]))
