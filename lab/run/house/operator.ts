import type { ServiceSpec } from '../../fabric/fabric.ts';
import { type AgencyAddresses, withEdgeOnOtherNode, withNextEdge, withNextResolver } from '../blueprint/addresses.ts';
import type { Blueprint } from '../blueprint/blueprint.ts';
import type { CastPaths } from '../blueprint/cast/stage.ts';
import type { CastMember } from '../blueprint/cast.ts';
import type { Naming } from '../names/naming.ts';
import type { OperatorAct } from '../scenario/director.ts';
import type { Ground } from './ground.ts';

/** What operators act upon. */
export interface Estate {
  readonly ground: Ground;
  readonly naming: Naming;
  readonly paths: CastPaths;
  readonly logs: string;
  /** A place is about to go, and its recording with it. */
  endTaps(place: string): Promise<void>;
}

/** A cluster address and a port that nothing of the lab has. */
const otherIp = '10.96.0.90';
const otherPort = 5140;
/** No cluster of the lab has this number. */
const numberOfItsOwn = 32140;

/** The operators of the agencies' clusters: each act changes what is deployed, as their tools do, and nothing else. */
export class Operators {
  readonly #estate: Estate;
  #blueprint: Blueprint;
  /** By agency: pods of the edge that are scaled away, Services that are deleted, Services of others. */
  readonly #down = new Set<string>();
  readonly #deleted = new Set<string>();
  readonly #others = new Map<string, readonly ServiceSpec[]>();

  constructor(estate: Estate, blueprint: Blueprint) {
    this.#estate = estate;
    this.#blueprint = blueprint;
  }

  async perform({ operator, does }: OperatorAct): Promise<void> {
    const agency = this.#agency(operator);
    const { ground, naming, endTaps } = this.#estate;
    switch (does) {
      case 'exposes something else on the node port of a partner':
        return this.#expose(agency, this.#partnerOf(agency).nodePorts.agencies);
      case 'exposes something else on a node port of its own':
        return this.#expose(agency, numberOfItsOwn);
      case 'changes the endpoints of another Service':
        return this.#expose(agency, undefined);
      case 'deletes the Service of the edge':
        this.#deleted.add(operator);
        return this.#apply(operator);
      case 'applies the Service of the edge':
        this.#deleted.delete(operator);
        return this.#apply(operator);
      case 'scales the edge down': {
        const place = `${operator}-${agency.edgePod}`;
        this.#down.add(operator);
        await this.#apply(operator);
        await endTaps(place);
        return ground.deletePod(place);
      }
      case 'scales the edge up':
        this.#down.delete(operator);
        return this.#replace(withNextEdge(agency), 'edge');
      case 'rolls out the edge':
        await this.#replace(withNextEdge(agency), 'edge');
        return ground.retire(`${operator}-${agency.edgePod}`);
      case 'drains the node of the edge': {
        const place = `${operator}-${agency.edgePod}`;
        await this.#replace(withEdgeOnOtherNode(agency), 'edge');
        await endTaps(place);
        return ground.deletePod(place);
      }
      case 'rolls out CoreDNS':
        await endTaps(`${operator}-${agency.dnsPod}`);
        if (await naming.rollOut(operator)) return;
        await this.#replace(withNextResolver(agency), 'resolver');
        return ground.retire(`${operator}-${agency.dnsPod}`);
    }
  }

  #agency(letter: string): AgencyAddresses {
    const found = this.#blueprint.agencies.find((agency) => agency.letter === letter);
    if (found === undefined) throw new Error(`there is no agency ${letter}`);
    return found;
  }

  #partnerOf(agency: AgencyAddresses): AgencyAddresses {
    const found = this.#blueprint.agencies.find((other) => other !== agency);
    if (found === undefined) throw new Error(`agency ${agency.letter} has no partner`);
    return found;
  }

  /** A Service that has nothing to do with calls: with a node port, or inside the cluster. */
  #expose({ letter }: AgencyAddresses, nodePort: number | undefined): Promise<void> {
    const others = this.#others.get(letter) ?? [];
    const port = otherPort + others.length;
    const service: ServiceSpec = {
      name: `other-${others.length + 1}`,
      clusterIp: otherIp,
      externalTrafficPolicy: 'Local',
      ports: [{ port, targetPort: port, ...(nodePort === undefined ? {} : { nodePort }) }],
      endpoints: [`${letter}-bystander`],
    };
    this.#others.set(letter, [...others, service]);
    return this.#apply(letter);
  }

  /** A new pod plays before the Services lead to it. */
  async #replace(agency: AgencyAddresses, what: 'edge' | 'resolver'): Promise<void> {
    const { letter } = agency;
    const { ground, paths, logs } = this.#estate;
    this.#blueprint = this.#blueprint.after(
      this.#blueprint.agencies.map((other) => (other.letter === letter ? agency : other)),
    );
    const mine = this.#blueprint.cast(paths).filter(({ place }) => place.startsWith(`${letter}-`));
    const news = (member: CastMember) => member.emulator === what || member.emulator === 'resolver';
    await ground.play(mine.filter(news), logs);
    await this.#apply(letter);
  }

  async #apply(letter: string): Promise<void> {
    const services = this.#blueprint.fabric.clusters.find(({ name }) => name === letter)?.services ?? [];
    const own = services
      .filter(({ name }) => !(name === 'edge-nodeport' && this.#deleted.has(letter)))
      .map((service) => (this.#down.has(letter) ? withoutEdge(letter, service) : service));
    await this.#estate.ground.changeServices(letter, [...own, ...(this.#others.get(letter) ?? [])]);
  }
}

function withoutEdge(letter: string, service: ServiceSpec): ServiceSpec {
  return { ...service, endpoints: service.endpoints.filter((name) => !name.startsWith(`${letter}-edge`)) };
}
