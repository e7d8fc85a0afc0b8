#!/usr/bin/env python3
"""crash.py BIN PLATFORM SEED ROUNDS: kills processes of a platform at random instants while members, analyst and officers work, and
after each round compares what was promised with what is there. The platform was set up by crash_test.sh and stopped; the daemons run
under this program, which is to them what systemd is. A process that is killed keeps what the kernel has of its files: this finds
what is written in the wrong order or answered too early, not what a power cut tears (tests/fault does)."""
import collections
import json
import os
import random
import signal
import sqlite3
import struct
import subprocess
import sys
import time

BIN, PLATFORM, SEED, ROUNDS = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
MEMBERS, SUSPECT, ANALYST, SEATS, OPENERS = ["reporter1", "reporter2"], "reporter3", "intl", 3, 2
ORIGIN = os.environ["ORIGIN"]
VALUES = [f"host{i}.zone{i}.test" for i in range(12)]  # what reports share
END_SECONDS, READY_SECONDS, CLIENT_SECONDS = 20, 20, 90
NOISE = open(f"{PLATFORM}/clients.log", "a", encoding="utf-8")
rng = random.Random(SEED)
results = collections.Counter()  # questions
tests = collections.Counter()


def case(name, ok, detail=""):
    results[bool(ok)] += 1
    if not ok:
        print(f"FAIL {name}: {detail}", flush=True)
    return ok


def until(seconds, condition):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


# --- Processes ----------------------------------------------------------------------------------------------------------------


class Daemon:
    def __init__(self, name, roles):
        self.name, self.roles, self.process = name, [None] + roles, None
        self.program = "tocsin-hub" if name == "hub" else "tocsin-keeper"

    def start(self):
        path = f"{PLATFORM}/{self.name}.log"
        with open(path, "ab") as log:
            at = log.tell()
            self.process = subprocess.Popen([f"{BIN}/{self.program}", "-c", f"{PLATFORM}/{self.name}.conf"], stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log)
        with open(f"{PLATFORM}/{self.name}.pid", "w", encoding="ascii") as f:  # for the trap of the shell
            f.write(str(self.process.pid))

        def ready():
            with open(path, "rb") as log:
                log.seek(at)
                return b"event=ready" in log.read() or self.process.poll() is not None
        return case(f"{self.name} starts again", until(READY_SECONDS, ready) and self.process.poll() is None, tail(path))

    def children(self):
        """Role → its pid."""
        found = {}
        try:
            with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="ascii") as f:
                for pid in f.read().split():
                    with open(f"/proc/{pid}/comm", encoding="ascii") as comm:
                        found[comm.read().strip().split(".")[-1]] = int(pid)
        except (FileNotFoundError, ProcessLookupError):
            pass
        return found

    def kill(self, role):
        """kill -9 of one role or of the supervisor; all of it must then end by itself."""
        children = self.children()
        pid = self.process.pid if role is None else children.get(role)
        if pid is None:
            return case(f"{self.name} has a process {role}", False, str(children))
        os.kill(pid, signal.SIGKILL)
        ended = until(END_SECONDS, lambda: self.process.poll() is not None)
        gone = until(END_SECONDS, lambda: not any(running(p, self.program) for p in children.values()))
        case(f"{self.name} ends as a whole when {role or 'its supervisor'} is killed", ended and gone, str(children))
        if ended and role is not None:
            case(f"{self.name} says by its exit status that {role} was killed", self.process.returncode == 1, str(self.process.returncode))
        return ended and gone

    def stop(self):
        self.process.terminate()
        case(f"{self.name} stops when asked", until(END_SECONDS, lambda: self.process.poll() is not None) and self.process.returncode == 0,
             str(self.process.poll()))


def running(pid, program):
    try:
        with open(f"/proc/{pid}/cmdline", encoding="utf-8") as f, open(f"/proc/{pid}/stat", encoding="ascii") as stat:
            return program in f.read() and stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def tail(path):
    with open(path, encoding="utf-8", errors="replace") as f:
        return "".join(f.readlines()[-4:])


