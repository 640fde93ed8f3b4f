import { encodeFloor } from '../../wire/floor/codec.ts';
import type { FloorMessage, FloorMessageName } from '../../wire/floor/message.ts';
import { encodeRtp } from '../../wire/rtp/codec.ts';
import type { RtpPacket } from '../../wire/rtp/packet.ts';
import { alter, payload, type Select } from './edit.ts';
import type { Edit, Packet } from './recording.ts';

/** RTP that carries speech, not keep-alives. */
export function rtp(): Select {
  return () => (packet) => {
    const content = packet.datagram?.content;
    return content?.protocol === 'rtp' && content.packet.payload.length > 0;
  };
}

/** RTP, keep-alives included. */
export function anyRtp(): Select {
  return () => (packet) => packet.datagram?.content.protocol === 'rtp';
}

export function floor(...names: readonly FloorMessageName[]): Select {
  return () => (packet) => {
    const content = packet.datagram?.content;
    return content?.protocol === 'floor' && content.messages.some(({ name }) => names.includes(name));
  };
}

export function alterRtp(select: Select, change: (packet: RtpPacket) => RtpPacket): Edit {
  return alter(select, (packet) => {
    const content = packet.datagram?.content;
    return content?.protocol === 'rtp' ? payload(packet, encodeRtp(change(content.packet))) : packet;
  });
}

export function asFloor(packet: Packet, change: (message: FloorMessage) => FloorMessage): Packet {
  const content = packet.datagram?.content;
  return content?.protocol === 'floor' ? payload(packet, encodeFloor(content.messages.map(change))) : packet;
}

export function alterFloor(select: Select, change: (message: FloorMessage) => FloorMessage): Edit {
  return alter(select, (packet) => asFloor(packet, change));
}

/** One byte of it is another. */
export function flipped(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte, index) => (index === bytes.length - 1 ? byte ^ 0xff : byte));
}
