/**
 * The three sockets of one media leg: RTP, RTCP (the next port) and floor control, all bound to one address. The leg decodes
 * what comes in, opens the pin-holes of its own side, and knows nothing of calls. What cannot be decoded is counted and dropped: a hostile
 * datagram costs a counter.
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { decodeFloor, encodeFloor } from '../../lab/wire/floor/codec.ts';
import type { FloorMessage } from '../../lab/wire/floor/message.ts';
import { decodeRtcp } from '../../lab/wire/rtcp/codec.ts';
import type { RtcpPacket } from '../../lab/wire/rtcp/packet.ts';
import { decodeRtp } from '../../lab/wire/rtp/codec.ts';
import type { RtpPacket } from '../../lab/wire/rtp/packet.ts';
import { floorKeepAlive, isFloorKeepAlive, isRtpKeepAlive, rtcpKeepAlive, rtpKeepAlive } from './keep-alive.ts';

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** Where the far side of a leg listens, as its SDP says. No floor endpoint: a call without floor control. */
export interface MediaRemote {
  readonly rtp: Endpoint;
  readonly rtcp: Endpoint;
  readonly floor: Endpoint | undefined;
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
  onRtp(packet: RtpPacket, bytes: Uint8Array, source: Endpoint): void;
  /** All floor messages of one datagram, in order. */
  onFloor(messages: readonly FloorMessage[], bytes: Uint8Array, source: Endpoint): void;
  onRtcp?(packets: readonly RtcpPacket[], bytes: Uint8Array, source: Endpoint): void;
  /** A socket error or (once for each socket) an undecodable datagram. */
  log(event: string, details: Readonly<Record<string, unknown>>): void;
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
  sendRtp(bytes: Uint8Array, to: Endpoint): void;
  sendRtcp(bytes: Uint8Array, to: Endpoint): void;
  sendFloor(messages: readonly FloorMessage[], to: Endpoint): void;
  /** Sends one RTP, one RTCP and one floor keep-alive to the remote, now and every `keepAliveMs`; a second call replaces the remote. */
  openPinholes(remote: MediaRemote): void;
  counters(): MediaCounters;
  /** Ends keep-alives and closes the sockets; nothing is called back afterwards. Safe to call twice. */
  close(): void;
}

type Counters = { -readonly [K in keyof MediaCounters]: number };

/** Binds the three sockets; when one of the ports is taken the others are closed again and the error is thrown. */
export async function openMediaLeg(options: MediaLegOptions): Promise<MediaLeg> {
  const counters: Counters = { rtpIn: 0, rtpOut: 0, rtcpIn: 0, floorIn: 0, floorOut: 0, keepAlivesIn: 0, rejected: 0 };
  const reject = rejecter(options, counters);
  const ports = [options.rtpPort, options.rtpPort + 1, options.floorPort];
  const sockets: Socket[] = [];
  try {
    for (const port of ports) sockets.push(await bound(options, port));
  } catch (error) {
    for (const socket of sockets) socket.close();
    throw error;
  }
  const [rtp, rtcp, floor] = sockets as [Socket, Socket, Socket];

  rtp.on('message', (bytes, source) => {
    const packet = decodeRtp(bytes).value;
    if (packet === undefined) return reject('rtp', source);
    if (isRtpKeepAlive(packet)) {
      counters.keepAlivesIn += 1;
      return;
    }
    counters.rtpIn += 1;
    options.onRtp(packet, bytes, source);
  });
  rtcp.on('message', (bytes, source) => {
    const packets = decodeRtcp(bytes).value;
    if (packets === undefined) return reject('rtcp', source);
    counters.rtcpIn += 1;
    options.onRtcp?.(packets, bytes, source);
  });
  floor.on('message', (bytes, source) => {
    if (isFloorKeepAlive(bytes)) {
      counters.keepAlivesIn += 1;
      return;
    }
    const messages = decodeFloor(bytes).value;
    if (messages === undefined || messages.length === 0) return reject('floor', source);
    counters.floorIn += messages.length;
    options.onFloor(messages, bytes, source);
  });

  let sequence = 0;
  let timer: NodeJS.Timeout | undefined;
  let open = true;
  const send = (socket: Socket, bytes: Uint8Array, to: Endpoint): void => {
    // A port that no datagram can be sent to (0, or a name in place of an address) is the peer's mistake, not a crash.
    if (open && to.port > 0 && to.port < 65_536) socket.send(bytes, to.port, to.address, () => {});
  };
  const keepAlive = (remote: MediaRemote): void => {
    send(rtp, rtpKeepAlive(options.keepAliveSsrc, sequence), remote.rtp);
    sequence = (sequence + 1) & 0xffff;
    send(rtcp, rtcpKeepAlive(options.keepAliveSsrc), remote.rtcp);
    if (remote.floor !== undefined) send(floor, floorKeepAlive(), remote.floor);
  };

  return {
    rtpPort: options.rtpPort,
    floorPort: options.floorPort,
    sendRtp(bytes, to) {
      counters.rtpOut += 1;
      send(rtp, bytes, to);
    },
    sendRtcp(bytes, to) {
      send(rtcp, bytes, to);
    },
    sendFloor(messages, to) {
      counters.floorOut += messages.length;
      send(floor, encodeFloor(messages), to);
    },
    openPinholes(remote) {
      clearInterval(timer);
      keepAlive(remote);
      timer = setInterval(keepAlive, options.keepAliveMs, remote);
    },
    counters: () => ({ ...counters }),
    close() {
      if (!open) return;
      open = false;
      clearInterval(timer);
      for (const socket of sockets) socket.removeAllListeners('message').close();
    },
  };
}

/** Says once for each socket that something undecodable came; the rest is a number, so that a flood writes no log. */
function rejecter(options: MediaLegOptions, counters: Counters): (what: string, source: RemoteInfo) => void {
  const said = new Set<string>();
  return (what, source) => {
    counters.rejected += 1;
    if (said.has(what)) return;
    said.add(what);
    options.log('media-rejected', { what, from: `${source.address}:${source.port}` });
  };
}

async function bound(options: MediaLegOptions, port: number): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(port, options.address);
  await once(socket, 'listening');
  socket.on('error', (error) => options.log('media-socket', { port, error: error.message }));
  return socket;
}
