import { randomBytes } from 'node:crypto';
import { dialogAsUac } from '../../../lab/machines/sip/dialog.ts';
import { ackOf2xx } from '../../../lab/machines/sip/dialog-request.ts';
import { newRequest } from '../../../lab/machines/sip/request.ts';
import type { SipHeader, SipRequest, SipResponse } from '../../../lab/wire/sip/message.ts';
import type { Peer } from '../../kit/udp.ts';
import { type FarSide, until } from './far-side.ts';

/** What a request of the far side got. */
export interface Sent {
  readonly request: SipRequest;
  readonly responses: SipResponse[];
  final(): Promise<SipResponse>;
  cancel(): void;
}

export function send(far: FarSide, request: SipRequest, to: Peer): Sent {
  const responses: SipResponse[] = [];
  let timedOut = false;
  const transaction = far.sip.request(request, to, {
    onResponse: (response) => responses.push(response),
    onTimeout: () => {
      timedOut = true;
    },
    onTransportError: () => {},
  });
  return {
    request: transaction.request,
    responses,
    final: async () => {
      const found = await until('a final response', () => timedOut || responses.find(({ status }) => status >= 200));
      if (found === true) throw new Error('no response');
      return found;
    },
    cancel: () => transaction.cancel(),
  };
}

export function request(
  far: FarSide,
  method: string,
  more: Partial<Parameters<typeof newRequest>[0]> = {},
): SipRequest {
  return newRequest({
    method,
    uri: 'sip:a-ue-1@127.0.0.1:5060',
    from: '<sip:cf@ic.a.mcx.test>;tag=focus',
    to: '<sip:a-ue-1@a.mcx.test>',
    callId: randomBytes(8).toString('hex'),
    cseq: 1,
    headers: [contactOf(far)],
    ...more,
  });
}

export function contactOf(far: FarSide): SipHeader {
  return { name: 'Contact', value: `<sip:cf@${far.at.host}:${far.at.port}>;+g.3gpp.mcptt;isfocus` };
}

export function invite(far: FarSide, more: readonly SipHeader[] = [], body = far.sdp()): SipRequest {
  return request(far, 'INVITE', {
    headers: [contactOf(far), { name: 'Answer-Mode', value: 'Auto' }, ...more],
    contentType: 'application/sdp',
    body,
  });
}

/** A call of the focus to the UE, acknowledged; the answer builds requests inside it. */
export async function callUe(far: FarSide, to: Peer, more: readonly SipHeader[] = []) {
  const sent = send(far, invite(far, more), to);
  const ok = await sent.final();
  const dialog = dialogAsUac(sent.request, ok);
  if (dialog === undefined) throw new Error(`no dialog: ${ok.status}`);
  const ack = () => far.sip.ack(ackOf2xx(dialog, 1).request, to);
  ack();
  return {
    ok,
    ack,
    inside: (method: string, cseq: number, parts: Partial<Parameters<typeof newRequest>[0]> = {}) =>
      send(
        far,
        request(far, method, { from: dialog.local, to: dialog.remote, callId: dialog.callId, cseq, ...parts }),
        to,
      ),
  };
}
