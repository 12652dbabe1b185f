"""Counts the instructions of Rust's functions that a program for aarch64 executes inside measured().

usage: count.py PROGRAM ARGUMENT...

Left out are those of sha2, as tests/c/instructions.sh does. qemu tells of each instruction with its
address, and nm says which function it belongs to.
"""

import bisect
import re
import subprocess
import sys

program = sys.argv[1]
symbols = subprocess.run(
    ["aarch64-linux-gnu-nm", "--defined-only", program], capture_output=True, text=True, check=True
).stdout
functions = sorted(
    (int(address, 16), name)
    for address, kind, name in map(str.split, symbols.splitlines())
    if kind in "tTwW" and not name.startswith("$")
)
starts = [start for start, _ in functions]
rust = [bool(re.match("_ZN|_R|jwt_auth_", name)) and "4sha2" not in name for _, name in functions]
measured = [name for _, name in functions].index("measured")

qemu = ["qemu-aarch64", "-singlestep", "-d", "exec,nochain", "-D", "/dev/stderr"]
process = subprocess.Popen(
    qemu + sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
)
# What comes after the last instruction of measured() does not count.
counted, since = 0, None
for line in process.stderr:
    address = re.match(r"Trace \d+: \S+ \[[0-9a-f]+/([0-9a-f]+)/", line)
    if address is None:
        continue
    function = bisect.bisect_right(starts, int(address[1], 16)) - 1
    if function == measured:
        counted, since = counted + (since or 0), 0
    elif since is not None:
        since += rust[function]
times = int(process.stdout.read())
if process.wait() != 0:
    sys.exit("count.py: the program failed")
print(counted // times)
