import type { FloorMessage } from '../../../lab/wire/floor/message.ts';

const server = 0x9999;

export function granted(mediaSsrc: number): FloorMessage {
  return {
    name: 'Floor Granted',
    ackRequired: false,
    ssrc: server,
    fields: [
      { id: 'Duration', seconds: 30 },
      { id: 'SSRC', ssrc: mediaSsrc },
      { id: 'Floor Indicator', bits: 0x8400 },
    ],
  };
}

export function taken(sequence: number, ackRequired: boolean): FloorMessage {
  return {
    name: 'Floor Taken',
    ackRequired,
    ssrc: server,
    fields: [
      { id: "Granted Party's Identity", uri: 'sip:a-ue-2@a.mcx.test' },
      { id: 'Permission to Request the Floor', permission: 1 },
      { id: 'Message Sequence Number', sequence },
      { id: 'Floor Indicator', bits: 0x8400 },
    ],
  };
}

export function idle(sequence: number): FloorMessage {
  return {
    name: 'Floor Idle',
    ackRequired: false,
    ssrc: server,
    fields: [{ id: 'Message Sequence Number', sequence }],
  };
}