hub = Daemon("hub", ["net", "core", "matcher"])
keepers = [Daemon(f"keeper{i}", ["net", "core", "keys"]) for i in range(1, SEATS + 1)]
daemons = [hub] + keepers


# --- Clients ------------------------------------------------------------------------------------------------------------------


def command(home, *words):
    return [f"{BIN}/tocsin", "--json", *words] if home is None else [f"{BIN}/tocsin", "--home", f"{PLATFORM}/members/{home}", "--json", *words]


def run(home, *words):
    done = subprocess.run(command(home, *words), capture_output=True, text=True, timeout=CLIENT_SECONDS, stdin=subprocess.DEVNULL)
    NOISE.write(f"$ {' '.join(words)}: {done.returncode} {done.stderr}\n")
    return done


def answer(home, *words):
    """What it said, {} when it failed (which is a failure of the test)."""
    done = run(home, *words)
    return json.loads(done.stdout) if case(f"{' '.join(words[:2])} works after the restart", done.returncode == 0, done.stderr[-300:]) else {}


def sign(document, *seats):
    for seat in seats:
        done = run(None, "officer", "sign", document, "--key", f"{PLATFORM}/officer{seat}/officer.key", "--seat", str(seat), "--origin",
                   ORIGIN, "--yes", "-o", document)
        case("an officer signs", done.returncode == 0, done.stderr)


class Filed:
    """What was promised so far."""
    def __init__(self):
        self.values = {}      # title → values of the report
        self.receipts = {}    # record id → bytes of its receipt, once it was seen
        self.titles = {}      # record id → title, of all that were ever kept
        self.opened = []      # ids of records that the analyst has opened
        self.sent = {}        # text of a reply that was sent → home that must read it
        self.high = collections.Counter()  # name → highest value of what never goes back
        self.round, self.drafted = 0, int(time.time())


filed = Filed()


def report():
    title = f"report {filed.round}"
    values = rng.sample(VALUES, rng.randint(1, 2)) + [f"only{filed.round}.alone{filed.round}.test"]
    filed.values[title] = values
    words = [w for v in values for w in ("--observe", f"domain={v}")]
    return [command(rng.choice(MEMBERS), "report", "--title", title, "--to", "1", "--tlp", "AMBER", *words, "--yes")]


def open_one():
    return [command(ANALYST, "open", rng.choice(sorted(filed.receipts)), "--purpose", f"round {filed.round}")]


def reply():
    record = rng.choice(filed.opened)
    home = rng.choice([ANALYST, owner(record)])
    return [command(home, "reply", record, f"word of round {filed.round}")]


def draft(*words):
    """A document that is newer than the last: they have whole seconds."""
    until(5, lambda: int(time.time()) > filed.drafted)
    done = run(None, "officer", *words)
    filed.drafted = int(time.time())
    return done


def standing():
    """Suspend and restore: the client may be killed in either."""
    commands = []
    for verb, words in (("suspend", ["--hours", "1"]), ("restore", [])):
        document = f"{PLATFORM}/{verb}-{filed.round}"
        case(f"a document to {verb} is drafted", draft(verb, card_of(SUSPECT), *words, "-o", document).returncode == 0)
        sign(document, *(range(1, OPENERS + 1) if verb == "restore" else [rng.randint(1, SEATS)]))
        commands.append(command(None, "officer", "publish", document, "--charter", f"{PLATFORM}/charter"))
    return commands


def ceremony():
    """A new order each time; its keys are not published, so that tokens go on meeting."""
    folder = f"{PLATFORM}/ceremony-{filed.round}"
    order = f"{PLATFORM}/order-{filed.round}"
    case("a ceremony is ordered", draft("order-ceremony", "--epoch", "2", "-o", order).returncode == 0)
    sign(order, *range(1, OPENERS + 1))
    done = run(None, "officer", "publish", order, "--charter", f"{PLATFORM}/charter")
    case("the order is published", done.returncode == 0, done.stderr)
    return [command(None, "ceremony", order, "--charter", f"{PLATFORM}/charter", "--dir", folder)]


def owner(record):
    return next(h for h in MEMBERS if os.path.isdir(f"{PLATFORM}/members/{h}/records/{record}"))


