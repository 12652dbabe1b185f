# What the Makefiles of the library and of the plugins that embed it have in common. They include it
# after they have set `root` to the top directory of the repository.
target := $(abspath $(or $(CARGO_TARGET_DIR),$(root)/target))
library := $(or $(OUT),$(target)/erlang/jwt_auth)
version := $(shell sed -n 's/^version = "\(.*\)"/\1/p' $(root)/Cargo.toml | head -n 1)

# All of the library but its application and its supervisor: a plugin has its own.
embedded := jwt_auth jwt_auth_config_file jwt_auth_explanation jwt_auth_guard jwt_auth_json \
	jwt_auth_log jwt_auth_nif jwt_auth_refusals jwt_auth_username
embedded_beams := $(embedded:%=$(library)/ebin/%.beam)
embedded_natives := $(library)/priv/jwt_auth_nif.so

ERLC ?= erlc
# deterministic: erlc writes neither the directory nor the options of the build into the module, so
# the same sources give the same bytes.
erlc_flags := +debug_info +deterministic +warnings_as_errors +warn_missing_spec +warn_unused_vars

comma := ,
empty :=
space := $(empty) $(empty)
# $(call fill_in_app,MODULES): from NAME.app.src on standard input to NAME.app.
fill_in_app = sed -e 's/@VERSION@/$(version)/' -e 's/@MODULES@/$(subst $(space),$(comma),$(sort $(1)))/'
