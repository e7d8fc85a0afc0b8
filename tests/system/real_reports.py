#!/usr/bin/env python3
"""real_reports.py BIN PLATFORM REPORTS.jsonl COUNT OUT: files COUNT real reports blind, through real keepers, and compares what met
with what must meet. Members and analyst are homes of the platform that real_reports_test.sh has set up. Writes OUT/pairs.tsv and
OUT/filed.jsonl for scoring. Prints PASS and FAIL lines and a tally."""
import collections
import concurrent.futures
import itertools
import json
import os
import subprocess
import sys

BIN, PLATFORM, REPORTS, COUNT, OUT = sys.argv[1:]
MEMBERS = ["reporter1", "reporter2", "reporter3"]
MOST_INDICATORS = 150  # of a report that is taken: keeps the run within minutes
PER_LABEL = 12
TYPES = {"hostname": "domain", "email": "mail", "btc": "wallet"}
results = collections.Counter()


def case(name, ok, detail=""):
    ok = bool(ok)
    results[ok] += 1
    print(("PASS " if ok else "FAIL ") + name + ("" if ok else ": " + detail), flush=True)


def tocsin(home, *words):
    return subprocess.run([f"{BIN}/tocsin", "--home", f"{PLATFORM}/members/{home}", "--json", *words], capture_output=True, text=True)


def choose(count):
    """Whole groups of reports with one label, so that there is something to meet; the file's order, at most PER_LABEL of each."""
    rows = [json.loads(line) for line in open(REPORTS, encoding="utf-8")]
    groups = collections.defaultdict(list)
    for r in rows:
        if r["labels"] and 0 < len(r["indicators"]) <= MOST_INDICATORS:
            groups[r["labels"][0]].append(r)
    chosen = []
    for group in groups.values():
        if len(group) >= 3:
            chosen += group[:PER_LABEL]
    return chosen[:count]


def cell(text):
    return '"' + text.replace('"', '""') + '"'


def file_one(job):
    number, report = job
    path = f"{OUT}/{report['id']}.csv"
    with open(path, "w", encoding="utf-8") as f:
        f.write("type,value\n")
        for i in report["indicators"]:
            f.write(f"{TYPES.get(i['type'], i['type'])},{cell(i['value'])}\n")
    done = tocsin(MEMBERS[number % len(MEMBERS)], "report", path, "--title", "Real report", "--to", "1", "--tlp", "AMBER", "--yes")
    return report["id"], done


def file_all(reports):
    """Report id → (record id, its tokens). One worker a member, since a home is one person's."""
    filed = {}
    lanes = [[j for j in enumerate(reports) if j[0] % len(MEMBERS) == m] for m in range(len(MEMBERS))]
    with concurrent.futures.ThreadPoolExecutor(len(MEMBERS)) as pool:
        for lane in pool.map(lambda jobs: [file_one(j) for j in jobs], lanes):
            for name, done in lane:
                if done.returncode != 0:
                    case(f"report {name} is filed", False, (done.stdout + done.stderr)[-300:])
                    continue
                answer = json.loads(done.stdout)
                tokens = {(o["type"], o["value"]): o["derived"] for o in answer["observables"] if o["token"]}
                filed[name] = (answer["id"], tokens, answer["state"], answer["refused"])
    return filed


def expected_pairs(filed):
    holders = collections.defaultdict(set)
    for name, (_, tokens, _, _) in filed.items():
        for token in tokens:
            holders[token].add(name)
    pairs = collections.Counter()
    for names in holders.values():
        for pair in itertools.combinations(sorted(names), 2):
            pairs[pair] += 1
    return pairs


def met_pairs(filed):
    by_record = {record: name for name, (record, _, _, _) in filed.items()}
    done = tocsin("intl", "matches")
    if done.returncode != 0:
        case("the analyst's matches are listed", False, done.stderr[-300:])
        return {}
    return {tuple(sorted((by_record[p["a"]], by_record[p["b"]]))): sum(p["shared"].values()) for p in json.loads(done.stdout)["pairs"]}


def main():
    reports = choose(int(COUNT))
    filed = file_all(reports)
    case(f"{len(reports)} real reports are filed", len(filed) == len(reports), f"only {len(filed)}")
    case("every one is under t cosignatures", all(state.startswith("filed") for _, _, state, _ in filed.values()),
         str(collections.Counter(state for _, _, state, _ in filed.values())))
    case("what gave no token says place and rule", all(r["place"] and r["rule"] for _, _, _, refused in filed.values() for r in refused))
    want, got = expected_pairs(filed), met_pairs(filed)
    case(f"every pair that shares a token met ({len(want)} pairs)", want and not want.keys() - got.keys(), str(list(want.keys() - got.keys())[:3]))
    case("no other pair did", not got.keys() - want.keys(), str(list(got.keys() - want.keys())[:3]))
    wrong = [p for p in want.keys() & got.keys() if want[p] != got[p]]
    case("each pair shares as many tokens as its reports do", not wrong, str([(p, want[p], got[p]) for p in wrong[:3]]))
    with open(f"{OUT}/pairs.tsv", "w", encoding="utf-8") as f:
        f.writelines(f"{a}\t{b}\n" for a, b in sorted(got))
    names = set(filed)
    with open(f"{OUT}/filed.jsonl", "w", encoding="utf-8") as f:
        f.writelines(json.dumps(r) + "\n" for r in reports if r["id"] in names)
    print(f"tally: {results[True]} passed, {results[False]} failed, 0 skipped")
    return results[False] != 0


os.makedirs(OUT, exist_ok=True)
sys.exit(main())