def card_of(home):
    return answer(home, "status")["card"]


# --- A round ------------------------------------------------------------------------------------------------------------------

TAKES = collections.defaultdict(lambda: 0.4)  # seconds that an action took when it was left alone


def victims():
    """Who is killed: one process of a daemon, the client, or everything at once as in a power cut."""
    lot = rng.random()
    if lot < 0.15:
        return "client"
    if lot < 0.22:
        return "all"
    daemon = hub if lot < 0.6 else rng.choice(keepers)
    return daemon, rng.choice(daemon.roles)


def strike(victim, client):
    """Returns the daemons that are to be started again."""
    if victim in ("client", "all"):
        client.kill()
    struck = daemons if victim == "all" else [] if victim == "client" else [victim[0]]
    for d in struck:
        d.kill(victim[1] if isinstance(victim, tuple) else None)
    return struck


def act(name, commands, victim):
    """Runs the commands; the blow falls at a random instant of one of them."""
    hit = rng.randrange(len(commands))
    for i, words in enumerate(commands):
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL) as client:
            start = time.monotonic()
            if i == hit:
                try:
                    client.wait(rng.uniform(0, TAKES[name]))
                except subprocess.TimeoutExpired:
                    pass
                for d in strike(victim, client):
                    d.start()
            try:
                out, err = client.communicate(timeout=CLIENT_SECONDS)
            except subprocess.TimeoutExpired:
                client.kill()
                out, err = client.communicate()
                case(f"{name}: the client ends by itself", False, f"still there after {CLIENT_SECONDS} s: {err[-300:]}")
            NOISE.write(f"$ {' '.join(words[2:])}: {client.returncode} {out[-2000:]} {err}\n")
            if i != hit and client.returncode == 0:
                TAKES[name] = 0.5 * TAKES[name] + 0.5 * (time.monotonic() - start)
            killed = i == hit and victim in ("client", "all")
            case(f"{name}: the client ends in order", client.returncode in ((0, 1, -9) if killed else (0, 1)),
                 f"exit {client.returncode}: {err[-300:]}")
            if client.returncode != 0:
                finish(name, words)
            else:
                note_success(name, words, out)


def note_success(name, words, out):
    said = json.loads(out)
    if name == "report" and said["state"].startswith("filed"):
        filed.titles[said["id"]] = said["title"]
    if name == "open":
        filed.opened.append(said["id"])
        differences = said.get("tokens_missing", 0), said.get("tokens_extra", 0)  # absent when it could not compare
        case("an opened record has the values that were filed", {o["value"] for o in said["observables"] if not o["derived"]}
             == set(filed.values[said["title"]]) and differences == (0, 0), out[-600:])
    if name == "reply":
        filed.sent[words[-1]] = owner(said["id"]) if said["to"] == "reporter" else ANALYST


def finish(name, words):
    """What was interrupted is done again with the same command, as a person would; records and replies by `receipts --sync`."""
    if name in ("standing", "ceremony"):
        ended = []

        def again():
            ended[:] = [subprocess.run(words, capture_output=True, text=True, timeout=CLIENT_SECONDS, stdin=subprocess.DEVNULL)]
            return ended[0].returncode == 0
        case(f"{name}: what was interrupted can be finished", until(30, again), " ".join(words[2:]) + ": " + ended[0].stderr[-400:])


# --- What must hold -----------------------------------------------------------------------------------------------------------


def grows(name, value):
    case(f"{name} never goes back", value >= filed.high[name], f"{filed.high[name]} before, {value} now")
    filed.high[name] = max(filed.high[name], value)


def rows(path, sql):
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10) as db:
        return db.execute(sql).fetchall()


