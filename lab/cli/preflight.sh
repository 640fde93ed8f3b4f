#!/bin/sh
# Runs a program of the lab on the Node that the project pins, or says what keeps that Node from starting.
root=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
node="$root/node_modules/.bin/node"
if [ ! -x "$node" ]; then
  echo "lab: [NODE-MISSING] the project's packages are not installed" >&2
  echo "  next: npm ci --include=optional" >&2
  exit 2
fi
if ! problem=$("$node" -e 0 2>&1); then
  echo "lab: [NODE-START] the project's Node does not start: $problem" >&2
  case $problem in
  *libatomic*) echo "  next: apt-get install -y libatomic1" >&2 ;;
  *) echo "  next: npm ci --include=optional" >&2 ;;
  esac
  exit 2
fi
exec "$node" "$@"
