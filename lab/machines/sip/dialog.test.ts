import { describe, expect, test } from 'vitest';
import type { SipHeader, SipRequest } from '../../wire/sip/message.ts';
import {
  confirmed,
  type Dialog,
  dialogAsUac,
  dialogAsUas,
  dialogKey,
  dialogKeyOf,
  endsDialog,
  receiveRequest,
  receiveResponse,
} from './dialog.ts';
import { requestInDialog } from './dialog-request.ts';
import { makeResponse } from './response.ts';
import { request } from './test-messages.ts';

const lines = (name: string, ...values: string[]): SipHeader[] => values.map((value) => ({ name, value }));
const contact = (uri: string) => lines('Contact', `<${uri}>;+g.3gpp.mcptt`);

const invite = request('INVITE', contact('sip:a-ue-1@192.168.10.11:5060'));
const routes = lines('Record-Route', '<sip:p2;lr>, <sip:p1;lr>', '<sip:p0;lr>');
const ok = makeResponse(invite, 200, { toTag: 'callee', headers: [...routes, ...contact('sip:s@10.244.0.6;x=1')] });
const ringing = makeResponse(invite, 180, { toTag: 'callee', headers: contact('sip:early@10.244.0.6') });

function made(dialog: Dialog | undefined): Dialog {
  if (dialog === undefined) throw new Error('no dialog');
  return dialog;
}

describe('a dialog of the calling side (RFC 3261 12.1.2)', () => {
  test('takes tags, target, and the route set in reverse from the response', () => {
    expect(dialogAsUac(invite, ok)).toEqual({
      role: 'uac',
      phase: 'confirmed',
      callId: 'call-1',
      localTag: 'caller',
      remoteTag: 'callee',
      local: '<sip:a-ue-1@a.mcx.test>;tag=caller',
      remote: '<sip:pf@a.mcx.test>;tag=callee',
      remoteTarget: 'sip:s@10.244.0.6;x=1',
      routeSet: ['<sip:p0;lr>', '<sip:p1;lr>', '<sip:p2;lr>'],
      localSeq: 7,
      remoteSeq: undefined,
    });
  });

  test.each([100, 199, 200, 299, 300, 486])('status %i', (status) => {
    const dialog = dialogAsUac(invite, makeResponse(invite, status, { toTag: 'callee' }));
    expect(dialog?.phase).toBe(status <= 100 || status >= 300 ? undefined : status < 200 ? 'early' : 'confirmed');
  });

  test('what the request lacks is empty, a response without Contact leaves the Request-URI', () => {
    const bare: SipRequest = { ...invite, headers: [] };
    expect(dialogAsUac(bare, makeResponse(invite, 200, { toTag: 'callee' }))).toMatchObject({
      callId: '',
      localTag: '',
      local: '',
      remoteTarget: 'sip:pf@a.mcx.test',
      localSeq: undefined,
    });
  });

  test('the 2xx of another request leaves an early one early', () => {
    const early = made(dialogAsUac(invite, ringing));
    const update = requestInDialog(early, 'UPDATE').request;
    const moved = makeResponse(update, 200, { headers: contact('sip:moved@10.0.0.1') });
    expect(receiveResponse(early, update, moved)).toEqual({ ...early, remoteTarget: 'sip:moved@10.0.0.1' });
  });

  test('the 2xx of an INVITE inside a confirmed one leaves its route set (12.2)', () => {
    const dialog = made(dialogAsUac(invite, ok));
    const again = requestInDialog(dialog, 'INVITE').request;
    const moved = makeResponse(again, 200, {
      headers: [...lines('Record-Route', '<sip:x;lr>'), ...contact('sip:m@h')],
    });
    expect(receiveResponse(dialog, again, moved)).toEqual({ ...dialog, remoteTarget: 'sip:m@h' });
  });

  test('a 2xx that makes no dialog leaves the early one as it is', () => {
    const early = made(dialogAsUac(invite, ringing));
    expect(receiveResponse(early, invite, makeResponse(invite, 200))).toBe(early);
  });

  test('there is none without a To tag', () => {
    expect(dialogAsUac(invite, makeResponse(invite, 200))).toBeUndefined();
  });

  test('the 2xx confirms an early one: route set and target anew, numbers kept (13.2.2.4)', () => {
    const early = { ...made(dialogAsUac(invite, ringing)), localSeq: 9, remoteSeq: 3 };
    expect(early).toMatchObject({ phase: 'early', remoteTarget: 'sip:early@10.244.0.6', routeSet: [] });
    expect(receiveResponse(early, invite, ok)).toEqual({ ...made(dialogAsUac(invite, ok)), localSeq: 9, remoteSeq: 3 });
  });

  test('two forks have two keys', () => {
    const fork = makeResponse(invite, 200, { toTag: 'fork' });
    expect(dialogKey(made(dialogAsUac(invite, fork)))).not.toBe(dialogKey(made(dialogAsUac(invite, ok))));
  });
});

