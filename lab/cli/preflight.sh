#!/bin/sh
# Runs a program of the lab on the Node that the project pins, or says what keeps that Node from starting.
root=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
case $(uname -m) in
aarch64 | arm64) arch=arm64 ;;
*) arch=x64 ;;
esac
# Not node_modules/.bin/node: npm 9 does not link it when one of two optional packages with the same command is left out.
bin="$root/node_modules/node-linux-$arch/bin"
if [ ! -x "$bin/node" ]; then
  echo "lab: [NODE-MISSING] the project's packages are not installed" >&2
  echo "  next: npm ci --include=optional" >&2
  exit 2
fi
if ! problem=$("$bin/node" -e 0 2>&1); then
  echo "lab: [NODE-START] the project's Node does not start: $problem" >&2
  case $problem in
  *libatomic*) echo "  next: apt-get install -y libatomic1" >&2 ;;
  *) echo "  next: npm ci --include=optional" >&2 ;;
  esac
  exit 2
fi
PATH="$bin:$PATH"
# Types are stripped and modules compiled once, not at every start.
NODE_COMPILE_CACHE="$root/node_modules/.cache/lab"
# Who started which process: npm may be killed before the program has looked who its parent is.
LAB_PARENT="$PPID:$$"
export PATH NODE_COMPILE_CACHE LAB_PARENT
exec "$bin/node" "$@"
