import { alsoAt, at, both, either, everywhere, from, inAct, lose, nth, to } from './edit.ts';
import { anyRtp, floor } from './media.ts';
import { alterDns, denied, partner, reply } from './name-faults.ts';
import type { Fault } from './row.ts';
import { alterHeader, alterSip, answer, leg, request, withStatus } from './sip.ts';

const crossing = leg('sip:ncf@');
const toThePod = both(floor('Floor Taken'), to('10.244.0.26'));
const toTheNode = both(floor('Floor Taken'), to('172.18.0.3', 20002));
const completes = 'INVITE, 200 and ACK of the crossing dialog complete';
const discarded = "the ACK of each crossing dialog ends at the root agency's edge, and the 200 is repeated";

/** All but the first of the 200s that this host passes on, at each tap. */
const repeatedFrom = (address: string) =>
  nth(both(answer('INVITE', 200), crossing, from(address)), (index) => index > 0);

/** Failures whose evidence, or whose health beside it, is not there: a scenario of a failure must fail as well. */
export const curedFaults: readonly Fault[] = [
  {
    what: "one of the partner's names is answered",
    of: '@F1',
    edit: alterDns(reply(partner, 'SRV'), (message) => ({
      ...message,
      rcode: 0,
      answers: message.questions.map(({ name }) => ({
        name,
        ttl: 5,
        type: 'SRV' as const,
        priority: 10,
        weight: 50,
        port: 31070,
        target: 'node-b.mcx.test',
      })),
    })),
    fails: "agency a's server gets no usable answer for its partners' names",
    because: /is answered/,
    symptom: null,
  },
  {
    what: 'SIP for the partner leaves the node',
    of: '@F1',
    edit: alsoAt('a-node', both(request('INVITE'), leg('sip:pf@'), at('a-mcx')), {
      src: '172.18.0.2',
      dst: '172.18.0.3',
    }),
    fails: 'no SIP for a partner leaves the node of agency a',
    because: /SIP for 172\.18\.0\.3 leaves/,
  },
  {
    what: 'names of the own cluster do not resolve either',
    of: '@F1',
    edit: alterDns(reply(/cluster\.local/), denied(2)),
    fails: 'cluster names resolve in agency a',
    because: /no name under cluster\.local/,
  },
  {
    what: "what is sent to the partner's pod arrives there",
    of: '@F2',
    edit: alsoAt('b-mcx', both(toThePod, at('a-node')), { ttl: 62 }),
    fails: "packets for the address in the SDP of the crossing dialog leak out of the node with the pod's own source",
    because: /arrives/,
    symptom: null,
  },
  {
    what: "nothing is sent to the partner's pod",
    of: '@F2',
    edit: lose(toThePod),
    fails: "packets for the address in the SDP of the crossing dialog leak out of the node with the pod's own source",
    because: /nothing is sent to the address of that SDP/,
    symptom: null,
  },
  {
    what: 'the ACK of the crossing dialog is lost',
    of: '@F2',
    edit: lose(both(request('ACK'), crossing, at('b-mcx'))),
    fails: completes,
    because: /the ACK does not arrive/,
  },
  {
    what: "the caller's RTP does not reach its own server",
    of: '@F2',
    edit: lose(both(everywhere(both(anyRtp(), from('192.168.10.11'))), at('a-mcx'))),
    fails: "a-ue-1's RTP reaches its own server",
    because: /no RTP of a-ue-1 reaches a-mcx/,
  },
  {
    what: 'what is sent to the far node reaches its pod',
    of: '@F3',
    edit: alsoAt('b-mcx', both(toTheNode, at('b-node')), { dst: '10.244.0.26', ttl: 62 }),
    fails: "packets reach the far node at the pod's own port, which no Service exposes",
    because: /arrives/,
    symptom: null,
  },
  {
    what: 'what is sent to the far node does not reach it',
    of: '@F3',
    edit: lose(both(toTheNode, at('b-node'))),
    fails: "packets reach the far node at the pod's own port, which no Service exposes",
    because: /nothing is sent to the partner's node/,
  },
  {
    what: 'the crossing INVITE is refused with 500, as no edge does to strangers',
    of: '@F4',
    edit: alterSip(both(answer('INVITE', 403), crossing), (message) =>
      withStatus(message, 500, 'Server Internal Error'),
    ),
    fails: "the crossing INVITE is refused with 403 by the other agency's edge",
    because: /no edge answers 403/,
    symptom: null,
  },
  {
    what: 'the refused INVITE reaches the server all the same',
    of: '@F4',
    edit: alsoAt('b-mcx', both(request('INVITE'), crossing, at('b-edge')), { src: '10.244.0.25', dst: '10.244.0.26' }),
    fails: "the crossing INVITE is refused with 403 by the other agency's edge",
    because: /the INVITE reaches b-mcx/,
  },
  {
    what: 'the ACK of the refusal does not reach the edge',
    of: '@F4',
    edit: lose(both(request('ACK'), crossing, at('b-edge'))),
    fails: 'the ACK of the refusal reaches the edge that refused',
    because: /./,
  },
  {
    what: 'the ACK of the refusal is of another transaction',
    of: '@F4',
    edit: alterHeader(both(request('ACK'), crossing), 'Via', (value) =>
      value.replace(/branch=[^;]+/, 'branch=z9hG4bKother'),
    ),
    fails: 'the ACK of the refusal reaches the edge that refused',
    because: /./,
  },
  {
    what: 'no client of agency b is registered',
    of: '@F4',
    edit: lose(both(answer('REGISTER', 200), at('b-edge'))),
    fails: "agency b's edge accepts the REGISTER of its own clients",
    because: /b-edge has accepted no REGISTER/,
  },
  {
    what: 'the ACK leaves the root edge',
    of: '@F5',
    edit: alsoAt(
      'a-edge',
      nth(both(request('ACK'), crossing, at('a-edge')), (index) => index === 0),
      {
        src: '10.244.0.5',
        srcPort: 5064,
        dst: '172.18.0.3',
        dstPort: 31070,
        ttl: 64,
        ipId: 4711,
      },
    ),
    fails: discarded,
    because: /the ACK leaves a-edge/,
    symptom: null,
  },
  {
    what: 'the 200 is not repeated',
    of: '@F5',
    edit: lose(nth(both(answer('INVITE', 200), crossing, from('10.244.0.26')), (index) => index > 0)),
    fails: discarded,
    because: /0 repeated 200s/,
  },
  {
    what: 'the 200 is repeated by nobody and nowhere',
    of: '@F5',
    edit: lose(either(...['10.244.0.26', '10.244.0.25', '172.18.0.3', '10.244.0.5'].map(repeatedFrom))),
    fails: discarded,
    because: /0 repeated 200s/,
    symptom: null,
  },
  {
    what: 'the BYE is answered 200',
    of: '@F5',
    edit: alterSip(both(answer('BYE', 481), crossing), (message) => withStatus(message, 200, 'OK')),
    fails: 'the session dies after 64·T1: its BYE is answered 481',
    because: /the BYE has no 481/,
  },
  {
    what: 'a replayed INVITE reaches the server',
    of: '@R4',
    edit: alsoAt('b-mcx', both(request('INVITE'), crossing, from('192.168.20.66'), inAct(4)), {
      src: '10.244.0.25',
      dst: '10.244.0.26',
    }),
    fails: 'what b-stranger forged arrives at an edge and gets nowhere',
    because: /it reaches b-mcx/,
  },
  {
    what: 'a replayed INVITE is accepted',
    of: '@R4',
    edit: alterSip(both(answer('INVITE', 403), inAct(6)), (message) => withStatus(message, 200, 'OK')),
    fails: 'what b-stranger forged arrives at an edge and gets nowhere',
    because: /it is answered 2xx/,
  },
  {
    what: 'a replayed INVITE never reaches the edge, so that nothing is proved',
    of: '@R4',
    edit: lose(both(request('INVITE'), inAct(5), at('b-edge', 'b-node'))),
    fails: 'what a host on the bridge forged arrives at an edge and gets nowhere',
    because: /no INVITE of bridge reaches an edge/,
  },
  {
    what: "a client's replay keeps its isfocus when it reaches the server",
    of: '@R4',
    edit: alterHeader(both(request('INVITE'), inAct(8), from('10.244.0.5')), 'Contact', (value) => `${value};isfocus`),
    fails: 'what a-stranger forged arrives at an edge and gets nowhere',
    because: /it reaches a-mcx/,
  },
  {
    what: "a client's replay keeps the partner's identity when it reaches the server",
    of: '@R4',
    edit: alterHeader(
      both(request('INVITE'), inAct(8), from('10.244.0.5')),
      'P-Asserted-Identity',
      () => '<sip:cf@ic.a.mcx.test>',
    ),
    fails: 'what a-stranger forged arrives at an edge and gets nowhere',
    because: /it reaches a-mcx/,
  },
  {
    what: 'an access network lets a forged source out',
    of: '@R4',
    edit: alsoAt('bridge', both(request('INVITE'), at('b-spoofer'), from('172.18.0.2'))),
    fails: 'what b-spoofer forged leaves it and arrives nowhere',
    because: /it reaches bridge/,
  },
  {
    what: 'an edge relays what a stranger sends to an exposed port',
    of: '@R4',
    edit: alsoAt(
      'b-edge',
      nth(both(anyRtp(), inAct(13), to('10.244.0.25'), at('b-edge')), (index) => index === 7),
      {
        src: '10.244.0.25',
        srcPort: 21000,
        dst: '10.244.0.26',
        dstPort: 20000,
        ttl: 64,
      },
    ),
    fails: 'what b-stranger sent arrives at every exposed port and is relayed to nobody',
    because: /b-edge relays it/,
  },
  {
    what: 'one exposed port was not tried',
    of: '@R4',
    edit: lose(both(to('10.244.0.25', 30117), inAct(13), at('b-edge'))),
    fails: 'what b-stranger sent arrives at every exposed port and is relayed to nobody',
    because: /reaches b-edge 30117/,
  },
];
