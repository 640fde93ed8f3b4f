import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { infoElements } from './elements.ts';
import { decodeMcpttInfo, type McpttInfo } from './mcptt-info.ts';
import { encodeMcpttInfo } from './mcptt-info-write.ts';

const body = (params: string) =>
  Buffer.from(
    `<?xml version="1.0"?><mcpttinfo xmlns="urn:3gpp:ns:mcpttInfo:1.0"><mcptt-Params>${params}</mcptt-Params></mcpttinfo>`,
  );
const codes = (bytes: Uint8Array) => decodeMcpttInfo(bytes).faults.map((fault) => fault.code);

describe('encodeMcpttInfo', () => {
  test('a controlling function’s INVITE, in the order of the schema whatever the order of the keys', () => {
    const info: McpttInfo = {
      emergencyInd: true,
      callingGroupId: 'sip:campaign@a.mcx.test',
      callingUserId: 'sip:a-ue-1@a.mcx.test',
      requestUri: 'sip:team@b.mcx.test',
      sessionType: 'prearranged',
    };
    expect(Buffer.from(encodeMcpttInfo(info)).toString()).toBe(
      [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<mcpttinfo xmlns="urn:3gpp:ns:mcpttInfo:1.0">',
        '<mcptt-Params>',
        '<session-type>prearranged</session-type>',
        '<mcptt-request-uri type="Normal"><mcpttURI>sip:team@b.mcx.test</mcpttURI></mcptt-request-uri>',
        '<mcptt-calling-user-id type="Normal"><mcpttURI>sip:a-ue-1@a.mcx.test</mcpttURI></mcptt-calling-user-id>',
        '<mcptt-calling-group-id type="Normal"><mcpttURI>sip:campaign@a.mcx.test</mcpttURI></mcptt-calling-group-id>',
        '<emergency-ind type="Normal"><mcpttBoolean>true</mcpttBoolean></emergency-ind>',
        '</mcptt-Params>',
        '</mcpttinfo>',
        '',
      ].join('\r\n'),
    );
  });

  test('text that looks like markup stays text', () => {
    const hostile = { requestUri: 'sip:x</mcpttURI><evil a="1">&amp;' };
    expect(decodeMcpttInfo(encodeMcpttInfo(hostile))).toEqual({ value: hostile, faults: [] });
  });

  test('an extension whose name is no name is left out', () => {
    const { value } = decodeMcpttInfo(
      encodeMcpttInfo({
        extensions: [
          { name: 'a><b', value: '1' },
          { name: 'ok', value: '2' },
        ],
      }),
    );
    expect(value?.extensions).toEqual([{ name: 'ok', value: '2' }]);
  });

  test.each([
    ['_a.b-1', true],
    ['1a', false],
    ['-a', false],
    ['a b', false],
    [' a', false],
    ['', false],
  ])('an extension of the name %j is written: %s', (name, written) => {
    const { value } = decodeMcpttInfo(encodeMcpttInfo({ extensions: [{ name, value: 'x' }] }));
    expect(value?.extensions).toEqual(written ? [{ name, value: 'x' }] : undefined);
  });

  test('extensions stand side by side', () => {
    const extensions = [
      { name: 'a', value: '1' },
      { name: 'b', value: '2' },
    ];
    expect(Buffer.from(encodeMcpttInfo({ extensions })).toString()).toContain('<anyExt><a>1</a><b>2</b></anyExt>');
  });

  test('tabs and the controls of Latin 1 stay', () => {
    const info = { mcOrg: 'a\tb\u007fc\u009fd\ufffdx' };
    expect(decodeMcpttInfo(encodeMcpttInfo(info))).toEqual({ value: info, faults: [] });
  });

  test('characters that XML has not become U+FFFD', () => {
    const { value } = decodeMcpttInfo(encodeMcpttInfo({ mcOrg: 'a\u0000b\u001b\ud800c\uffff' }));
    expect(value?.mcOrg).toBe('a\ufffdb\ufffd\ufffdc\ufffd');
  });
});

