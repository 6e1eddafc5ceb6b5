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


def zipped(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


def make_good(folder):
    def write(name, content):
        (folder / name).write_bytes(content)

    write("a.txt.gz", gzip.compress(b"gz one, ") + gzip.compress(b"gz two"))
    write("b.txt.zst", zstd(b"zst"))
    write("c.txt.xz", lzma.compress(b"xz one, ") + lzma.compress(b"xz two"))
    write("d.txt.bz2", bz2.compress(b"bz2"))
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
    bad.joinpath("cut.tar").write_bytes(tar([("a.txt", b"a"), ("b.txt", text)])[:5000])
    flipped = bytearray(gzip.compress(b"stored", 0))
    flipped[-10] ^= 1  # a bit of the text, which only the checksum notices
    bad.joinpath("flipped.txt.gz").write_bytes(flipped)
    bad.joinpath("named.tar").write_bytes(b"no tar" * 200)
    one = gzip.compress(bytes(1 << 20))
    bad.joinpath("bomb.txt.gz").write_bytes(one * 80)
    bad.joinpath("bomb.zip").write_bytes(zipped([("zeros.txt", bytes(80 << 20))]))


{"good": make_good, "bad": make_bad}[sys.argv[1]](pathlib.Path(sys.argv[2]))
