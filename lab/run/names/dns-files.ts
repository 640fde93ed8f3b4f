import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { agencyZone, type DnsAgency } from '../../dns/agency-zone.ts';
import { builtInCorefile, separateCorefile, withZoneBlock, zoneFileName } from '../../dns/corefile.ts';
import { writeZone } from '../../dns/zone.ts';
import { serviceIps } from '../blueprint/addresses.ts';
import type { Configuration } from '../settings/configuration.ts';

/** The upstream of the nodes: it knows no name at all, and says so at once. */
const denyingCorefile = `.:53 {
    errors
    file /etc/coredns/db.root .
}
`;
const denyingZone = `$ORIGIN .
$TTL 5
@ IN SOA ns.invalid. hostmaster.invalid. 1 60 30 600 5
@ IN NS ns.invalid.
`;

/** Writes what each resolver of the cast reads: the very files that the reference DNS patch puts into a cluster. */
export async function writeDnsFiles(
  folder: string,
  configuration: Configuration,
  agencies: readonly DnsAgency[],
): Promise<void> {
  const { zone: wanted, variant, origin } = configuration.dns;
  const nameserver = variant === 'separate' ? serviceIps.separateDns : serviceIps.dns;
  const zone = writeZone(agencyZone(agencies, { origin, nameserver, serial: 1, ttl: 5 }));
  const builtIn = builtInCorefile();
  const present = wanted === 'present';
  const files: [place: string, name: string, text: string][] = [
    ['bridge', 'Corefile', denyingCorefile],
    ['bridge', 'db.root', denyingZone],
  ];
  for (const { name } of agencies) {
    const own = present && variant === 'cluster';
    files.push([`${name}-dns`, 'Corefile', own ? withZoneBlock(builtIn, origin) : builtIn]);
    if (own) files.push([`${name}-dns`, zoneFileName(origin), zone]);
    if (variant !== 'separate') continue;
    files.push([`${name}-dns-mcx`, 'Corefile', separateCorefile(origin)]);
    if (present) files.push([`${name}-dns-mcx`, zoneFileName(origin), zone]);
  }
  await Promise.all(
    files.map(async ([place, name, text]) => {
      await mkdir(join(folder, place), { recursive: true });
      await writeFile(join(folder, place, name), text);
    }),
  );
}
