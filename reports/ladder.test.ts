import { XmlDocument } from 'libxml2-wasm';
import { describe, expect, test } from 'vitest';
import type { DnsRecord } from '../lab/wire/dns/message.ts';
import { layColumns } from './ladder/columns.ts';
import { pathOf } from './ladder/path.ts';
import type { Row } from './ladder/row.ts';
import { rowsOf } from './ladder/rows.ts';
import { drawLadder } from './ladder.ts';
import { acrossToB, fromUe, inside, reversed, Story, sampleCall, topology } from './sample.test-data.ts';

const rows = (story: Story): readonly Row[] => rowsOf(story.timeline(), topology).rows;
const only = (story: Story): Row => {
  const [row, ...more] = rows(story);
  if (row === undefined || more.length > 0) throw new Error(`one row expected, not ${more.length + (row ? 1 : 0)}`);
  return row;
};
const ue = fromUe('a-ue-1', '192.168.10.11', 5060, 30060, 5062);

describe('the way of a datagram', () => {
  test('from a UE: the access router changes the source, the node the destination', () => {
    expect(only(new Story().sip(0, 'REGISTER sip:a', 'c', '1 REGISTER', ...ue)).path).toEqual({
      from: 'a-ue-1',
      to: 'a-edge',
      lost: false,
      translations: [
        { at: 'a-access', side: 'from', before: '192.168.10.11:5060', after: '172.18.0.10:5060' },
        { at: ['a-access', 'a-edge'], side: 'to', before: '172.18.0.2:30060', after: '10.244.0.5:5062' },
      ],
    });
  });

  test('and back', () => {
    const path = only(new Story().sip(0, 'SIP/2.0 200 OK', 'c', '1 REGISTER', ...reversed(ue))).path;
    expect(path).toMatchObject({ from: 'a-edge', to: 'a-ue-1', lost: false });
    expect(path?.translations).toEqual([
      { at: ['a-access', 'a-edge'], side: 'from', before: '10.244.0.5:5062', after: '172.18.0.2:30060' },
      { at: 'a-access', side: 'to', before: '172.18.0.10:5060', after: '192.168.10.11:5060' },
    ]);
  });

  test('between agencies: each border once', () => {
    const { translations } =
      only(new Story().sip(0, 'BYE sip:b', 'c', '1 BYE', ...acrossToB(5064, 31070, 5064))).path ?? {};
    expect(translations).toEqual([
      { at: 'a-node', side: 'from', before: '10.244.0.5:5064', after: '172.18.0.2:5064' },
      { at: 'b-node', side: 'to', before: '172.18.0.3:31070', after: '10.244.0.25:5064' },
    ]);
  });

  test('without taps on the way the translation lies between the two ends', () => {
    const [first = '', , , , last = ''] = acrossToB(5064, 31070, 5064);
    const { translations } = only(new Story().sip(0, 'BYE sip:b', 'c', '1 BYE', first, last)).path ?? {};
    expect(translations?.map(({ at }) => at)).toEqual([
      ['a-edge', 'b-edge'],
      ['a-edge', 'b-edge'],
    ]);
  });

  test('what stops at a node is lost there; what the wrong pod gets is not lost', () => {
    const wire = '172.18.0.2:20002 172.18.0.3:20002';
    const lost = ['a-mcx 10.244.0.6:20002 172.18.0.3:20002', `a-node ${wire}`, `b-node ${wire}`];
    expect(only(new Story().floor(0, 'Floor Taken', [], ...lost)).path).toMatchObject({
      to: 'b-node',
      lost: true,
      meantFor: '172.18.0.3:20002',
    });
    const wrong = inside('a-mcx', '10.244.0.6:20002', 'a-edge', '10.244.0.5:20002');
    expect(only(new Story().floor(0, 'Floor Taken', [], ...wrong)).path).toMatchObject({ to: 'a-edge', lost: false });
  });

  test('what a host sends to itself stays there', () => {
    const self = inside('a-mcx', '10.244.0.6:1', 'a-mcx-lo', '10.244.0.6:1');
    expect(only(new Story().floor(0, 'Floor Taken', [], ...self)).path).toMatchObject({
      from: 'a-mcx',
      to: 'a-mcx',
      lost: false,
    });
  });

  test('taps that the plan does not know are no way', () => {
    const [journey] = new Story()
      .sip(0, 'BYE sip:b', 'c', '1 BYE', 'elsewhere 1.1.1.1:1 2.2.2.2:2')
      .timeline().journeys;
    expect(journey && pathOf(journey, topology)).toBeUndefined();
  });
});

