# The two commands of the README are `make quickstart` and `make test`; both install by apt what
# they need. `make build` leaves under build/ what `make install` copies.

PREFIX ?= /usr/local
DESTDIR ?=

RELEASE := .build/release

# A program is a folder of Sources/Programs. Those that people and other engines call stand in bin,
# the others beside it in libexec/podman.
PROGRAMS := $(notdir $(wildcard Sources/Programs/*))
BIN := $(filter podman ocirun,$(PROGRAMS))
LIBEXEC := $(filter-out $(BIN),$(PROGRAMS))
SHARED := $(filter podman-transfer,$(PROGRAMS))
STATIC := $(filter-out $(SHARED),$(PROGRAMS))

# What podman itself writes for shells, beside its manual pages: bash, zsh, fish.
COMPLETIONS := bash-completion/completions/podman zsh/site-functions/_podman \
  fish/vendor_completions.d/podman.fish

# What each job needs of Debian 12. PEERS are the engines and runtimes that tests and bench run
# ours beside: where one cannot be installed, its tests are skipped and say so.
BUILD_PACKAGES := binutils libbz2-dev libcurl4-openssl-dev libisal-dev liblzma-dev libseccomp-dev libsqlite3-dev libssl-dev libzstd-dev zlib1g-dev
CHECK_PACKAGES := jq
QUICKSTART_PACKAGES := busybox-static curl docker-registry jq passt uidmap
TEST_PACKAGES := attr busybox-static curl iproute2 jq nftables runc
PEERS := crun podman buildah skopeo containerd criu docker-registry uidmap passt slirp4netns \
  containernetworking-plugins fuse-overlayfs apache2-utils openssl gnupg bind9-dnsutils
BENCH_PACKAGES := busybox-static containernetworking-plugins curl dnsperf docker-registry hyperfine iperf3 iproute2 jq \
  openssl podman skopeo time crun runc golang-github-containers-common

.PHONY: help quickstart build test check format bench install uninstall clean

help:
	@echo 'make quickstart   build, and run a first container'
	@echo 'make test         run the tests of all four kinds'
	@echo 'make check        check format, lint, arrows and documents'
	@echo 'make format       format every Swift file'
	@echo 'make bench        measure beside crun, runc and podman'
	@echo 'make build        build the programs into build/'
	@echo 'make install      install them under DESTDIR and PREFIX ($(PREFIX))'
	@echo 'make clean        remove what was built'

quickstart: build
	@Scripts/install-packages $(QUICKSTART_PACKAGES)
	@Scripts/quickstart

build:
	@command -v swift >/dev/null || { echo 'swift was not found; please install Swift 6.2 or later from swift.org' >&2; exit 1; }
	@Scripts/install-packages $(BUILD_PACKAGES)
	@mkdir -p build/bin build/libexec/podman
	@set -e; for program in $(PROGRAMS); do swift build -c release --product $$program; done
	@$(if $(STATIC),Scripts/check-static $(addprefix $(RELEASE)/,$(STATIC)))
	@$(if $(SHARED),Scripts/check-static --shared $(addprefix $(RELEASE)/,$(SHARED)))
	@set -e; for program in $(BIN); do \
	  strip -s -o build/bin/$$program.new $(RELEASE)/$$program; \
	  mv build/bin/$$program.new build/bin/$$program; done
	@set -e; for program in $(LIBEXEC); do \
	  strip -s -o build/libexec/podman/$$program.new $(RELEASE)/$$program; \
	  mv build/libexec/podman/$$program.new build/libexec/podman/$$program; done
	@rm -rf build/share
	@mkdir -p build/share/man/man1 $(addprefix build/share/,$(dir $(COMPLETIONS)))
	@build/bin/podman __manual build/share/man/man1
	@build/bin/podman completion -f build/share/$(word 1,$(COMPLETIONS)) bash
	@build/bin/podman completion -f build/share/$(word 2,$(COMPLETIONS)) zsh
	@build/bin/podman completion -f build/share/$(word 3,$(COMPLETIONS)) fish

test: build
	@Scripts/install-packages $(TEST_PACKAGES)
	@Scripts/install-packages --optional $(PEERS)
	@Scripts/test

check:
	@Scripts/install-packages $(CHECK_PACKAGES) $(BUILD_PACKAGES)
	Scripts/check-format
	Scripts/check-arrows
	Scripts/check-documents
	Scripts/check-self-test

format:
	swift format --in-place --parallel --recursive Package.swift Sources Tests
	@grep -rl 'catch  where' Sources Tests | xargs -r sed -i 's/catch  where/catch where/'

bench: build
	@Scripts/install-packages $(BENCH_PACKAGES)
	@bench/run

install:
	@[ -n "$$(ls build/bin 2>/dev/null)" ] || { echo 'build/ is empty; please run: make build' >&2; exit 1; }
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/libexec/podman
	install -m 755 $(addprefix build/bin/,$(BIN)) $(DESTDIR)$(PREFIX)/bin
	$(if $(LIBEXEC),install -m 755 $(addprefix build/libexec/podman/,$(LIBEXEC)) $(DESTDIR)$(PREFIX)/libexec/podman)
	@for scope in system user; do install -d $(DESTDIR)$(PREFIX)/lib/systemd/$$scope; \
	  sed 's|@BINDIR@|$(PREFIX)/bin|' systemd/podman-restart.service > $(DESTDIR)$(PREFIX)/lib/systemd/$$scope/podman-restart.service; done
	@if [ -d build/share ]; then cd build/share && find . -type f -exec install -D -m 644 {} $(abspath $(DESTDIR)$(PREFIX))/share/{} \;; fi

uninstall:
	@if [ -d build/share ]; then cd build/share && find . -type f -exec rm -f $(abspath $(DESTDIR)$(PREFIX))/share/{} \;; fi
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/lib/systemd/,system/podman-restart.service user/podman-restart.service)
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/bin/,$(BIN)) $(addprefix $(DESTDIR)$(PREFIX)/libexec/podman/,$(LIBEXEC))

clean:
	rm -rf build .build
