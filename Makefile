# SPDX-License-Identifier: Apache-2.0
# Cordon: build, test, install.  `make help` lists what there is to say.
#
# A variant has its own folder, so that switching costs nothing:
#   make                            build/gcc/
#   make CC=clang                   build/clang/
#   make SAN=address,undefined      build/gcc-address-undefined/
#   make COV=1                      build/gcc-cov/

CC      := gcc
SAN     :=
COV     :=
WERROR  := 1
PREFIX  := /usr
DESTDIR :=
VERSION := 0.1.0

comma := ,
OUT   := build/$(notdir $(CC))$(if $(SAN),-$(subst $(comma),-,$(SAN)))$(if $(COV),-cov)

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wold-style-definition -Wundef -Wpointer-arith -Wcast-align -Wwrite-strings \
	-Wformat=2 -Wvla -Wimplicit-fallthrough $(if $(WERROR),-Werror)
CPPFLAGS += -I. -isystem /usr/include/libxml2 -D_GNU_SOURCE -DCORDON_VERSION='"$(VERSION)"'
CFLAGS   ?= -O2 -g
HARDEN   := -fstack-protector-strong $(if $(SAN),,-D_FORTIFY_SOURCE=2)
ALL      := -std=gnu17 $(CFLAGS) -fno-common -fno-math-errno -ffp-contract=off $(WARNINGS) $(HARDEN) \
	$(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer) $(if $(COV),--coverage)
# The packet path calls from file to file for each packet: its objects carry what the linker needs to join them
# (a fifth of the time on contact-heavy captures), and ordinary code besides, for the tests.
LTO      := $(if $(SAN)$(COV),,$(if $(findstring clang,$(CC)),,1))
LTO_OBJ  := $(if $(LTO),-O3 -flto -ffat-lto-objects)
LTO_LINK := $(if $(LTO),-O3 -flto=auto)
LINK      = $(if $(SAN),-fsanitize=$(SAN)) $(if $(COV),--coverage) $(if $(JOINED),,$(if $(LTO),-fno-lto)) \
	-Wl,--as-needed -Wl,-z,relro,-z,now $(LDFLAGS)

# ---- what is built of what ---------------------------------------------------------------------

