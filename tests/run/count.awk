# Adds up the closing lines of test runners.
# usage: awk -v runners="RUNNER..." -f count.awk LOG
# prints PASSED FAILED SKIPPED, and the runners that closed on no test
#
# Only the lines of the runners that are named count: ctest shows the output of a failing test, which may be that of
# another runner.

function add(runner, ok, bad, left) {
    if (!(runner in wanted)) return
    passed += ok
    failed += bad
    skipped += left
    ran[runner] += ok + bad
}

# The number before or after a word, or 0: "3 failed", "failed=3", "Failed: 3".
function before(word) {
    return match($0, "[0-9]+ " word) ? substr($0, RSTART) + 0 : 0
}
function after(word) {
    return match($0, word "[=:] *[0-9]+") ? substr($0, RSTART + length(word) + 1) + 0 : 0
}

BEGIN {
    count = split(runners, names, " ")
    for (i = 1; i <= count; i++) wanted[names[i]] = 1
}

{ sub(/\r$/, "") }

/^test result: / { add("cargo", before("passed"), before("failed"), before("ignored")) }

# Skipped tests are among those that ctest says passed.
/^ *[0-9]+\/[0-9]+ Test .*\*\*\*Skipped/ { left++ }
/^[0-9]+% tests passed.* out of [0-9]+$/ {
    bad = before("tests failed")
    add("ctest", $NF - bad - left, bad, left)
    left = 0
}

/^  Test passed\.$/ { add("eunit", 1, 0, 0) }
/^  (All )?[0-9]+ tests passed\.$/ { add("eunit", before("tests passed"), 0, 0) }
/^  Failed: [0-9]+\.  Skipped: [0-9]+\.  Passed: [0-9]+\.$/ {
    add("eunit", after("Passed"), after("Failed"), after("Skipped"))
}
/^One or more tests were cancelled\.$/ || /^  There were no tests to run\.$/ { add("eunit", 0, 1, 0) }

/TEST COMPLETE, / { add("common_test", before("ok"), before("failed"), before("skipped")) }

/^done \(passed successfully\)$/ { add("dialyzer", 1, 0, 0) }
/^done \(warnings were emitted\)$/ { add("dialyzer", 0, 1, 0) }

/^Ran [0-9]+ tests? in / { all = $2 }
/^(OK|FAILED)( \(.*\))?$/ {
    bad = after("failures") + after("errors") + after("unexpected successes")
    left = after("skipped")
    add("unittest", all - bad - left, bad, left)
    all = left = 0
}

/^[0-9]+ checks? of .* passed/ { add("checks", $1, 0, 0) }

# A script without tests passes or fails as a whole; it has to say something.
/./ { if ("script" in wanted) ran["script"] = 1 }

END {
    printf "%d %d %d", passed, failed, skipped
    for (i = 1; i <= count; i++) if (!ran[names[i]]) printf " %s", names[i]
    printf "\n"
}