describe('rows', () => {
  test('the same datagram again is counted, another branch is another row', () => {
    const story = new Story();
    for (const at of [0, 100, 300]) story.sip(at, 'SIP/2.0 200 OK', 'c', '1 INVITE', ...reversed(ue));
    story.sip(400, 'SIP/2.0 200 OK', 'd', '1 INVITE', ...reversed(ue));
    const [first, second] = rows(story);
    expect(first).toMatchObject({ label: '① 200 INVITE', count: 3, kind: 'response' });
    expect((first?.untilNs ?? 0n) - (first?.timeNs ?? 0n)).toBe(300_000_000n);
    expect(second).toMatchObject({ label: '② 200 INVITE', count: 1 });
  });

  test('the same bytes on another way are another row', () => {
    const story = new Story()
      .sip(0, 'ACK sip:b', 'c', '1 ACK', ...ue)
      .sip(1, 'ACK sip:b', 'c', '1 ACK', ...ue.slice(0, 3));
    expect(rows(story).map(({ path }) => path?.lost)).toEqual([false, true]);
  });

  test('dialogs keep their number on every hop, registrations have none', () => {
    const story = new Story()
      .sip(0, 'REGISTER sip:a', 'r', '1 REGISTER', ...ue)
      .sip(1, 'INVITE sip:a', 'c', '1 INVITE', ...ue)
      .sip(2, 'INVITE sip:a', 'c', '1 INVITE', ...inside('a-edge', '10.244.0.5:5060', 'a-mcx', '10.244.0.6:5060'))
      .sip(3, 'INVITE sip:b', 'd', '1 INVITE', ...acrossToB(5064, 31070, 5064));
    expect(rows(story).map(({ label }) => label)).toEqual(['REGISTER', '① INVITE', '① INVITE', '② INVITE']);
  });

  test('a refusal is told apart from other answers', () => {
    const story = new Story().sip(0, 'SIP/2.0 403 Forbidden', 'c', '1 INVITE', ...reversed(ue));
    expect(only(story)).toMatchObject({ kind: 'refusal', label: '① 403 INVITE' });
  });

  test('speech is one row a burst and hop; a pause begins another', () => {
    const way = fromUe('a-ue-1', '192.168.10.11', 40000, 30100, 30100);
    const story = new Story()
      .rtp(0, 1, 50, ...way)
      .rtp(5, 1, 50, ...acrossToB(30104, 30106, 30106))
      .rtp(2000, 1, 10, ...way);
    expect(rows(story).map(({ label, count, path }) => [label, count, path?.to])).toEqual([
      ['RTP 00000001', 50, 'a-edge'],
      ['RTP 00000001', 50, 'b-edge'],
      ['RTP 00000001', 10, 'a-edge'],
    ]);
  });

  test('keep-alives and reports are counted, not drawn', () => {
    const { rows: drawn, left } = rowsOf(
      new Story()
        .send(0, { protocol: 'other' }, '\r\n\r\n', ...ue)
        .send(1, { protocol: 'rtcp', packets: [] }, 'rr', ...ue)
        .timeline(),
      topology,
    );
    expect(drawn).toEqual([]);
    expect(left.map((text) => text.slice(0, 10))).toEqual(['1 other da', '1 RTCP rep']);
  });

  test('a question to DNS is a note where it was asked, with what came back', () => {
    const asked = inside('a-mcx', '10.244.0.6:41000', 'a-dns', '10.244.0.7:53');
    const story = new Story()
      .dns(
        0,
        'node-b.mcx.test',
        'A',
        0,
        [{ name: 'node-b.mcx.test', ttl: 5, type: 'A', address: '172.18.0.3' }],
        ...asked,
      )
      .dns(10, 'gone.mcx.test', 'SRV', 3, [], ...asked)
      .dns(20, 'node-b.mcx.test', 'AAAA', 0, [], ...asked);
    expect(rows(story).map(({ label, kind }) => [label, kind])).toEqual([
      ['A node-b.mcx.test → 172.18.0.3', 'dns'],
      ['SRV gone.mcx.test → NXDOMAIN', 'denial'],
      ['AAAA node-b.mcx.test → no data', 'dns'],
    ]);
  });

  test('the names of a search list are one note with the name that was meant, whichever came first', () => {
    const asked = inside('a-mcx', '10.244.0.6:41000', 'a-dns', '10.244.0.7:53');
    const found: DnsRecord[] = [{ name: 'edge.mcx', ttl: 5, type: 'A', address: '10.96.0.20' }];
    const before = new Story()
      .dns(0, 'edge.mcx.svc.cluster.local', 'A', 3, [], ...asked)
      .dns(3, 'edge.mcx.cluster.local', 'A', 3, [], ...asked)
      .dns(6, 'edge.mcx', 'A', 0, found, ...asked);
    expect(rows(before).map(({ label }) => label)).toEqual(['A edge.mcx → 10.96.0.20 (and 2 of the search list)']);
    const after = new Story()
      .dns(0, 'b.mcx', 'A', 3, [], ...asked)
      .dns(3, 'b.mcx.svc.cluster.local', 'A', 3, [], ...asked)
      .dns(6, 'b.mcx.cluster.local', 'A', 3, [], ...asked)
      .dns(900, 'b.mcx.cluster.local', 'A', 3, [], ...asked);
    expect(rows(after).map(({ label }) => label)).toEqual([
      'A b.mcx → NXDOMAIN (and 2 of the search list)',
      'A b.mcx.cluster.local → NXDOMAIN',
    ]);
  });

  test('markers are lines across, once each', () => {
    const story = new Story().marker(0, 0).marker(1, 0).marker(2, 3).marker(9, 65_535);
    expect(rows(story).map(({ label }) => label)).toEqual(['the scenario begins', 'act 3', 'the scenario ends']);
  });
});

