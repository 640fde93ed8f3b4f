import { describe, expect, test } from 'vitest';
import { field } from '../../wire/floor/fields.ts';
import type { FloorField, FloorMessage, FloorMessageName } from '../../wire/floor/message.ts';
import { participant, startParticipant } from './participant.ts';
import type {
  ParticipantEffect,
  ParticipantEvent,
  ParticipantSettings,
  ParticipantState,
  ParticipantStateName,
} from './participant-state.ts';

const settings: ParticipantSettings = {
  ssrc: 0x1111,
  priority: 5,
  indicator: 0x8400,
  timers: { t100Ms: 1000, t101Ms: 1100, t103Ms: 4000, t104Ms: 1200, t132Ms: 2000 },
};

const from = (name: FloorMessageName, fields: FloorField[] = [], ackRequired = false): ParticipantEvent => ({
  kind: 'message',
  message: { name, ackRequired, ssrc: 0x9999, fields },
});
const granted = from('Floor Granted', [
  { id: 'Duration', seconds: 30 },
  { id: 'SSRC', ssrc: 0xabcd },
]);
const deny = from('Floor Deny', [{ id: 'Reject Cause', cause: 1, phrase: '' }]);
const taken = from('Floor Taken', [{ id: 'Permission to Request the Floor', permission: 1 }]);
const receiveOnly = from('Floor Taken', [{ id: 'Permission to Request the Floor', permission: 0 }]);
const idle = from('Floor Idle');
const revoke = from('Floor Revoke', [{ id: 'Reject Cause', cause: 4, phrase: '' }]);
const position = from('Floor Queue Position Info', [{ id: 'Queue Info', position: 2, priority: 5 }]);
const notQueued = from('Floor Queue Position Info', [{ id: 'Queue Info', position: 254, priority: 5 }]);
const press: ParticipantEvent = { kind: 'press' };
const letGo: ParticipantEvent = { kind: 'let-go' };
const rtp: ParticipantEvent = { kind: 'rtp' };
const query: ParticipantEvent = { kind: 'query-queue' };
const timer = (name: 'T100' | 'T101' | 'T103' | 'T104' | 'T132'): ParticipantEvent => ({ kind: 'timer', timer: name });
const established = (more: { accepted?: boolean; granted?: boolean; ssrc?: number } = {}): ParticipantEvent => ({
  kind: 'call-established',
  accepted: more.accepted ?? false,
  granted: more.granted ?? false,
  ssrc: more.ssrc,
  priority: 5,
  indicator: 0x8400,
});
const inviteSent = (implicitRequest: boolean): ParticipantEvent => ({ kind: 'invite-sent', implicitRequest });

function run(events: readonly ParticipantEvent[], begin = startParticipant(settings)) {
  let state: ParticipantState = begin;
  let effects: readonly ParticipantEffect[] = [];
  for (const event of events) ({ state, effects } = participant(state, event, 0));
  return { state, effects };
}

/** How each state is reached from the start. */
const way: Readonly<Record<ParticipantStateName | 'offered' | 'calling', readonly ParticipantEvent[]>> = {
  'Start-stop': [],
  calling: [inviteSent(true)],
  'U: has no permission': [established()],
  'U: pending Request': [established(), press],
  'U: has permission': [established(), press, granted],
  'U: pending Release': [established(), press, granted, letGo],
  'U: queued': [established(), press, position],
  offered: [established(), press, position, granted],
  Releasing: [established(), { kind: 'release-call' }],
};

/** The effects in short: `send Floor Release`, `start T100`, `stop T101`, `media on`, `tell granted`. */
const short = (effects: readonly ParticipantEffect[]): string[] => effects.map(word);

function word(effect: ParticipantEffect): string {
  switch (effect.kind) {
    case 'send':
      return `send ${effect.message.name}`;
    case 'start-timer':
      return `start ${effect.timer}`;
    case 'stop-timer':
      return `stop ${effect.timer}`;
    case 'media':
      return effect.on ? `media on ${effect.ssrc}` : 'media off';
    case 'inform':
      return `tell ${effect.news}`;
  }
}

type Row = readonly [
  state: keyof typeof way,
  what: string,
  event: ParticipantEvent,
  next: ParticipantStateName,
  ...effects: string[],
];
const release = ['send Floor Release', 'start T100'];
const mediaOn = ['stop T103', 'tell granted', 'media on 43981'];

