import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Document, isMap, isSeq, parseAllDocuments } from 'yaml';
import type { EdgeConfig } from '../../../emulators/edge/config.ts';
import type { Deployables } from '../../fabric/kube/deployed.ts';
import { CAST_NAMESPACE } from '../../fabric/kube/names.ts';

/** The parts of an agency that come with manifests to take away. */
export const deployableRoles = ['edge', 'agency', 'resolver'] as const;
export type DeployableRole = (typeof deployableRoles)[number];

export interface Deployable {
  readonly role: DeployableRole;
  readonly namespace: string;
  readonly image: string;
  /** Contents of the ConfigMap, by key; what is not named stays as in the file. */
  readonly files: Readonly<Record<string, string>>;
}

const folder = join(import.meta.dirname, '../../../emulators');

/** The manifests of a role as they lie in the project. */
export function manifestText(role: DeployableRole): Promise<string> {
  return readFile(join(folder, role, 'deploy', `${role}.yaml`), 'utf8');
}

/**
 * The very manifests that a vendor takes away, with what differs from one place to the next put in: namespace, image
 * and contents of the ConfigMap; and the node ports of an edge, which its configuration names as well.
 */
export function withPlace(text: string, { namespace, image, files }: Deployable): string {
  const documents = parseAllDocuments(text);
  for (const document of documents) {
    document.setIn(['metadata', 'namespace'], namespace);
    const kind = document.get('kind');
    if (kind === 'ConfigMap')
      for (const [key, content] of Object.entries(files)) document.setIn(['data', key], content);
    if (kind === 'Deployment') document.setIn(['spec', 'template', 'spec', 'containers', 0, 'image'], image);
    if (kind === 'Service') setNodePorts(document, files['config.json']);
  }
  return documents.map((document) => document.toString({ lineWidth: 0 }).replace(/^---\n/, '')).join('---\n');
}

/**
 * For a cluster of the lab. The configuration in the files will do to begin with, but for the edge's partners, who may be
 * at the address of this very node: each scenario gives its own through the control channel.
 */
export const deployables: Deployables = async (name, image) => {
  const role = deployableRoles.find((one) => one === name);
  if (role === undefined) throw new RangeError(`there is no deployable ${name}`);
  const text = await manifestText(role);
  const files: Record<string, string> = role === 'edge' ? { 'config.json': withoutPartners(text) } : {};
  const placed = withPlace(text, { role, namespace: CAST_NAMESPACE, image, files });
  return parseAllDocuments(placed).map((document) => document.toJS());
};

function withoutPartners(text: string): string {
  const config = String(parseAllDocuments(text)[0]?.getIn(['data', 'config.json']));
  return JSON.stringify({ ...JSON.parse(config), peers: [] }, undefined, 2);
}

/** RFC 3261 8.1.1.8: Contact names the node port, so the Service must have that very one. */
function setNodePorts(document: Document, config: string | undefined): void {
  const advertised = config === undefined ? undefined : (JSON.parse(config) as Partial<EdgeConfig>).advertised;
  const ports = document.getIn(['spec', 'ports']);
  if (advertised === undefined || !isSeq(ports)) return;
  for (const port of ports.items) {
    if (!isMap(port) || !port.has('nodePort')) continue;
    if (port.get('name') === 'clients') port.set('nodePort', advertised.clientsPort);
    if (port.get('name') === 'agencies') port.set('nodePort', advertised.agenciesPort);
  }
}
