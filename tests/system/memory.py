"""Searches the memory of processes for secrets: memory.py NAME=PID… -- LABEL=FILE[:OFFSET:BYTES]…
Prints "LABEL: NAME NAME…" for every file: the processes whose memory holds the bytes, or "-". Exit 3: memory may not be read."""
import sys


def regions(pid):
    for line in open(f"/proc/{pid}/maps"):
        span, rights = line.split()[:2]
        if "r" in rights and "[v" not in line:  # vvar, vsyscall
            yield tuple(int(x, 16) for x in span.split("-"))


def image(pid):
    parts = []
    with open(f"/proc/{pid}/mem", "rb", 0) as mem:
        for low, high in regions(pid):
            mem.seek(low)
            try:
                parts.append(mem.read(high - low))
            except OSError:
                continue
    return b"\0".join(parts)


def main():
    cut = sys.argv.index("--")
    try:
        images = {name: image(pid) for name, pid in (word.split("=") for word in sys.argv[1:cut])}
    except PermissionError as e:
        print(e)
        sys.exit(3)
    for word in sys.argv[cut + 1:]:
        label, place = word.split("=", 1)
        path, *span = place.split(":")
        secret = open(path, "rb").read()
        if span:
            secret = secret[int(span[0]):int(span[0]) + int(span[1])]
        found = [name for name, bytes_ in images.items() if secret in bytes_]
        print(f"{label}: {' '.join(found) or '-'}")


main()
