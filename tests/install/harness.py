"""What the tests share: the library as `make install` installs it, and programs that ask it."""

import functools
import os
import pathlib
import shutil
import subprocess
import sysconfig
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve()
# What make builds is apart from what cargo alone does, whose binaries tell the builder's paths.
BUILT = TARGET / "install"
WORK = TARGET / "install-tests"
STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
PACKAGE = tomllib.loads((ROOT / "Cargo.toml").read_text())["package"]
C_LOCALE = dict(os.environ, LC_ALL="C")

# The sample token of EMQX's documentation, and what the programs answer to it and to garbage.
TOKEN = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJkYXRhIjp7ImF1dGhvciI6IndpdndpdiIsInNpdGUiOiJodHRwczov"
    "L3dpdndpdi5jb20ifSwiZXhwIjoxNTgyMjU1MzYwNjQyMDAwMCwiaWF0IjoxNTgyMjU1MzYwfQ."
    "FdyAx2fYahm6h3g47m88ttyINzptzKy_speimyUcma4"
)


def run(*command, expected=0, **options):
    """Runs a command, and returns what it prints."""
    done = subprocess.run(
        [str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, check=False, **options)
    assert done.returncode == expected, f"{command}: exit code {done.returncode}\n{done.stdout}"
    return done.stdout


def make(*arguments, folder=ROOT, built=BUILT, **options):
    return run("make", f"CARGO_TARGET_DIR={built}", *arguments, cwd=folder, **options)


class Installation:
    """An installed tree, and what tells programs where it is."""

    def __init__(self, destdir, prefix, libdir):
        self.variables = [f"DESTDIR={destdir}", f"PREFIX={prefix}", f"libdir={libdir}"]
        self.root = pathlib.Path(f"{destdir}{prefix}")
        self.libdir = pathlib.Path(f"{destdir}{libdir}")
        self.environment = dict(os.environ, PKG_CONFIG_PATH=f"{self.libdir}/pkgconfig",
                                PKG_CONFIG_SYSROOT_DIR=destdir)

    def pkg_config(self, *options):
        return run("pkg-config", *options, "jwt_auth", env=self.environment).split()


@functools.cache
def installations():
    """In a folder as packagers do, with Debian's folder of libraries; and where it is to stay."""
    shutil.rmtree(WORK, ignore_errors=True)
    multiarch = sysconfig.get_config_var("MULTIARCH") or "multiarch"
    both = [
        Installation(f"{WORK}/destdir", "/usr", f"/usr/lib/{multiarch}"),
        Installation("", f"{WORK}/prefix", f"{WORK}/prefix/lib"),
    ]
    for installed in both:
        make("install", *installed.variables)
    return both


def dynamic(file, tag):
    """The values of a tag of an ELF file's dynamic section."""
    lines = run("readelf", "-dW", file, env=C_LOCALE).splitlines()
    return [line.split("[")[1].rstrip("]") for line in lines if f"({tag})" in line]
