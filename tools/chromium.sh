#!/bin/sh
# Chromium for the browser tests, from Debian's packages, when we may install it. Without it those tests say why
# they were skipped.
command -v chromium >/dev/null 2>&1 && exit 0
[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || { echo "no chromium here, and no right to install it"; exit 0; }
echo "installing chromium for the browser tests"
{ apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; } >/dev/null 2>&1 \
  || echo "chromium could not be installed; the browser tests will be skipped"
exit 0
