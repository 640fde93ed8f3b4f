/**
 * The three sockets of one media leg: RTP, RTCP (the next port) and floor control, all bound to one address. The leg decodes
 * what comes in, opens the pin-holes of its own side, and knows nothing of calls. What cannot be decoded is counted and dropped: a hostile
 * datagram costs a counter.
 */
import { isIPv4 } from 'node:net';
import { decodeFloor, encodeFloor } from '../../../lab/wire/floor/codec.ts';
import type { FloorMessage } from '../../../lab/wire/floor/message.ts';
import { decodeRtcp } from '../../../lab/wire/rtcp/codec.ts';
import type { RtcpPacket } from '../../../lab/wire/rtcp/packet.ts';
import { decodeRtp } from '../../../lab/wire/rtp/codec.ts';
import type { RtpPacket } from '../../../lab/wire/rtp/packet.ts';
import { type Clock, every, systemClock } from '../clock.ts';
import type { Log } from '../log.ts';
import { openUdp, type Peer, type UdpSocket } from '../udp.ts';
import { floorKeepAlive, isFloorKeepAlive, isRtpKeepAlive, rtcpKeepAlive, rtpKeepAlive } from './keep-alive.ts';

/** Where the far side of a leg listens, as its SDP says. No floor endpoint: a call without floor control. */
export interface MediaRemote {
  readonly rtp: Peer;
  readonly rtcp: Peer;
  readonly floor: Peer | undefined;
}

export interface MediaLegOptions {
  readonly address: string;
  /** Even; RTCP is bound to the next one. */
  readonly rtpPort: number;
  readonly floorPort: number;
  /** SSRC of the keep-alives that this leg sends, RTP and RTCP. */
  readonly keepAliveSsrc: number;
  /** RFC 6263 4: how often the pin-holes are opened anew. */
  readonly keepAliveMs: number;
  /** Media; keep-alives (RFC 6263 4.6) have been taken out. `bytes` is the datagram as it came, for forwarding verbatim. */
  onRtp(packet: RtpPacket, bytes: Uint8Array, source: Peer): void;
  /** All floor messages of one datagram, in order. */
  onFloor(messages: readonly FloorMessage[], bytes: Uint8Array, source: Peer): void;
  onRtcp?(packets: readonly RtcpPacket[], bytes: Uint8Array, source: Peer): void;
  readonly log: Log;
  readonly clock?: Clock;
}

export interface MediaCounters {
  readonly rtpIn: number;
  readonly rtpOut: number;
  readonly rtcpIn: number;
  readonly floorIn: number;
  readonly floorOut: number;
  readonly keepAlivesIn: number;
  /** Datagrams that no decoder could use. */
  readonly rejected: number;
}

export interface MediaLeg {
  readonly rtpPort: number;
  readonly floorPort: number;
  sendRtp(bytes: Uint8Array, to: Peer): void;
  sendRtcp(bytes: Uint8Array, to: Peer): void;
  sendFloor(messages: readonly FloorMessage[], to: Peer): void;
  /** Sends one RTP, one RTCP and one floor keep-alive to the remote, now and every `keepAliveMs`; a second call replaces the remote. */
  openPinholes(remote: MediaRemote): void;
  /** No more keep-alives: the call is over, the sockets stay. */
  closePinholes(): void;
  counters(): MediaCounters;
  /** Ends keep-alives and closes the sockets; nothing is called back afterwards. Safe to call twice. */
  close(): Promise<void>;
}

type Counters = { -readonly [K in keyof MediaCounters]: number };