def check_store():
    """No half record; every promise of the receipts in the ledger."""
    path = f"{PLATFORM}/hub/store/store.sqlite"
    leaves = dict(rows(path, "SELECT number, bytes FROM leaf"))
    receipts = dict(rows(path, "SELECT filing, bytes FROM receipt"))
    records = rows(path, "SELECT r.id, r.filing, r.leaf, r.size, e.bytes FROM record r LEFT JOIN envelope e ON e.record = r.sequence")
    grows("the ledger's size", len(leaves))
    case("leaves have no gap", sorted(leaves) == list(range(len(leaves))))
    for record, filing, leaf, size, envelope in records:
        whole = envelope is not None and len(envelope) == size and filing in receipts and leaf in leaves
        case("no half record", whole, record.hex())
    case("no record without its audience", not rows(path, "SELECT 1 FROM record WHERE sequence NOT IN (SELECT record FROM audience)"))
    for receipt in receipts.values():
        index = struct.unpack(">Q", receipt[40:48])[0]
        case("the leaf of a receipt is in the ledger", leaves.get(index) == receipt[48:85], str(index))
    case("as many receipts as leaves of filings", len(receipts) == sum(leaf[0] == 0x40 for leaf in leaves.values()))
    for record, promised in filed.receipts.items():
        case("a receipt is honoured in the store", receipts.get(promised[8:40]) == promised and record in {r[0].hex() for r in records}, record)


def check_counters():
    for i in range(1, SEATS + 1):
        for day, scope, key, total in rows(f"{PLATFORM}/keeper{i}/store/store.sqlite", "SELECT day, scope, key, total FROM counter"):
            grows(f"seat {i}, counter {day} {scope} {key.hex()[:8]}", total)
    for day, scope, key, total in rows(f"{PLATFORM}/hub/store/store.sqlite", "SELECT day, scope, key, total FROM counter"):
        grows(f"hub, counter {day} {scope} {key.hex()}", total)
    for i in range(1, SEATS + 1):
        said = status(i)
        for name in ("leaves", "witnessed"):
            grows(f"seat {i}, {name}", int(said.get(name, -1)))
        case(f"seat {i} is not suspended", said.get("state") in ("active", "starting", "stale"), str(said))
    grows("the hub's cosigned size", int(status(0).get("cosigned-size", -1)))


def status(seat):
    """What a keeper (0: the hub) says of itself."""
    port = int(os.environ["PORT"]) + seat
    done = subprocess.run(["curl", "-sk", "--max-time", "10", f"https://127.0.0.1:{port}/v1/status"], capture_output=True, text=True)
    return dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)


def sync(home):
    """Keepers that were just started need a moment: tried until it ends well."""
    ended = []

    def once():
        ended[:] = [run(home, "receipts", "--sync")]
        return ended[0].returncode == 0
    case(f"receipts --sync of {home} finishes what was interrupted", until(40, once), ended[0].stderr[-400:])
    return json.loads(ended[0].stdout)["receipts"] if ended[0].stdout else []


def check_receipts():
    for home in MEMBERS:
        for r in sync(home):
            path = f"{PLATFORM}/members/{home}/records/{r['id']}/filing.receipt"
            case("all that was kept is filed", r["state"] == "filed" and r["tokens_state"] == "filed", json.dumps(r))
            with open(path, "rb") as f:
                now = f.read()
            case("a receipt stays what it was", filed.receipts.setdefault(r["id"], now) == now, r["id"])
            filed.titles[r["id"]] = r["title"]
    for record, title in filed.titles.items():
        case("what a client called filed is kept with its receipt", record in filed.receipts, f"{record} {title}")


def check_same_bytes():
    """The same bytes filed again get the same receipt."""
    record = rng.choice(sorted(filed.receipts))
    folder = f"{PLATFORM}/members/{owner(record)}/records/{record}"
    for name in ("filing.receipt", "filing.filed"):
        if os.path.exists(f"{folder}/{name}"):  # a promise that is broken was never proved: said above
            os.remove(f"{folder}/{name}")
    sync(owner(record))
    with open(f"{folder}/filing.receipt", "rb") as f:
        case("the same bytes filed again get the same receipt", f.read() == filed.receipts[record], record)


