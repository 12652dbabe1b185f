# The packages of the plugin, for EMQX 5 and EMQX 4. The same sources give the same bytes: files are
# dated by the commit, or SOURCE_DATE_EPOCH. Needs GNU tar.
plugin := emqx_jwt_auth
packages := $(target)/emqx
name5 := $(plugin)-$(version)
app5 := $(packages)/5/$(name5)/$(name5)
app4 := $(packages)/4/$(plugin)

otp := $(shell erl -noshell -eval 'io:put_chars(erlang:system_info(otp_release)), halt().')
commit := $(shell git -C $(root) rev-parse --short HEAD 2>/dev/null || echo unknown)
epoch := $(or $(SOURCE_DATE_EPOCH),$(shell git -C $(root) log -1 --format=%ct 2>/dev/null),0)
day := $(shell date -u -d @$(epoch) +%Y-%m-%d)

# The library's own application and supervisor are not for the plugin, which has its own.
plugin_sources := $(wildcard $(here)/src/*.erl) \
	$(filter-out %/jwt_auth_app.erl %/jwt_auth_sup.erl,$(wildcard $(erlang)/src/*.erl))
plugin_modules := $(sort $(basename $(notdir $(plugin_sources))))
plugin_beams := $(plugin_modules:%=$(packages)/ebin/%.beam)
natives := $(out)/priv/jwt_auth_nif.so $(out)/priv/$(soname)

comma := ,
empty :=
space := $(empty) $(empty)
fill_in = sed -e 's/@VERSION@/$(version)/g' -e 's/@OTP@/$(otp)/g' -e 's/@DATE@/$(day)/g' \
	-e 's/@COMMIT@/$(commit)/g' -e 's/@MODULES@/$(subst $(space),$(comma),$(plugin_modules))/'
tar := tar --format=ustar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@$(epoch) \
	--mode=u=rwX$(comma)go=rX

.PHONY: packages package5 package4
packages: package5 package4

vpath %.erl $(here)/src $(erlang)/src
$(packages)/ebin/%.beam: %.erl
	mkdir -p $(@D)
	$(ERLC) $(erlc_flags) +deterministic -o $(@D) $<

# application DIRECTORY GENERATION: what both packages hold.
define application
	rm -rf $(packages)/$(2) # no version that was
	mkdir -p $(1)/ebin $(1)/priv
	cp $(plugin_beams) $(1)/ebin
	$(fill_in) $(here)/src/$(plugin).app.src >$(1)/ebin/$(plugin).app
	install -m 644 $(natives) $(1)/priv
endef

package5: $(plugin_beams) $(natives)
	$(call application,$(app5),5)
	cp $(here)/priv/config_schema.avsc $(here)/priv/config_i18n.json $(here)/priv/config.hocon \
		$(app5)/priv
	$(fill_in) $(here)/priv/release.json.in >$(app5)/../release.json
	cp $(here)/PLUGIN.md $(app5)/../README.md
	$(tar) -C $(packages)/5 -cf - $(name5) | gzip -9n >$(packages)/$(name5).tar.gz

package4: $(plugin_beams) $(natives)
	$(call application,$(app4),4)
	mkdir -p $(app4)/etc
	cp $(here)/priv/$(plugin).schema $(app4)/priv
	cp $(here)/etc/$(plugin).conf $(app4)/etc
	cp $(here)/PLUGIN.md $(app4)/README.md
	$(tar) -C $(packages)/4 -cf - $(plugin) | gzip -9n >$(packages)/$(name5)-emqx4.tar.gz