/** Binds the three sockets; when one of the ports is taken the others are closed again and the error is thrown. */
export async function openMediaLeg(options: MediaLegOptions): Promise<MediaLeg> {
  const counters: Counters = { rtpIn: 0, rtpOut: 0, rtcpIn: 0, floorIn: 0, floorOut: 0, keepAlivesIn: 0, rejected: 0 };
  let open = true;
  const sockets: UdpSocket[] = [];
  const bind = async (port: number, receive: (bytes: Uint8Array, source: Peer) => boolean): Promise<UdpSocket> => {
    const { address, log } = options;
    const onDatagram = (bytes: Uint8Array, source: Peer) => {
      if (open && !receive(bytes, source)) counters.rejected += 1;
    };
    const socket = await openUdp({ address, port, log, onDatagram });
    sockets.push(socket);
    return socket;
  };
  try {
    const rtp = await bind(options.rtpPort, rtpReceiver(options, counters));
    const rtcp = await bind(options.rtpPort + 1, rtcpReceiver(options, counters));
    const floor = await bind(options.floorPort, floorReceiver(options, counters));
    return leg(options, counters, { rtp, rtcp, floor }, () => {
      open = false;
    });
  } catch (error) {
    for (const socket of sockets) void socket.close();
    throw error;
  }
}

interface Sockets {
  readonly rtp: UdpSocket;
  readonly rtcp: UdpSocket;
  readonly floor: UdpSocket;
}

function leg(options: MediaLegOptions, counters: Counters, sockets: Sockets, onClose: () => void): MediaLeg {
  const { rtp, rtcp, floor } = sockets;
  let sequence = 0;
  let stopKeepAlive = () => {};
  const keepAlive = (remote: MediaRemote): void => {
    send(rtp, rtpKeepAlive(options.keepAliveSsrc, sequence), remote.rtp);
    sequence = (sequence + 1) & 0xffff;
    send(rtcp, rtcpKeepAlive(options.keepAliveSsrc), remote.rtcp);
    if (remote.floor !== undefined) send(floor, floorKeepAlive(), remote.floor);
  };
  return {
    rtpPort: rtp.local.port,
    floorPort: floor.local.port,
    sendRtp: (bytes, to) => {
      counters.rtpOut += 1;
      send(rtp, bytes, to);
    },
    sendRtcp: (bytes, to) => send(rtcp, bytes, to),
    sendFloor: (messages, to) => {
      counters.floorOut += messages.length;
      send(floor, encodeFloor(messages), to);
    },
    openPinholes: (remote) => {
      stopKeepAlive();
      keepAlive(remote);
      stopKeepAlive = every(options.clock ?? systemClock, options.keepAliveMs, () => keepAlive(remote));
    },
    closePinholes: () => stopKeepAlive(),
    counters: () => ({ ...counters }),
    close: async () => {
      onClose();
      stopKeepAlive();
      await Promise.all([rtp.close(), rtcp.close(), floor.close()]);
    },
  };
}

/** A name in an SDP would make the kernel's resolver ask for it, from a pod whose queries are evidence: addresses alone. */
function send(socket: UdpSocket, bytes: Uint8Array, to: Peer): void {
  if (isIPv4(to.host) && to.port > 0 && to.port < 65_536) socket.send(bytes, to);
}

function rtpReceiver(options: MediaLegOptions, counters: Counters) {
  return (bytes: Uint8Array, source: Peer): boolean => {
    const packet = decodeRtp(bytes).value;
    if (packet === undefined) return false;
    if (isRtpKeepAlive(packet)) {
      counters.keepAlivesIn += 1;
    } else {
      counters.rtpIn += 1;
      options.onRtp(packet, bytes, source);
    }
    return true;
  };
}

function rtcpReceiver(options: MediaLegOptions, counters: Counters) {
  return (bytes: Uint8Array, source: Peer): boolean => {
    const packets = decodeRtcp(bytes).value;
    if (packets === undefined) return false;
    counters.rtcpIn += 1;
    options.onRtcp?.(packets, bytes, source);
    return true;
  };
}

function floorReceiver(options: MediaLegOptions, counters: Counters) {
  return (bytes: Uint8Array, source: Peer): boolean => {
    if (isFloorKeepAlive(bytes)) {
      counters.keepAlivesIn += 1;
      return true;
    }
    const messages = decodeFloor(bytes).value;
    if (messages === undefined || messages.length === 0) return false;
    counters.floorIn += messages.length;
    options.onFloor(messages, bytes, source);
    return true;
  };
}
