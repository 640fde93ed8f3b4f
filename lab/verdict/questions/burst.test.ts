import { describe, expect, test } from 'vitest';
import { Call, floor, rtp } from '../call.test-data.ts';
import { burstHeard } from './media.ts';
import { burstUnheard } from './nothing.ts';

function running(): Call {
  const call = new Call();
  call.registerAll();
  call.set('a-ue-1');
  return call;
}

const question = burstHeard({ talker: 'a-ue-1', afterFirst: 0 });
const heard = (call: Call, from: bigint) => question.ask(call.stage.scene(from, false));

/** Speech of a UE, on its way to its server. */
const speech = (text: string, ssrc = 9, payloadType = 96) => rtp(payloadType, ssrc, 1, 1, Buffer.from(text));

/** The SSRC that `burst` talks as. */
function ssrcOf(call: Call, from: bigint): number {
  const sent = call.stage.timeline().sightings.find((one) => one.tap === 'a-ue-1' && one.timeNs >= from);
  return sent?.content.protocol === 'rtp' ? sent.content.packet.ssrc : -1;
}

describe('who talks has the floor', () => {
  const granted = (ssrc: number) => floor('Floor Granted', [{ id: 'SSRC', ssrc }]);

  test('as the SSRC that was granted', () => {
    const probe = running();
    const ssrc = ssrcOf(probe, probe.burst('a-ue-1', 1));
    const talks = (...grants: readonly number[]) => {
      const call = running();
      for (const grant of grants) call.down('a-ue-1', 2, granted(grant));
      return heard(call, call.burst('a-ue-1', 3));
    };
    expect(talks(ssrc).state).toBe('yes');
    expect(talks(77)).toMatchObject({
      state: 'no',
      because: `a-ue-1 talks as SSRC ${ssrc}, and SSRC 77 has the floor`,
      evidence: [{ tap: 'a-ue-1' }, { tap: 'a-ue-1' }],
    });
    // The last grant before the burst counts.
    expect(talks(77, ssrc).state).toBe('yes');
    expect(talks(ssrc, 77).state).toBe('no');
  });

  test('whatever is granted to somebody else, or later', () => {
    const call = running();
    call.down('a-ue-2', 2, granted(77));
    const from = call.burst('a-ue-1', 3);
    call.down('a-ue-1', 2, granted(77));
    expect(heard(call, from).state).toBe('yes');
  });

  test('until it is revoked', () => {
    const revoked = (when: 'before' | 'in' | 'after', ue = 'a-ue-1') => {
      const call = running();
      const revoke = () => call.down(ue, 2, floor('Floor Revoke', [{ id: 'Reject Cause', cause: 4, phrase: '' }]));
      if (when === 'before') revoke();
      const from = call.burst('a-ue-1', 3, (listener, i) => {
        if (when === 'in' && listener === 'a-ue-2' && i === 1) revoke();
        return false;
      });
      if (when === 'after') revoke();
      return heard(call, from);
    };
    expect(revoked('in')).toMatchObject({
      state: 'no',
      because: 'the floor of a-ue-1 is revoked',
      evidence: [{ tap: 'a-ue-1' }],
    });
    expect(revoked('before').state).toBe('yes');
    expect(revoked('after').state).toBe('yes');
    expect(revoked('in', 'b-ue-1').state).toBe('yes');
  });
});

describe('nobody else talks', () => {
  function disturbed(disturb: (call: Call) => void, when: 'before' | 'in' | 'after' = 'in') {
    const call = running();
    if (when === 'before') disturb(call);
    const from = call.burst('a-ue-1', 3, (listener, i) => {
      if (when === 'in' && listener === 'a-ue-2' && i === 1) disturb(call);
      return false;
    });
    if (when === 'after') disturb(call);
    return heard(call, when === 'before' ? 0n : from);
  }

  const talks = (call: Call) => call.up('b-ue-1', 0, speech('another'));
  const reaches = (call: Call) => call.down('b-ue-1', 0, speech('another'));

  test('while the talker does', () => {
    expect(disturbed(talks)).toMatchObject({
      state: 'no',
      because: 'b-ue-1 sends speech too',
      evidence: [{ tap: 'a-ue-1' }, { tap: 'b-ue-1' }],
    });
    expect(disturbed(reaches)).toMatchObject({
      state: 'no',
      because: 'b-ue-1 hears somebody else too',
      evidence: [{ tap: 'a-ue-1' }, { tap: 'b-ue-1' }],
    });
  });

  test('before and after it others may', () => {
    for (const when of ['before', 'after'] as const) {
      expect(disturbed(talks, when).state).toBe('yes');
      expect(disturbed(reaches, when).state).toBe('yes');
    }
  });

  test('and a member whose place was not recorded has heard nothing', () => {
    const call = running();
    const from = call.burst('a-ue-1', 3);
    const scene = call.stage.scene(from, false);
    const taps = scene.topology.taps.filter(({ name }) => name !== 'b-ue-2');
    expect(question.ask({ ...scene, topology: { ...scene.topology, taps } })).toMatchObject({
      state: 'open',
      because: 'b-ue-2 received 0 of 3',
    });
  });

  test('and a keep-alive is no speech', () => {
    expect(disturbed((call) => call.keepAlive('b-ue-1')).state).toBe('yes');
  });
});