const table: readonly Row[] = [
  ['Start-stop', 'INVITE that is a floor request', inviteSent(true), 'U: pending Request', 'start T101'],
  ['Start-stop', 'INVITE that is none', inviteSent(false), 'Start-stop'],
  ['Start-stop', 'call established', established(), 'U: has no permission'],
  ['Start-stop', 'button', press, 'Start-stop'],
  ['Start-stop', 'a message', granted, 'Start-stop'],
  ['Start-stop', 'a message that asks for an acknowledgement', from('Floor Taken', [], true), 'Start-stop'],
  ['Start-stop', 'RTP', rtp, 'Start-stop'],
  ['Start-stop', 'release of the call', { kind: 'release-call' }, 'Start-stop'],
  ['calling', 'answer takes it for a request', established({ accepted: true }), 'U: pending Request'],
  ['calling', 'answer does not', established(), 'U: has no permission', 'stop T101'],
  [
    'calling',
    'answer grants',
    established({ granted: true, ssrc: 43981 }),
    'U: has permission',
    'stop T101',
    ...mediaOn,
  ],
  ['calling', 'T101', timer('T101'), 'U: pending Request', 'start T101'],
  ['calling', 'Granted before the answer', granted, 'U: has permission', 'stop T101', ...mediaOn],
  ['calling', 'button released', letGo, 'Start-stop', 'stop T101'],

  ['U: has no permission', 'INVITE', inviteSent(true), 'U: has no permission'],
  ['U: has no permission', 'a timer of another state', timer('T104'), 'U: has no permission'],
  ['U: has no permission', 'button', press, 'U: pending Request', 'send Floor Request', 'start T101'],
  ['U: has no permission', 'Taken', taken, 'U: has no permission', 'start T103', 'tell taken'],
  ['U: has no permission', 'Idle', idle, 'U: has no permission', 'stop T103', 'tell idle'],
  ['U: has no permission', 'RTP', rtp, 'U: has no permission', 'start T103'],
  ['U: has no permission', 'T103 that nobody awaits', timer('T103'), 'U: has no permission'],
  ['U: has no permission', 'Granted unasked', granted, 'U: pending Release', ...release],
  ['U: has no permission', 'Revoke', revoke, 'U: pending Release', 'tell revoked', ...release],
  ['U: has no permission', 'Deny', deny, 'U: has no permission'],
  ['U: has no permission', 'button released', letGo, 'U: has no permission'],
  ['U: has no permission', 'queue query', query, 'U: has no permission'],
  ['U: has no permission', 'position', position, 'U: has no permission'],

  ['U: pending Request', 'Granted', granted, 'U: has permission', 'stop T101', ...mediaOn],
  ['U: pending Request', 'Deny', deny, 'U: has no permission', 'stop T101', 'stop T104', 'stop T132', 'tell denied'],
  ['U: pending Request', 'Taken', taken, 'U: pending Request', 'start T103', 'tell taken'],
  ['U: pending Request', 'Idle', idle, 'U: pending Request', 'stop T103', 'tell idle'],
  ['U: pending Request', 'RTP', rtp, 'U: pending Request', 'start T103'],
  ['U: pending Request', 'position', position, 'U: queued', 'stop T101', 'tell queued'],
  ['U: pending Request', 'Revoke', revoke, 'U: pending Release', 'stop T101', 'tell revoked', ...release],
  ['U: pending Request', 'button released', letGo, 'U: pending Release', 'stop T101', ...release],
  ['U: pending Request', 'button again', press, 'U: pending Request'],
  ['U: pending Request', 'T101', timer('T101'), 'U: pending Request', 'send Floor Request', 'start T101'],
  ['U: pending Request', 'a timer of another state', timer('T100'), 'U: pending Request'],
  ['U: pending Request', 'established again', established({ granted: true }), 'U: pending Request'],
  ['U: pending Request', 'T132 that nobody awaits', timer('T132'), 'U: pending Request'],

  ['U: has permission', 'button released', letGo, 'U: pending Release', 'media off', ...release],
  ['U: has permission', 'Revoke', revoke, 'U: pending Release', 'media off', 'tell revoked', ...release],
  ['U: has permission', 'Idle', idle, 'U: has no permission', 'media off', 'stop T103', 'tell idle'],
  ['U: has permission', 'Granted again', granted, 'U: has permission'],
  ['U: has permission', 'Taken', taken, 'U: has permission'],
  ['U: has permission', 'RTP', rtp, 'U: has permission'],
  ['U: has permission', 'Deny', deny, 'U: has permission'],
  ['U: has permission', 'button again', press, 'U: has permission'],

  ['U: pending Release', 'Idle', idle, 'U: has no permission', 'stop T100', 'stop T103', 'tell idle'],
  ['U: pending Release', 'Taken', taken, 'U: has no permission', 'stop T100', 'start T103', 'tell taken'],
  ['U: pending Release', 'RTP', rtp, 'U: has no permission', 'stop T100', 'start T103'],
  ['U: pending Release', 'T100', timer('T100'), 'U: pending Release', ...release],
  ['U: pending Release', 'Granted', granted, 'U: pending Release'],
  ['U: pending Release', 'Revoke', revoke, 'U: pending Release'],
  ['U: pending Release', 'button', press, 'U: pending Release'],

  ['U: queued', 'Granted', granted, 'U: queued', 'stop T104', 'start T132', 'tell granted-from-queue'],
  ['U: queued', 'Deny', deny, 'U: has no permission', 'stop T101', 'stop T104', 'stop T132', 'tell denied'],
  ['U: queued', 'Taken', taken, 'U: queued', 'start T103', 'tell taken'],
  ['U: queued', 'Idle', idle, 'U: queued', 'stop T103', 'tell idle'],
  ['U: queued', 'RTP', rtp, 'U: queued', 'start T103'],
  ['U: queued', 'Revoke', revoke, 'U: pending Release', 'stop T104', 'stop T132', 'tell revoked', ...release],
  ['U: queued', 'button released', letGo, 'U: pending Release', 'stop T104', 'stop T132', ...release],
  ['U: queued', 'button', press, 'U: queued'],
  ['U: queued', 'query', query, 'U: queued', 'send Floor Queue Position Request', 'start T104'],
  ['U: queued', 'position', position, 'U: queued', 'stop T104', 'tell queue-position'],
  ['U: queued', 'not in the queue', notQueued, 'U: has no permission', 'stop T104', 'tell queue-position'],
  ['U: queued', 'T132 that nobody awaits', timer('T132'), 'U: queued'],
  ['U: queued', 'a timer of another state', timer('T101'), 'U: queued'],
  ['offered', 'button', press, 'U: has permission', 'stop T132', ...mediaOn],
  ['offered', 'T132', timer('T132'), 'U: pending Release', ...release],
  ['offered', 'Granted again', granted, 'U: queued'],
  ['offered', 'query', query, 'U: queued'],
  ['offered', 'position', position, 'U: queued'],
  ['offered', 'not in the queue', notQueued, 'U: queued'],

  ['Releasing', 'a message that asks for an acknowledgement', from('Floor Taken', [], true), 'Releasing'],
  ['Releasing', 'button', press, 'Releasing'],
  ['Releasing', 'RTP', rtp, 'Releasing'],
  ['Releasing', 'established', established(), 'Releasing'],
  ['Releasing', 'release again', { kind: 'release-call' }, 'Releasing'],
];

