import type { AgencyConfig } from '../../../emulators/agency/config.ts';
import type { AgencyAddresses } from '../addresses.ts';
import { campaign, interconnectDomainOf, mcpttIdOf, teamOf } from './names.ts';
import type { CastStage } from './stage.ts';

export function groupsOf({ configuration, agencies }: CastStage, agency: AgencyAddresses): AgencyConfig['groups'] {
  const own = {
    kind: 'constituent' as const,
    uri: teamOf(agency.letter),
    members: agency.ues.map((ue) => mcpttIdOf(ue.name, agency.letter)),
  };
  const root = agencies[0] ?? agency;
  if (agency !== root)
    return [own, { kind: 'partner', uri: campaign, controllingPsi: `sip:cf@${interconnectDomainOf(root.letter)}` }];
  const partners = agencies.filter((other) => other !== root);
  const participatingOnly = configuration.partnerFunction === 'participating';
  return [
    own,
    {
      kind: 'temporary',
      uri: campaign,
      constituents: [
        { group: own.uri, nonControllingPsi: null },
        ...(participatingOnly ? [] : partners).map((other) => ({
          group: teamOf(other.letter),
          nonControllingPsi: `sip:ncf@${interconnectDomainOf(other.letter)}`,
        })),
      ],
      directMembers: (participatingOnly ? partners : []).flatMap((other) =>
        other.ues.map((ue) => ({
          user: mcpttIdOf(ue.name, other.letter),
          participatingPsi: `sip:pf@${interconnectDomainOf(other.letter)}`,
        })),
      ),
    },
  ];
}
