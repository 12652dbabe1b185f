# shellcheck shell=sh disable=SC2034,SC2154 # variables that another file sets or uses
# Sourced: the parts, and what each of them runs. A step that fails does not keep the next from
# running, unless that needs what it builds.

all_parts="rust c install mosquitto erlang rabbitmq debian platforms"

about() {
    case $1 in
    rust) echo "the library and the program, by cargo test" ;;
    c) echo "programs in C that use the library, once more with AddressSanitizer, and c_examples/quickstart.sh" ;;
    install) echo "what make and cargo-c install: programs, plugins, the binary interface, the same bytes again" ;;
    mosquitto) echo "the plugin for Mosquitto in a real broker, and c_examples/mosquitto/run.sh" ;;
    erlang) echo "the library for Erlang, once more with AddressSanitizer, and the plugins for EMQX and VerneMQ" ;;
    rabbitmq) echo "the backend for RabbitMQ in real nodes" ;;
    debian) echo "Debian's packages, installed, upgraded and purged in clean folders" ;;
    platforms) echo "tokens of every algorithm on each platform, natively or under qemu; a build without a network" ;;
    esac
}

part_rust() {
    step "cargo test" cargo cargo test --locked --no-fail-fast --features header || :
    step "without the feature endpoint" cargo cargo test --locked --no-default-features --test it no_endpoint || :
    step "the program" cargo cargo test --locked --no-fail-fast --features cli --bin jwt-auth --test program || :
}

part_c() {
    build_library || return 0
    if build_ctest ctest -DMOSQUITTO=OFF; then
        step "C programs" ctest run_ctest ctest -E '^mosquitto_' || :
    fi
    if build_ctest ctest-asan -DSANITIZE=address; then
        step "C programs, with AddressSanitizer" ctest run_ctest ctest-asan -E '^mosquitto_' || :
    fi
    step c_examples/quickstart.sh script quickstart || :
}

quickstart() {
    sh c_examples/quickstart.sh && sh tests/c/hardened.sh c "$target/check_token"
}

part_install() {
    step make "" make "CARGO_TARGET_DIR=$target/install" || return 0
    step "manual pages" checks sh tests/install/man.sh || :
    step "what is installed" unittest python3 -B -m unittest discover -v -s tests/install || :
    obstacle=$(debian_obstacle)
    if [ -n "$obstacle" ]; then
        left_out "cargo-c of a newer release of Debian" "$obstacle"
    else
        step cargo-c unittest with_cargo_c python3 -B -m unittest discover -v -s tests/install -p cargo_c.py || :
    fi
}

# That of the newest release runs here, with the loader and the libraries that it has there.
with_cargo_c() {
    folder=$(debian_folder "$(debian_newer | sed 's/.* //')")
    loader=$(echo "$folder"/lib*/ld-linux-*)
    libraries=$(echo "$folder"/usr/lib/*-linux-gnu)
    JWT_AUTH_CARGO_C="$loader --library-path $libraries $folder/usr/bin/cargo-cinstall" "$@"
}

part_mosquitto() {
    build_library || return 0
    suites=
    obstacle=$(debian_obstacle)
    if [ -n "$obstacle" ]; then
        left_out "the brokers of newer releases of Debian" "$obstacle"
    else
        suites=$(debian_newer | tr ' ' ';')
    fi
    if build_ctest ctest -DMOSQUITTO=ON "-DDEBIAN_SUITES=$suites" "-DDEBIAN_DIR=$target/debian"; then
        step "the plugin in a broker" ctest run_ctest ctest -j 8 -R '^mosquitto_' || :
    fi
    if build_ctest ctest-asan -DSANITIZE=address; then
        step "its heap, with AddressSanitizer" ctest run_ctest ctest-asan -R '^mosquitto_' || :
    fi
    step c_examples/mosquitto/run.sh script sh c_examples/mosquitto/run.sh || :
    step "benches/mosquitto/run.sh, in short" script sh benches/mosquitto/run.sh --short || :
}

part_erlang() {
    build_library || return 0
    step tests/erlang/run.sh "dialyzer eunit common_test checks" with_library sh tests/erlang/run.sh || :
    obstacle=$(debian_obstacle)
    if [ -n "$obstacle" ]; then
        left_out "Erlang of newer releases of Debian" "$obstacle"
    fi
}

part_rabbitmq() {
    build_library || return 0
    step tests/rabbitmq/run.sh "dialyzer unittest" with_library sh tests/rabbitmq/run.sh || :
    obstacle=$(debian_obstacle)
    if [ -n "$obstacle" ]; then
        left_out "RabbitMQ of newer releases of Debian" "$obstacle"
    fi
}

part_platforms() {
    build_library || return 0
    for triple in $platform_targets; do
        obstacle=$(platform_obstacle "$triple")
        if [ -n "$obstacle" ]; then
            left_out "$triple" "$obstacle"
        else
            step "$triple" checks sh tests/platforms/tokens.sh "$triple" || :
        fi
    done
    if unshare --net true 2>/dev/null; then
        step "a build without a network" checks sh tests/platforms/offline.sh || :
    else
        left_out "a build without a network" "that takes root, and leave to make network namespaces"
    fi
}

part_debian() {
    # What make has built already for another part.
    step packaging/debian.sh "" env "CARGO_TARGET_DIR=$target/install" sh packaging/debian.sh || return 0
    step lintian checks sh tests/debian/lintian.sh "$target/install/packages" || :
    obstacle=$(debian_obstacle)
    if [ -n "$obstacle" ]; then
        left_out "what becomes of the packages in clean folders" "$obstacle"
        return
    fi
    for suite in $(debian_packaged); do
        step "in Debian $suite" checks sh tests/debian/life.sh "$suite" "$target/install/packages" || :
    done
}

build_library() {
    step "cargo build --release" "" cargo build --release --locked
}

with_library() {
    JWT_AUTH_LIBRARY_DIR="$target/release" "$@"
}

# build_ctest DIRECTORY OPTION...
build_ctest() {
    step "cmake, in $1" "" cmake_build "$@"
}

cmake_build() {
    directory=$target/$1
    shift
    cmake -S tests -B "$directory" "-DJWT_AUTH_LIBRARY_DIR=$target/release" "$@" && cmake --build "$directory"
}

# run_ctest DIRECTORY SELECTION...
run_ctest() {
    directory=$target/$1
    shift
    ctest --test-dir "$directory" --output-on-failure --no-tests=error "$@"
}
