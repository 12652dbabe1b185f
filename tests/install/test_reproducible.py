"""The same source makes the same bytes wherever it is built, which they do not tell."""

import os
import pathlib
import shutil
import unittest

import harness

BUILT = ("libjwt_auth.so", "libjwt_auth.a", "jwt-auth")
HOME = pathlib.Path.home()
CARGO_HOME = pathlib.Path(os.environ.get("CARGO_HOME", HOME / ".cargo"))
RUSTUP_HOME = pathlib.Path(os.environ.get("RUSTUP_HOME", HOME / ".rustup"))


def without_what_is_built(folder, names):
    return {name for name in names if pathlib.Path(folder, name) == harness.TARGET} | {".git"}


class Reproducible(unittest.TestCase):
    def test_no_folder_of_the_builder_is_named(self):
        for name in BUILT:
            content = (harness.BUILT / "release" / name).read_bytes()
            for folder in (HOME, CARGO_HOME, RUSTUP_HOME, harness.ROOT, harness.TARGET):
                self.assertFalse(f"{folder}/".encode() in content, f"{name} names {folder}")

    def test_another_folder_of_another_user_makes_the_same_bytes(self):
        elsewhere = harness.WORK / "elsewhere"
        shutil.rmtree(elsewhere, ignore_errors=True)
        shutil.copytree(harness.ROOT, elsewhere / "source", ignore=without_what_is_built)
        (elsewhere / "home").mkdir()
        (elsewhere / "home/.cargo").symlink_to(CARGO_HOME)
        harness.make(folder=elsewhere / "source", built=elsewhere / "built", env=dict(
            os.environ, HOME=f"{elsewhere}/home", CARGO_HOME=f"{elsewhere}/home/.cargo",
            RUSTUP_HOME=str(RUSTUP_HOME)))
        for name in BUILT:
            here, there = harness.BUILT / "release" / name, elsewhere / "built/release" / name
            self.assertTrue(here.read_bytes() == there.read_bytes(), f"{here} is not {there}")


if __name__ == "__main__":
    unittest.main()