describe('columns', () => {
  test('in the order of the path, mirrored on the other side', () => {
    const { columns, bands } = layColumns(topology, new Set());
    expect(columns.map(({ place }) => place)).toEqual([
      ...['a-ue-2', 'a-ue-1', 'a-access', 'a-edge', 'a-mcx', 'a-node'],
      ...['b-node', 'b-mcx', 'b-edge', 'b-access', 'b-ue-1', 'b-ue-2'],
    ]);
    expect(bands.map(({ agency }) => agency.name)).toEqual(['a', 'b']);
    expect(columns.every(({ x }, i) => x > (columns[i - 1]?.x ?? 0))).toBe(true);
  });

  test('another pod has a column when something happens there', () => {
    expect(layColumns(topology, new Set(['b-dns'])).columns.map(({ place }) => place)).toContain('b-dns');
  });
});

describe('the drawing', () => {
  const svgs = drawLadder(sampleCall(), topology, 's').html.text.match(/<svg[\s\S]*?<\/svg>/g) ?? [];

  test('is well-formed, and nothing in it lies outside', () => {
    expect(svgs).toHaveLength(2);
    for (const svg of svgs) {
      const document = XmlDocument.fromString(svg);
      const [, , width = 0, height = 0] = document.root.attr('viewBox')?.value.split(' ').map(Number) ?? [];
      for (const line of document.root.find('//line')) {
        for (const [name, most] of [
          ['x1', width],
          ['x2', width],
          ['y1', height],
          ['y2', height],
        ] as const) {
          const value = Number(line.get(`@${name}`)?.content);
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(most);
        }
      }
      document.dispose();
    }
  });

  test('shows both addresses of a translation', () => {
    expect(svgs[1]).toContain('src 10.244.0.5:5064');
    expect(svgs[1]).toContain('→ 172.18.0.2:5064');
    expect(svgs[1]).toContain('→ 10.244.0.25:5064');
  });

  test('every frame that a row stands for leads to it, repeated and searched ones too', () => {
    const story = new Story();
    for (const at of [0, 100]) story.sip(at, 'SIP/2.0 200 OK', 'c', '1 INVITE', ...reversed(ue));
    story.rtp(200, 7, 3, ...fromUe('a-ue-1', '192.168.10.11', 40000, 30100, 30100));
    const { rowIds, html } = drawLadder(story.timeline(), topology, 's-1');
    expect(rowIds.get('a-node 1')).toBe('s-1-row-0');
    expect(rowIds.get('a-node 2')).toBe('s-1-row-0');
    for (const frame of [3, 4, 5]) expect(rowIds.get(`a-edge ${frame}`)).toBe('s-1-row-1');
    expect(rowIds.get('a-edge 6')).toBeUndefined();
    for (const id of rowIds.values()) expect(html.text).toContain(`id="${id}"`);
  });

  test('an excerpt has the rows of the frames asked for, under ids of its own', () => {
    const { excerpt } = drawLadder(sampleCall(), topology, 's');
    const [row] = rowsOf(sampleCall(), topology).rows.filter(({ label }) => label.includes('403'));
    const drawn = excerpt(row?.evidence.slice(0, 1) ?? [])?.text;
    expect(drawn?.match(/<g class="row /g)).toHaveLength(1);
    expect(drawn).toContain('403');
    expect(drawn).toContain('id="s-excerpt-row-0"');
    expect(excerpt([{ tap: 'a-edge', frame: 99_999 }])).toBeUndefined();
    expect(excerpt([])).toBeUndefined();
  });

  test('a hostile message works nowhere', () => {
    const story = new Story().sip(0, 'SIP/2.0 200 <script>alert(1)</script>', '"><svg onload=x>', '1 INVITE', ...ue);
    const html = drawLadder(story.timeline(), topology, 's').html.text;
    expect(html).not.toMatch(/<script|<svg onload/);
    expect(html).toContain('&lt;script&gt;');
  });

  test('a flood is cut, and the cut is told', () => {
    const story = new Story();
    for (let i = 0; i < 700; i += 1) story.sip(i, 'OPTIONS sip:a', `c${i}`, '1 OPTIONS', ...ue);
    const html = drawLadder(story.timeline(), topology, 's').html.text;
    expect(html).toContain('200 further rows');
    expect(html.match(/class="row /g)).toHaveLength(500);
  });

  test('nothing to draw is said in words', () => {
    expect(drawLadder(new Story().timeline(), topology, 's').html.text).toContain('Nothing to draw');
  });
});
