#!/bin/sh
# Tests what runs the tests: how closing lines are counted, and what is said to a person who errs.
# usage: test.sh
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
wrong=0

same() {
    if [ "$2" != "$3" ]; then
        wrong=$((wrong + 1))
        printf '%s; expected:\n%s\nfound:\n%s\n' "$1" "$2" "$3"
    fi
}

# counted NAME RUNNERS EXPECTED, with the log on the standard input
counted() {
    same "$1" "$3" "$(awk -v runners="$2" -f "$here/count.awk" -)"
}

counted "all binaries of cargo test" cargo "10 1 2" <<'END'
test result: ok. 4 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.01s
test result: FAILED. 6 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s
END
counted "a test of ctest that was skipped did not pass" ctest "40 2 1" <<'END'
32/43 Test #32: instructions .....................***Skipped   0.00 sec
95% tests passed, 2 tests failed out of 43
END
counted "what a test of ctest ran is not counted again" ctest "0 1 0" <<'END'
Ran 3 tests in 0.1s
OK
0% tests passed, 1 tests failed out of 1
END
counted "EUnit, however many" eunit "15 3 4" <<'END'
  Test passed.
  2 tests passed.
  All 5 tests passed.
  Failed: 2.  Skipped: 4.  Passed: 7.
One or more tests were cancelled.
END
counted "EUnit without a test" eunit "0 1 0" <<'END'
  There were no tests to run.
END
counted "Common Test" common_test "5 1 2" <<'END'
Testing work.ebin: TEST COMPLETE, 5 ok, 1 failed, 2 skipped of 8 test cases
END
counted "unittest" unittest "23 3 1" <<'END'
Ran 20 tests in 61.003s

FAILED (failures=1, errors=2, skipped=1)
Ran 7 tests in 0.003s

OK
END
counted "Dialyzer and the checks of packages" "dialyzer checks" "10 1 0" <<'END'
done (warnings were emitted)
done (passed successfully)
9 checks of the packages passed
END
counted "runners that say nothing" "cargo eunit" "1 0 0 cargo" <<'END'
  Test passed.
END
counted "a script that says nothing" script "0 0 0 script" </dev/null
counted "a binary without a test" cargo "0 0 0 cargo" <<'END'
test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
END

# stepped NAME EXPECTED RUNNERS COMMAND...: what a step adds to the counts
stepped() {
    told=$1 expected=$2
    shift 2
    (
        . "$root/tests/run/steps.sh"
        logs=$work part=test
        step "$told" "$@" >"$work/output" || :
        echo "$passed passed, $failed failed" >"$work/counts"
    )
    same "$told" "$expected" "$(cat "$work/counts")"
}

stepped "a runner that closes on a test" "1 passed, 0 failed" eunit echo "  Test passed."
stepped "a runner that closes on no test" "0 passed, 1 failed" eunit echo "no more"
stepped "a runner that passes, in a command that fails" "1 passed, 1 failed" eunit \
    sh -c 'echo "  Test passed."; exit 3'
stepped "a script that passes" "1 passed, 0 failed" script echo finished
stepped "a script that fails" "0 passed, 1 failed" script sh -c 'echo begun; exit 1'
stepped "a build that passes" "0 passed, 0 failed" "" true
stepped "a build that fails" "0 passed, 1 failed" "" false

# shellcheck disable=SC2016 # for the inner shell
same "what is left out" "-- c: the rest
   left out: no root
1 skipped" "$(sh -c '. "$1"; part=c; left_out "the rest" "no root"; echo "$skipped skipped"' sh \
    "$root/tests/run/steps.sh")"

found=0
sh "$root/tests/run.sh" rust nonsense >"$work/output" 2>&1 || found=$?
same "an unknown part: the exit code" 2 "$found"
same "an unknown part: the first line" "tests/run.sh: there is no part nonsense" "$(head -n 1 "$work/output")"

# Everything that scripts need until they look for cargo.
mkdir "$work/bin"
for program in sh dirname mkdir; do
    ln -s "$(command -v "$program")" "$work/bin"
done
for script in tests/run.sh tests/erlang/run.sh tests/rabbitmq/run.sh c_examples/quickstart.sh \
    c_examples/mosquitto/run.sh benches/mosquitto/run.sh benches/compare/run.sh; do
    sentence=$(env -i PATH="$work/bin" CARGO_TARGET_DIR="$work/target" sh "$root/$script" 2>&1 || :)
    same "$script without cargo" "$root/$script: cargo is missing; install Rust: https://rustup.rs" "$sentence"
done

if [ "$wrong" -ne 0 ]; then
    exit 1
fi
