import { describe, expect, test } from 'vitest';
import { request } from './bench/messages.ts';
import { belongsTo, claimsDialog, firstUri, hostOf, withPlace } from './uri.ts';

describe('withPlace', () => {
  test.each([
    ['sip:cf@10.244.0.6:5060;gr=s1', 'sip:cf@172.18.0.2:30060;gr=s1'],
    ['sip:cf@10.244.0.6', 'sip:cf@172.18.0.2:30060'],
    ['sip:10.244.0.6;transport=udp', 'sip:172.18.0.2:30060;transport=udp'],
    ['sip:cf@a.mcx.test;maddr=10.0.0.1;lr', 'sip:cf@172.18.0.2:30060;lr'],
    ['tel:+4912345', 'tel:+4912345'],
  ])('%s', (before, after) => {
    expect(withPlace(before, '172.18.0.2', 30060)).toBe(after);
  });

  test('without a port the old one goes, too', () => {
    expect(withPlace('sip:cf@10.244.0.6:5060', 'server.mcx', undefined)).toBe('sip:cf@server.mcx');
  });
});

describe('belongsTo', () => {
  test.each([
    ['b.mcx.test', true],
    ['ic.b.mcx.test', true],
    ['IC.B.mcx.Test', true],
    ['b.mcx.test.', true],
    ['evil-b.mcx.test', false],
    ['mcx.test', false],
    ['b.mcx.test.evil', false],
    ['', false],
    [undefined, false],
  ])('%s: %s', (host, belongs) => {
    expect(belongsTo(host, 'b.mcx.test')).toBe(belongs);
  });
});

describe('reading a message', () => {
  const uri = 'sip:pf@A.mcx.test';
  const message = request({ method: 'INVITE', uri, from: uri, headers: [['Contact', '"x, y" <sip:a@h>, <sip:b@h>']] });

  test('the first URI of a list', () => {
    expect(firstUri(message, 'contact')).toBe('sip:a@h');
    expect(firstUri(message, 'from')).toBe(uri);
    expect(firstUri(message, 'route')).toBeUndefined();
  });

  test('a host in lower case', () => {
    expect(hostOf(uri)).toBe('a.mcx.test');
    expect([hostOf('tel:1'), hostOf(undefined)]).toEqual([undefined, undefined]);
  });

  test('a tag in To, and nothing else, claims a dialog', () => {
    const tagInUri = request({ method: 'BYE', uri, from: uri, to: `${uri};tag=1` });
    expect([claimsDialog(message), claimsDialog(tagInUri)]).toEqual([false, false]);
    expect(claimsDialog(request({ method: 'BYE', uri, from: uri, toTag: 't' }))).toBe(true);
  });
});