describe('floor participant, state by state (TS 24.380 6.2.4)', () => {
  for (const [state, what, event, next, ...effects] of table)
    test(`${state}: ${what}`, () => {
      const step = run([...way[state], event]);
      expect(step.state.name).toBe(next);
      expect(short(step.effects)).toEqual(effects);
    });
});

describe('before the answer', () => {
  const refused = [inviteSent(true), deny];

  test.each([
    ['a grant', granted],
    ['a revoke', revoke],
  ])('%s to who has been denied is answered by nobody', (_what, event) => {
    const { state, effects } = run([...refused, event]);
    expect(state.name).toBe('U: has no permission');
    expect(effects).toEqual([]);
  });

  test('an answer behind the grant changes nothing of it', () => {
    const { state, effects } = run([inviteSent(true), granted, established()]);
    expect(state).toMatchObject({ name: 'U: has permission', established: true, mediaSsrc: 43981 });
    expect(effects).toEqual([]);
  });
});

describe('the floor that the queue gave', () => {
  test('goes with the call: no button takes it any more', () => {
    const { state } = run([...way.offered, { kind: 'release-call' }]);
    expect(state.offered).toBe(false);
    expect(run([press], state)).toEqual({ state, effects: [] });
  });

  test('is taken with the SSRC of its grant', () => {
    expect(run([...way.offered, press]).effects.at(-1)).toMatchObject({ on: true, ssrc: 43981 });
    const unnamed = [...way['U: queued'], from('Floor Granted'), press];
    expect(run(unnamed).effects.at(-1)).toMatchObject({ on: true, ssrc: 0x1111 });
  });
});

describe('without queueing negotiated', () => {
  test('Floor Taken is the answer to a request', () => {
    const plain = established();
    const { state, effects } = run([{ ...plain, indicator: 0x8000 } as ParticipantEvent, press, taken]);
    expect(state.name).toBe('U: has no permission');
    expect(short(effects)).toEqual(['stop T101', 'start T103', 'tell taken']);
  });
});

