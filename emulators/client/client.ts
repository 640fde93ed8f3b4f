import { isIPv4 } from 'node:net';
import { parseSipUri } from '../../lab/wire/sip/uri.ts';
import { type MediaLeg, openMediaLeg } from '../kit/media/leg.ts';
import { openSipEndpoint } from '../kit/sip/endpoint.ts';
import type { Emulator, Kit } from '../kit/start/start.ts';
import type { Peer } from '../kit/udp.ts';
import type { ClientConfig } from './config.ts';
import { Phone } from './phone.ts';
import { Registration } from './registration.ts';
import type { UserAgent } from './user-agent.ts';

/** One MCPTT client: a SIP socket, the three sockets of its one media leg, and the user's thumb on the control channel. */
export async function openClient(config: ClientConfig, { log, ids, clock }: Kit): Promise<Emulator> {
  const proxy = proxyOf(config.outboundProxy);
  let phone: Phone | undefined;
  const endpoint = await openSipEndpoint({
    address: config.address,
    port: config.sipPort,
    timers: config.sipTimers,
    ids,
    log,
    clock,
    // The UE has one door to the network (TS 24.484: UE initial configuration): what comes from elsewhere is not for it.
    screen: (_request, source) => (source.host === proxy.host ? undefined : 'ignore'),
    answersFrom: 'target',
    onRequest: (incoming) => phone?.receive(incoming),
  });
  const ua: UserAgent = { config, endpoint, proxy, ids, log, clock };
  const leg: MediaLeg = await openMediaLeg({
    address: config.address,
    rtpPort: config.rtpPort,
    floorPort: config.floorPort,
    keepAliveSsrc: ids.ssrc(),
    keepAliveMs: config.keepAliveMs,
    onRtp: (_packet, _bytes, source) => phone?.media?.onRtp(source),
    onFloor: (messages, _bytes, source) => phone?.media?.onFloor(messages, source),
    log,
    clock,
  });
  const registration = new Registration(ua);
  const user = new Phone(ua, leg);
  phone = user;
  const inCall = () => {
    if (user.media === undefined) throw new Error('no call');
    return user.media;
  };
  return {
    control: {
      register: () => registration.register(),
      call: ({ group }) => user.call(group),
      talk: ({ packets, release }) => inCall().talk({ packets, release }),
      'release-floor': () => inCall().releaseFloor(),
      answer: () => user.answer(),
      'hang-up': () => user.hangUp(),
      describe: () => ({
        registration: registration.describe(),
        ...user.describe(),
        media: leg.counters(),
        sip: { ...endpoint.counters },
      }),
    },
    close: async () => {
      registration.stop();
      user.stop();
      await Promise.all([endpoint.close(), leg.close()]);
    },
  };
}

/** Names of the outbound proxy are not looked up: the UE's configuration gives the edge's address (TS 24.484). */
function proxyOf(uri: string): Peer {
  const parsed = parseSipUri(uri);
  if (parsed === undefined || !isIPv4(parsed.host)) throw new Error(`outboundProxy: ${uri} has no IPv4 address`);
  return { host: parsed.host, port: parsed.port ?? 5060 };
}
