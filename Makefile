# Builds and installs libjwt_auth with cargo alone; docs/installing.md says what goes where.
#
#   make && sudo make install              into /usr/local
#   make install DESTDIR=... PREFIX=/usr   into a folder, as packagers do
#
# `make install` copies what `make` has built. It compiles only where nothing is built yet, so root
# needs no compiler.

PREFIX = /usr/local
bindir = $(PREFIX)/bin
includedir = $(PREFIX)/include
libdir = $(PREFIX)/lib
datadir = $(PREFIX)/share
docdir = $(datadir)/doc/jwt_auth
mandir = $(datadir)/man

# Further features of the library, and options of `cargo build`, such as --no-default-features.
FEATURES =
CARGOFLAGS =
# Another target, as rustc calls it, and what runs its programs here, such as qemu-aarch64.
TARGET =
RUNNER =

# What builds: `cargo auditable` makes what is built tell of which crates it is.
CARGO = cargo
INSTALL = install
INSTALL_PROGRAM = $(INSTALL) -m 755
INSTALL_DATA = $(INSTALL) -m 644

target_dir := $(abspath $(or $(CARGO_TARGET_DIR),target))
cargo_home := $(abspath $(or $(CARGO_HOME),$(HOME)/.cargo))
for_target := $(if $(TARGET),--target $(TARGET))
built := $(target_dir)/$(if $(TARGET),$(TARGET)/)release
library := $(built)/libjwt_auth.so
static_library := $(built)/libjwt_auth.a
program := $(built)/jwt-auth

# What Cargo.toml says, with the version of the shared library apart from that of the package.
written = $(shell sed -n '/^\[$1\]/,/^$$/s/^$2 = "\(.*\)"/\1/p' Cargo.toml)
version := $(call written,package,version)
description := $(call written,package,description)
library_version := $(call written,package.metadata.capi.library,version)
soname := libjwt_auth.so.$(firstword $(subst ., ,$(library_version)))

# Where it was built is not told, so the same source makes the same bytes in every folder. Where
# several fit, rustc takes the last.
remap := $(if $(HOME),--remap-path-prefix=$(HOME)=/home) --remap-path-prefix=$(cargo_home)=/cargo \
  --remap-path-prefix=$(CURDIR)=/jwt_auth --remap-path-prefix=$(target_dir)=/target

# For AWS-LC: its C code is hardened, and its code for AVX-512 is left out. That is 0.7 MB for RSA's
# private keys and for much data by AES, neither of which the library has.
aws_lc := -fstack-protector-strong -D_FORTIFY_SOURCE=2 -DMY_ASSEMBLER_IS_TOO_OLD_FOR_512AVX

# cargo_build OPTIONS. What programs need beside libjwt_auth.a is what rustc names for any library.
define cargo_build
CFLAGS='$(strip $(aws_lc) $(CFLAGS))' RUSTFLAGS='$(strip $(remap) $(RUSTFLAGS))' \
  $(CARGO) build --release --locked $(for_target) $1 $(CARGOFLAGS)
echo | rustc $(for_target) --crate-type staticlib --print native-static-libs -o $(built)/empty.a - 2>&1 \
  | sed -n 's/^note: native-static-libs: //p' >$(built)/native-static-libs
endef

.PHONY: all library install install-strip install-lib install-dev install-program install-man \
  uninstall deb

# The library, and the program for operators.
all:
	$(call cargo_build,--features '$(strip cli $(FEATURES))')

library:
	$(call cargo_build,--features '$(FEATURES)' --lib)

$(library) $(static_library) $(program):
	$(MAKE) all

install: install-lib install-dev install-program install-man
	$(INSTALL) -d $(DESTDIR)$(docdir)
	$(INSTALL_DATA) LICENSE NOTICE $(wildcard THIRD-PARTY*) $(DESTDIR)$(docdir)

install-strip:
	$(MAKE) INSTALL_PROGRAM='$(INSTALL_PROGRAM) -s' install

# What programs need to run.
install-lib: $(library)
	$(INSTALL) -d $(DESTDIR)$(libdir)
	$(INSTALL_PROGRAM) $(library) $(DESTDIR)$(libdir)/libjwt_auth.so.$(library_version)
	ln -sf libjwt_auth.so.$(library_version) $(DESTDIR)$(libdir)/$(soname)

