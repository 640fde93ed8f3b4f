import { afterEach, describe, expect, test } from 'vitest';
import { decodeMcpttInfo, mcpttInfoType } from '../../lab/wire/mcx-info/mcptt-info.ts';
import { header, headers, listValues } from '../../lab/wire/sip/headers.ts';
import { partOfType } from '../../lab/wire/sip/multipart.ts';
import { rootConfig } from './bench/config.ts';
import { type Lab, openLab } from './bench/lab.ts';

let lab: Lab | undefined;
afterEach(async () => {
  await lab?.close();
  lab = undefined;
});

const campaign = { sessionType: 'prearranged', requestUri: 'sip:campaign@a.mcx.test' };

describe('a call of the root agency', () => {
  test('two members here, one constituent group there', async () => {
    lab = await openLab({ config: rootConfig });
    const { edge, server } = lab;
    for (const user of ['a-ue-1', 'a-ue-2', 'a-ue-3']) {
      expect((await lab.register(`sip:${user}@a.mcx.test`)).status).toBe(200);
    }
    const originator = await edge.call(server, 'sip:pf@a.mcx.test', 'sip:a-ue-1@a.mcx.test', campaign);
    const toUe2 = await edge.next('INVITE', ({ uri }) => uri.includes('a-ue-2'));
    await edge.next('INVITE', ({ uri }) => uri.includes('a-ue-3'));
    const toPartner = await edge.next('INVITE', ({ uri }) => uri === 'sip:ncf@ic.b.mcx.test');
    expect(headers(toUe2.request, 'route')).toEqual([`<sip:sipaue2amcxtest@${lab.places.edge}:5060;lr>`]);
    expect(listValues(toPartner.request, 'route')).toEqual([
      '<sip:edge.mcx.svc.cluster.local:5060;lr>',
      `<sip:${lab.places.partner}:5060;lr>`,
    ]);
    expect(header(toPartner.request, 'contact')).toMatch(/isfocus$/);
    expect(header(toPartner.request, 'p-asserted-identity')).toBe('<sip:cf@ic.a.mcx.test>');
    expect(decodeMcpttInfo(partOfType(toPartner.request, mcpttInfoType) ?? new Uint8Array()).value).toMatchObject({
      requestUri: 'sip:team@b.mcx.test',
      callingGroupId: 'sip:campaign@a.mcx.test',
      callingUserId: 'sip:a-ue-1@a.mcx.test',
    });
    expect(originator.statuses).toEqual([100]);

    const ue2 = await edge.answer(toUe2);
    const answer = await originator.final();
    expect(answer.status).toBe(200);
    expect(header(answer, 'contact')).toMatch(/^<sip:campaign-\w+@[\d.]+:5060;gr=\w+>.*;isfocus$/);
    expect(header(answer, 'require')).toBe('timer');
    originator.call.ack();
    const granted = await originator.call.heard('Floor Granted');
    expect(granted).toBeDefined();
    await ue2.heard('Floor Taken');

    const ncf = await edge.answer(toPartner, { focus: true });
    await ncf.heard('Floor Taken');
    const sent = originator.call.talk(5, 1);
    await expect.poll(() => ue2.rtp.length).toBe(5);
    await expect.poll(() => ncf.rtp.length).toBe(5);
    expect(ncf.rtp.map((bytes) => [...bytes])).toEqual(sent.map((bytes) => [...bytes]));
    expect(lab.faults()).toBe(0);
  });
});
