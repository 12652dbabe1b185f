"""Prints what is linked into the library and the program for a target, in CycloneDX.

cargo cyclonedx takes the features of all platforms together, as `cargo metadata` does, and so names
crates that are not there, and it names the folder it runs in. cargo tree is exact.

    python3 packaging/sbom.py TARGET
"""

import json
import os
import pathlib
import subprocess
import sys

target = ["--target", sys.argv[1], "--features", "cli"]
root = pathlib.Path(__file__).resolve().parent.parent
os.chdir(root)

tree = ["cargo", "tree", "--locked", "-e", "normal,no-proc-macro", "--prefix", "none", *target]
tree = subprocess.run(tree, check=True, capture_output=True, text=True).stdout
linked = {tuple(line.split()[:2]) for line in tree.splitlines()}

cyclonedx = ["cargo", "cyclonedx", "--quiet", "--format", "json", "--spec-version", "1.5"]
subprocess.run([*cyclonedx, "--override-filename", "sbom", *target], check=True)
made = root / "sbom.json"
bom = json.loads(made.read_text().replace(str(root), "/jwt_auth"))
made.unlink()

bom["components"] = [
    one for one in bom["components"] if (one["name"], "v" + one["version"]) in linked
]
# The package itself is not among its components.
assert len(bom["components"]) == len(linked) - 1
refs = {one["bom-ref"] for one in [bom["metadata"]["component"], *bom["components"]]}
bom["dependencies"] = [
    {**one, "dependsOn": [ref for ref in one.get("dependsOn", []) if ref in refs]}
    for one in bom["dependencies"]
    if one["ref"] in refs
]
json.dump(bom, sys.stdout, indent=2)
print()
