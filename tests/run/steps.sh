# shellcheck shell=sh disable=SC2034,SC2154 # variables that another file sets or uses
# Sourced: one step of a part, what is seen of it while it runs, and the counts.

passed=0 failed=0 skipped=0 failures=

# step NAME RUNNERS COMMAND...: runs the command, shows how it gets on, and counts what the closing
# lines of its runners say (count.awk knows them; no runner: a build, which counts when it fails).
# Its output is shown when it fails.
step() {
    name=$1 runners=$2
    shift 2
    log=$logs/$part-$(echo "$name" | tr -cs 'A-Za-z0-9\n' -).log
    began=$(date +%s)
    echo "-- $part: $name"
    echo 0 >"$logs/status"
    { "$@" </dev/null 2>&1 || echo "$?" >"$logs/status"; } | tee "$log" | show_progress
    count "$(cat "$logs/status")"
    took=$(($(date +%s) - began))
    if [ "$step_failed" -eq 0 ]; then
        echo "   ok${runners:+: $step_passed passed} ($took s)"
        return 0
    fi
    echo "   FAILED: $step_passed passed, $step_failed failed ($took s); its output:"
    cat "$log"
    echo "   FAILED: $part: $name${silent:+; no closing line of a test that ran, by:$silent}"
    failures="$failures
failed: $part: $name (its output: $log)"
    return 1
}

# left_out NAME WHY: what cannot be run on this machine counts as skipped.
left_out() {
    echo "-- $part: $1"
    echo "   left out: $2"
    skipped=$((skipped + 1))
}

# count STATUS: adds what the step's runners counted. A step that fails without a failed test, and a
# runner that ran no test, count as one failed.
count() {
    counts=$(awk -v runners="$runners" -f "$root/tests/run/count.awk" "$log")
    read -r step_passed step_failed step_skipped silent <<EOF
$counts
EOF
    if [ "$step_failed" -eq 0 ] && { [ "$1" -ne 0 ] || [ -n "$silent" ]; }; then
        step_failed=1
    fi
    if [ "$1" -eq 0 ] && [ "$runners" = script ]; then
        step_passed=1
    fi
    passed=$((passed + step_passed))
    failed=$((failed + step_failed))
    skipped=$((skipped + step_skipped))
}

# The lines that tell a person how far it is.
show_progress() {
    tests=0
    while IFS= read -r line; do
        case $line in
        "test "*" ... ok")
            tests=$((tests + 1))
            if [ $((tests % 100)) -eq 0 ]; then echo "   $tests tests"; fi
            ;;
        *" Compiling "* | *" Running "* | *" Doc-tests "* | "test result: "* | "test "*FAILED | *"Built target "* | \
            *" Test "*"#"*sec* | *" ... ok" | *" ... FAIL" | *" ... ERROR" | *" passed." | *" Failed: "*" Passed: "* | \
            *"TEST COMPLETE"* | "done ("* | ".. "* | *" of the packages passed"*)
            printf '   %s\n' "$line"
            ;;
        esac
    done
}
