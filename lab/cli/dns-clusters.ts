import { restrictedCredential, revokeCredential } from '../dns/credential.ts';
import { applyDns, type PatchTools, patchTools, planDns, revertDns } from '../dns/patch.ts';
import { planText } from '../dns/plan-text.ts';
import { readPresent } from '../dns/present.ts';
import type { Access } from '../dns/step.ts';
import { type DnsCheck, verifyDns } from '../dns/verify-pods.ts';
import { LabError } from '../errors.ts';
import type { ClusterRequest } from './dns-agencies.ts';

/** What a command prints: for people, or for programs. */
export interface Outcome {
  readonly good: boolean;
  readonly text: string;
  readonly document: unknown;
}

const toolsFor = ({ agency }: ClusterRequest): PatchTools => ({
  ...patchTools,
  say: (line) => patchTools.say(`${agency}: ${line}`),
});

/** One after the other: what goes wrong in the first cluster keeps the second untouched. */
async function each<T>(
  requests: readonly ClusterRequest[],
  act: (request: ClusterRequest) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  for (const request of requests) results.push(await act(request));
  return results;
}

/** Every refusal of every cluster, before any of them is touched. */
async function plans(requests: readonly ClusterRequest[]) {
  const made = await Promise.all(requests.map((request) => planDns(request, toolsFor(request))));
  return made.map((plan, index) => ({ agency: requests[index]?.agency ?? '', plan }));
}

export async function planAll(requests: readonly ClusterRequest[]): Promise<Outcome> {
  const made = await plans(requests.map((request) => ({ ...request, options: { ...request.options, onPaper: true } })));
  const text = made.map(({ agency, plan }) => `# cluster ${agency}\n${planText(plan)}`).join('\n');
  return { good: true, text, document: { clusters: made } };
}

export async function applyAll(requests: readonly ClusterRequest[]): Promise<Outcome> {
  await plans(requests);
  const applied = await each(requests, (request) =>
    request.variant === 'cluster' ? apply(request) : applyRestricted(request),
  );
  const lines = applied.map(({ agency, nameserver, refusal }) => {
    const refused =
      refusal === undefined ? '' : `\n${agency}: applied with a credential that kube-system refuses: ${refusal}`;
    return `${agency}: applied; pods ask ${nameserver}${refused}\n`;
  });
  return { good: true, text: lines.join(''), document: { clusters: applied } };
}

interface Applied {
  readonly agency: string;
  readonly nameserver: string;
  readonly commands: readonly string[];
  readonly refusal?: string;
}

async function apply(request: ClusterRequest): Promise<Applied> {
  const plan = await applyDns(request, toolsFor(request));
  return { agency: request.agency, nameserver: plan.podDns.nameservers[0] ?? '', commands: plan.kubectl };
}

async function applyRestricted(request: ClusterRequest): Promise<Applied> {
  const tools = toolsFor(request);
  const { namespace = 'mcx', image } = request.options;
  const credential = await restrictedCredential(request.options, namespace, request.folder, tools);
  tools.say(`kube-system refuses the credential: ${credential.refusal}`);
  try {
    // Which image the cluster's own CoreDNS has, only an administrator may see.
    const own = image ?? (await readPresent(tools.run, '', request.options).catch(() => undefined))?.image;
    const options = {
      ...request.options,
      context: undefined,
      ...credential.access,
      ...(own === undefined ? {} : { image: own }),
    };
    return { ...(await apply({ ...request, options })), refusal: credential.refusal };
  } catch (error) {
    throw pasteable(error, credential.access, request.options);
  } finally {
    await credential.dispose();
  }
}

/** The account's kubeconfig goes with the command; what is to be pasted afterwards names the reader's own context. */
function pasteable(error: unknown, { kubeconfig }: Access, { context = '' }: Access): unknown {
  if (!(error instanceof LabError) || error.command === undefined || kubeconfig === undefined) return error;
  const { code, message, where, next, exitCode } = error;
  const command = error.command.replace(`--kubeconfig ${kubeconfig}`, `--context ${context}`);
  const more = Object.fromEntries(Object.entries({ where, next }).filter(([, value]) => value !== undefined));
  return new LabError(code, message, { ...more, command, exitCode, cause: error });
}

export async function verifyAll(requests: readonly ClusterRequest[]): Promise<Outcome> {
  const clusters = await each(requests, async (request) => ({
    agency: request.agency,
    checks: await verifyDns(request, toolsFor(request)),
  }));
  const all = clusters.flatMap(({ checks }) => checks);
  const lines = clusters.flatMap(({ agency, checks }) => checkLines(agency, checks));
  const wrong = all.filter(({ same }) => !same).length;
  const sum = `${all.length - wrong} of ${all.length} answers right\n`;
  return { good: wrong === 0, text: [...lines, sum].join('\n'), document: { clusters } };
}

/** A line for each pod and protocol, and one for each answer that is wrong. */
function checkLines(agency: string, checks: readonly DnsCheck[]): string[] {
  const groups = Map.groupBy(checks, ({ pod, protocol }) => `${agency} ${pod} ${protocol}`);
  return [...groups].flatMap(([asked, group]) => {
    const wrong = group.filter(({ same }) => !same);
    const right = `${asked}: ${group.length - wrong.length} of ${group.length} answers right`;
    return [right, ...wrong.map(({ type, name, seen, answer }) => `  WRONG ${type} ${name}: ${seen}, not ${answer}`)];
  });
}

export async function revertAll(requests: readonly ClusterRequest[]): Promise<Outcome> {
  const clusters = await each(requests, async (request) => {
    const tools = toolsFor(request);
    const result = await revertDns(request, tools);
    if (request.variant === 'separate')
      await revokeCredential(request.options, request.options.namespace ?? 'mcx', tools);
    return { agency: request.agency, result };
  });
  const text = clusters.map(({ agency, result }) => `${agency}: ${result}\n`).join('');
  return { good: true, text, document: { clusters } };
}