describe('speech goes by the SDP of each leg', () => {
  /** A burst of three whose second packet the talker sends in this way; it reaches the listeners all the same. */
  function talked(send: (call: Call, packet: Uint8Array) => void) {
    const call = running();
    const from = call.stage.now;
    for (const i of [0, 1, 2]) {
      const packet = speech(`packet ${i}`);
      if (i === 1) send(call, packet);
      else call.up('a-ue-1', 0, packet);
      for (const ue of ['a-ue-2', 'b-ue-1', 'b-ue-2']) call.down(ue, 0, packet);
    }
    call.up('a-ue-1', 2, floor('Floor Release', []));
    return heard(call, from);
  }

  test('from the talker', () => {
    const { node } = running().a;
    expect(talked((call, packet) => call.up('a-ue-1', 0, packet)).state).toBe('yes');
    expect(talked((call, packet) => call.stage.send('a-ue-1', 40004, node, 30100, packet))).toMatchObject({
      state: 'no',
      because: 'a-ue-1 sends RTP from 192.168.10.11:40004, where the SDP says 192.168.10.11:40000',
      evidence: [{ tap: 'a-ue-1' }, { tap: 'a-ue-1' }, { tap: 'a-ue-1' }],
    });
    expect(talked((call, packet) => call.stage.send('a-ue-1', 40000, node, 30108, packet))).toMatchObject({
      state: 'no',
      because: `a-ue-1 sends RTP to ${node}:30108, where the SDP says ${node}:30100`,
    });
    expect(talked((call) => call.stage.send('a-ue-1', 40000, call.b.node, 30100, speech('packet 1')))).toMatchObject({
      state: 'no',
      because: expect.stringContaining(`to 172.18.0.3:30100, where the SDP says ${node}:30100`),
    });
  });

  test('as a payload type that the other side named', () => {
    const call = running();
    const from = call.stage.now;
    const packet = speech('as something else', 9, 97);
    call.up('a-ue-1', 0, packet);
    for (const ue of ['a-ue-2', 'b-ue-1', 'b-ue-2']) call.down(ue, 0, packet);
    call.up('a-ue-1', 2, floor('Floor Release', []));
    expect(heard(call, from)).toMatchObject({
      state: 'no',
      because: 'a-ue-1 sends RTP as payload type 97, where the SDP says 96',
    });
  });

  test('to each listener', () => {
    const call = running();
    const from = call.burst('a-ue-1', 3, (ue, i) => {
      if (ue !== 'b-ue-1' || i !== 1) return false;
      const { latch, exposed } = call.member('b-ue-1');
      const at = latch.get(0);
      const packet = call.stage.timeline().sightings.findLast(({ content }) => content.protocol === 'rtp')?.payload;
      // By another port of the edge: the NAT lets it in where the floor's way is open.
      if (at && packet)
        call.stage.send('b-edge', exposed + 2, at.src, call.member('b-ue-1').latch.get(2)?.srcPort ?? 0, packet);
      return true;
    });
    const answer = heard(call, from);
    expect(answer.state).not.toBe('yes');
  });
});