# What they need to be built.
install-dev: $(static_library)
	$(INSTALL) -d $(addprefix $(DESTDIR),$(libdir)/pkgconfig $(libdir)/cmake/jwt_auth $(includedir) \
	  $(datadir)/jwt_auth)
	ln -sf libjwt_auth.so.$(library_version) $(DESTDIR)$(libdir)/libjwt_auth.so
	$(INSTALL_DATA) $(static_library) $(DESTDIR)$(libdir)
	$(INSTALL_DATA) include/jwt_auth.h $(DESTDIR)$(includedir)
	$(INSTALL_DATA) include/jwt_auth.schema.json $(DESTDIR)$(datadir)/jwt_auth
	$(call fill,packaging/jwt_auth.pc,$(libdir)/pkgconfig)
	$(call fill,packaging/cmake/jwt_authConfig.cmake,$(libdir)/cmake/jwt_auth)
	$(call fill,packaging/cmake/jwt_authConfigVersion.cmake,$(libdir)/cmake/jwt_auth)

# fill FILE,FOLDER: installs FILE.in with what stands between @ and @ filled in. Folders below
# PREFIX stay relative to it.
define fill
sed -e 's|@prefix@|$(PREFIX)|; s|@version@|$(version)|; s|@description@|$(description)|' \
  -e 's|@libdir@|$(libdir:$(PREFIX)/%=$${prefix}/%)|' \
  -e 's|@includedir@|$(includedir:$(PREFIX)/%=$${prefix}/%)|; s|@soname@|$(soname)|' \
  -e "s|@include_from_cmake@|$$(realpath -ms --relative-to=$2 $(includedir))|" \
  -e "s|@private_libs@|$$(cat $(built)/native-static-libs)|" $1.in >$(DESTDIR)$2/$(notdir $1)
chmod 644 $(DESTDIR)$2/$(notdir $1)
endef

install-program: $(program)
	$(INSTALL) -d $(DESTDIR)$(bindir)
	$(INSTALL_PROGRAM) $(program) $(DESTDIR)$(bindir)
	$(call complete,bash,$(bash_completions))
	$(call complete,fish,$(fish_completions))
	$(call complete,zsh,$(zsh_completions))

bash_completions = $(datadir)/bash-completion/completions/jwt-auth
fish_completions = $(datadir)/fish/vendor_completions.d/jwt-auth.fish
zsh_completions = $(datadir)/zsh/site-functions/_jwt-auth

# complete SHELL,FILE
define complete
$(INSTALL) -d $(DESTDIR)$(dir $2)
$(RUNNER) $(program) completions $1 >$(DESTDIR)$2
chmod 644 $(DESTDIR)$2
endef

# For each function there is a link to the page of the header, which names them.
install-man:
	$(INSTALL) -d $(addprefix $(DESTDIR)$(mandir)/man,1 3 5)
	$(INSTALL_DATA) docs/man/jwt-auth.1 $(DESTDIR)$(mandir)/man1
	$(INSTALL_DATA) docs/man/jwt_auth.3 $(DESTDIR)$(mandir)/man3
	$(INSTALL_DATA) docs/man/jwt_auth.json.5 $(DESTDIR)$(mandir)/man5
	cd $(DESTDIR)$(mandir)/man3 && for function in $(functions); do \
	  ln -sf jwt_auth.3 $$function.3 || exit; \
	done

functions := $(shell sed -n 's/^\.Nm \(jwt_auth_[a-z0-9_]*\).*/\1/p' docs/man/jwt_auth.3)

uninstall:
	rm -f $(addprefix $(DESTDIR)$(libdir)/,libjwt_auth.so.$(library_version) $(soname) \
	  libjwt_auth.so libjwt_auth.a pkgconfig/jwt_auth.pc)
	rm -f $(addprefix $(DESTDIR),$(includedir)/jwt_auth.h $(bindir)/jwt-auth \
	  $(bash_completions) $(fish_completions) $(zsh_completions))
	rm -f $(addprefix $(DESTDIR)$(mandir)/,man1/jwt-auth.1 man5/jwt_auth.json.5 \
	  $(patsubst %,man3/%.3,jwt_auth $(functions)))
	rm -rf $(addprefix $(DESTDIR),$(libdir)/cmake/jwt_auth $(datadir)/jwt_auth $(docdir))

# Debian's packages, in target/packages.
deb:
	sh packaging/debian.sh
