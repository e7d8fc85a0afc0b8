#!/usr/bin/env python3
"""Hostile bytes for bad_input_test.sh. Prints PASS and FAIL lines.

bad_input.py frames PORT NAME RECORDED…      each recorded body cut at 40 places, with 40 flipped bits, and longer, to where it went
bad_input.py http PORT NAME                  paths, methods, sizes, headers, random bytes, old TLS, slow connections
bad_input.py files BIN HOME WORDS… FILE      WORDS with FILE cut and flipped as their last word: exit 1 or 2 and a line that says why"""
import http.client
import os
import random
import socket
import ssl
import subprocess
import sys
import time

PLACES = 40
REFUSALS = {400, 401, 403, 404, 405, 409, 413, 422, 503}
random.seed(20170512)


def case(name, bad):
    print(("PASS %s" % name) if not bad else "FAIL %s: %s" % (name, "; ".join(str(b) for b in bad[:5])), flush=True)


def context(oldest=ssl.TLSVersion.TLSv1_3, newest=ssl.TLSVersion.TLSv1_3):
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    c.check_hostname, c.verify_mode = False, ssl.CERT_NONE
    c.minimum_version, c.maximum_version = oldest, newest
    return c


class Peer:
    def __init__(self, port):
        self.port, self.connection = port, None

    def call(self, method, path, body=None, headers=None):
        """Status and text; None when the connection was cut without an answer."""
        for _ in range(2):
            try:
                self.connection = self.connection or http.client.HTTPSConnection("127.0.0.1", self.port, timeout=20, context=context())
                self.connection.request(method, path, body, headers or {})
                answer = self.connection.getresponse()
                return answer.status, answer.read(4096)
            except (OSError, http.client.HTTPException):
                self.connection = None
        return None, b""

    def raw(self, data, wait=5):
        """The first bytes of what comes back."""
        with socket.create_connection(("127.0.0.1", self.port), wait) as s, context().wrap_socket(s) as t:
            try:
                t.sendall(data)
                return t.recv(200)
            except OSError:
                return b""


