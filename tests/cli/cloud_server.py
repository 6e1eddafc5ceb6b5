"""A server on the loopback that speaks what reading needs of the protocols of Amazon S3 and of Google Cloud Storage.

    cloud_server.py FOLDER      prints its port, and ends when its standard input closes

A folder in FOLDER is a bucket, a file in it an object. The bucket "public" is open to everybody; for all others S3 wants
requests that are signed (AWS Signature Version 4) with the key "id" and the secret "secret", which is checked.
Google's is asked without credentials. Listings come in pages of two. Whoever asks for the bucket "silent" gets no answer,
but a file "asked" in FOLDER.
"""

import hashlib
import hmac
import json
import pathlib
import sys
import time
import urllib.parse
from xml.sax.saxutils import escape

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import loopback_server  # noqa: E402

PAGE = 2
ROOT = pathlib.Path(sys.argv[1])


def objects(bucket, prefix):
    """Names of all objects of the bucket that begin with the prefix, sorted."""
    names = (path.relative_to(ROOT / bucket).as_posix() for path in (ROOT / bucket).rglob("*") if path.is_file())
    return sorted(name for name in names if name.startswith(prefix))


def grouped(names, prefix, delimiter):
    """Names up to the delimiter behind the prefix stand for all that begin with them."""
    entries = []
    for name in names:
        end = name.find(delimiter, len(prefix)) if delimiter else -1
        entry = (name, False) if end < 0 else (name[: end + len(delimiter)], True)
        if entry not in entries:
            entries.append(entry)
    return entries


def page_of(entries, token):
    begin = int(token or 0)
    more = str(begin + PAGE) if begin + PAGE < len(entries) else None
    return entries[begin : begin + PAGE], more


def is_signed(method, path, headers):
    """Whether the request has the signature that its own fields and the secret give."""
    scheme, _, rest = headers.get("Authorization", "").partition(" ")
    if scheme != "AWS4-HMAC-SHA256":
        return False
    fields = dict(part.strip().split("=", 1) for part in rest.split(","))
    key, date, region, service, _ = fields["Credential"].split("/")
    split = urllib.parse.urlsplit(path)
    query = sorted(urllib.parse.parse_qsl(split.query, keep_blank_values=True))
    quote = lambda text: urllib.parse.quote(text, safe="-_.~")
    signed = fields["SignedHeaders"].split(";")
    canonical = "\n".join([method, split.path, "&".join(f"{quote(name)}={quote(value)}" for name, value in query),
                           *(f"{name}:{' '.join(headers[name].split())}" for name in signed), "",
                           fields["SignedHeaders"], headers["x-amz-content-sha256"]])
    text = "\n".join([scheme, headers["x-amz-date"], f"{date}/{region}/{service}/aws4_request",
                      hashlib.sha256(canonical.encode()).hexdigest()])
    secret = b"AWS4secret"
    for part in (date, region, service, "aws4_request", text):
        secret = hmac.new(secret, part.encode(), hashlib.sha256).digest()
    return key == "id" and secret.hex() == fields["Signature"]


