/** Floor messages of the controlling function on their way to own clients (TS 24.380 6.5.4, 6.5.5). */
import { field, withField, withoutField } from '../../wire/floor/fields.ts';
import type { FloorMessage } from '../../wire/floor/message.ts';
import { FLOOR_SOURCE } from '../../wire/floor/source.ts';
import { floorAck, floorRelease, floorTaken, nextSequence } from './messages.ts';
import {
  change,
  changeClient,
  clientOf,
  type Draft,
  forgetTaken,
  send,
  sendUp,
  tell,
} from './non-controlling-draft.ts';
import type { ClientLeg, NonControllingState } from './non-controlling-state.ts';
import { STRAGGLER_MS } from './timers.ts';

export function fromController(draft: Draft, message: FloorMessage): void {
  if (message.ackRequired) sendUp(draft, floorAck(message, draft.state.settings.ssrc, FLOOR_SOURCE.NON_CONTROLLING));
  switch (message.name) {
    case 'Floor Granted':
      granted(draft, message);
      return;
    case 'Floor Taken':
    case 'Floor Idle':
      distribute(draft, message);
      return;
    case 'Floor Deny':
    case 'Floor Revoke':
    case 'Floor Queue Position Info': {
      const client = addressee(draft.state, message);
      if (client === undefined) return;
      if (message.name === 'Floor Deny') changeClient(draft, client.id, { asking: undefined });
      send(draft, client.id, homely(draft.state, message));
      return;
    }
    default:
      return;
  }
}

/** The client that Track Info names; without Track Info the one that it can be about. */
function addressee(state: NonControllingState, message: FloorMessage): ClientLeg | undefined {
  const track = field(message, 'Track Info');
  if (track !== undefined) return state.clients.find(({ reference }) => reference === track.references.at(-1));
  if (message.name === 'Floor Revoke') return clientOf(state, state.holder);
  const asking = state.clients.filter((client) => client.asking !== undefined);
  return asking.length === 1 ? asking[0] : undefined;
}

/** As own clients get it: from this function, and without the trail. */
function homely({ settings }: NonControllingState, message: FloorMessage): FloorMessage {
  return { ...withoutField(message, 'Track Info'), ssrc: settings.ssrc, ackRequired: false };
}

function granted(draft: Draft, message: FloorMessage): void {
  const { settings, holder, sequence } = draft.state;
  const client = addressee(draft.state, message);
  const bits = field(message, 'Floor Indicator')?.bits ?? settings.indicator;
  if (client === undefined) {
    // The client is gone: its floor goes back, so that nobody waits for T1.
    sendUp(draft, floorRelease(settings.ssrc, bits, field(message, 'Track Info')));
    return;
  }
  const again = holder === client.id;
  changeClient(draft, client.id, { asking: undefined, warned: false });
  forgetTaken(draft, client.id);
  send(draft, client.id, homely(draft.state, message));
  // T20 or a repeated request: the others know.
  if (again) return;
  const taking = {
    uri: client.uri,
    mediaSsrc: field(message, 'SSRC')?.ssrc,
    mayRequest: true,
    sequence: nextSequence(sequence),
    ackRequired: settings.takenAck,
  };
  const taken = floorTaken(settings.ssrc, taking, bits);
  // A grant that was overtaken by the Floor Idle after it: that Idle, when it is repeated (T7), is news again.
  change(draft, { holder: client.id, sequence: taking.sequence, last: taken, heard: undefined });
  tellOthers(draft, taken, client.id);
}

// 6.5.4: to all own clients, with this function's own Message Sequence Number
function distribute(draft: Draft, message: FloorMessage): void {
  const { settings, holder, sequence, last, heard } = draft.state;
  const number = field(message, 'Message Sequence Number')?.sequence;
  const event = number === undefined ? undefined : `${message.name} ${number}`;
  if (event !== undefined && event === heard) {
    // The same event again (T7; or an acknowledgement that was lost): own clients get no new number for it.
    if (last?.name === 'Floor Idle') tellOthers(draft, last, undefined);
    return;
  }
  const own = nextSequence(sequence);
  const told: FloorMessage = {
    ...withField(homely(draft.state, message), { id: 'Message Sequence Number', sequence: own }),
    ackRequired: message.name === 'Floor Taken' && settings.takenAck,
  };
  const lately = holder === undefined ? draft.state.lately : { client: holder, untilMs: draft.nowMs + STRAGGLER_MS };
  change(draft, { holder: undefined, sequence: own, last: told, heard: event, lately });
  tellOthers(draft, told, undefined);
}

function tellOthers(draft: Draft, message: FloorMessage, except: string | undefined): void {
  for (const { id, unacked } of draft.state.clients) {
    if (id === except) continue;
    if (unacked !== undefined) forgetTaken(draft, id);
    tell(draft, id, message);
  }
}
