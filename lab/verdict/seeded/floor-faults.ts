import { field, withField, withoutField } from '../../wire/floor/fields.ts';
import type { FloorMessage } from '../../wire/floor/message.ts';
import { at, both, inAct, later, lose, replace, to } from './edit.ts';
import { alterFloor, asFloor, floor } from './media.ts';
import { type Fault, says } from './row.ts';

const of = '@R2';
const call = inAct(2);
const stranger = 0x5eed5eed;

/** The floor as TS 24.380 gives it: to one talker, known to all others, and back. */
export const floorFaults: readonly Fault[] = [
  {
    what: 'Floor Granted is lost before the talker',
    of,
    edit: lose(both(floor('Floor Granted'), call, at('a-ue-1'))),
    fails: says.granted,
    because: /no Floor Granted at a-ue-1/,
  },
  {
    what: 'Floor Deny instead of Floor Granted',
    of,
    edit: alterFloor(both(floor('Floor Granted'), call), (message) => ({ ...message, name: 'Floor Deny' })),
    fails: says.granted,
    because: /Floor Deny at a-ue-1/,
  },
  {
    what: 'Floor Granted with the SSRC of somebody else',
    of,
    edit: alterFloor(both(floor('Floor Granted'), call), (message) =>
      withField(message, { id: 'SSRC', ssrc: stranger }),
    ),
    fails: says.granted,
    because: /SSRC/,
  },
  {
    what: 'two grants at once',
    of,
    edit: replace(both(floor('Floor Taken'), call, at('a-ue-2')), (packet) => [
      packet,
      later(asFloor(packet, granted), 5),
    ]),
    fails: says.granted,
    because: /a-ue-2 is granted the floor too/,
  },
  {
    what: 'the floor is granted to another member than the one who asked',
    of,
    edit: replace(both(floor('Floor Taken'), inAct(4), to('192.168.20.11'), at('b-ue-1')), (packet) => [
      asFloor(packet, granted),
    ]),
    fails: says.grantedNext,
    because: /b-ue-1/,
  },
  {
    what: 'no Floor Taken for one member',
    of,
    edit: lose(both(floor('Floor Taken'), call, at('b-ue-1'))),
    fails: says.granted,
    because: /no Floor Taken at b-ue-1/,
  },
  {
    what: 'Floor Taken names somebody else',
    of,
    edit: alterFloor(both(floor('Floor Taken'), call, at('b-ue-2')), (message) =>
      withField(message, { id: "Granted Party's Identity", uri: 'sip:a-ue-2@a.mcx.test' }),
    ),
    fails: says.granted,
    because: /names somebody else/,
  },
  {
    what: 'Floor Taken with the SSRC of somebody else',
    of,
    edit: alterFloor(both(floor('Floor Taken'), call, at('b-ue-2')), (message) =>
      withField(message, { id: 'SSRC', ssrc: stranger }),
    ),
    fails: says.granted,
    because: /SSRC/,
  },
  {
    what: 'no Floor Idle for one member',
    of,
    edit: lose(both(floor('Floor Idle'), inAct(3), at('a-ue-2'))),
    fails: says.idle,
    because: /no Floor Idle at a-ue-2/,
  },
  {
    what: 'the floor is revoked while the talker talks',
    of,
    edit: replace(both(floor('Floor Idle'), inAct(3), at('a-ue-1')), (packet) => [
      later(asFloor(packet, revoked), -300),
      packet,
    ]),
    fails: says.heard,
    because: /revoked/,
  },
  {
    what: 'no Floor Taken for one member when the next one talks',
    of,
    edit: lose(both(floor('Floor Taken'), inAct(4), at('a-ue-2'))),
    fails: says.grantedNext,
    because: /no Floor Taken at a-ue-2/,
  },
];

/** The Taken of a member made a grant for that member. */
function granted(message: FloorMessage): FloorMessage {
  const ssrc = ((field(message, 'SSRC')?.ssrc ?? 0) ^ 1) >>> 0;
  const own = withoutField(withoutField(message, "Granted Party's Identity"), 'Message Sequence Number');
  return { ...withField(own, { id: 'SSRC', ssrc }), name: 'Floor Granted' };
}

function revoked(message: FloorMessage): FloorMessage {
  const cause = { id: 'Reject Cause', cause: 4, phrase: '' } as const;
  return { ...message, name: 'Floor Revoke', fields: [cause] };
}
