import { contractSpec } from '../../contract/spec.ts';
import { build, remove } from '../furnish.ts';
import { cables, indexOf, interfaces } from '../interfaces.ts';
import { type Place, type Plan, planFabric } from '../plan.ts';
import { lay } from '../porter/cable.ts';
import { OUTER, Porter } from '../porter/porter.ts';
import { ip } from '../porter/rtnetlink.ts';
import { run, type Step } from '../porter/steps.ts';

/** What ip shows of a place, for programs: interfaces, addresses, routes. */
const looks = ['-j -d link', '-j -4 address', '-j -4 route show table all'].map((words) =>
  run(['ip', ...words.split(' ')]),
);
/** Comes when the kernel gets to it, or nobody gave it. */
const incidental = /"(operstate|link_netnsid|\w+_timer)":("[^"]*"|[\d.]+),|"(LOWER_UP|NO-CARRIER|M-DOWN)",?|,(?=\])/g;
const grown = /"address":"(?!02:42|0a:58)[^"]*"/g;

/** How lines of ip are done in a place. */
type Wire = (plan: Plan, place: Place, lines: string[]) => Step;

/** The same fabric twice: cabled and wired by the porter's own messages, and by ip; place by place what ip then sees. */
export async function wires() {
  const porter = new Porter();
  const built = async (prefix: string, laid: (lines: string[]) => Step, wire: Wire) => {
    const plan = planFabric(contractSpec('none'), prefix);
    const everywhere = (step: (place: Place) => Step[]) =>
      Promise.all(plan.places.map(async (place) => [place.name, await porter.demand('wiring', place, step(place))]));
    const linesOf = (place: Place) => [
      ...interfaces(plan, place),
      place.kind === 'bridge' ? 'link set br0 type bridge fdb_flush' : 'link set eth0 address 0a:58:01:02:03:04',
    ];
    const [namespaces] = build(plan);
    await porter.demand('building', OUTER, [...(namespaces === undefined ? [] : [namespaces]), laid(cables(plan))]);
    await everywhere((place) => [wire(plan, place, linesOf(place))]);
    const seen: Record<string, string> = Object.fromEntries(await everywhere(() => looks));
    await porter.demand('removing', OUTER, remove(plan));
    return Object.fromEntries(
      Object.entries(seen).map(([name, text]) => [name, text.replaceAll(incidental, '').replaceAll(grown, '')]),
    );
  };
  const byIp = (lines: string[]) => run(['ip', '-batch', '-'], lines);
  const own = await built('own.', lay, (plan, place, lines) => ip(lines, indexOf(plan, place)));
  const theirs = await built('ip.', byIp, (_plan, _place, lines) => byIp(lines));
  const nonsense = { name: 'nonsense', message: new Uint8Array(16) };
  const refused = await porter.run(OUTER, [ip(['route add 10.0.0.0/8 via 10.9.9.9'], () => 1)]);
  const garbled = await porter.run(OUTER, [{ verb: 'netlink', family: 0, requests: [nonsense] }]);
  await porter.close();
  return { own, theirs, refused, garbled };
}
