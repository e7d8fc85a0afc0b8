#!/usr/bin/env python3
"""liar.py PORT REAL TLSDIR RULE LIES: stands on PORT with the TLS key of a daemon (TLSDIR/tls.pem, tls.key), whose real self listens
on REAL, and passes everything on, changed as the first line of the file RULE says (empty: not at all). Each lie is a line in LIES.

liar.py post PORT PATH FILE            prints status and body of the answer, as a line and the rest (FILE "-": GET)
liar.py checkpoint KEYFILE NOTE ROOT   the note's text with another root (hex), signed by the ledger's key alone
liar.py cosign KEYFILE NOTE SEAT TIME  the note with one more cosignature
liar.py release STORE REQUEST ENVELOPE SEAT INDEX NOTE   what a keeper is asked to open a share: a request of somebody's, whose leaf has
                                       the index in the hub's STORE, under the checkpoint in NOTE
liar.py vouch KEYFILE SEAT OFFLINE ALIAS   a voucher by the seat's stolen key, and the filing of the offline file: what the hub is sent

Rules, each for answers of one kind of question; PATH as in /v1/record:
  answer PATH FILE      the file's bytes instead           refuse PATH STATUS CAUSE    a refusal
  replay PATH           the answer before the last one     flip PATH OFFSET            one bit (negative: from the end)
  cut PATH BYTES        shortened                          add PATH BYTES              longer
  zero PATH FROM N      zeros (a point: the identity)      ones PATH FROM N            0xff (a scalar or point outside its range)
  swap PATH A B N       N bytes at A and B change places   hang PATH | close PATH      no answer | the connection is cut
  garbage PATH          bytes that are no HTTP
  drop-leaf             the last leaf of an entries answer is left out, the count corrected
  no-leaves             an empty entries answer            change-leaf FILE            the last leaf becomes the file's bytes
  forge-receipt KEYFILE INDEX   the receipt promises another leaf, signed with the hub's key
  resign KEYFILE        a released share that does not open, signed with the seat's identity key
  record FILE           requests are kept in FILE.<number>.<path with dots>
  set PATH OFFSET BYTE                               keep PATH FILE            the true answer goes into the file as well
  own-ledger DIR ENVELOPE FILE…  a ledger of its own: the real leaves, then the files, then requests, signed with DIR's ledger key and
                        cosigned by the keepers on the ports WITNESSES; the record is the envelope, whichever is asked for"""
import base64
import hashlib
import http.client
import http.server
import os
import sqlite3
import ssl
import struct
import sys
import threading
import time

# --- Ed25519 (RFC 8032), slow and only for lies ---------------------------------------------------------------------------------
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
BASE = (15112221349535400772501151409588531511454012693041857206046113283949847762202,
        46316835694926478169428394003475163141307993866256225615783033603165251855960)


def point_add(a, b):
    t = D * a[0] * b[0] * a[1] * b[1] % P
    return ((a[0] * b[1] + a[1] * b[0]) * pow(1 + t, -1, P) % P, (a[1] * b[1] + a[0] * b[0]) * pow(1 - t, -1, P) % P)


def point_times(k):
    total, step = (0, 1), BASE
    while k:
        if k & 1:
            total = point_add(total, step)
        step, k = point_add(step, step), k >> 1
    return (total[1] | (total[0] & 1) << 255).to_bytes(32, "little")


def sign(seed, message):
    h = hashlib.sha512(seed).digest()
    a = int.from_bytes(h[:32], "little") & ((1 << 254) - 8) | 1 << 254
    public = point_times(a)
    number = lambda *parts: int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little") % L
    r = number(h[32:], message)
    big_r = point_times(r)
    return big_r + ((r + number(big_r, public, message) * a) % L).to_bytes(32, "little"), public


def framed(kind, origin, message):
    return b"tocsin/v1/" + kind.encode() + b"\0" + origin.encode() + b"\0" + message


def seed_of(keyfile):
    return open(keyfile, "rb").read()[-32:]


# --- Notes and trees -------------------------------------------------------------------------------------------------------------
def note_line(name, kind, public, signature):
    key = hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]
    return "— %s %s\n" % (name, base64.b64encode(key + signature).decode())


def note_make(keyfile, origin, size, root):
    text = "%s\n%d\n%s\n" % (origin, size, base64.b64encode(root).decode())
    signature, public = sign(seed_of(keyfile), text.encode())
    return text + "\n" + note_line(origin, 1, public, signature)