sources = $(filter-out %_main.c %/main.c,$(foreach d,$(1),$(wildcard $(d)/*.c)))
obj     = $(patsubst %.c,$(OUT)/%.o,$(1))

SENSOR     := $(call sources,core/base core/net core/contact core/detect detectors core/feed) core/daemon/sensor.c
CONTROLLER := $(call sources,core/asset core/incident core/policy core/safety core/isolation core/store core/notify core/api core/cli) \
	$(filter-out core/daemon/sensor.c core/daemon/firmware.c core/daemon/pipeline.c,$(call sources,core/daemon))
AMT        := $(call sources,amt) $(wildcard core/daemon/firmware.c core/daemon/pipeline.c)

SENSOR_LIBS     := -levent -lcurl -lssl -lcrypto -lfyaml -ljansson -lm
CONTROLLER_LIBS := $(SENSOR_LIBS) -lsqlite3 -lxml2 -lseccomp -lcap-ng -lsystemd
ARCHIVES        := $(OUT)/libamt.a $(OUT)/libcontroller.a $(OUT)/libsensor.a

PROGRAMS := $(addprefix $(OUT)/,cordond cordon cordon-sensor cordon-amtsim)
TOOLS    := $(addprefix $(OUT)/,cordon-pcapgen cordon-score cordon-bench-floor cordon-bench-runner cordon-bench-fleet cordon-bench-answers \
	cordon-bench-bare cordon-wire cordon-epidemic cordon-distort)
UNIT     := $(patsubst %.c,$(OUT)/%,$(wildcard tests/unit/*/test_*.c tests/prop/test_*.c tests/e2e/test_*.c \
	tests/torture/test_*.c tests/equivalence/test_*.c))
SCRIPTS  := $(filter-out %/tap.sh %/live.sh,$(wildcard tests/e2e/*.sh)) tests/lint/selftest.sh tests/score/selftest.sh
FUZZ     := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
REPLAY   := $(FUZZ:%=$(OUT)/tests/fuzz/replay_%)

.PHONY: all help deps demo check lint bench bench-fleet torture chaos equivalence score pcaps epidemic coverage install uninstall clean tools tests
.DELETE_ON_ERROR:
.SECONDARY:

all: $(PROGRAMS)
tools: $(TOOLS)
tests: $(UNIT) $(REPLAY) $(PROGRAMS) $(TOOLS) $(OUT)/reaper.so

help:
	@echo "make            build into $(OUT)/        make deps       install what the build needs (Debian)"
	@echo "make demo       the whole story in 20 s       make check      all tests"
	@echo "make score      detectors against captures    make bench      packet path against a bare libpcap loop"
	@echo "make epidemic   secondary infections of simulated worms   make equivalence  channels against simulated firmware"
	@echo "make lint       structure and style rules     make coverage   untested lines (COV=1)"
	@echo "make fuzz-NAME FUZZ_S=60                      NAME: $(FUZZ)"
	@echo "make install DESTDIR= PREFIX=/usr             make compile_commands.json"
	@echo "variants: CC=clang, SAN=address,undefined, COV=1, CFLAGS=..., WERROR= (warnings stay warnings)"

# ---- what must be installed --------------------------------------------------------------------

PACKAGES := gcc make libc6-dev libpcap-dev libevent-dev libcurl4-openssl-dev libssl-dev libxml2-dev libfyaml-dev \
	libjansson-dev libsqlite3-dev libcmocka-dev libseccomp-dev libcap-ng-dev libsystemd-dev

deps: build/.deps
build/.deps: Makefile
	@mkdir -p build
	@tests/deps.sh $(PACKAGES)
	@touch $@

# ---- rules -------------------------------------------------------------------------------------

$(OUT)/%.o: %.c | build/.deps
	@mkdir -p $(@D)
	@echo "  CC   $<"
	@$(CC) $(CPPFLAGS) -MMD -MP $(ALL) $(JOINED) -c -o $@ $<

$(call obj,$(SENSOR) core/daemon/sensor_main.c): private JOINED := $(LTO_OBJ)

$(OUT)/libsensor.a: $(call obj,$(SENSOR))
$(OUT)/libcontroller.a: $(call obj,$(CONTROLLER))
$(OUT)/libamt.a: $(call obj,$(AMT))
$(OUT)/libfakes.a: $(call obj,$(wildcard tests/fakes/*.c))
$(OUT)/libamtsim.a: $(call obj,$(filter-out %/main.c,$(wildcard tests/amtsim/*.c)))
$(OUT)/librig.a: $(call obj,$(filter-out tests/torture/test_%.c tests/torture/reaper.c,$(wildcard tests/torture/*.c)))
$(OUT)/libmeaning.a: $(call obj,$(filter-out tests/equivalence/test_%.c,$(wildcard tests/equivalence/*.c)))
$(OUT)/libpcapgen.a: $(call obj,$(filter-out %/main.c,$(wildcard tests/pcapgen/*.c)))
%.a:
	@rm -f $@
	@ar rcs $@ $^

link = @echo "  LINK $@"; mkdir -p $(@D); $(CC) $(ALL) $(JOINED) $(LINK) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group

$(OUT)/cordond $(OUT)/cordon-sensor: private JOINED := $(LTO_LINK)
$(OUT)/cordond: $(call obj,core/daemon/main.c) $(ARCHIVES)
	$(link) $(CONTROLLER_LIBS)
$(OUT)/cordon: $(call obj,core/cli/main.c) $(ARCHIVES)
	$(link) $(CONTROLLER_LIBS)
# Links the sensor strata alone: if detection ever reaches up into the controller, this fails.
$(OUT)/cordon-sensor: $(call obj,core/daemon/sensor_main.c) $(OUT)/libsensor.a
	$(link) $(SENSOR_LIBS)
$(OUT)/cordon-amtsim: $(call obj,tests/amtsim/main.c) $(OUT)/libamtsim.a $(OUT)/libsensor.a
	$(link) $(SENSOR_LIBS) -lxml2 -levent_openssl
$(OUT)/cordon-pcapgen: $(call obj,tests/pcapgen/main.c) $(OUT)/libpcapgen.a
	$(link) -lm
$(OUT)/cordon-score: $(call obj,$(wildcard tests/score/*.c))
	$(link) -ljansson -lm
$(OUT)/cordon-bench-floor: $(call obj,tests/bench/floor.c)
	$(link) -lpcap
$(OUT)/cordon-bench-runner: $(call obj,tests/bench/runner.c)
	$(link) -lm
$(OUT)/cordon-bench-bare: $(call obj,tests/bench/bare.c)
	$(link) -lcurl
$(OUT)/cordon-bench-fleet: $(call obj,tests/bench/fleet.c) $(OUT)/librig.a $(ARCHIVES)
	$(link) $(CONTROLLER_LIBS)
$(OUT)/cordon-bench-answers: $(call obj,tests/bench/answers.c) $(ARCHIVES)
	$(link) $(CONTROLLER_LIBS)
$(OUT)/cordon-epidemic: $(call obj,$(wildcard tests/epidemic/*.c)) $(OUT)/libpcapgen.a $(ARCHIVES)
	$(link) $(CONTROLLER_LIBS)
$(OUT)/cordon-distort: $(call obj,$(wildcard tests/distort/*.c)) $(OUT)/libsensor.a
	$(link) $(SENSOR_LIBS)
$(OUT)/cordon-wire: $(call obj,$(wildcard tests/demo/*.c))
	$(link)

# A test links everything; these replace parts of it by fakes, which are found first.
FAKING := $(addprefix test_,response session dispatch fake_loop enforcer enforcer_survey enforcer_identity enforcer_swap \
	enforcer_torture enforcer_ports enforcer_power enforcer_history enforcer_answers)
fakes   = $(if $(filter $(FAKING),$(notdir $@)),$(OUT)/libfakes.a)

# The simulator and its tests never meet the firmware client in one program.
simulated = $(if $(findstring amtsim,$@),$(OUT)/libamtsim.a $(OUT)/libsensor.a,$(OUT)/libpcapgen.a $(ARCHIVES))

$(OUT)/tests/unit/%: $(OUT)/tests/unit/%.o $(OUT)/libfakes.a $(OUT)/libamtsim.a $(OUT)/libpcapgen.a $(ARCHIVES)
	@echo "  LINK $@"
	@mkdir -p $(@D)
	@$(CC) $(ALL) $(LINK) -o $@ $< $(fakes) -Wl,--start-group $(simulated) -Wl,--end-group \
		$(CONTROLLER_LIBS) -levent_openssl -lcmocka
$(OUT)/tests/prop/%: $(OUT)/tests/prop/%.o $(OUT)/libpcapgen.a $(ARCHIVES)
	@echo "  LINK $@"
	@mkdir -p $(@D)
	@$(CC) $(ALL) $(LINK) -o $@ $< -Wl,--start-group $(OUT)/libpcapgen.a $(ARCHIVES) -Wl,--end-group \
		$(CONTROLLER_LIBS) -lcmocka
$(OUT)/tests/e2e/%: $(OUT)/tests/e2e/%.o $(ARCHIVES)
	@echo "  LINK $@"
	@mkdir -p $(@D)
	@$(CC) $(ALL) $(LINK) -o $@ $< -Wl,--start-group $(ARCHIVES) -Wl,--end-group $(CONTROLLER_LIBS) -lcmocka
$(OUT)/tests/equivalence/test_%: $(OUT)/tests/equivalence/test_%.o $(OUT)/libmeaning.a $(ARCHIVES)
	@echo "  LINK $@"
	@mkdir -p $(@D)
	@$(CC) $(ALL) $(LINK) -o $@ $< -Wl,--start-group $(OUT)/libmeaning.a $(ARCHIVES) -Wl,--end-group $(CONTROLLER_LIBS) -lcmocka
$(OUT)/reaper.so: tests/torture/reaper.c | build/.deps
	@mkdir -p $(@D)
	@$(CC) $(CPPFLAGS) -std=gnu17 $(CFLAGS) $(WARNINGS) -shared -fPIC -o $@ $< -ldl
$(OUT)/tests/torture/test_%: $(OUT)/tests/torture/test_%.o $(OUT)/librig.a $(ARCHIVES)
	@echo "  LINK $@"
	@mkdir -p $(@D)
	@$(CC) $(ALL) $(LINK) -o $@ $< -Wl,--start-group $(OUT)/librig.a $(ARCHIVES) -Wl,--end-group $(CONTROLLER_LIBS) -lcmocka
$(OUT)/tests/fuzz/replay_%: $(OUT)/tests/fuzz/fuzz_%.o $(OUT)/tests/fuzz/replay_main.o $(OUT)/libamtsim.a $(OUT)/libpcapgen.a $(ARCHIVES)
	@$(CC) $(ALL) $(LINK) -o $@ $(filter %.o,$^) -Wl,--start-group $(simulated) -Wl,--end-group \
		$(CONTROLLER_LIBS) -levent_openssl

# ---- what a person says ------------------------------------------------------------------------

demo: $(PROGRAMS) $(TOOLS)
	@OUT=$(OUT) tests/demo/demo.sh

check: tests
	@OUT=$(OUT) CC=$(CC) tests/run.sh $(UNIT) $(REPLAY) $(SCRIPTS)

lint:
	@tests/lint/lint.sh

CAPTURES ?= ../shared/captures
score: $(PROGRAMS) $(TOOLS)
	@$(OUT)/cordon-score --cordond $(OUT)/cordond $(CAPTURES)

# Secondary infections of simulated worms, ours beside the peers' published rules; fails where R is not below 1.
epidemic: $(OUT)/cordon-epidemic
	@$(OUT)/cordon-epidemic

# All captures of pcaps/MANIFEST.tsv, for "make score CAPTURES=build/pcaps".
pcaps: $(TOOLS)
	@tests/pcapgen/make-all.sh $(OUT)/cordon-pcapgen build/pcaps

bench: $(PROGRAMS) $(TOOLS)
	@OUT=$(OUT) tests/bench/bench.sh

# The short versions of these are part of "make check".
torture: tests
	@OUT=$(OUT) CC=$(CC) TORTURE=full TEST_TIMEOUT_S=3600 tests/run.sh $(OUT)/tests/torture/test_torture $(OUT)/tests/torture/test_kill
# A million packets each way for each of 1,000 random channels: what the channel says, what its plan says and what the
# simulated firmware does.  CHANNELS, PACKETS (each way, for each channel) and SEED change that.
equivalence: $(OUT)/tests/equivalence/test_equivalence $(OUT)/cordon-amtsim
	@CORDON_EQUIVALENCE=full $(foreach name,CHANNELS PACKETS SEED,$(if $($(name)),$(name)=$($(name)))) \
		CORDON_AMTSIM=$(OUT)/cordon-amtsim $<
CHAOS_ROUNDS ?= 10000
chaos: tests
	@CORDON_AMTSIM=$(OUT)/cordon-amtsim CHAOS_ROUNDS=$(CHAOS_ROUNDS) $(OUT)/tests/torture/test_chaos

# Thousands of simulated machines against the bars; BARS="storm 2000" for one of them.
bench-fleet: $(PROGRAMS) $(TOOLS)
	@$(OUT)/cordon-bench-answers
	@$(OUT)/cordon-bench-fleet $(BARS)

FUZZ_S ?= 60
fuzz-%:
	@command -v clang >/dev/null || { echo "fuzzing needs clang: apt-get install clang"; exit 1; }
	@$(MAKE) --no-print-directory CC=clang SAN=fuzzer-no-link,address,undefined build/fuzz/$*
	@mkdir -p build/fuzz/corpus/$*
	build/fuzz/$* -max_total_time=$(FUZZ_S) -max_len=65536 -timeout=10 build/fuzz/corpus/$* $(wildcard tests/fuzz/corpus/$*)
build/fuzz/%: $(OUT)/tests/fuzz/fuzz_%.o $(OUT)/libamtsim.a $(OUT)/libpcapgen.a $(ARCHIVES)
	@mkdir -p $(@D)
	@clang -fsanitize=fuzzer,address,undefined -o $@ $< -Wl,--start-group $(simulated) -Wl,--end-group \
		$(CONTROLLER_LIBS) -levent_openssl

coverage:
	@$(MAKE) --no-print-directory COV=1 check
	@cd build/$(notdir $(CC))-cov && find core amt detectors -name '*.gcda' | xargs gcov -n 2>/dev/null | \
		awk '/^File .(core|amt|detectors)/ { f = $$2 } /^Lines executed/ && f { print $$2, f; f = "" }' | sort -t: -k2 -n

sources_all := $(wildcard core/*/*.c detectors/*.c amt/*.c tests/*/*.c tests/*/*/*.c)
compile_commands.json: Makefile
	@{ echo '['; sep=' '; for c in $(sources_all); do \
		printf '%s{"directory":"%s","file":"%s","command":"%s"}\n' "$$sep" '$(CURDIR)' "$$c" \
			"$(CC) -I. -isystem /usr/include/libxml2 -D_GNU_SOURCE -DCORDON_VERSION='\\\"$(VERSION)\\\"' -std=gnu17 $(WARNINGS) -c $$c"; \
		sep=,; done; echo ']'; } > $@

install: $(PROGRAMS)
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(PREFIX)/share/cordon/policies \
		$(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/man/man8 \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions
	install -m 755 $(OUT)/cordon $(OUT)/cordon-sensor $(OUT)/cordon-amtsim $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(OUT)/cordond $(DESTDIR)$(PREFIX)/sbin
	install -m 644 policies/*.yaml $(DESTDIR)$(PREFIX)/share/cordon/policies
	install -m 644 docs/man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 644 docs/man/*.8 $(DESTDIR)$(PREFIX)/share/man/man8
	install -m 644 core/cli/completion.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/cordon

uninstall:
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/bin/,cordon cordon-sensor cordon-amtsim) $(DESTDIR)$(PREFIX)/sbin/cordond
	rm -rf $(DESTDIR)$(PREFIX)/share/cordon $(DESTDIR)$(PREFIX)/share/bash-completion/completions/cordon
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/share/man/,$(patsubst docs/man/%.1,man1/%.1,$(wildcard docs/man/*.1)) \
		$(patsubst docs/man/%.8,man8/%.8,$(wildcard docs/man/*.8)))

clean:
	rm -rf build compile_commands.json

-include $(shell find $(OUT) -name '*.d' 2>/dev/null)
