"""What the servers for tests share: plain answers, and a life as long as their standard input's."""

import http.server
import sys
import threading


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def answer(self, status, body=b"", **fields):
        """`fields`: of the header, with _ for -; a Content-Length other than the body's among them holds."""
        self.send_response(status)
        fields = {"Content-Length": len(body), **{name.replace("_", "-"): value for name, value in fields.items()}}
        for name, value in fields.items():
            self.send_header(name, str(value))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_HEAD(self):
        self.do_GET()


def serve(handler):
    """Prints the port, and returns when standard input closes."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()
