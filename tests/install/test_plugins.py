"""The plugins are built outside the source tree, with the installed library."""

import shutil
import unittest

import harness

PLUGINS = {"mosquitto": "plugin.c", "flashmq": "plugin.cpp"}


class Plugins(unittest.TestCase):
    def test_a_plugin_alone_finds_the_installed_library_and_is_built_in_spite_of_a_warning(self):
        installed = harness.installations()[1]
        for name, source in PLUGINS.items():
            folder = harness.WORK / name
            shutil.copytree(harness.ROOT / "c_examples" / name, folder)
            with open(folder / source, "a") as opened:
                opened.write("static int nobody_needs_this;\n")
            harness.run("cmake", "-S", folder, "-B", folder / "build",
                        f"-DCMAKE_PREFIX_PATH={installed.root}")
            self.assertIn("warning: ", harness.run("cmake", "--build", folder / "build"))
            plugin = folder / "build" / f"{name}_jwt_auth.so"
            self.assertIn("libjwt_auth.so.1", harness.dynamic(plugin, "NEEDED"))
            # CMake leaves room for a longer path.
            runpath = harness.dynamic(plugin, "RUNPATH")[0].rstrip(":")
            self.assertEqual(runpath, str(installed.libdir))


if __name__ == "__main__":
    unittest.main()
