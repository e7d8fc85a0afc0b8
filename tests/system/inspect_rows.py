"""Real rows: what is affected below, at and above the version that cures; what is supported on one day; KEV at two dates.

inspect_rows.py PROGRAM DATA DIRECTORY REGIME: prints PASS and FAIL lines.
"""
import collections
import csv
import json
import os
import subprocess
import sys

program, data, scratch, regime = sys.argv[1:5]
products, vuln = os.path.join(data, "products"), os.path.join(data, "vuln")


def update(knowledge, *arguments):
    subprocess.run([program, "data", "update", "--data", knowledge, *arguments], check=True, stdout=subprocess.DEVNULL)


def inspect(knowledge, rows, *options):
    path = os.path.join(scratch, "rows.csv")
    with open(path, "w", newline="") as out:
        csv.writer(out).writerows(rows)
    result = subprocess.run([program, "inventory", "--data", knowledge, "--regime", regime, "--json", *options, path], stdout=subprocess.PIPE)
    return json.loads(result.stdout)


def told(name, wrong, of):
    print(f"PASS {name}: {of} rows" if not wrong else f"FAIL {name}: {len(wrong)} of {of}: {wrong[:5]}")


def affected():
    """Just below the curing version it is affected, at it and above it is not; rows without versions say all or nothing."""
    knowledge, table = os.path.join(scratch, "rows.knowledge"), os.path.join(products, "debian12-affected.tsv")
    update(knowledge, "--ecosystem", "Debian:12", table)
    expected = {}
    for row in csv.DictReader(open(table), delimiter="\t"):
        cases = [("1.0", row["status"] == "affected")]
        if row["status"] == "affected" and row["less_than"]:
            cases = [(row["less_than"] + "~", True), (row["less_than"], False), (row["less_than"] + "+x", False), ("0.0.1~", True)]
        for version, is_affected in cases:
            expected.setdefault((row["package"], version), {})[row["cve"]] = is_affected
    result = inspect(knowledge, [("package", "version"), *sorted(expected)], "--ecosystem", "Debian:12")
    found = collections.defaultdict(set)
    for finding in result["findings"]:
        if finding["kind"] == "flaw":
            found[finding["item"], finding["version"]].add(finding["flaw"])
    rows = [(*item, cve, is_affected) for item, cves in expected.items() for cve, is_affected in cves.items()]
    told("affected packages of Debian 12", [r for r in rows if (r[2] in found[r[0], r[1]]) != r[3]], len(rows))


# Two builds that several cycles share, some supported and some not: nothing is said.
SHARED_BUILDS = {"10.0.17763"}


def versioned(cpe, version):
    """The data's CPE, which names a product, with a version in it."""
    quoted = "".join(c if c.isalnum() or c in ".-_" else "\\" + c for c in version.lower().replace(" ", "_"))
    return ":".join([*cpe.split(":")[:5 if cpe.startswith("cpe:2.3") else 4], quoted])


def ends_of_life():
    knowledge = os.path.join(scratch, "eol.knowledge")
    update(knowledge, os.path.join(products, "eol-products.json"))
    truth = list(csv.DictReader(open(os.path.join(products, "eol-truth-2026-08-24.tsv")), delimiter="\t"))
    shapes = {
        "by name and cycle": lambda r: (r["product"], r["cycle"], "", ""),
        "by title and cycle": lambda r: (r["title"], r["cycle"], "", ""),
        "by title and latest version": lambda r: r["latest"] not in ("", *SHARED_BUILDS) and (r["title"], r["latest"], "", ""),
        "by title and cycle in one name": lambda r: (f"{r['title']} {r['cycle']}", "", "", ""),
        "by CPE with cycle alone": lambda r: r["cpe"] and ("", "", versioned(r["cpe"], r["cycle"]), ""),
        "by CPE and cycle": lambda r: r["cpe"] and ("x", r["cycle"], r["cpe"], ""),
        "by package URL and cycle": lambda r: r["purl"] and ("x", r["cycle"], "", r["purl"]),
    }
    for name, shape in shapes.items():
        asked = [(f"m{i}", r, shape(r)) for i, r in enumerate(truth) if shape(r)]
        rows = [("machine", "product", "version", "cpe", "purl"), *((m, *cells) for m, _, cells in asked)]
        result = inspect(knowledge, rows, "--date", "2026-08-24")
        ended = {f["machine"] for f in result["findings"] if f["kind"] == "unsupported" and not f.get("soon") and f["confidence"] != "doubtful"}
        wrong = [(r["product"], r["cycle"], r["expected"]) for m, r, _ in asked if (m in ended) != (r["expected"] == "eol")]
        told(f"ends of life {name}", wrong, len(asked))


def exploited_since():
    """All CVE that came, went, or of which the list says anything otherwise than before, and no other, are looked at again."""
    before, after = os.path.join(scratch, "kev1.knowledge"), os.path.join(scratch, "kev2.knowledge")
    update(before, os.path.join(vuln, "kev-2025-08-25.json.zst"))
    update(after, os.path.join(vuln, "kev-2026-07-23.json"))
    old = json.loads(subprocess.run(["zstd", "-dc", os.path.join(vuln, "kev-2025-08-25.json.zst")], stdout=subprocess.PIPE).stdout)
    new = json.load(open(os.path.join(vuln, "kev-2026-07-23.json")))
    then = {e["cveID"]: e for e in old["vulnerabilities"]}
    now = {e["cveID"]: e for e in new["vulnerabilities"]}
    all_cves = sorted(then.keys() | now.keys())
    table = os.path.join(scratch, "all.csv")
    with open(table, "w", newline="") as out:
        rows = [(f"p-{cve.lower()}", cve, "affected", "0", "9", "deb", "unaffected", "Debian:12") for cve in all_cves]
        csv.writer(out).writerows([("package", "cve", "status", "version_from", "less_than", "version_type", "default_status", "ecosystem"), *rows])
    update(before, table)
    update(after, table)
    items = [("package", "version"), *((f"p-{cve.lower()}", "1") for cve in all_cves)]
    result = inspect(after, items, "--ecosystem", "Debian:12", "--changed-since", before)
    found = {f["flaw"] for f in result["findings"] if f["kind"] == "flaw"}
    changed = {cve for cve in all_cves if then.get(cve) != now.get(cve)}
    told(f"known exploited flaws since the list before ({len(changed)} changed)", sorted(found ^ changed), len(all_cves))


affected()
ends_of_life()
exploited_since()
