#!/usr/bin/env python3
"""Data for the inspection's figures, made from real samples; the same at every call.

    inspect_data.py cve SAMPLE.tar.zst COUNT OUT.tar.zst     CVE records: the sample's, with other ids, vendors, products, versions
    inspect_data.py tracker DPKG.tsv OUT.json                a feed as Debian's tracker has it, for the packages of the inventory and more
    inspect_data.py osv DPKG.tsv OUT.tar.zst                 the same packages' advisories as OSV records
    inspect_data.py fleet DPKG.tsv COUNT PACKAGES DIRECTORY  saved inventories of COUNT machines, a thousand a directory

DPKG.tsv: package, version, arch, source, source_version, behind a line of these names.
"""
import io, json, os, random, re, subprocess, sys, tarfile

SEED = 2026
RELEASES = ["bullseye", "bookworm", "trixie", "forky", "sid"]
SOURCES = 3500    # source packages of the tracker
FLAWS = 40000     # CVEs of the tracker


def tar_zst(path):
    return subprocess.Popen(["zstd", "-1", "-q", "-f", "-T2", "-o", path], stdin=subprocess.PIPE)


def put_member(out, name, content):
    # A ustar header by hand: tarfile is too slow for 300,000 of them.
    head = bytearray(512)
    head[0:len(name)] = name
    head[100:108] = b"0000644\0"
    head[108:116] = head[116:124] = b"0000000\0"
    head[124:136] = b"%011o\0" % len(content)
    head[136:148] = b"14754000000\0"
    head[148:156] = b"        "
    head[156:157] = b"0"
    head[257:265] = b"ustar\00000"
    head[148:156] = b"%06o\0 " % sum(head)
    out.write(bytes(head) + content + bytes(-len(content) % 512))


def sample(path):
    raw = subprocess.run(["zstd", "-dcq", path], stdout=subprocess.PIPE, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(raw)) as t:
        for m in sorted(t.getmembers(), key=lambda m: m.name):
            if m.isfile() and m.name.endswith(".json"):
                yield t.extractfile(m).read()


def marked(record):
    """The record with a mark for its id, behind its vendors and products, and round the first number of its versions."""
    d = json.loads(record)

    def numbers(text):
        return re.sub("^([^0-9]{0,3})([0-9]{1,9})", lambda m: m.group(1) + "\3" + m.group(2) + "\3", text)

    for c in [d["containers"]["cna"]] + d["containers"].get("adp", []):
        for a in c.get("affected", []):
            for field in "vendor", "product":
                if a.get(field, "n/a") != "n/a":
                    a[field] += "\2"
            a["cpes"] = [re.sub(r"^(cpe:2.3:[aoh](?::(?:[^:\\]|\\.)+){2})", lambda m: m.group(1) + "\2", cpe) for cpe in a.get("cpes", [])]
            for v in a.get("versions", []):
                for field in "version", "lessThan", "lessThanOrEqual":
                    if field in v:
                        v[field] = numbers(v[field])
    text = json.dumps(d, ensure_ascii=False, separators=(",", ":"))
    return text.replace(d["cveMetadata"]["cveId"], "\\u0001")


def pieces(record):
    """The record cut at its marks: (what stands before, which mark, its number)."""
    cut, at, text = [], 0, marked(record)
    for m in re.finditer(r"\\u0001|\\u0002|\\u0003([0-9]+)\\u0003", text):
        cut.append((text[at:m.start()].encode(), int(m.group()[5]), int(m.group(1) or 0)))
        at = m.end()
    return cut, text[at:].encode()