def places(n):
    return sorted({n * i // PLACES for i in range(PLACES)} | {max(n - 1, 0)}) if n else [0]


def flipped(body, at):
    b = bytearray(body)
    b[at] ^= 1 << random.randrange(8)
    return bytes(b)


def frames(port, name, recorded):
    peer = Peer(port)
    for path in sorted(recorded):
        where = "/" + path.rsplit("/", 1)[1].split(".", 2)[2].replace(".", "/")
        body = open(path, "rb").read()
        bad = []
        tried = [("cut at %d" % n, body[:n]) for n in places(len(body))] + [("flip at %d" % n, flipped(body, n)) for n in places(len(body)) if body]
        for what, changed in tried + [("longer", body + b"\0"), ("twice", body + body)]:
            status, text = peer.call("POST", where, changed)
            # What is there is answered with its receipt or leaf, whatever voucher or signature came with it; a witness signs any extension.
            fine = status in REFUSALS or (status == 200 and where in ("/v1/filings", "/v1/governance", "/add-checkpoint") and what.startswith("flip"))
            if not fine or (status not in (200, 409) and not text.strip()):
                bad.append("%s: %s %r" % (what, status, text[:80]))
        case("%s %s, %d bytes, cut, flipped and longer" % (name, where, len(body)), bad)


PATHS = ["/", "/x", "/v1", "/v1/", "/v1/nothing", "/checkpoint/", "/../etc/passwd", "/v1/../keys", "/%00", "/v1/status%00", "/" + "a" * 3000, "/v1/credential/",
         "/v1/credential/zz", "/v1/credential/" + "0" * 63, "/v1/credential/" + "0" * 65, "/v1/credential/" + "../" * 20]
POSTS = ["/v1/governance", "/v1/entries", "/v1/proof", "/v1/list", "/v1/record", "/v1/matches", "/v1/request", "/v1/compare", "/v1/bulletin", "/v1/tile", "/v1/filings",
         "/v1/file", "/v1/evaluate", "/v1/card", "/v1/cards", "/v1/release", "/v1/ceremony", "/add-checkpoint"]


def alive(peer):
    status, text = Peer(peer.port).call("GET", "/v1/status")
    return [] if status == 200 and b"=" in text else ["status: %s" % status]


def http_cases(port, name):
    peer = Peer(port)
    bad = [(m, p[:30], s) for p in PATHS for m in ("GET", "POST") for s in [peer.call(m, p, b"x" if m == "POST" else None)[0]] if s not in (None, 400, 404, 405, 413, 414)]
    case("%s: paths that are none" % name, bad)
    bad = [(m, p, s) for p in POSTS for m in ("GET", "PUT", "DELETE", "OPTIONS", "PATCH", "NONSENSE") for s in [peer.call(m, p)[0]] if s not in (404, 405)]
    bad += [(m, s) for m in ("POST", "PUT", "DELETE") for s in [peer.call(m, "/v1/status", b"")[0]] if s != 405]
    bad += [(m, s) for m in ("POST", "PUT", "DELETE") for s in [peer.call(m, "/v1/status", b"x")[0]] if s not in (None, 405, 413)]
    case("%s: methods that are none" % name, bad)
    bad = [(p, n, s) for p in POSTS for n in (0, 1, 7, 64, 500, 5000, 70000) for s in [peer.call("POST", p, os.urandom(n))[0]] if s not in REFUSALS]
    case("%s: random bodies" % name, bad)
    bad = []
    for p in ("/v1/list", "/v1/governance", "/v1/nothing"): # a body over every maximum, sent in full
        got = peer.raw(b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (p.encode(), 80 << 20) + bytes(80 << 20))
        if got and b" 413 " not in got and b" 404 " not in got:
            bad.append((p, got[:40]))
    case("%s: bodies over every maximum" % name, bad + alive(peer))
    raws = {"a path that is no text": b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n", "no HTTP": b"\x00\x01\x02\r\n\r\n", "no host": b"GET /v1/status HTTP/1.1\r\n\r\n", "a negative length": b"POST /v1/list HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
            "two lengths": b"POST /v1/list HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 5\r\n\r\nabcde",
            "a length too large for any number": b"POST /v1/list HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n",
            "chunks that are none": b"POST /v1/list HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n", "a header without end": b"GET / HTTP/1.1\r\nX: " + b"a" * 100000,
            "many headers": b"GET / HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X%d: y\r\n" % i for i in range(5000)) + b"\r\n"}
    for what, data in raws.items():
        got = peer.raw(data)
        case("%s: %s" % (name, what), [] if b" 500 " not in got and (what == "no host" or b" 200 " not in got) and not alive(peer) else [got])
    bad = []
    for oldest, newest in ((ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2),):
        try:
            with socket.create_connection(("127.0.0.1", port), 5) as s, context(oldest, newest).wrap_socket(s) as t:
                bad.append("spoke %s" % t.version())
        except (ssl.SSLError, OSError):
            pass
    case("%s: TLS 1.2 is refused" % name, bad)
    with socket.create_connection(("127.0.0.1", port), 5) as s:
        s.sendall(b"GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n")
        try:
            got = s.recv(100)
        except OSError:
            got = b""
    case("%s: without TLS there is no answer" % name, [got] if b"HTTP/1.1 200" in got else [])
    slow(peer, name)


def slow(peer, name):
    held = []
    for i in range(40):
        s = socket.create_connection(("127.0.0.1", peer.port), 5)
        if i % 2:
            s = context().wrap_socket(s)
            s.sendall(b"POST /v1/list HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc")
        else:
            s.sendall(b"\x16\x03\x01")
        held.append(s)
    begin = time.monotonic()
    bad = alive(peer)
    took = time.monotonic() - begin
    case("%s: 40 slow connections block nobody" % name, bad + (["%.1f s" % took] if took > 5 else []))
    for s in held:
        s.close()


def files(binary, home, words, path):
    body = open(path, "rb").read()
    bad, made = [], home + "/bad-input"
    for what, changed in ([("cut at %d" % n, body[:n]) for n in places(len(body))] + [("flip at %d" % n, flipped(body, n)) for n in places(len(body))] +
                          [("longer", body + b"\0"), ("random", os.urandom(len(body)))]):
        with open(made, "wb") as f:
            f.write(changed)
        done = subprocess.run([binary, *words, made], capture_output=True, timeout=30)
        said = (done.stdout + done.stderr).decode("utf-8", "replace").strip()
        if done.returncode not in (1, 2) or not said:
            bad.append("%s: exit %d %r" % (what, done.returncode, said[-100:]))
    case("%s with %s cut and flipped" % (" ".join(words[-3:]), os.path.basename(path)), bad)


if __name__ == "__main__":
    verb, rest = sys.argv[1], sys.argv[2:]
    if verb == "frames":
        frames(int(rest[0]), rest[1], rest[2:])
    elif verb == "http":
        http_cases(int(rest[0]), rest[1])
    elif verb == "files":
        files(rest[0], rest[1], rest[2:-1], rest[-1])