class CloudHandler(loopback_server.Handler):
    def answer_xml(self, status, text):
        self.answer(status, f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'.encode(), Content_Type="application/xml")

    def answer_json(self, value, status=200):
        self.answer(status, json.dumps(value).encode(), Content_Type="application/json")

    def answer_content(self, path):
        """A file, or the part of it that is asked for."""
        content, begin, end, status = path.read_bytes(), 0, None, 200
        fields = {"Last_Modified": "Tue, 01 Oct 2024 00:00:00 GMT", "ETag": '"0"', "Accept_Ranges": "bytes"}
        asked = self.headers.get("Range", "").removeprefix("bytes=")
        if asked:
            begin, end = (int(number) if number else None for number in asked.split("-"))
            if begin >= len(content):
                return self.answer(416)
            end = len(content) if end is None else min(end + 1, len(content))
            status, fields["Content_Range"] = 206, f"bytes {begin}-{end - 1}/{len(content)}"
        body = content[begin:end]
        self.answer(status, body, **({**fields, "Content_Length": len(content)} if self.command == "HEAD" else fields))

    def do_GET(self):
        split = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(split.query, keep_blank_values=True))
        parts = urllib.parse.unquote(split.path).lstrip("/").split("/")
        if "silent" in parts:
            (ROOT / "asked").touch()
            time.sleep(600)
        if parts[:2] == ["storage", "v1"] or parts[:3] == ["download", "storage", "v1"]:
            self.google(split.path, query)
        else:
            self.amazon(parts[0], "/".join(parts[1:]), query)

    def amazon(self, bucket, name, query):
        if bucket != "public" and not is_signed(self.command, self.path, self.headers):
            return self.answer_xml(403, "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>")
        if not (ROOT / bucket).is_dir():
            return self.answer_xml(404, "<Error><Code>NoSuchBucket</Code><Message>no such bucket</Message></Error>")
        if not name and "list-type" not in query:
            return self.answer(200)
        if not name:
            return self.list_amazon(bucket, query)
        if not (ROOT / bucket / name).is_file():
            return self.answer_xml(404, "<Error><Code>NoSuchKey</Code><Message>no such key</Message></Error>")
        self.answer_content(ROOT / bucket / name)

    def list_amazon(self, bucket, query):
        prefix = query.get("prefix", "")
        entries = grouped(objects(bucket, prefix), prefix, query.get("delimiter", ""))
        entries = entries[: int(query.get("max-keys", 1000))]
        page, more = page_of(entries, query.get("continuation-token"))
        text = f"<Name>{bucket}</Name><Prefix>{escape(prefix)}</Prefix><KeyCount>{len(page)}</KeyCount>"
        text += f"<IsTruncated>{'true' if more else 'false'}</IsTruncated>"
        text += f"<NextContinuationToken>{more}</NextContinuationToken>" if more else ""
        for name, is_group in page:
            if is_group:
                text += f"<CommonPrefixes><Prefix>{escape(name)}</Prefix></CommonPrefixes>"
            else:
                size = (ROOT / bucket / name).stat().st_size
                text += (f"<Contents><Key>{escape(name)}</Key><LastModified>2024-10-01T00:00:00.000Z</LastModified>"
                         f'<ETag>"0"</ETag><Size>{size}</Size><StorageClass>STANDARD</StorageClass></Contents>')
        self.answer_xml(200, f'<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{text}</ListBucketResult>')

    def google(self, path, query):
        _, _, rest = path.partition("/v1/b/")
        bucket, _, name = rest.partition("/o")
        name = urllib.parse.unquote(name.removeprefix("/"))
        file = ROOT / bucket / name
        if not (ROOT / bucket).is_dir() or (name and not file.is_file()):
            return self.answer_json({"error": {"code": 404, "message": "Not Found"}}, 404)
        if not rest.partition("/")[2]:
            return self.answer_json({"kind": "storage#bucket", "name": bucket})
        if not name:
            prefix = query.get("prefix", "")
            entries = grouped(objects(bucket, prefix), prefix, query.get("delimiter", ""))
            page, more = page_of(entries, query.get("pageToken"))
            items = [self.item(bucket, entry) for entry, is_group in page if not is_group]
            answer = {"kind": "storage#objects", "items": items, "prefixes": [entry for entry, is_group in page if is_group]}
            return self.answer_json({**answer, "nextPageToken": more} if more else answer)
        if query.get("alt") == "media":
            return self.answer_content(file)
        self.answer_json(self.item(bucket, name))

    def item(self, bucket, name):
        return {"kind": "storage#object", "bucket": bucket, "name": name, "generation": "1", "metageneration": "1",
                "size": str((ROOT / bucket / name).stat().st_size), "updated": "2024-10-01T00:00:00.000Z",
                "timeCreated": "2024-10-01T00:00:00.000Z"}


loopback_server.serve(CloudHandler)
