"""Clients that are slow, silent or without end: slow.py PORT SECONDS KIND=COUNT…
Opens them all from many loopback addresses, prints "open N", keeps them just alive, and ends when the server has cut the last one,
with a line for each kind: "KIND: cut C of N after S s", and the bytes that it could send. Exit 1: some were still open after SECONDS.

  idle        a TCP connection and nothing more       handshake   a ClientHello, one byte a second
  headers     a request line, one byte a second       body        100 kB of a body of 30 MB, then one byte a second
  chunked     the same in chunks                      over        a body over every maximum, as fast as it goes
  endless     chunks without end, as fast as they go  silent      a whole head of a POST and no body"""
import selectors
import socket
import ssl
import sys
import time

PER_ADDRESS = 200
PATH = "/v1/filings"
START = 100_000
CHUNK = b"10000\r\n" + b"x" * 65536 + b"\r\n"
HEADS = {
    "headers": "GET /v1/status HTTP/1.1\r\nHost: x\r\nX: ",
    "body": f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 30000000\r\n\r\n",
    "chunked": f"POST {PATH} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
    "over": f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000000\r\n\r\n",
    "endless": f"POST {PATH} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
    "silent": f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n",
}


def tls(s):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(s)


class Client:
    def __init__(self, kind, port, number):
        self.kind, self.sent, self.cut, self.began = kind, 0, None, time.monotonic()
        s = socket.socket()
        s.settimeout(20)
        s.bind((f"127.0.{1 + number // PER_ADDRESS}.1", 0))
        try:
            s.connect(("127.0.0.1", port))
            self.socket = s if kind in ("idle", "handshake") else tls(s)
            self.socket.settimeout(0)
            if kind == "handshake":
                self.put(bytes.fromhex("1603010200010001fc0303"))
            elif kind != "idle":
                self.put(HEADS[kind].encode())
            if kind == "body":
                self.put(b"x" * START)
            if kind == "chunked":
                self.put(CHUNK[:60000])
        except OSError:
            self.end()

    def end(self):
        if self.cut is None:
            self.cut = time.monotonic() - self.began

    def put(self, data):
        try:
            self.sent += self.socket.send(data)
        except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
            return False
        except OSError:
            self.end()
            return False
        return True

    def take(self):  # whatever comes is read and dropped, until the end
        try:
            while True:
                got = self.socket.recv(65536)
                if not got:
                    return self.end()
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return
        except OSError:
            self.end()

    def drip(self):
        if self.kind in ("handshake", "headers", "body"):
            self.put(b"x")
        elif self.kind == "chunked":
            self.put(b"x")  # still within the first chunk
        elif self.kind == "over":
            while self.cut is None and self.put(b"x" * 65536):
                pass
        elif self.kind == "endless":
            while self.cut is None and self.put(CHUNK):
                pass


def main():
    port, seconds = int(sys.argv[1]), float(sys.argv[2])
    clients, selector = [], selectors.DefaultSelector()
    for word in sys.argv[3:]:
        kind, count = word.split("=")
        for _ in range(int(count)):
            clients.append(Client(kind, port, len(clients)))
    for c in clients:
        if c.cut is None:
            selector.register(c.socket, selectors.EVENT_READ, c)
    print(f"open {len(clients)}", flush=True)
    end, next_drip, left = time.monotonic() + seconds, 0, sum(c.cut is None for c in clients)
    while left > 0 and time.monotonic() < end:
        for key, _ in selector.select(0.1):
            key.data.take()
        if time.monotonic() >= next_drip:
            next_drip = time.monotonic() + 1
            for c in clients:
                if c.cut is None:
                    c.drip()
        for c in [k.data for k in selector.get_map().values() if k.data.cut is not None]:
            selector.unregister(c.socket)
            c.socket.close()
        left = sum(c.cut is None for c in clients)
    for kind in dict.fromkeys(c.kind for c in clients):
        of = [c for c in clients if c.kind == kind]
        cut = [c.cut for c in of if c.cut is not None]
        print(f"{kind}: cut {len(cut)} of {len(of)} after {max(cut, default=0):.1f} s, at most {max(c.sent for c in of)} bytes sent")
    sys.exit(1 if left else 0)


main()
