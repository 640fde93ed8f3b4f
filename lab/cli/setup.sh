#!/bin/sh
# Sets up a Debian or Ubuntu with root, Node and npm: system packages where they are missing, then the project's own, as locked.
set -e
cd "$(dirname -- "$0")/../.."
missing=
need() { command -v "$1" >/dev/null 2>&1 || missing="$missing $2"; }
need ip iproute2
need nft nftables
need tcpdump tcpdump
need conntrack conntrack
need setpriv util-linux
need unshare util-linux
need perl perl-base
if [ "$1" = tests ]; then
  need tshark tshark
  need editcap wireshark-common
  need tcprewrite tcpreplay
fi
ldconfig -p 2>/dev/null | grep -q 'libatomic\.so\.1' || missing="$missing libatomic1"
if [ -n "$missing" ]; then
  echo "setup: installing$missing"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  # shellcheck disable=SC2086
  apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi
install() { npm ci --include=optional --no-audit --no-fund --loglevel=error; }
stamp=node_modules/.package-lock.json
if [ ! -e "$stamp" ] || [ package-lock.json -nt "$stamp" ]; then
  install
fi
# npm leaves out optional packages that its own Node is too old for, the test runner's native part among them; once the pinned
# Node is there, npm runs on that.
if [ "$1" = tests ] && ! ls -d node_modules/@rolldown/binding-linux-* >/dev/null 2>&1; then
  newer=$(mktemp -d)
  trap 'rm -rf "$newer"' EXIT
  cp node_modules/node-linux-*/bin/node "$newer/node"
  PATH="$newer:$PATH" install
fi
sh lab/cli/preflight.sh lab/cli/warm.ts
