"""What the plugin does not do yet. A test that is here has to fail."""

# Does it choose the codes of refusals, where the broker lets plugins do that?
CONNACK_CODES = True

# With whose headers does it not compile without a warning?
HEADERS = ""

# Names of tests, and how the versions begin on which they fail.
TESTS = {
}