def note_forge(keyfile, note, root):
    origin, size = open(note, encoding="utf-8").read().split("\n")[:2]
    return note_make(keyfile, origin, int(size), root)


def note_cosign(keyfile, note, seat, when):
    whole = open(note, encoding="utf-8").read()
    text = whole[:whole.index("\n\n") + 1]
    signature, public = sign(seed_of(keyfile), ("cosignature/v1\ntime %d\n" % when + text).encode())
    return whole + note_line("%s/seat/%d" % (text.split("\n")[0], seat), 4, public, struct.pack(">Q", when) + signature)


def root_of(leaves):
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    k = split(len(leaves))
    return hashlib.sha256(b"\1" + root_of(leaves[:k]) + root_of(leaves[k:])).digest()


def split(n):
    return 1 << (n - 1).bit_length() - 1


def inclusion(leaves, index):
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if index < k:
        return inclusion(leaves[:k], index) + [root_of(leaves[k:])]
    return inclusion(leaves[k:], index - k) + [root_of(leaves[:k])]


def consistency(leaves, old, whole=True):
    if old == len(leaves):
        return [] if whole else [root_of(leaves)]
    k = split(len(leaves))
    if old <= k:
        return consistency(leaves[:k], old, whole) + [root_of(leaves[k:])]
    return consistency(leaves[k:], old - k, False) + [root_of(leaves[:k])]


def entries_read(answer):
    leaves, at = [], 4
    for _ in range(struct.unpack_from(">I", answer)[0]):
        n = struct.unpack_from(">H", answer, at)[0]
        leaves.append(answer[at + 2:at + 2 + n])
        at += 2 + n
    return leaves


def entries_write(leaves):
    return struct.pack(">I", len(leaves)) + b"".join(struct.pack(">H", len(leaf)) + leaf for leaf in leaves)


def vouch(keyfile, seat, offline, alias):
    filing = open(offline, "rb").read()[len("TOFF1\n"):]
    head = struct.pack(">BBQ", seat, filing[0], int(time.time())) + hashlib.sha256(alias.encode()).digest() + hashlib.sha256(filing).digest()
    return head + sign(seed_of(keyfile), framed("voucher", os.environ["ORIGIN"], head))[0] + filing


def release(store, request, envelope, seat, index, note):
    request, envelope, note = (open(f, "rb").read() for f in (request, envelope, note))
    size = int(note.split(b"\n")[1])
    with sqlite3.connect("file:%s?mode=ro" % store, uri=True, timeout=10) as db:
        leaves = [bytes(row[0]) for row in db.execute("SELECT bytes FROM leaf WHERE number < ? ORDER BY number", (size,))]
    at = 2 + struct.unpack_from(">H", envelope)[0] + 32 + (seat - 1) * 1168
    hashes = inclusion(leaves, index)
    return struct.pack(">H", len(request)) + request + envelope[at:at + 1168] + struct.pack(">QB", index, len(hashes)) + \
        b"".join(hashes) + struct.pack(">H", len(note)) + note


# --- The other side --------------------------------------------------------------------------------------------------------------
ANYBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
ANYBODY.check_hostname = False
ANYBODY.verify_mode = ssl.CERT_NONE
ANYBODY.minimum_version = ssl.TLSVersion.TLSv1_3


def call(port, method, path, body=None):
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=40, context=ANYBODY)
    connection.request(method, path, body, {"Content-Type": "application/octet-stream"} if body is not None else {})
    answer = connection.getresponse()
    got = answer.read()
    connection.close()
    return answer.status, {k: v for k, v in answer.getheaders() if k.lower() in ("content-type", "tocsin-error")}, got


class Hang(Exception):
    pass


class Cut(Exception):
    def __init__(self, last=b""):
        super().__init__()
        self.last = last


