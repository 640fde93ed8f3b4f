import { attribute, type Cable, ethernet, flags, ifinfomsg, message, u32 } from './netlink.ts';
import { IFLA, INFO, NEWLINK } from './rtnetlink.ts';
import type { Step } from './steps.ts';

/*
 * Of the language of `ip -batch` what makes interfaces in namespaces other than one's own, as messages to the kernel:
 *
 *   link add name DEV index N [address MAC] netns NAME type bridge
 *   link add name DEV index N netns NAME type veth peer name DEV index N address MAC netns NAME
 *
 * A namespace is told by a descriptor, and those are the porter's: it puts them where this leaves room.
 */

const link =
  /^link add name (\S+) index (\d+)(?: address (\S+))? netns (\S+) type (?:bridge|veth peer name (\S+) index (\d+) address (\S+) netns (\S+))$/;

const [IFNAME, NET_NS_FD, VETH_INFO_PEER] = [3, 28, 1];

/** @throws RangeError when a line is not of the language. */
export function lay(lines: readonly string[]): Step {
  return { verb: 'lay', cables: lines.map(cable) };
}

function cable(line: string): Cable {
  const [, name, index, mac, far, peer, peerIndex = '', peerMac, near] = link.exec(line) ?? [];
  if (name === undefined || far === undefined) throw new RangeError(`not understood: ${line}`);
  const kind = Buffer.from(peer === undefined ? 'bridge' : 'veth');
  const data = peer === undefined ? [] : [attribute(INFO.DATA, peerOf(peer, peerIndex, peerMac))];
  const bytes = message(NEWLINK, flags.create, ifinfomsg(Number(index)), [
    attribute(NET_NS_FD, u32(0)),
    ...named(name, mac),
    attribute(IFLA.LINKINFO, Buffer.concat([attribute(INFO.KIND, kind), ...data])),
  ]);
  return { name: line, message: bytes, far, near };
}

function peerOf(name: string, index: string, mac: string | undefined): Uint8Array {
  const attributes = [...named(name, mac), attribute(NET_NS_FD, u32(0))];
  return attribute(VETH_INFO_PEER, Buffer.concat([ifinfomsg(Number(index)), ...attributes]));
}

function named(name: string, mac: string | undefined): Uint8Array[] {
  const address = mac === undefined ? [] : [attribute(IFLA.ADDRESS, ethernet(mac))];
  return [attribute(IFNAME, Buffer.from(`${name}\0`)), ...address];
}
