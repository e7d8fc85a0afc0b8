#!/usr/bin/env python3
"""What a thief would look for, and where. For thief_test.sh.

thief.py reports REPORTS.jsonl COUNT DIR     real reports as CSV files in DIR, at most COUNT
thief.py words FILE…                         the words of files, one a line: values, names, texts of at least 7 characters
thief.py forms WORDS OUT                     a grep pattern file: each word as it is, defanged, in hexadecimal, base64 at three alignments,
                                             and the bytes that a digest stands for
thief.py memory PID OUT                      the process's own memory: what is writable or mapped from no file
thief.py has FILE WHERE…                     the places in which the last 32 bytes of FILE are found, raw, in hexadecimal or base64
thief.py plant WORD DIR                      files that hold the word in each of the encodings: the search must find all"""
import base64
import json
import os
import re
import sys

TYPES = {"hostname": "domain", "email": "mail", "btc": "wallet"}
SHORTEST = 7  # shorter words are found anywhere by chance
# Words of formats and fields, which are no secret: they are in any program.
PLAIN = re.compile(r"(?i)^(https?|indicators?|domain-name|description|identity|malicious-activity|type,value|attributes?|category|comment|"
                   r"timestamp|distribution|published|objects?|file:hashes.*|ipv4-addr:value|domain-name:value|sha-?256|relationship|"
                   r"bundle--|\d{4}-\d\d-\d\d(T[\d:.Z+]*)?|report|title|analysis|network activity|payload delivery|event|organisation|international|response|attack)$")


def reports(source, count, folder):
    os.makedirs(folder, exist_ok=True)
    taken = 0
    for line in open(source, encoding="utf-8"):
        r = json.loads(line)
        if not 0 < len(r["indicators"]) <= 120:
            continue
        with open("%s/%03d.csv" % (folder, taken), "w", encoding="utf-8") as f:
            f.write("type,value\n")
            for i in r["indicators"]:
                f.write('%s,"%s"\n' % (TYPES.get(i["type"], i["type"]), i["value"].replace('"', '""')))
        with open("%s/%03d.title" % (folder, taken), "w", encoding="utf-8") as f:
            f.write("%s (%s)" % (r["title"].replace("\n", " ")[:200], r["id"]))
        taken += 1
        if taken == count:
            break


def words(files):
    found = set()
    for name in files:
        text = open(name, encoding="utf-8", errors="ignore").read()
        found.update(re.findall(r'[^\s",;<>{}\[\]()|=]{%d,}' % SHORTEST, text))
        found.update(w.strip() for w in re.findall(r'"([^"\n]{%d,200})"' % SHORTEST, text))
        found.update(line.strip() for line in text.split("\n") if SHORTEST <= len(line.strip()) <= 200)
    for word in sorted(found):
        bare = word.strip(".:'`-*/")
        for w in {bare, bare.replace("[.]", "."), bare.replace("hxxp", "http"), bare.lower()}:
            if len(w) >= SHORTEST and not PLAIN.match(w):
                yield w


def forms_of(word):
    raw = word.encode()
    yield raw
    yield raw.hex().encode()
    for cut in range(3):
        body = base64.b64encode(b"\0" * cut + raw).decode()[(0, 2, 3)[cut]:].rstrip("=")[:-1]
        if len(body) >= SHORTEST + 1:
            yield body.encode()
    if re.fullmatch(r"(?:[0-9a-fA-F]{2}){16,64}", word):
        digest = bytes.fromhex(word)
        if b"\n" not in digest and b"\0" not in digest:
            yield digest


def forms(source, out):
    seen = set()
    for line in open(source, encoding="utf-8"):
        seen.update(forms_of(line.rstrip("\n")))
    with open(out, "wb") as f:
        f.writelines(form + b"\n" for form in sorted(seen))
    print(len(seen))


def memory(pid, out):
    kept = 0
    with open("/proc/%s/maps" % pid, encoding="utf-8") as maps, open("/proc/%s/mem" % pid, "rb", 0) as mem, open(out, "wb") as f:
        for line in maps:
            fields = line.split()
            start, end = (int(x, 16) for x in fields[0].split("-"))
            if fields[1][0] != "r" or (fields[1][1] != "w" and int(fields[4])) or fields[-1] in ("[vvar]", "[vsyscall]", "[vdso]"):
                continue
            while start < end:
                size = min(1 << 20, end - start)
                try:
                    mem.seek(start)
                    page = mem.read(size)
                except OSError:
                    page = b""
                if page.strip(b"\0"):
                    f.write(page)
                    kept += len(page)
                start += size
    print(kept)


def has(secret, where):
    key = open(secret, "rb").read()[-32:]
    looks = [key, key.hex().encode(), base64.b64encode(key)[:-2]]
    for place in where:
        names = [place] if os.path.isfile(place) else [os.path.join(d, n) for d, _, ns in os.walk(place) for n in ns]
        for name in names:
            data = open(name, "rb").read()
            if any(look in data for look in looks):
                print(name)


def plant(word, folder):
    os.makedirs(folder, exist_ok=True)
    raw = word.encode()
    encodings = {"raw": raw, "upper": raw.upper(), "hex": raw.hex().encode(), "utf16": word.encode("utf-16-le")}
    encodings.update(("base64.%d" % n, base64.b64encode(b"abc"[:n] + raw + b"xyz")) for n in range(3))
    for name, data in encodings.items():
        with open("%s/%s" % (folder, name), "wb") as f:
            f.write(os.urandom(500) + data + os.urandom(500))


if __name__ == "__main__":
    verb, rest = sys.argv[1], sys.argv[2:]
    if verb == "reports":
        reports(rest[0], int(rest[1]), rest[2])
    elif verb == "words":
        print("\n".join(sorted(set(words(rest)))))
    elif verb == "forms":
        forms(*rest)
    elif verb == "memory":
        memory(*rest)
    elif verb == "has":
        has(rest[0], rest[1:])
    elif verb == "plant":
        plant(*rest)
