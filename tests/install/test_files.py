"""What is installed, under which names, and that it is removed again."""

import os
import re
import unittest

import harness


HEADER = (harness.ROOT / "include/jwt_auth.h").read_text()
SONAME = "libjwt_auth.so." + re.search(r"#define JWT_AUTH_ABI_VERSION (\d+)", HEADER).group(1)
FUNCTIONS = re.findall(r"^(?!typedef)[a-z].*[ *](jwt_auth_\w+)\(", HEADER, re.MULTILINE)
VERSION = harness.PACKAGE["version"]
LIBRARY_VERSION = harness.PACKAGE["metadata"]["capi"]["library"]["version"]
LICENCES = {"LICENSE", "NOTICE"} | {path.name for path in harness.ROOT.glob("THIRD-PARTY*")}


def tree(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


class Files(unittest.TestCase):
    def test_each_file_is_in_its_folder_and_none_beside(self):
        for installed in harness.installations():
            libdir = os.path.relpath(installed.libdir, installed.root)
            expected = {f"{libdir}/{name}" for name in (
                "libjwt_auth.a", "libjwt_auth.so", SONAME, f"libjwt_auth.so.{LIBRARY_VERSION}",
                "pkgconfig/jwt_auth.pc", "cmake/jwt_auth/jwt_authConfig.cmake",
                "cmake/jwt_auth/jwt_authConfigVersion.cmake")}
            expected |= {f"share/man/man3/{function}.3" for function in FUNCTIONS}
            expected |= {f"share/doc/jwt_auth/{name}" for name in LICENCES}
            expected |= {
                "bin/jwt-auth", "include/jwt_auth.h", "share/jwt_auth/jwt_auth.schema.json",
                "share/bash-completion/completions/jwt-auth",
                "share/fish/vendor_completions.d/jwt-auth.fish",
                "share/zsh/site-functions/_jwt-auth", "share/man/man1/jwt-auth.1",
                "share/man/man3/jwt_auth.3", "share/man/man5/jwt_auth.json.5"}
            self.assertEqual(tree(installed.root), expected)

    def test_the_page_of_a_function_is_that_of_the_header(self):
        for installed in harness.installations():
            page = installed.root / "share/man/man3/jwt_auth_check.3"
            self.assertIn(".Dt JWT_AUTH 3", page.read_text())

    def test_both_links_end_at_the_version_and_the_soname_is_one_of_them(self):
        for installed in harness.installations():
            library = installed.libdir / "libjwt_auth.so"
            for link in (library, library.with_name(SONAME)):
                self.assertEqual(os.readlink(link), f"libjwt_auth.so.{LIBRARY_VERSION}")
            self.assertEqual(harness.dynamic(library, "SONAME"), [SONAME])

    def test_the_program_and_pkg_config_say_the_version_of_the_package(self):
        for installed in harness.installations():
            self.assertEqual(installed.pkg_config("--modversion"), [VERSION])
            said = harness.run(installed.root / "bin/jwt-auth", "--version")
            self.assertEqual(said, f"jwt-auth {VERSION}\n")

    def test_what_is_installed_is_removed_again(self):
        destdir = harness.WORK / "removed"
        harness.make("install", f"DESTDIR={destdir}")
        harness.make("uninstall", f"DESTDIR={destdir}")
        self.assertEqual(tree(destdir), set())

    def test_what_is_installed_resists_attacks_on_memory(self):
        for installed in harness.installations():
            library = installed.libdir / "libjwt_auth.so"
            for file in (library, installed.root / "bin/jwt-auth"):
                harness.run("sh", harness.ROOT / "tests/c/hardened.sh", "c", file)
                self.assertEqual(harness.dynamic(file, "RUNPATH"), [])


if __name__ == "__main__":
    unittest.main()
