"""A server on the loopback with one file, /corpus.jsonl, for those who know how to ask.

It wants the user "user" with the password "HIDDEN", or the query "id=7&token=SECRET". It prints its port, and ends when
its standard input closes.
"""

import base64
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import loopback_server  # noqa: E402

CORPUS = "".join(json.dumps({"text": f"document {i} " * 40}) + "\n" for i in range(100)).encode()


class PasswordHandler(loopback_server.Handler):
    def do_GET(self):
        path, _, query = self.path.partition("?")
        known = "Basic " + base64.b64encode(b"user:HIDDEN").decode()
        if self.headers.get("Authorization") != known and query != "id=7&token=SECRET":
            self.answer(401, WWW_Authenticate='Basic realm="corpus"')
        else:
            self.answer(200 if path == "/corpus.jsonl" else 404, CORPUS)


loopback_server.serve(PasswordHandler)
