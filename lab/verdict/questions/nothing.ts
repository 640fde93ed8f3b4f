import type { Sighting } from '../../capture/timeline.ts';
import { settled } from '../announced.ts';
import { during, no, pending, question, yes } from '../answers.ts';
import { clauses } from '../clauses.ts';
import { payloadKey, speech } from '../media.ts';
import { agencyOf, receivedBy, sentBy, serverTap, type TapTopology, ueNamed, ueTap } from '../places.ts';
import type { Answer, Question, Scene } from '../question.ts';

export interface Silence {
  readonly talker: string;
  /** Whose UEs hear nothing. */
  readonly agency: string;
  /** So many packets of the burst must have reached the talker's own server before the silence means anything. */
  readonly control?: number;
}

/** In this act the talker's RTP reaches its own server and no UE of that agency. */
export function burstUnheard({ talker, agency, control = 20 }: Silence): Question {
  return question(clauses.forwarded, (scene) => {
    const ue = ueNamed(scene.topology, talker);
    const from = ue && ueTap(scene.topology, ue);
    const own = from && agencyOf(scene.topology, from);
    const server = own && serverTap(scene.topology, own);
    if (from === undefined || server === undefined) return pending(scene, `no tap at ${talker} and its server`);
    const deaf = scene.topology.ues
      .filter((one) => one.agency === agency)
      .flatMap((one) => ueTap(scene.topology, one) ?? []);
    return silence(scene, from, server, deaf, control);
  });
}

function silence(
  scene: Scene,
  from: TapTopology,
  server: TapTopology,
  deaf: readonly TapTopology[],
  control: number,
): Answer {
  const sent = new Map<string, Sighting>();
  const controls: Sighting[] = [];
  for (const sighting of during(scene)) {
    const packet = speech(sighting);
    if (packet === undefined) continue;
    const key = payloadKey(packet);
    if (sentBy(from, sighting)) sent.set(key, sighting);
    const origin = sent.get(key);
    if (origin === undefined) continue;
    if (receivedBy(server, sighting)) controls.push(sighting);
    if (deaf.some((tap) => receivedBy(tap, sighting))) return no(`RTP reaches ${sighting.tap}`, origin, sighting);
  }
  const last = controls[control - 1];
  const because = `${controls.length} packets reach ${server.name}, none reaches ${deaf.map(({ name }) => name).join(', ')}`;
  const [first] = sent.values();
  if (last === undefined || !settled(scene, last)) return pending(scene, because, first, controls.at(-1));
  return yes(because, first, controls[0], last);
}