describe('a dialog of the called side (RFC 3261 12.1.1)', () => {
  const received: SipRequest = { ...invite, headers: [...invite.headers, ...routes] };

  test('takes tags, target and the route set in order from the request', () => {
    expect(dialogAsUas(received, 'callee')).toEqual({
      role: 'uas',
      phase: 'confirmed',
      callId: 'call-1',
      localTag: 'callee',
      remoteTag: 'caller',
      local: '<sip:pf@a.mcx.test>;tag=callee',
      remote: '<sip:a-ue-1@a.mcx.test>;tag=caller',
      remoteTarget: 'sip:a-ue-1@192.168.10.11:5060',
      routeSet: ['<sip:p2;lr>', '<sip:p1;lr>', '<sip:p0;lr>'],
      localSeq: undefined,
      remoteSeq: 7,
    });
  });

  test('an early one is confirmed by the 2xx sent, or by the ACK', () => {
    const early = dialogAsUas(invite, 'callee', 'early');
    expect(early.phase).toBe('early');
    expect(confirmed(early).phase).toBe('confirmed');
    expect(receiveRequest(early, { ...invite, method: 'ACK' }).dialog.phase).toBe('confirmed');
  });

  test('without Contact the From is what is left', () => {
    expect(dialogAsUas(request('INVITE'), 'callee').remoteTarget).toBe('sip:a-ue-1@a.mcx.test');
  });

  test('what the request lacks is empty', () => {
    expect(dialogAsUas({ ...invite, headers: [] }, 'callee')).toMatchObject({
      callId: '',
      remoteTag: '',
      local: ';tag=callee',
      remote: '',
      remoteTarget: '',
      remoteSeq: undefined,
    });
  });

  test('its INVITE inside an early one is no beginning', () => {
    const early = dialogAsUas(invite, 'callee', 'early');
    const again = requestInDialog(early, 'INVITE').request;
    const moved = makeResponse(again, 200, { headers: contact('sip:moved@10.0.0.1') });
    expect(receiveResponse(early, again, moved)).toEqual({ ...early, remoteTarget: 'sip:moved@10.0.0.1' });
  });

  test('a confirmed one stays the one it is', () => {
    const dialog = dialogAsUas(invite, 'callee');
    expect(confirmed(dialog)).toBe(dialog);
  });
});

describe('both sides of one dialog', () => {
  const caller = made(dialogAsUac(invite, ok));
  const callee = dialogAsUas(invite, 'callee');

  test('a request of either side carries the key of the other', () => {
    expect(dialogKeyOf(requestInDialog(caller, 'BYE').request)).toBe(dialogKey(callee));
    expect(dialogKeyOf(requestInDialog(callee, 'BYE').request)).toBe(dialogKey(caller));
  });

  test('a message without tags or Call-ID has a key of nothing', () => {
    expect(dialogKeyOf({ ...invite, headers: [] })).toBe('  ');
    expect(dialogKeyOf({ ...ok, headers: [] })).toBe('  ');
  });

  test('so does the response to a request', () => {
    expect(dialogKeyOf(ok)).toBe(dialogKey(caller));
    const bye = requestInDialog(callee, 'BYE').request;
    expect(dialogKeyOf(makeResponse(bye, 200))).toBe(dialogKey(callee));
  });
});

describe('requests of the peer (RFC 3261 12.2.2)', () => {
  const callee = dialogAsUas(invite, 'callee');
  const inDialog = (method: string, cseq: number, headers: SipHeader[] = []) => ({
    ...request(method, headers),
    headers: request(method, headers).headers.map((h) =>
      h.name === 'CSeq' ? { ...h, value: `${cseq} ${method}` } : h,
    ),
  });

  test.each([
    ['BYE', 6, false],
    ['BYE', 7, true],
    ['BYE', 8, true],
    ['BYE', 80, true],
    ['ACK', 6, true],
    ['CANCEL', 6, true],
  ])('%s with CSeq %i: in order %s', (method, cseq, inOrder) => {
    expect(receiveRequest(callee, inDialog(method, cseq)).inOrder).toBe(inOrder);
  });

  test('a CANCEL confirms nothing', () => {
    expect(receiveRequest(callee, inDialog('CANCEL', 7)).dialog).toBe(callee);
  });

  test('a request whose number cannot be read changes nothing', () => {
    const bye = request('BYE', contact('sip:moved@10.0.0.1'));
    const unread = { ...bye, method: 'INVITE', headers: bye.headers.filter(({ name }) => name !== 'CSeq') };
    expect(receiveRequest(callee, unread)).toEqual({ dialog: callee, inOrder: true });
  });

  test('the number moves on, and only upwards', () => {
    const moved = receiveRequest(callee, inDialog('INFO', 12)).dialog;
    expect(moved.remoteSeq).toBe(12);
    expect(receiveRequest(moved, inDialog('INFO', 9))).toEqual({ dialog: moved, inOrder: false });
    expect(receiveRequest(moved, inDialog('ACK', 7)).dialog.remoteSeq).toBe(12);
  });

  test.each([
    ['INVITE', true],
    ['UPDATE', true],
    ['BYE', false],
    ['INFO', false],
  ])('%s refreshes the remote target: %s', (method, refreshes) => {
    const { dialog } = receiveRequest(callee, inDialog(method, 8, contact('sip:moved@10.0.0.1')));
    expect(dialog.remoteTarget).toBe(refreshes ? 'sip:moved@10.0.0.1' : callee.remoteTarget);
  });
});

describe('responses to our requests (RFC 3261 12.2.1.2)', () => {
  const caller = made(dialogAsUac(invite, ok));
  const update = requestInDialog(caller, 'UPDATE').request;

  test('a 2xx refreshes the target, any other response changes nothing', () => {
    const moved = makeResponse(update, 200, { headers: contact('sip:moved@10.0.0.1') });
    expect(receiveResponse(caller, update, moved).remoteTarget).toBe('sip:moved@10.0.0.1');
    expect(receiveResponse(caller, update, { ...moved, status: 299 }).remoteTarget).toBe('sip:moved@10.0.0.1');
    for (const status of [100, 199, 300, 491])
      expect(receiveResponse(caller, update, { ...moved, status })).toBe(caller);
  });

  test.each([
    [481, true],
    [408, true],
    [486, false],
    [200, false],
  ])('%i ends the dialog: %s', (status, ends) => {
    expect(endsDialog(status)).toBe(ends);
  });
});