class OwnLedger:
    """A whole ledger that the real hub knows nothing of: the real leaves that were seen, then files, then requests as they come."""

    def __init__(self, liar, folder, files):
        self.liar, self.folder, self.files = liar, folder, files
        _, _, note = call(liar.real, "GET", "/checkpoint")
        self.origin, size = note.decode().split("\n")[:2]
        self.leaves = liar.leaves[:int(size)]
        if len(self.leaves) != int(size):
            raise RuntimeError("only %d of %s leaves were seen" % (len(self.leaves), size))
        self.grow([open(f, "rb").read() for f in files])

    def grow(self, more):
        old = len(self.leaves)
        self.leaves += more
        note = note_make(self.folder + "/keys/ledger.key", self.origin, len(self.leaves), root_of(self.leaves))
        self.note = note
        for port in self.liar.witnesses:
            status, line = self.cosigned(port, old, note)
            self.liar.said("witness on %d: %d %s" % (port, status, line.strip()))
            if status == 200:
                self.note += line

    def cosigned(self, port, old, note):
        for _ in range(3):  # a keeper says which size it cosigned last
            proof = "".join(base64.b64encode(h).decode() + "\n" for h in consistency(self.leaves, old))
            status, _, got = call(port, "POST", "/add-checkpoint", ("old %d\n%s\n%s" % (old, proof, note)).encode())
            if status != 409:
                break
            old = int(got)
        return status, got.decode()

    def request(self, r):
        """Appends the leaf of an analyst's request."""
        leaf = r[18:55]  # behind team and record id (protocol/hub.md)
        if leaf not in self.leaves:
            self.grow([leaf])
        return struct.pack(">Q", self.leaves.index(leaf))

    def answer(self, path, ask):
        if path == "/checkpoint":
            return self.note.encode()
        at = 29 + struct.unpack_from(">H", ask, 27)[0] if ask[1] == 1 else 28  # a member's ask, or a keeper's
        body = ask[at + 4:-64]
        if path == "/v1/request":
            return self.request(body)
        if path == "/v1/entries":
            start, most = struct.unpack(">QI", body)
            return entries_write(self.leaves[start:start + most])
        index, size = struct.unpack(">QQ", body)
        hashes = inclusion(self.leaves[:size], index)
        return struct.pack(">H", len(hashes)) + b"".join(hashes)


