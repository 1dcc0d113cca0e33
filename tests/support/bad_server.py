#!/usr/bin/env python3
"""A web server that misbehaves on demand, for tests of downloading.

bad_server.py FOLDER: serves FOLDER on a free port of 127.0.0.1, prints the port, and ends when standard input
does. The first part of a path says how: /good/x sends FOLDER/x as it should, see Handler for the others.
"""
import http.server
import json
import os
import pathlib
import sys
import threading
import time

root = pathlib.Path(sys.argv[1])
log = []


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def head(self, status, length, **headers):
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        self.send_header("Connection", "close")
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.close_connection = True

    def do_GET(self):
        how, _, name = self.path.lstrip("/").partition("/")
        if how == "log":
            text = json.dumps(log).encode()
            self.head(200, len(text))
            self.wfile.write(text)
            return
        asked = self.headers.get("Range")
        log.append([self.path, asked or ""])
        if how == "redirect":
            return self.head(302, 0, Location="/good/" + name)
        if how == "loop":
            return self.head(302, 0, Location="/loop/" + name)
        if how == "500":
            return self.head(500, 0)
        file = root / name.partition("?")[0]
        if how == "404" or not file.is_file():
            self.head(404, 9)
            self.wfile.write(b"not here\n")
            return
        data = file.read_bytes()
        start = int(asked[len("bytes="):].split("-")[0]) if asked and how != "norange" else 0
        if asked and start >= len(data):
            return self.head(416, 0, Content_Range=f"bytes */{len(data)}")
        if how == "flip":  # one bit in the middle
            data = data[:len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1:]
        if how == "short":  # ends too early, and means it
            data = data[:len(data) // 2]
            start = 0
        if how == "liar":  # says 206, sends from the start
            start = 0
        body = data[start:]
        whole = len(data)
        if how == "endless":
            self.send_response(200)
            self.end_headers()
            self.close_connection = True
            while True:
                self.wfile.write(bytes(65536))
        partial = {"Content_Range": f"bytes {start}-{whole - 1}/{whole}"}
        if asked and how not in ("norange", "short"):
            self.head(206, len(body), **partial)
        else:
            self.head(200, len(body))
        if how == "cut" and not asked:  # the first connection breaks half-way
            self.wfile.write(body[:len(body) // 2])
        elif how == "drip":  # every connection breaks after 1000 bytes
            self.wfile.write(body[:1000])
        elif how == "stall":
            self.wfile.write(body[:1000])
            self.wfile.flush()
            time.sleep(20)
        elif how == "slow":
            for at in range(0, len(body), 4096):
                self.wfile.write(body[at:at + 4096])
                time.sleep(0.05)
        else:
            self.wfile.write(body)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # clients that hang up are what this is for


server = Server(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_address[1], flush=True)
sys.stdin.read()
os._exit(0)
