"""Writes the body with the library of Vault's clients to a stand-in that keeps what it is sent, and reads it back."""
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import hvac

kept = {}


class Store(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        kept[self.path] = body["data"]
        self.answer({"data": {"version": 1}})

    do_PUT = do_POST

    def do_GET(self):
        self.answer({"data": {"data": kept[self.path], "metadata": {"version": 1}}})

    def answer(self, body):
        text = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *words):
        pass


server = HTTPServer(("127.0.0.1", 0), Store)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = hvac.Client(url=f"http://127.0.0.1:{server.server_port}", token="t")
body = json.load(open(sys.argv[1]))
client.write_data("secret/data/acme", data=body)
print(client.secrets.kv.v2.read_secret_version(path="acme", raise_on_deleted_version=True)["data"]["data"][sys.argv[2]])
