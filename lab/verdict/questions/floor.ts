import type { Sighting } from '../../capture/timeline.ts';
import { field } from '../../wire/floor/fields.ts';
import type { FloorMessage, FloorMessageName } from '../../wire/floor/message.ts';
import { sameUri } from '../../wire/sip/uri.ts';
import { allOf, during, no, pending, question, yes } from '../answers.ts';
import { clauses } from '../clauses.ts';
import { receivedBy, sentBy, ueNamed, ueTap } from '../places.ts';
import type { Answer, Question, Scene } from '../question.ts';
import type { UeTopology } from '../topology.ts';
import type { Among } from './call.ts';

/** Floor control of that name in a datagram (one datagram may hold several messages). */
export function floorIn(sighting: Sighting, name: FloorMessageName): FloorMessage | undefined {
  if (sighting.content.protocol !== 'floor') return undefined;
  return sighting.content.messages.find((message) => message.name === name);
}

/** A floor message of that name that a UE received in this act. */
function heard(scene: Scene, ue: UeTopology, name: FloorMessageName): Sighting[] {
  const tap = ueTap(scene.topology, ue);
  if (tap === undefined) return [];
  return during(scene).filter((sighting) => floorIn(sighting, name) !== undefined && receivedBy(tap, sighting));
}

export function floorSent(scene: Scene, ue: UeTopology, name: FloorMessageName): Sighting | undefined {
  const tap = ueTap(scene.topology, ue);
  if (tap === undefined) return undefined;
  return during(scene).find((sighting) => floorIn(sighting, name) !== undefined && sentBy(tap, sighting));
}

/**
 * In this act Floor Granted reaches the talker's UE, and Floor Taken, naming the talker where it names anybody, every
 * other member's UE. `among` narrows the other members to one agency.
 */
export function floorGranted(talker: string, among: Among = {}): Question {
  return question(clauses.granted, (scene) => {
    const speaker = ueNamed(scene.topology, talker);
    if (speaker === undefined) return pending(scene, `there is no UE ${talker}`);
    const others = scene.topology.ues.filter(
      (ue) => ue !== speaker && (among.agency === undefined || ue.agency === among.agency),
    );
    const rivals = scene.topology.ues.filter((ue) => ue !== speaker).flatMap((ue) => clash(scene, speaker, ue) ?? []);
    return allOf([...rivals, granted(scene, speaker), ...others.map((ue) => taken(scene, ue, speaker))]);
  });
}

/** TS 24.380 6.3.4.4: one talker at a time. Nobody else holds a grant of this act while the speaker holds one. */
function clash(scene: Scene, speaker: UeTopology, rival: UeTopology): Answer | undefined {
  const [grant] = heard(scene, speaker, 'Floor Granted');
  const end = releasedAfter(scene, speaker, grant);
  const second = heard(scene, rival, 'Floor Granted').find((other) => {
    const otherEnd = releasedAfter(scene, rival, other);
    return grant && (end === undefined || other.timeNs < end) && (otherEnd === undefined || otherEnd > grant.timeNs);
  });
  return second && no(`${rival.name} is granted the floor too`, grant, second);
}

function releasedAfter(scene: Scene, ue: UeTopology, grant: Sighting | undefined): bigint | undefined {
  if (grant === undefined) return undefined;
  const ends = [
    ...heard(scene, ue, 'Floor Idle'),
    ...heard(scene, ue, 'Floor Taken'),
    ...heard(scene, ue, 'Floor Revoke'),
  ];
  const own = floorSent(scene, ue, 'Floor Release');
  return during(scene).find((one) => one.timeNs > grant.timeNs && (one === own || ends.includes(one)))?.timeNs;
}

function granted(scene: Scene, speaker: UeTopology): Answer {
  const [grant] = heard(scene, speaker, 'Floor Granted');
  if (grant !== undefined) return yes(`granted to ${speaker.name}`, grant);
  const [denial] = heard(scene, speaker, 'Floor Deny');
  const because = denial === undefined ? `no Floor Granted at ${speaker.name}` : `Floor Deny at ${speaker.name}`;
  return pending(scene, because, denial ?? floorSent(scene, speaker, 'Floor Request'));
}

function taken(scene: Scene, ue: UeTopology, speaker: UeTopology): Answer {
  const all = heard(scene, ue, 'Floor Taken');
  const named = all.filter((sighting) => {
    const message = floorIn(sighting, 'Floor Taken');
    const party = message && field(message, "Granted Party's Identity");
    return party === undefined || sameUri(party.uri, speaker.mcpttId);
  });
  const ssrc = ssrcIn(heard(scene, speaker, 'Floor Granted')[0], 'Floor Granted');
  const right = named.find((sighting) => {
    const theirs = ssrcIn(sighting, 'Floor Taken');
    return ssrc === undefined || theirs === undefined || theirs === ssrc;
  });
  if (right !== undefined) return yes(`taken at ${ue.name}`, right);
  if (named.length > 0) return pending(scene, `Floor Taken at ${ue.name} has not the SSRC of the grant`, named[0]);
  const because = all.length === 0 ? `no Floor Taken at ${ue.name}` : `Floor Taken at ${ue.name} names somebody else`;
  return pending(scene, because, all[0]);
}

/** TS 24.380 8.2.3.16: the SSRC of whoever has the floor. */
export function ssrcIn(sighting: Sighting | undefined, name: FloorMessageName): number | undefined {
  const message = sighting && floorIn(sighting, name);
  return message && field(message, 'SSRC')?.ssrc;
}

/** In this act Floor Idle reaches every member's UE. `among` narrows the members to one agency. */
export function floorIdle(among: Among = {}): Question {
  return question(clauses.idle, (scene) => {
    const members = scene.topology.ues.filter((ue) => among.agency === undefined || ue.agency === among.agency);
    return allOf(
      members.map((ue) => {
        const [idle] = heard(scene, ue, 'Floor Idle');
        if (idle !== undefined) return yes(`idle at ${ue.name}`, idle);
        return pending(scene, `no Floor Idle at ${ue.name}`, floorSent(scene, ue, 'Floor Release'));
      }),
    );
  });
}