describe('decodeMcpttInfo', () => {
  test('values that stand directly as text of the element, as many peers send them', () => {
    const { value, faults } = decodeMcpttInfo(
      body(
        '<session-type> chat </session-type><mcptt-request-uri>sip:g@x</mcptt-request-uri><emergency-ind>1</emergency-ind>',
      ),
    );
    expect(faults).toEqual([]);
    expect(value).toEqual({ sessionType: 'chat', requestUri: 'sip:g@x', emergencyInd: true });
  });

  test('prefixes, comments, CDATA and references', () => {
    const text = `<m:mcpttinfo xmlns:m="urn:3gpp:ns:mcpttInfo:1.0"><!-- c --><m:mcptt-Params>
      <m:mcptt-request-uri type="Normal"><m:mcpttURI><![CDATA[sip:a&b]]>@x&#46;test</m:mcpttURI></m:mcptt-request-uri>
    </m:mcptt-Params></m:mcpttinfo>`;
    expect(decodeMcpttInfo(Buffer.from(text))).toEqual({ value: { requestUri: 'sip:a&b@x.test' }, faults: [] });
  });

  test('an encrypted element is named, not read', () => {
    const { value } = decodeMcpttInfo(
      body(
        '<mcptt-request-uri type="Encrypted"><EncryptedData xmlns="http://www.w3.org/2001/04/xmlenc#"/></mcptt-request-uri>',
      ),
    );
    expect(value).toEqual({ encrypted: ['mcptt-request-uri'] });
  });

  test.each([
    ['true', true],
    ['1', true],
    ['false', false],
    ['0', false],
    ['xtrue', undefined],
    ['truex', undefined],
    ['TRUE', undefined],
    ['', undefined],
  ])('a boolean of %j is %s', (text, flag) => {
    expect(decodeMcpttInfo(body(`<alert-ind>${text}</alert-ind>`)).value?.alertInd).toBe(flag);
  });

  test('all that is encrypted is named, all extensions are kept', () => {
    const hidden = (name: string) => `<${name} type="Encrypted"/>`;
    const { value } = decodeMcpttInfo(
      body(
        `${hidden('mcptt-request-uri')}${hidden('mcptt-client-id')}<anyExt><a>1</a></anyExt><anyExt><b>2</b></anyExt>`,
      ),
    );
    expect(value).toEqual({
      encrypted: ['mcptt-request-uri', 'mcptt-client-id'],
      extensions: [
        { name: 'a', value: '1' },
        { name: 'b', value: '2' },
      ],
    });
  });

  test('whatever stands before a later one is out of place', () => {
    const [party, type, uri] = ['mcptt-called-party-id', 'session-type', 'mcptt-request-uri'];
    const { faults } = decodeMcpttInfo(body(`<${party}>a</${party}><${type}>b</${type}><${uri}>c</${uri}>`));
    expect(faults.map(({ message }) => message)).toEqual([`${type} is not in its place`, `${uri} is not in its place`]);
  });

  test('a fault does not repeat a name of any length', () => {
    const [fault] = decodeMcpttInfo(body(`<${'x'.repeat(1000)}/>`)).faults;
    expect(fault?.message).toBe('x'.repeat(200));
  });

  test('the elements of anyExt', () => {
    const { value } = decodeMcpttInfo(
      body(
        '<anyExt><functional-alias-URI type="Normal"><mcpttURI>sip:chief@x</mcpttURI></functional-alias-URI><x>1</x></anyExt>',
      ),
    );
    expect(value?.extensions).toEqual([
      { name: 'functional-alias-URI', value: 'sip:chief@x' },
      { name: 'x', value: '1' },
    ]);
  });

  test.each([
    [
      'an element out of place',
      body('<mcptt-request-uri>sip:x</mcptt-request-uri><session-type>chat</session-type>'),
      'mcptt-info/order',
    ],
    ['an element twice', body('<mc-org>a</mc-org><mc-org>b</mc-org>'), 'mcptt-info/order'],
    ['an element that does not exist', body('<nonsense/>'), 'mcptt-info/element'],
    ['a boolean that is none', body('<alert-ind>yes</alert-ind>'), 'mcptt-info/boolean'],
    ['no parameters', Buffer.from('<mcpttinfo xmlns="urn:3gpp:ns:mcpttInfo:1.0"/>'), 'mcptt-info/params'],
    ['another namespace', Buffer.from('<mcpttinfo><mcptt-Params/></mcpttinfo>'), 'mcptt-info/namespace'],
  ])('%s is a fault beside the value', (_, bytes, code) => {
    expect(codes(bytes)).toEqual([code]);
    expect(decodeMcpttInfo(bytes).value).toBeDefined();
  });

  test.each([
    ['another root', Buffer.from('<mcvideoinfo/>'), 'mcptt-info/root'],
    ['text', Buffer.from('hello'), 'mcx-info/xml'],
    ['nothing', new Uint8Array(0), 'mcx-info/xml'],
    ['an element never closed', Buffer.from('<mcpttinfo>'), 'mcx-info/xml'],
  ])('%s has no value', (_, bytes, code) => {
    expect(decodeMcpttInfo(bytes).value).toBeUndefined();
    expect(codes(bytes)).toEqual([code]);
  });

  test('a fault of form stands where the parser met it', () => {
    const [fault] = decodeMcpttInfo(Buffer.from('<mcpttinfo>\n<a>\n</b></mcpttinfo>')).faults;
    expect(fault?.offset).toBeGreaterThanOrEqual(16);
    expect(fault?.offset).toBeLessThanOrEqual(21);
  });
});

describe('laws', () => {
  const text = fc
    .string({ unit: fc.constantFrom(...'sip:@<>&"\'x \n\r\u00e9\u{1f600}]]>'), maxLength: 20 })
    .map((t) => t.trim());
  const flag = fc.boolean();
  const shape = Object.fromEntries(infoElements.map(({ key, kind }) => [key, kind.endsWith('boolean') ? flag : text]));
  const info: fc.Arbitrary<McpttInfo> = fc.record(shape, { requiredKeys: [] });

  test('decode after encode is the same information', () => {
    fc.assert(
      fc.property(info, (i) => {
        expect(decodeMcpttInfo(encodeMcpttInfo(i))).toEqual({ value: i, faults: [] });
      }),
    );
  });

  test('damaged bodies never throw', () => {
    const genuine = encodeMcpttInfo({
      sessionType: 'prearranged',
      requestUri: 'sip:x',
      alertInd: true,
      extensions: [{ name: 'a', value: 'b' }],
    });
    const edits = fc.array(
      fc.tuple(fc.nat(genuine.length - 1), fc.constantFrom(...Buffer.from('<>&"/ \u0000;x\u00ff'))),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(edits, fc.nat(genuine.length), (all, length) => {
        const bytes = Buffer.from(genuine);
        for (const [at, byte] of all) bytes[at] = byte;
        decodeMcpttInfo(bytes.subarray(0, length));
        decodeMcpttInfo(bytes);
      }),
      { numRuns: 500 },
    );
  });
});
