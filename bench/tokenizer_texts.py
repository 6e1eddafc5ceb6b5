"""Real text for tokenizer benchmarks: English, many languages and scripts, and programs, as documents of 4 KB.

The text comes from Debian's documentation packages, downloaded with apt-get and unpacked without being installed, and
from the headers and Python modules of this machine. Mark-up is taken away, and a line that came before is left out:
what counts is the speed on words that an encoder has not seen, and manuals repeat their headings and licences.
"""

import gzip
import html.parser
import itertools
import pathlib
import re
import subprocess
import tempfile

DOCUMENT_BYTES = 4096
MB = 1 << 20

# (package, part of the path) of each source; those of a kind give text in turn.
ENGLISH = [("linux-doc-6.1", "/_sources/"), ("dict-gcide", ".dict.dz"), ("debian-handbook", "/en-US/"),
           ("installation-guide-amd64", ".en.txt"), ("python3.11-doc", "/_sources/"), ("manpages", "/man/"),
           ("manpages-dev", "/man/")]
MULTILINGUAL = (
    [("debian-handbook", f"/{language}/") for language in
     "ar-MA de-DE el-GR es-ES fa-IR fr-FR ja-JP ko-KR pl-PL ru-RU tr-TR vi-VN zh-CN zh-TW".split()] +
    [("installation-guide-amd64", f".{language}.txt") for language in "cs el ja ko ru vi zh_CN".split()] +
    [(f"manpages-{language}", "/man/") for language in "de fr ja pl ru sr tr uk vi zh".split()] +
    [(f"libreoffice-help-{language}", "/text/") for language in "hi km ko".split()])
PROGRAM_FOLDERS = ["/usr/include", "/usr/lib/python3", "/usr/lib/python3.11"]


class Paragraphs(html.parser.HTMLParser):
    """The words of a page, without mark-up, scripts and styles."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.parts = []
        self.hidden = 0

    def handle_starttag(self, tag, attributes):
        self.hidden += tag in ("script", "style", "head")

    def handle_endtag(self, tag):
        self.hidden -= tag in ("script", "style", "head")

    def handle_data(self, data):
        if self.hidden <= 0:
            self.parts.append(data)


def plain_text(path):
    """What a reader sees of a page, manual page, dictionary or source file."""
    data = path.read_bytes()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    text = data.decode("utf-8", errors="ignore").replace("\0", "")
    if path.suffix == ".html":
        page = Paragraphs()
        page.feed(text)
        return "".join(page.parts)
    if "/man/" in str(path):
        text = "\n".join(line for line in text.split("\n") if not line.startswith((".", "'")))
        return re.sub(r"\\f(\[[A-Z]*\]|\([A-Z]{2}|.)|\\&", "", text).replace("\\-", "-")
    return text


def unpack(packages, folder):
    subprocess.run(["apt-get", "download", *sorted(packages)], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    for deb in sorted(folder.glob("*.deb")):
        subprocess.run(["dpkg-deb", "-x", deb, folder / deb.name.split("_")[0]], check=True)


def package_texts(folder, package, part):
    for path in sorted((folder / package).rglob("*")):
        if path.is_file() and part in str(path) and path.suffix in (".html", ".gz", ".txt", ".dz"):
            yield plain_text(path)


def program_texts():
    paths = itertools.chain.from_iterable(pathlib.Path(folder).rglob("*") for folder in PROGRAM_FOLDERS)
    sources = [path for path in paths if path.is_file() and path.suffix in (".h", ".hpp", ".c", ".cpp", ".py", "")]
    return (plain_text(path) for path in sorted(sources, key=lambda path: (path.name, str(path))))


def first_time_lines(texts, seen):
    for text in texts:
        for line in text.split("\n"):
            if len(line) > 20:
                if hash(line) in seen:
                    continue
                seen.add(hash(line))
            yield line + "\n"


def documents(lines):
    """Whole lines up to DOCUMENT_BYTES; a longer line is cut between characters."""
    document = b""
    for line in lines:
        encoded = line.encode()
        if len(document) + len(encoded) <= DOCUMENT_BYTES:
            document += encoded
            continue
        if document.strip():
            yield document
        while len(encoded) > DOCUMENT_BYTES:
            end = DOCUMENT_BYTES
            while encoded[end] & 0xC0 == 0x80:
                end -= 1
            yield encoded[:end]
            encoded = encoded[end:]
        document = encoded
    if document.strip():
        yield document


def in_turn(sources):
    sources = [iter(source) for source in sources]
    while sources:
        for source in list(sources):
            try:
                yield next(source)
            except StopIteration:
                sources.remove(source)


def write_documents(path, sources, size):
    """Documents from the sources in turn, each followed by a zero byte, up to `size` bytes."""
    written = 0
    with open(path, "wb") as file:
        for document in in_turn(sources):
            file.write(document + b"\0")
            written += len(document) + 1
            if written >= size:
                break


def collect(folder, size_mb):
    """The files english, multilingual and program in `folder`, made where they are missing."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {kind: folder / f"{kind}-{size_mb}mb" for kind in ("english", "multilingual", "program")}
    if all(path.exists() for path in paths.values()):
        return paths
    with tempfile.TemporaryDirectory() as temporary:
        packages = pathlib.Path(temporary)
        unpack({package for package, _ in ENGLISH + MULTILINGUAL}, packages)
        for kind, places in (("english", ENGLISH), ("multilingual", MULTILINGUAL)):
            seen = set()
            write_documents(paths[kind], [documents(first_time_lines(package_texts(packages, *place), seen))
                                          for place in places], size_mb * MB)
    write_documents(paths["program"], [documents(first_time_lines(program_texts(), set()))], size_mb * MB)
    return paths
