"""Programs that are built with the installed library, in every documented way, accept a good token
and refuse garbage: the examples of the header and of README.md, and those in programs/."""

import os
import shutil
import sys
import unittest

import harness

PROGRAMS = harness.ROOT / "tests/install/programs"
SOURCES = harness.WORK / "sources"
# name: the compiler with its standard, and what the program prints for the token and for garbage
ANSWERS = ("allow: accepted\n", "deny: malformed_token\n")
LANGUAGES = {
    "header": (["cc", "-std=c99"], SOURCES / "header.c", ("", "refused: malformed_token\n")),
    "readme": (["cc", "-std=c11"], SOURCES / "readme.c", ANSWERS),
    "program": (["c++", "-std=c++17"], PROGRAMS / "program.cpp", ANSWERS),
}
# What the example of the header stands in.
AROUND = r"""#include <stdio.h>
#include <string.h>
#include <jwt_auth.h>
int main(int argc, char **argv) {
  const char *config = "{\"secret\": \"emqxsecret\"}";
  const uint8_t *password = (const uint8_t *)argv[argc - 1];
  size_t password_len = strlen(argv[argc - 1]);
%s
  return result.decision == JWT_AUTH_DECISION_ALLOW ? 0 : 1;
}
"""


def between(text, start, end):
    return text.split(start, 1)[1].split(end, 1)[0]


def setUpModule():
    harness.installations()
    SOURCES.mkdir(parents=True, exist_ok=True)
    header = (harness.ROOT / "include/jwt_auth.h").read_text()
    example = between(header, "// THE THREE CALLS EVERYBODY NEEDS\n", "// WHILE THE CLIENT IS")
    example = "\n".join(line.removeprefix("//") for line in example.splitlines())
    (SOURCES / "header.c").write_text(AROUND % example)
    readme = (harness.ROOT / "README.md").read_text()
    (SOURCES / "readme.c").write_text(between(readme, "\n```c\n", "```\n"))


class Programs(unittest.TestCase):
    def both(self, answers, *command, libdir=None):
        environment = dict(os.environ, LD_LIBRARY_PATH=str(libdir or ""))
        for token, answer, code in zip((harness.TOKEN, "garbage"), answers, (0, 1)):
            said = harness.run(*command, token, expected=code, env=environment)
            self.assertEqual(said, answer, command)

    def test_pkg_config(self):
        for number, installed in enumerate(harness.installations()):
            options = installed.pkg_config("--cflags", "--libs")
            for name, (compiler, source, answers) in LANGUAGES.items():
                program = harness.WORK / f"{name}-{number}"
                harness.run(*compiler, *harness.STRICT, source, *options, "-o", program)
                self.assertIn("libjwt_auth.so.1", harness.dynamic(program, "NEEDED"))
                self.both(answers, program, libdir=installed.libdir)

    def test_pkg_config_static(self):
        for number, installed in enumerate(harness.installations()):
            options = [word.replace("-ljwt_auth", "-l:libjwt_auth.a")
                       for word in installed.pkg_config("--static", "--cflags", "--libs")]
            for name, (compiler, source, answers) in LANGUAGES.items():
                program = harness.WORK / f"{name}-static-{number}"
                harness.run(*compiler, *harness.STRICT, source, *options, "-o", program)
                self.assertNotIn("libjwt_auth.so.1", harness.dynamic(program, "NEEDED"))
                self.both(answers, program)

    def test_cmake(self):
        for number, installed in enumerate(harness.installations()):
            build = harness.WORK / f"cmake-{number}"
            harness.run("cmake", "-S", PROGRAMS, "-B", build, f"-DSOURCES={SOURCES}",
                        f"-DCMAKE_PREFIX_PATH={installed.root}",
                        f"-DVERSION={harness.PACKAGE['version']}")
            harness.run("cmake", "--build", build)
            for name, (_, _, answers) in LANGUAGES.items():
                for library, is_needed in (("jwt_auth", True), ("jwt_auth_static", False)):
                    program = build / f"{name}-{library}"
                    needed = harness.dynamic(program, "NEEDED")
                    self.assertEqual("libjwt_auth.so.1" in needed, is_needed)
                    self.both(answers, program)

    def test_cmake_refuses_another_version(self):
        installed = harness.installations()[1]
        build = harness.WORK / "cmake-version"
        for version in ("99.0", "0.99"):
            said = harness.run("cmake", "-S", PROGRAMS, "-B", build, f"-DVERSION={version}",
                               f"-DCMAKE_PREFIX_PATH={installed.root}", expected=1)
            self.assertIn(f'compatible with requested version "{version}"', " ".join(said.split()))
            shutil.rmtree(build)

    def test_loaded_by_a_program_in_c(self):
        program = harness.WORK / "loads"
        for installed in harness.installations():
            harness.run("cc", "-std=c11", *harness.STRICT, *installed.pkg_config("--cflags"),
                        PROGRAMS / "loads.c", "-ldl", "-o", program)
            self.both(ANSWERS, program, installed.libdir / "libjwt_auth.so.1")

    def test_loaded_by_python(self):
        for installed in harness.installations():
            self.both(ANSWERS, sys.executable, PROGRAMS / "loads.py",
                      installed.libdir / "libjwt_auth.so.1")


if __name__ == "__main__":
    unittest.main()