class Liar:
    def __init__(self, real, rule, lies):
        self.real, self.rule_file, self.lies_file = real, rule, lies
        self.before = {}   # path: the last two answers
        self.leaves = []   # of the real ledger, as they passed; kept in a file for the next liar
        self.leaves_file = rule + ".leaves"
        if os.path.exists(self.leaves_file):
            self.leaves = entries_read(open(self.leaves_file, "rb").read())
        self.own = None
        self.recorded = 0
        self.lock = threading.Lock()
        self.own_lock = threading.Lock()
        self.witnesses = [int(w) for w in os.environ.get("WITNESSES", "").split()]

    def rule(self):
        return open(self.rule_file, encoding="utf-8").read().split("\n")[0].split()

    def said(self, what):
        with self.lock, open(self.lies_file, "a", encoding="utf-8") as f:
            f.write(what + "\n")

    def seen(self, path, body, got):
        with self.lock:
            self.before[path] = (self.before.get(path, (None, None))[1], got)
            if path == "/v1/entries" and len(body) > 64 + 12:
                start = struct.unpack(">QI", body[-64 - 12:-64])[0]
                for i, leaf in enumerate(entries_read(got)):
                    if start + i == len(self.leaves):
                        self.leaves.append(leaf)
                open(self.leaves_file, "wb").write(entries_write(self.leaves))

    def record(self, name, path, body):
        with self.lock:
            self.recorded += 1
            with open("%s.%03d.%s" % (name, self.recorded, path.strip("/").replace("/", ".")), "wb") as f:
                f.write(body)

    def answer(self, method, path, body):
        rule = self.rule()
        name = rule[0] if rule else ""
        if name == "own-ledger" and path in ("/checkpoint", "/v1/entries", "/v1/proof", "/v1/request"):
            with self.own_lock:
                self.own = self.own or OwnLedger(self, rule[1], rule[3:])
                return 200, {}, self.own.answer(path, body)
        if name == "own-ledger" and path == "/v1/record":
            return 200, {}, open(rule[2], "rb").read()
        if name == "hang" and rule[1] == path:
            self.said("hang " + path)
            raise Hang
        if name == "close" and rule[1] == path:
            self.said("close " + path)
            raise Cut
        if name == "garbage" and rule[1] == path:
            self.said("garbage " + path)
            raise Cut(b"\x16\x03\x01 not HTTP at all\r\n\r\n")
        if name == "record":
            self.record(rule[1], path, body)
        try:
            status, headers, got = call(self.real, method, path, body if method == "POST" else None)
        except OSError:
            return 503, {"Tocsin-Error": "away"}, b"away: nobody behind the liar"
        if status != 200:
            return status, headers, got
        changed = self.change(rule, path, got)
        if changed is None:
            self.seen(path, body, got)
            return status, headers, got
        self.said(" ".join(rule) + " on " + path)
        if isinstance(changed, tuple):
            return changed
        return status, headers, changed

    def change(self, rule, path, got):
        """What is answered instead of `got`; None: nothing."""
        name = rule[0] if rule else ""
        if name in ("drop-leaf", "no-leaves", "change-leaf"):
            leaves = entries_read(got) if path == "/v1/entries" else []
            if not leaves:
                return None
            if name == "change-leaf":
                return entries_write(leaves[:-1] + [open(rule[1], "rb").read()])
            return entries_write([] if name == "no-leaves" else leaves[:-1])
        if name == "resign":
            return self.resign(rule, bytearray(got)) if path == "/v1/release" else None
        if name == "forge-receipt":
            return self.forge_receipt(rule, got) if path == "/v1/filings" else None
        if len(rule) < 2 or rule[1] != path:
            return None
        try:
            return self.change_bytes(name, rule[2:], path, bytearray(got))
        except IndexError:  # not that long: an empty bulletin, say
            return None

    def change_bytes(self, name, words, path, b):
        n = [int(w, 0) for w in words if w.lstrip("-").isdigit()]
        if name == "keep":
            open(words[0], "wb").write(b)
            return None
        if name == "answer":
            return open(words[0], "rb").read()
        if name == "refuse":
            return n[0], {"Tocsin-Error": words[1], "Content-Type": "text/plain"}, (words[1] + ": the liar says so").encode()
        if name == "replay":
            return next(old for old in self.before[path] if old is not None and old != bytes(b))
        if name == "flip":
            b[n[0]] ^= 1
        elif name == "cut":
            del b[-n[0]:]
        elif name == "add":
            b += bytes(n[0])
        elif name in ("zero", "ones"):
            b[n[0]:n[0] + n[1]] = (b"\0" if name == "zero" else b"\xff") * n[1]
        elif name == "set":
            b[n[0]] = n[1]
        elif name == "swap":
            x, y, size = n
            b[x:x + size], b[y:y + size] = b[y:y + size], b[x:x + size]
        else:
            return None
        return bytes(b)

    def resign(self, rule, b):
        b[1180] ^= 1  # in the sealed scalar
        signature, _ = sign(seed_of(rule[1]), framed("released", os.environ["ORIGIN"], bytes(b[:-64])))
        return bytes(b[:-64]) + signature

    def forge_receipt(self, rule, got):
        b = got[:40] + struct.pack(">Q", int(rule[2])) + got[48:85]
        signature, _ = sign(seed_of(rule[1]), framed("receipt", os.environ["ORIGIN"], b))
        return b + signature


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60
    liar = None

    def serve(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            status, headers, got = self.liar.answer(self.command, self.path, body)
        except Hang:
            while self.liar.rule()[:1] == ["hang"]:
                time.sleep(0.1)
            self.close_connection = True
            return
        except Cut as cut:
            self.wfile.write(cut.last)
            self.close_connection = True
            return
        self.send_response_only(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(got)))
        self.end_headers()
        self.wfile.write(got)

    do_GET = do_POST = serve

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def finish_request(self, request, address):
        request.settimeout(60)
        try:
            request = self.tls.wrap_socket(request, server_side=True)  # in the connection's own thread
            super().finish_request(request, address)
        except OSError:
            pass
        finally:
            request.close()

    def handle_error(self, request, address):
        print("liar: %r" % (sys.exc_info()[1],), flush=True)


def main(words):
    if words[0] == "post":
        body = None if words[3] == "-" else open(words[3], "rb").read()
        status, _, got = call(int(words[1]), "GET" if body is None else "POST", words[2], body)
        print(status, flush=True)
        sys.stdout.buffer.write(got)
        return
    if words[0] == "checkpoint":
        sys.stdout.write(note_forge(words[1], words[2], bytes.fromhex(words[3])))
        return
    if words[0] == "cosign":
        sys.stdout.write(note_cosign(words[1], words[2], int(words[3]), int(words[4])))
        return
    if words[0] == "release":
        sys.stdout.buffer.write(release(words[1], words[2], words[3], int(words[4]), int(words[5]), words[6]))
        return
    if words[0] == "vouch":
        sys.stdout.buffer.write(vouch(words[1], int(words[2]), words[3], words[4]))
        return
    port, real, folder, rule, lies = words
    Handler.liar = Liar(int(real), rule, lies)
    server = Server(("127.0.0.1", int(port)), Handler)
    server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.tls.minimum_version = ssl.TLSVersion.TLSv1_3
    server.tls.load_cert_chain(folder + "/tls.pem", folder + "/tls.key")
    print("listening", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1:])