def make_cve(sample_path, count, out_path):
    records = [pieces(r) for r in sample(sample_path)]
    to = tar_zst(out_path)
    for n in range(count):
        cut, rest = records[n % len(records)]
        turn = n // len(records)
        year, number = 2002 + n % 24, 1000 + n // 24
        ident = b"CVE-%d-%04d" % (year, number)
        # Products come back, as they do: about one new name for eight records.
        product = b"_%d" % (turn // 8) if turn >= 8 else b""
        body = []
        for kept, kind, value in cut:
            body.append(kept)
            body.append(ident if kind == 1 else product if kind == 2 else b"%d" % (value + turn % 8))
        body.append(rest)
        put_member(to.stdin, b"cves/%d/%dxxx/%s.json" % (year, number // 1000, ident), b"".join(body))
    to.stdin.write(bytes(1024))
    to.stdin.close()
    if to.wait() != 0:
        sys.exit("zstd failed")


def inventory(path):
    with open(path) as f:
        rows = [line.rstrip("\n").split("\t") for line in f][1:]
    return [(r + [""] * 5)[:5] for r in rows]


def older(rng, version):
    """A version a little before this one."""
    numbers = list(re.finditer(r"[0-9]+", version))
    m = rng.choice(numbers) if numbers else None
    if m is None or int(m.group()) == 0:
        return version + "~0"
    return version[:m.start()] + str(int(m.group()) - 1) + version[m.end():]


def newer(rng, version):
    return version + rng.choice(["+deb12u1", "+deb12u2", ".1"])


def flaws_of_sources(rng, rows):
    """(source, version, [ids]), with the long tail that real packages have: linux some thousands, most a handful."""
    sources = {}
    for _, version, _, source, source_version in rows:
        sources[source] = source_version or version
    names = sorted(sources)
    rng.shuffle(names)
    names = ["linux"] + [n for n in names if n != "linux"]
    sources.setdefault("linux", "6.1.148-1")
    while len(names) < SOURCES:
        names.insert(rng.randrange(1, len(names)), "made-%04d" % len(names))
    weights = [1 / (rank + 3) for rank in range(len(names))]
    unit = FLAWS / sum(weights)
    number = 0
    for name, weight in zip(names, weights):
        ids = []
        for _ in range(max(1, int(unit * weight))):
            ids.append("CVE-%d-%04d" % (2002 + number % 24, 1000 + number // 24))
            number += 1
        yield name, sources.get(name, "1.%d.2-%d" % (len(name), len(ids))), ids


def make_tracker(dpkg, out_path):
    rng = random.Random(SEED)
    feed = {}
    for name, version, ids in flaws_of_sources(rng, inventory(dpkg)):
        of_source = feed[name] = {}
        for ident in ids:
            releases = {}
            for release in RELEASES:
                dice = rng.random()
                r = {"repositories": {release: version}, "urgency": rng.choice(["not yet assigned", "low", "medium", "unimportant", "not yet assigned"])}
                if dice < 0.80:
                    r["status"], r["fixed_version"] = "resolved", older(rng, version)
                elif dice < 0.84:
                    r["status"], r["fixed_version"] = "resolved", "0"
                elif dice < 0.88:
                    r["status"], r["fixed_version"] = "resolved", newer(rng, version)
                elif dice < 0.99:
                    r["status"] = "open"
                else:
                    r["status"] = "undetermined"
                releases[release] = r
            of_source[ident] = {"description": "a flaw in %s that somebody could use to do what they should not" % name, "scope": "local",
                                "releases": releases}
    with open(out_path, "w") as f:
        json.dump(feed, f)


def make_osv(dpkg, out_path):
    rng = random.Random(SEED + 1)
    to = tar_zst(out_path)
    for name, version, ids in flaws_of_sources(rng, inventory(dpkg)):
        for ident in ids[::4]:
            fixed = older(rng, version) if rng.random() < 0.9 else newer(rng, version)
            record = {"id": "DEBIAN-" + ident, "modified": "2026-08-01T00:00:00Z", "published": "2025-02-01T00:00:00Z", "upstream": [ident],
                      "details": "a flaw in " + name, "affected": [
                          {"package": {"ecosystem": "Debian:12", "name": name},
                           "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}]}]}
            put_member(to.stdin, b"DEBIAN-%s.json" % ident.encode(), json.dumps(record).encode())
    to.stdin.write(bytes(1024))
    to.stdin.close()
    if to.wait() != 0:
        sys.exit("zstd failed")


def make_fleet(dpkg, count, packages, directory):
    rows = inventory(dpkg)
    rng = random.Random(SEED)
    # Of each package the versions that a fleet has at once: this one, some before it.
    lines = []
    for name, version, arch, source, source_version in rows:
        of_name = []
        for turn in range(6):
            v, sv = (version, source_version) if turn == 0 else (older(rng, version), older(rng, source_version or version))
            if source == name and (sv == v or turn > 0):
                of_name.append("p\t%s\t%s\t%s\t\t\n" % (name, v, arch))
            else:
                of_name.append("p\t%s\t%s\t%s\t%s\t%s\n" % (name, v, arch, source, sv))
        lines.append(of_name)
    while len(lines) < packages:
        lines.append(["p\tmade-%04d\t1.%d-1\tall\t\t\n" % (len(lines), k) for k in range(6)])
    # Machines of one house come from a few images, each brought up to date more or less, with choices of their own.
    images = []
    for k in range(40):
        chosen = sorted(rng.sample(range(len(lines)), packages - packages // 10))
        images.append([(n, rng.choice((0, 0, 0, 1, 2, 3, 4, 5))) for n in chosen])
    parts = []
    for image in images:
        parts.append("".join(lines[n][k] for n, k in image))
    roles = ["workstation"] * 6 + ["server"] * 3 + ["network"]
    for m in range(count):
        if m % 1000 == 0:
            folder = os.path.join(directory, "%04d" % (m // 1000))
            os.makedirs(folder, exist_ok=True)
        own = packages // 10
        body = parts[m % len(parts)] + "".join(rng.choice(lines[n]) for n in rng.sample(range(len(lines)), own))
        exposure = "internet" if m % 50 == 0 else "internal"
        head = ("tocsin-inventory 1\ntaken\t2026-08-24T06:00:00Z\nupdated\t2026-08-%02dT06:00:00Z\nname\tmachine-%06d\n"
                "os\tdebian\t12\tbookworm\tDebian GNU/Linux 12 (bookworm)\necosystem\tDebian:12\nkernel\t6.1.0-%d-amd64\t6.1.0-37-amd64\n"
                "role\t%s\nexposure\t%s\n" % (1 + m % 24, m, 37 - (m % 7 == 0), roles[m % 10], exposure))
        with open(os.path.join(folder, "machine-%06d.inventory" % m), "w") as f:
            f.write(head + body + "end\t%d\n" % (9 + packages // 10 * 10 - packages // 10 + own))


def main(argv):
    verbs = {"cve": (make_cve, 3), "tracker": (make_tracker, 2), "osv": (make_osv, 2), "fleet": (make_fleet, 4)}
    if len(argv) < 2 or argv[1] not in verbs or len(argv) - 2 != verbs[argv[1]][1]:
        sys.exit(__doc__)
    make, _ = verbs[argv[1]]
    make(*[int(a) if a.isdigit() else a for a in argv[2:]])


if __name__ == "__main__":
    main(sys.argv)