def check_analyst():
    listed = {r["id"] for r in answer(ANALYST, "list").get("records", [])}
    case("every receipt's record is listed", not filed.receipts.keys() - listed, str(filed.receipts.keys() - listed))
    case("no record is listed that no client kept", not listed - filed.receipts.keys(), str(listed - filed.receipts.keys()))
    want = {}
    ids = sorted(filed.receipts)
    for i, a in enumerate(ids):
        for b in ids[i + 1:]:
            shared = len(set(filed.values[filed.titles[a]]) & set(filed.values[filed.titles[b]]))
            if shared:
                want[(a, b)] = shared
    seen = []

    def met():
        pairs = json.loads(run(ANALYST, "matches").stdout or '{"pairs": []}')["pairs"]
        seen[:] = [{tuple(sorted((p["a"], p["b"]))): p["shared"]["name"] for p in pairs}]
        return seen[0] == want
    case("every pair that shares a value meets, and no other", until(20, met),
         f"missing {list(want.items() - seen[0].items())[:3]}, too many {list(seen[0].items() - want.items())[:3]}")


def check():
    check_receipts()
    check_same_bytes()
    check_analyst()
    check_store()
    check_counters()


def check_replies():
    """Every reply that was called sent is read, once."""
    got = collections.Counter()

    def all_read():
        for home in MEMBERS + [ANALYST]:
            for m in json.loads(run(home, "inbox").stdout or '{"messages": []}')["messages"]:
                got[m["text"], home] += 1
        return all(got[text, home] for text, home in filed.sent.items())
    case("every reply that was sent is read", until(30, all_read), str([t for t, h in filed.sent.items() if not got[t, h]][:3]))
    case("and none twice", all(n == 1 for n in got.values()), str(got.most_common(2)))


def check_suspect():
    """After the restart the seats have to cosign the last leaf first."""
    def accredited():
        return json.loads(run(SUSPECT, "status").stdout or "{}").get("state") == "accredited"
    case("a member that was restored is accredited", until(20, accredited))


ACTIONS = {"report": (report, 10), "open": (open_one, 4), "reply": (reply, 3), "standing": (standing, 3), "ceremony": (ceremony, 1)}


def one_round(number):
    filed.round = number
    possible = [a for a in ACTIONS if a != "reply" or filed.opened]
    name = rng.choices(possible, [ACTIONS[a][1] for a in possible])[0]
    victim = victims()
    who = victim if isinstance(victim, str) else f"{victim[0].name} {victim[1] or 'supervisor'}"
    print(f"round {number}: {name}, kill -9 {who}", flush=True)
    commands = ACTIONS[name][0]()
    act(name, commands, victim)
    check()
    if name == "standing":
        check_suspect()


def tested(name, work):
    """Thousands of questions are asked; what counts as one test is the round, the beginning, the end."""
    failed = results[False]
    work()
    tests[results[False] == failed] += 1
    if results[False] != failed:
        print(f"FAIL {name}", flush=True)


def begin():
    for d in daemons:
        d.start()
    case("a first report is filed", subprocess.run(report()[0], capture_output=True, stdin=subprocess.DEVNULL).returncode == 0)
    check()


def end():
    check_replies()
    audit = run(ANALYST, "ledger", "verify")
    case("the whole ledger verifies", audit.returncode == 0, audit.stderr)
    for d in reversed(daemons):
        d.stop()
        agree = subprocess.run([f"{BIN}/{d.program}", "check", "-c", f"{PLATFORM}/{d.name}.conf"], capture_output=True, text=True)
        case(f"{d.name}'s own check finds store, ledger and index in agreement", agree.returncode == 0, agree.stdout[-300:] + agree.stderr[-300:])


def main():
    tested("the platform starts", begin)
    for number in range(1, ROUNDS + 1):
        tested(f"round {number}", lambda: one_round(number))
        if results[False] > 20:
            print("too many failures: the run ends here")
            break
    tested("the platform agrees with itself", end)
    leaves = filed.high["the ledger's size"]
    print(f"seed {SEED}: {len(filed.receipts)} records, {len(filed.sent)} replies, {len(filed.opened)} openings, {leaves} leaves")
    print(f"{results[True]} questions answered as they must be, {results[False]} otherwise")
    print(f"tally: {tests[True]} passed, {tests[False]} failed, 0 skipped")
    return tests[False] != 0


sys.exit(main())