describe('counters', () => {
  test('C101: the request is sent three times in all, then the user is told', () => {
    const sent = [press, timer('T101'), timer('T101')].flatMap((_event, i, events) =>
      short(run([established(), ...events.slice(0, i + 1)]).effects),
    );
    expect(sent.filter((word) => word === 'send Floor Request')).toHaveLength(3);
    const { state, effects } = run([established(), press, timer('T101'), timer('T101'), timer('T101')]);
    expect(state.name).toBe('U: has no permission');
    expect(short(effects)).toEqual(['tell request-unanswered']);
  });

  test('C101 does not count while the INVITE is unanswered', () => {
    const calling = [inviteSent(true), ...Array<ParticipantEvent>(9).fill(timer('T101'))];
    expect(run(calling).state).toMatchObject({ name: 'U: pending Request', c101: 1 });
  });

  test('C100: the release is sent three times in all, then it counts as heard', () => {
    const begun = way['U: pending Release'];
    expect(short(run([...begun, timer('T100'), timer('T100')]).effects)).toEqual(release);
    const { state, effects } = run([...begun, timer('T100'), timer('T100'), timer('T100')]);
    expect(state.name).toBe('U: has no permission');
    expect(short(effects)).toEqual(['tell release-unanswered']);
  });

  test('C104: the position is asked for three times in all; the place in the queue stays', () => {
    const begun = [...way['U: queued'], query];
    expect(short(run([...begun, timer('T104'), timer('T104')]).effects)).toContain('send Floor Queue Position Request');
    const { state, effects } = run([...begun, timer('T104'), timer('T104'), timer('T104')]);
    expect(state.name).toBe('U: queued');
    expect(effects).toEqual([]);
  });
});

describe('what is sent', () => {
  const sentBy = (effects: readonly ParticipantEffect[]): FloorMessage | undefined =>
    effects.find((effect) => effect.kind === 'send')?.message;

  test('Floor Request: priority and indicator as negotiated', () => {
    const more = { ...established(), priority: 3, indicator: 0x8000 } as ParticipantEvent;
    expect(sentBy(run([more, press]).effects)).toEqual({
      name: 'Floor Request',
      ackRequired: false,
      ssrc: 0x1111,
      fields: [
        { id: 'Floor Priority', priority: 3 },
        { id: 'Floor Indicator', bits: 0x8000 },
      ],
    });
  });

  test('Floor Ack: source participant, the type of the message, and its Track Info', () => {
    const track = { id: 'Track Info', queueing: 1, participantType: 'x', references: [7] } as const;
    const ack = sentBy(run([established(), from('Floor Taken', [track], true)]).effects);
    expect(ack?.fields).toEqual([{ id: 'Source', source: 0 }, { id: 'Message Type', type: 2 }, track]);
  });

  test('a message that has no procedure here is acknowledged all the same', () => {
    const { state, effects } = run([...way['U: has permission'], from('Floor Taken', [], true)]);
    expect(state.name).toBe('U: has permission');
    expect(field(sentBy(effects) ?? { fields: [] }, 'Message Type')?.type).toBe(2);
  });

  test.each([
    ['U: pending Request', deny, { news: 'denied', cause: 1 }],
    ['U: has permission', revoke, { news: 'revoked', cause: 4 }],
    ['U: pending Request', position, { news: 'queued', position: 2 }],
    ['U: queued', position, { news: 'queue-position', position: 2 }],
  ] as const)('in %s the user is told the number that came with it', (state, event, told) => {
    const { effects } = run([...way[state], event]);
    expect(effects).toContainEqual({ kind: 'inform', ...told });
  });

  test('the question for the position has no fields', () => {
    expect(sentBy(run([...way['U: queued'], query]).effects)).toMatchObject({ ssrc: 0x1111, fields: [] });
  });

  test('media may go for as long as the grant says', () => {
    expect(run(way['U: has permission']).effects.at(-1)).toMatchObject({ durationS: 30 });
  });

  test('media goes with the own SSRC where the server gives none', () => {
    const { effects } = run([established(), press, from('Floor Granted')]);
    expect(effects.at(-1)).toEqual({ kind: 'media', on: true, ssrc: 0x1111, durationS: undefined });
  });
});

describe('the user and the call', () => {
  test('who may only receive is told so, until a Floor Taken says otherwise', () => {
    expect(short(run([established(), receiveOnly, press]).effects)).toEqual(['tell not-permitted-to-request']);
    expect(run([established(), receiveOnly, taken, press]).state.name).toBe('U: pending Request');
  });

  test('T103: the burst of another counts as ended once', () => {
    expect(short(run([established(), rtp, timer('T103')]).effects)).toEqual(['tell burst-ended']);
    expect(run([established(), rtp, timer('T103'), timer('T103')]).effects).toEqual([]);
  });

  test.each(Object.keys(way) as (keyof typeof way)[])(
    'from %s the release of the call leaves nothing running',
    (state) => {
      const { state: end, effects } = run([...way[state], { kind: 'release-call' }, { kind: 'call-released' }]);
      expect(end).toEqual(startParticipant(end.settings));
      for (const name of ['T100', 'T101', 'T103', 'T104', 'T132']) expect(short(effects)).toContain(`stop ${name}`);
      expect(short(effects)).toContain('media off');
    },
  );
});
