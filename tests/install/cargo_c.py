"""cargo-c installs what `make install` does. JWT_AUTH_CARGO_C is its command."""

import os
import shlex
import unittest

import harness

# What only make installs.
MAKE_ALONE = ("bin/", "lib/cmake/", "share/bash", "share/doc/", "share/fish", "share/man/",
              "share/zsh")
# Names and texts are the same however well the code is compiled.
QUICKLY = {"CARGO_TARGET_DIR": str(harness.TARGET / "cargo-c"), "CARGO_PROFILE_RELEASE_LTO": "off",
           "CARGO_PROFILE_RELEASE_OPT_LEVEL": "0", "CARGO_PROFILE_RELEASE_CODEGEN_UNITS": "16"}


def fields(file):
    """What a .pc file says; options may have any order."""
    said = {}
    for line in file.read_text().splitlines():
        name, separator, value = line.partition(": ")
        if separator:
            said[name] = sorted(value.split())
    return said


class CargoC(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # Where cargo is not run by rustup, nothing says whose compiler it is.
        sysroot = harness.run("rustc", "--print", "sysroot").strip()
        cls.made = harness.installations()[1].root
        cls.root = harness.WORK / "cargo-c"
        harness.run(*shlex.split(os.environ["JWT_AUTH_CARGO_C"]), "cinstall", "--release",
                    "--locked", "--prefix=/usr", "--libdir=/usr/lib", f"--destdir={cls.root}",
                    cwd=harness.ROOT,
                    env=dict(os.environ, **QUICKLY, RUSTC=f"{sysroot}/bin/rustc"))
        cls.root /= "usr"

    def test_the_same_files_under_the_same_names(self):
        def names(root):
            found = {str(path.relative_to(root)): path.is_symlink() and os.readlink(path)
                     for path in root.rglob("*") if not path.is_dir()}
            return {name: link for name, link in found.items() if not name.startswith(MAKE_ALONE)}
        self.assertEqual(names(self.root), names(self.made))
        for name in ("include/jwt_auth.h", "share/jwt_auth/jwt_auth.schema.json"):
            self.assertEqual((self.root / name).read_bytes(), (self.made / name).read_bytes())

    def test_one_soname_and_the_library_stays_when_it_is_closed(self):
        library = self.root / "lib/libjwt_auth.so"
        self.assertEqual(harness.dynamic(library, "SONAME"), ["libjwt_auth.so.1"])
        self.assertIn("NODELETE", harness.run("readelf", "-dW", library))

    def test_the_same_to_pkg_config(self):
        pc = "lib/pkgconfig/jwt_auth.pc"
        self.assertEqual(fields(self.root / pc), fields(self.made / pc))


if __name__ == "__main__":
    unittest.main()
