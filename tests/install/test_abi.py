"""The binary interface is the one that is written down in abi.xml: functions, structs, numbers.

A Rust library has no description of them that abidw could read, so the header is made a library in
C whose functions do nothing. JWT_AUTH_BLESS=1 writes the dump anew, for what is added."""

import os
import pathlib
import platform
import re
import unittest

import harness

COMMITTED = pathlib.Path(__file__).with_name("abi.xml")
# The exit codes of abidiff: something changed, and that it breaks programs for sure.
CHANGED, BROKEN = 4, 4 + 8
DECLARATION = re.compile(r"^(?!typedef)([a-z][^;{}]*\bjwt_auth_\w+\([^;{}]*\));$", re.MULTILINE)


def symbols(library):
    found = harness.run("nm", "-D", "--defined-only", library, env=harness.C_LOCALE)
    return {line.split()[-1] for line in found.splitlines() if " jwt_auth_" in line}


def dump(header, name):
    """Makes a library of a header, and returns its name with that of its dump."""
    library, written = harness.WORK / f"lib{name}.so", harness.WORK / f"{name}.xml"
    # Under one name and without the path of this machine, as both come into the dump.
    (harness.WORK / "jwt_auth.c").write_text(DECLARATION.sub(r"\1 { __builtin_trap(); }", header))
    harness.run("cc", "-std=c11", "-w", "-g", "-fno-eliminate-unused-debug-types", "-fPIC",
                "-shared", "-Wl,-soname,libjwt_auth.so.1", "jwt_auth.c", "-o", library,
                cwd=harness.WORK)
    harness.run("abidw", "--load-all-types", "--no-comp-dir-path", "--no-corpus-path",
                "--no-show-locs", "--type-id-style", "hash", "--out-file", written, library)
    return library, written


def compare(dump, expected):
    return harness.run("abidiff", "--non-reachable-types", COMMITTED, dump, expected=expected)


@unittest.skipUnless(platform.machine() == "x86_64", "the dump is that of x86-64")
class Abi(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.installed = harness.installations()[1]
        cls.header = (cls.installed.root / "include/jwt_auth.h").read_text()
        cls.library, cls.dump = dump(cls.header, "header")

    def test_the_interface_is_the_one_that_is_written_down(self):
        if os.environ.get("JWT_AUTH_BLESS"):
            COMMITTED.write_bytes(self.dump.read_bytes())
        compare(self.dump, expected=0)

    def test_the_installed_library_has_these_functions_and_no_others(self):
        self.assertEqual(symbols(self.installed.libdir / "libjwt_auth.so"), symbols(self.library))

    def test_a_field_that_moves_is_found(self):
        changed = self.header.replace("  int32_t decision;", "  int64_t decision;", 1)
        self.assertNotEqual(changed, self.header)
        said = compare(dump(changed, "changed")[1], expected=CHANGED)
        self.assertIn("jwt_auth_result", said)

    def test_a_function_that_is_gone_is_found(self):
        changed = self.header.replace("uint32_t jwt_auth_abi_version(void);", "", 1)
        self.assertNotEqual(changed, self.header)
        said = compare(dump(changed, "without")[1], expected=BROKEN)
        self.assertIn("jwt_auth_abi_version", said)

    def test_a_number_that_changes_is_found(self):
        changed = self.header.replace("JWT_AUTH_DECISION_DENY = 0", "JWT_AUTH_DECISION_DENY = 7", 1)
        self.assertNotEqual(changed, self.header)
        said = compare(dump(changed, "renumbered")[1], expected=BROKEN)
        self.assertIn("JWT_AUTH_DECISION_DENY", said)


if __name__ == "__main__":
    unittest.main()
