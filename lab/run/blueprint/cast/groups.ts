import type { AgencyConfig } from '../../../../emulators/agency/config.ts';
import type { AgencyAddresses } from '../addresses.ts';
import { campaignOf, interconnectDomainOf, mcpttIdOf, teamOf } from './names.ts';
import type { CastStage } from './stage.ts';

export function groupsOf({ configuration, agencies }: CastStage, agency: AgencyAddresses): AgencyConfig['groups'] {
  const own = {
    kind: 'constituent' as const,
    uri: teamOf(configuration, agency.letter),
    members: agency.ues.map((ue) => mcpttIdOf(configuration, ue.name, agency.letter)),
  };
  const root = agencies[0] ?? agency;
  if (agency !== root)
    return [
      own,
      {
        kind: 'partner',
        uri: campaignOf(configuration),
        controllingPsi: `sip:cf@${interconnectDomainOf(configuration, root.letter)}`,
      },
    ];
  const partners = agencies.filter((other) => other !== root);
  const participatingOnly = configuration.partnerFunction === 'participating';
  return [
    own,
    {
      kind: 'temporary',
      uri: campaignOf(configuration),
      constituents: [
        { group: own.uri, nonControllingPsi: null },
        ...(participatingOnly ? [] : partners).map((other) => ({
          group: teamOf(configuration, other.letter),
          nonControllingPsi: `sip:ncf@${interconnectDomainOf(configuration, other.letter)}`,
        })),
      ],
      directMembers: (participatingOnly ? partners : []).flatMap((other) =>
        other.ues.map((ue) => ({
          user: mcpttIdOf(configuration, ue.name, other.letter),
          participatingPsi: `sip:pf@${interconnectDomainOf(configuration, other.letter)}`,
        })),
      ),
    },
  ];
}
