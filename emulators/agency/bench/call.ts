/** Test bench: one call of a scripted party, with what was heard on it. */

import { floorAck } from '../../../lab/machines/floor/messages.ts';
import type { Dialog } from '../../../lab/machines/sip/dialog.ts';
import { ackOf2xx, requestInDialog } from '../../../lab/machines/sip/dialog-request.ts';
import type { FloorMessage, FloorMessageName } from '../../../lab/wire/floor/message.ts';
import { encodeRtp } from '../../../lab/wire/rtp/codec.ts';
import { decodeSdp } from '../../../lab/wire/sdp/codec.ts';
import { endpoints } from '../../../lab/wire/sdp/view.ts';
import type { SipResponse } from '../../../lab/wire/sip/message.ts';
import { parseSipUri } from '../../../lab/wire/sip/uri.ts';
import { silentLog } from '../../kit/log.ts';
import { type MediaLeg, openMediaLeg } from '../../kit/media/leg.ts';
import type { SipEndpoint } from '../../kit/sip/endpoint.ts';
import type { Peer } from '../../kit/udp.ts';
import { eventually } from './wait.ts';

let nextPort = 40_000;

export class ScriptedCall {
  readonly media: MediaLeg;
  readonly rtp: Uint8Array[] = [];
  readonly floor: FloorMessage[] = [];
  readonly address: string;
  readonly sip: SipEndpoint;
  dialog: Dialog | undefined;
  remote: { rtp: Peer; floor: Peer } | undefined;
  /** Answers what asks for a Floor Ack. */
  acknowledges = true;
  acks = 0;
  byes = 0;

  private constructor(sip: SipEndpoint, media: MediaLeg, heard: Pick<ScriptedCall, 'rtp' | 'floor'>) {
    this.sip = sip;
    this.address = sip.local.host;
    this.media = media;
    this.rtp = heard.rtp;
    this.floor = heard.floor;
  }

  static async open(sip: SipEndpoint): Promise<ScriptedCall> {
    const heard: Pick<ScriptedCall, 'rtp' | 'floor'> = { rtp: [], floor: [] };
    nextPort += 4;
    const media: MediaLeg = await openMediaLeg({
      ...{ address: sip.local.host, rtpPort: nextPort, floorPort: nextPort + 2, keepAliveSsrc: 9, keepAliveMs: 60_000 },
      log: silentLog,
      onRtp: (_, bytes) => heard.rtp.push(bytes),
      onFloor: (messages, _, source) => {
        for (const message of messages) {
          // A Floor Taken that is repeated for want of an acknowledgement would make the counts a matter of time.
          if (message.ackRequired && call.acknowledges) media.sendFloor([floorAck(message, 77, 0)], source);
          heard.floor.push(message);
        }
      },
    });
    const call = new ScriptedCall(sip, media, heard);
    return call;
  }

  sdp(fmtp: string, address: string = this.address): Uint8Array {
    const lines = [
      ...['v=0', `o=- 1 1 IN IP4 ${address}`, 's=-', `c=IN IP4 ${address}`, 't=0 0'],
      ...[`m=audio ${this.media.rtpPort} RTP/AVP 96`, 'i=speech', 'a=rtpmap:96 AMR-WB/16000'],
      ...['a=fmtp:96 octet-align=1', 'a=sendrecv', `m=application ${this.media.floorPort} udp MCPTT`],
      `a=fmtp:MCPTT ${fmtp}`,
    ];
    return new TextEncoder().encode(`${lines.join('\r\n')}\r\n`);
  }

  /** The far side's SDP: media goes there from now on. */
  heardSdp(bytes: Uint8Array): void {
    const sdp = decodeSdp(bytes).value;
    const [audio, floor] = sdp === undefined ? [] : endpoints(sdp);
    if (audio === undefined || floor === undefined) throw new Error('no audio and floor in the SDP');
    this.remote = {
      rtp: { host: audio.address, port: audio.port },
      floor: { host: floor.address, port: floor.port },
    };
  }

  ack(): void {
    if (this.dialog === undefined) throw new Error('no dialog yet');
    const { request, nextHop } = ackOf2xx(this.dialog, this.dialog.localSeq ?? 1);
    this.sip.ack(request, peerOf(nextHop));
  }

  /** Sends a request inside the dialog; resolves with its final response. */
  request(method: string, more: Parameters<typeof requestInDialog>[2] = {}): Promise<SipResponse> {
    if (this.dialog === undefined) throw new Error('no dialog yet');
    const next = requestInDialog(this.dialog, method, more);
    this.dialog = next.dialog;
    return new Promise((resolve, reject) => {
      this.sip.request(next.request, peerOf(next.nextHop), {
        onResponse: (response) => response.status >= 200 && resolve(response),
        onTimeout: () => reject(new Error(`${method}: no answer`)),
        onTransportError: reject,
      });
    });
  }

  /** So many media packets of one burst; what they say is told by `mark`. */
  talk(packets: number, mark: number, payloadType = 96): Uint8Array[] {
    const burst = Array.from({ length: packets }, (_, index) =>
      encodeRtp({
        marker: index === 0,
        payloadType,
        sequenceNumber: index,
        timestamp: index * 320,
        ssrc: 1000 + mark,
        csrcs: [],
        payload: Uint8Array.of(mark, index, 0, 0),
        padding: 0,
      }),
    );
    for (const bytes of burst) if (this.remote !== undefined) this.media.sendRtp(bytes, this.remote.rtp);
    return burst;
  }

  say(message: FloorMessage): void {
    if (this.remote !== undefined) this.media.sendFloor([message], this.remote.floor);
  }

  /** The first floor message of that name that has come, or comes; `after` so many have been heard of it already. */
  heard(name: FloorMessageName, after = 0): Promise<FloorMessage> {
    return eventually(() => this.floor.filter((message) => message.name === name)[after], `${name} at ${this.address}`);
  }

  count(name: FloorMessageName): number {
    return this.floor.filter((message) => message.name === name).length;
  }
}

export function peerOf(uri: string): Peer {
  const parsed = parseSipUri(uri);
  if (parsed === undefined) throw new Error(`not a SIP URI: ${uri}`);
  return { host: parsed.host, port: parsed.port ?? 5060 };
}
