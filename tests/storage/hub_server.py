"""A server on the loopback that speaks the protocol of the Hugging Face hub, and misbehaves on request.

It prints its port, and ends when its standard input closes. The endpoint is http://127.0.0.1:PORT; large files are on
"another host", http://localhost:PORT/cdn/. What a file's name says is what goes wrong with it:

  cut        the connection is cut in the middle, the first two times
  noranges   the same, and byte ranges are ignored
  busy       429 with Retry-After: 7, the first time
  down       503, the first three times
  wronghash  the announced SHA-256 is another one
  short      the announced size is one byte more
  dead       503 always
  mirror     the redirect names this very host
  moved      a redirect without a host comes first
  wronggit   kept in git, and not what its hash says

The main branch of the repository o/moving moves on after the first question.
The repository o/late answers 429 with Retry-After: 3000, always, and /silent never.
"""

import collections
import hashlib
import json
import pathlib
import sys
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import loopback_server  # noqa: E402

COMMIT = "0123456789abcdef0123456789abcdef01234567"
README = """---
license: mit
configs:
- config_name: default
  data_files:
  - split: train
    path: "data/train-*"
  - split: test
    path: data/test-*
- config_name: extra
  data_files: extra/**
---
# A data set
"""


def body_of(path):
    name = path.rsplit("/", 1)[-1]
    return b"".join(b'{"text": "%s line %d"}\n' % (name.encode(), i) for i in range(3 if "small" in name else 20000))


FILES = {path: body_of(path) for path in [
    "data/train-small.jsonl", "data/train-cut.jsonl", "data/test-small.jsonl", "extra/deep/small.jsonl", "noranges.bin",
    "busy.bin", "down.bin", "wronghash.bin", "short.bin", "dead.bin", "cut.bin", "mirror.bin", "moved.bin",
    "wronggit-small.txt"]}
FILES["README.md"] = README.encode()
FILES[".gitattributes"] = b"x"
tries = collections.Counter()
log = []


class HubHandler(loopback_server.Handler):
    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        port = self.server.server_address[1]
        token = self.headers.get("authorization", "")
        if url.path == "/log":
            return self.answer(200, json.dumps(log).encode())
        log.append({"method": self.command, "host": self.headers["Host"].split(":")[0], "path": self.path, "token": token,
                    "range": self.headers.get("range", "")})
        if url.path.startswith("/cdn/") or url.path.startswith("/plain/"):
            return self.serve(url.path.split("/", 2)[2])
        if url.path == "/silent":
            time.sleep(3600)
        if url.path == "/redirect":
            return self.answer(302, Location="/plain/data/train-small.jsonl")
        if url.path == "/loop":
            return self.answer(302, Location="/loop")
        if url.path.startswith("/api/datasets/o/private"):
            if token != "Bearer secret":
                return self.answer(401, X_Error_Code="GatedRepo", X_Error_Message="Access to o/private is restricted")
        if url.path.startswith("/api/datasets/o/none"):
            return self.answer(404, X_Error_Code="RepoNotFound", X_Error_Message="Repository not found")
        if url.path.startswith("/api/datasets/o/late"):
            return self.answer(429, Retry_After="3000")
        if url.path == "/api/datasets/o/portal/revision/main":
            return self.answer(200, b"<html>log in</html>")
        if "/revision/" in url.path:
            if url.path.endswith("/main") or url.path.endswith("/refs%2Fpr%2F1"):
                tries[url.path] += 1
                has_moved = "/o/moving/" in url.path and tries[url.path] > 1
                return self.answer(200, json.dumps({"sha": "f" * 40 if has_moved else COMMIT}).encode())
            return self.answer(404, X_Error_Code="RevisionNotFound", X_Error_Message="Invalid rev id")
        if "/tree/" in url.path:
            return self.tree(url, port)
        if "/resolve/" in url.path:
            return self.resolve(url.path.split("/resolve/")[1].split("/", 1)[1], port)
        self.answer(404, X_Error_Code="EntryNotFound", X_Error_Message="Entry not found")

    def tree(self, url, port):
        page = int(urllib.parse.parse_qs(url.query).get("cursor", ["0"])[0])
        entries = [{"type": "directory", "path": "data", "oid": "x", "size": 0}] if page == 0 else []
        paths = sorted(FILES, reverse=True)[page * 5:page * 5 + 5]
        entries += [{"type": "file", "path": path, "size": len(FILES[path]), "oid": "x"} for path in paths]
        fields = {}
        if page * 5 + 5 < len(FILES):
            next_page = f"http://127.0.0.1:{port}{url.path}?recursive=true&expand=false&cursor={page + 1}"
            fields["Link"] = f'<{next_page}>; rel="next"'
        self.answer(200, json.dumps(entries).encode(), **fields)

    def resolve(self, path, port):
        path = urllib.parse.unquote(path)
        if path not in FILES:
            return self.answer(404, X_Error_Code="EntryNotFound", X_Error_Message="Entry not found")
        body = FILES[path]
        if len(body) < 1000:  # as git itself keeps it
            hashed = body + (b"!" if "wronggit" in path else b"")
            digest = hashlib.sha1(b"blob %d\0" % len(hashed) + hashed).hexdigest()
            return self.answer(200, body, ETag=f'"{digest}"', X_Repo_Commit=COMMIT)
        digest = hashlib.sha256(body + (b"!" if "wronghash" in path else b"")).hexdigest()
        if "moved" in path and "/o/old" not in self.path:
            return self.answer(307, Location=f"/datasets/o/old/resolve/{COMMIT}/{path}")
        host = "127.0.0.1" if "mirror" in path else "localhost"
        self.answer(302, Location=f"http://{host}:{port}/cdn/{path}", X_Linked_Etag=f'"{digest}"', X_Repo_Commit=COMMIT,
                    X_Linked_Size=str(len(body) + (1 if "short" in path else 0)))

    def serve(self, path):
        path = urllib.parse.unquote(path)
        if path not in FILES:
            return self.answer(404)
        body = FILES[path]
        tries[path] += 1
        if "dead" in path or ("down" in path and tries[path] <= 3):
            return self.answer(503)
        if "busy" in path and tries[path] == 1:
            return self.answer(429, Retry_After="7")
        first = 0
        if self.headers.get("range") and "noranges" not in path:
            first = int(self.headers["range"].removeprefix("bytes=").removesuffix("-"))
        self.send_response(206 if first else 200)
        if first:
            self.send_header("Content-Range", f"bytes {first}-{len(body) - 1}/{len(body)}")
        self.send_header("Content-Length", str(len(body) - first))
        self.send_header("ETag", '"served"')
        self.end_headers()
        if self.command == "HEAD":
            return
        if ("cut" in path or "noranges" in path) and tries[path] <= 2:
            self.wfile.write(body[first:first + (len(body) - first) // 3])
            self.wfile.flush()
            self.close_connection = True
            self.connection.shutdown(2)
            return
        self.wfile.write(body[first:])


loopback_server.serve(HubHandler)