describe('a burst', () => {
  test('ends with the release: what is said behind it does not count', () => {
    const call = running();
    const from = call.burst('a-ue-1', 5);
    call.up('a-ue-1', 0, speech('behind'));
    const five = burstHeard({ talker: 'a-ue-1', packets: 5, afterFirst: 0 });
    expect(five.ask(call.stage.scene(from, false)).state).toBe('yes');
  });

  test('does not end with a release before it', () => {
    const call = running();
    const from = call.stage.now;
    call.up('a-ue-1', 2, floor('Floor Release', []));
    expect(heard(call, from)).toMatchObject({ state: 'open', because: expect.stringContaining('0 packets sent') });
    call.up('a-ue-1', 0, speech('one'));
    for (const ue of ['a-ue-2', 'b-ue-1', 'b-ue-2']) call.down(ue, 0, speech('one'));
    expect(heard(call, from)).toMatchObject({
      state: 'open',
      because: 'a-ue-1: 1 packets sent, no Floor Release yet',
      evidence: [{ tap: 'a-ue-1' }],
    });
    const one = burstHeard({ talker: 'a-ue-1', packets: 1, afterFirst: 0 });
    expect(one.ask(call.stage.scene(from, false)).state).toBe('yes');
  });

  test('of more packets than told is a no', () => {
    const call = running();
    const scene = call.stage.scene(call.burst('a-ue-1', 5), false);
    expect(burstHeard({ talker: 'a-ue-1', packets: 4, afterFirst: 0 }).ask(scene)).toMatchObject({
      state: 'no',
      because: 'a-ue-1 sent 5 packets, not 4',
      evidence: [{ tap: 'a-ue-1' }, { tap: 'a-ue-1' }, { tap: 'a-ue-1' }],
    });
  });

  test('of which all is eaten by latching says nothing', () => {
    const call = running();
    const scene = call.stage.scene(call.burst('a-ue-1', 3), false);
    expect(burstHeard({ talker: 'a-ue-1', afterFirst: 3 }).ask(scene)).toMatchObject({
      state: 'open',
      because: 'a-ue-1: 3 packets sent, none after the first 3',
    });
    expect(burstHeard({ talker: 'a-ue-1', afterFirst: 2 }).ask(scene).state).toBe('yes');
  });

  test('that misses somewhere is told by the first packet that is missed there', () => {
    const call = running();
    const from = call.burst('a-ue-1', 4, (ue, i) => ue === 'b-ue-2' && i === 2);
    const scene = call.stage.scene(from);
    const answer = question.ask(scene);
    expect(answer).toMatchObject({ state: 'no', because: 'b-ue-2 received 3 of 4' });
    const [missed, last] = answer.evidence.map(({ tap, frame }) => {
      return scene.timeline.sightings.find((one) => one.tap === tap && one.frame === frame);
    });
    expect(missed?.tap).toBe('a-ue-1');
    expect(Buffer.from(missed?.payload ?? []).toString('latin1')).toMatch(/a-ue-1 \d+ 2$/);
    expect(last?.tap).toBe('b-ue-2');
    expect(Buffer.from(last?.payload ?? []).toString('latin1')).toMatch(/a-ue-1 \d+ 3$/);
  });
});

describe('silence', () => {
  const far = (ue: string) => ue.startsWith('b');
  const unheard = (call: Call, from: bigint, control: number) =>
    burstUnheard({ talker: 'a-ue-1', agency: 'b', control }).ask(call.stage.scene(from, false));

  test('is known when the last control packet is old enough to be seen anywhere', () => {
    const call = running();
    const from = call.burst('a-ue-1', 10, far);
    expect(unheard(call, from, 10)).toMatchObject({
      state: 'open',
      because: '10 packets reach a-mcx, none reaches b-ue-1, b-ue-2',
      evidence: [{ tap: 'a-ue-1' }, { tap: 'a-mcx' }],
    });
    call.stage.silence(200);
    expect(unheard(call, from, 10).state).toBe('yes');
    expect(unheard(call, from, 11).state).toBe('open');
  });

  test('needs twenty control packets where nothing else is said', () => {
    const silent = (packets: number) => {
      const call = running();
      const from = call.burst('a-ue-1', packets, far);
      call.stage.silence(200);
      return burstUnheard({ talker: 'a-ue-1', agency: 'b' }).ask(call.stage.scene(from, false)).state;
    };
    expect([silent(19), silent(20)]).toEqual(['open', 'yes']);
  });

  test('is not broken by what others say, nor by the own agency’s UEs', () => {
    const call = running();
    const from = call.burst('a-ue-1', 5, far);
    call.down('b-ue-1', 0, speech('something else'));
    call.stage.silence(200);
    expect(unheard(call, from, 5).state).toBe('yes');
    expect(burstUnheard({ talker: 'a-ue-1', agency: 'a', control: 5 }).ask(call.stage.scene(from)).state).toBe('no');
    expect(burstUnheard({ talker: 'c-ue-1', agency: 'b', control: 0 }).ask(call.stage.scene(from))).toMatchObject({
      state: 'no',
      because: 'no tap at c-ue-1 and its server',
    });
  });
});
