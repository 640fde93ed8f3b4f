import { withPart } from '../../wire/sip/multipart.ts';
import { again, all, at, both, from, later, lose, replace } from './edit.ts';
import { type Fault, says } from './row.ts';
import { alterHeader, alterInfo, alterSdp, alterSip, answer, leg, request, setHeader, withStatus } from './sip.ts';

const of = '@R2';
const crossing = leg('sip:ncf@');
const ok = answer('INVITE', 200);
const tagless = (value: string) => value.replace(/;tag=[^;]+/, '');
const otherTag = (value: string) => value.replace(/;tag=[^;]+/, ';tag=another');

/** INVITE, 200, ACK and BYE: lost, refused, or not what RFC 3261 makes of them. */
export const signallingFaults: readonly Fault[] = [
  {
    what: 'the INVITE never reaches b-ue-2',
    of,
    edit: lose(both(request('INVITE'), leg('sip:b-ue-2@'), at('b-ue-2'))),
    fails: says.invited,
    because: /b-ue-2 has received no INVITE/,
  },
  {
    what: 'the INVITE at a-ue-2 is meant for somebody else',
    of,
    edit: alterInfo(both(request('INVITE'), leg('sip:a-ue-2@')), 'sip:a-ue-2@', 'sip:a-ue-9@'),
    fails: says.invited,
    because: /for sip:a-ue-9@/,
  },
  {
    what: 'the INVITE at b-ue-1 names another caller',
    of,
    edit: alterInfo(both(request('INVITE'), leg('sip:b-ue-1@')), 'sip:a-ue-1@', 'sip:a-ue-2@'),
    fails: says.invited,
    because: /from sip:a-ue-2@/,
  },
  {
    what: 'the INVITE is answered 486',
    of,
    edit: alterSip(both(ok, leg('sip:b-ue-1@')), (message) => withStatus(message, 486, 'Busy Here')),
    fails: says.complete,
    because: /answered 486/,
  },
  {
    what: 'the 200 of a member is lost at its server',
    of,
    edit: lose(both(ok, leg('sip:a-ue-2@'), at('a-mcx'))),
    fails: says.complete,
    because: /the 200 does not arrive/,
  },
  {
    what: 'the ACK is lost before the UE',
    of,
    edit: lose(both(request('ACK'), leg('sip:a-ue-2@'), at('a-ue-2'))),
    fails: says.complete,
    because: /the ACK does not arrive/,
  },
  {
    what: 'no ACK is ever sent',
    of,
    edit: lose(both(request('ACK'), leg('sip:b-ue-1@'))),
    fails: says.complete,
    because: /there is no ACK/,
  },
  {
    what: 'the ACK that crosses ends at the root edge',
    of,
    edit: lose(both(request('ACK'), crossing, at('a-node', 'bridge', 'b-node', 'b-edge', 'b-mcx'))),
    fails: says.complete,
    because: /the ACK does not arrive/,
  },
  {
    what: 'the ACK that crosses ends at the root edge, and the 200 is repeated',
    of,
    edit: all(
      lose(both(request('ACK'), crossing, at('a-node', 'bridge', 'b-node', 'b-edge', 'b-mcx'))),
      lose(both(request('ACK'), crossing, from('10.244.0.5'))),
      again(both(ok, crossing), 100, 300, 700, 1500),
    ),
    fails: says.complete,
    because: /the ACK does not arrive/,
    symptom: 'ack-discarded',
  },
  {
    what: 'a 2xx without To tag',
    of,
    edit: alterHeader(both(ok, leg('sip:b-ue-1@')), 'To', tagless),
    fails: says.complete,
    because: /no To tag/,
  },
  {
    what: 'the From tag is another one in the 200',
    of,
    edit: alterHeader(both(ok, crossing), 'From', otherTag),
    fails: says.complete,
    because: /From tag/,
  },
  {
    what: "the 200 has a branch that is not its INVITE's",
    of,
    edit: alterHeader(both(ok, leg('sip:a-ue-2@'), at('a-mcx')), 'Via', (value) =>
      value.replace(/branch=[^;]+/, 'branch=z9hG4bKother'),
    ),
    fails: says.complete,
    because: /branch/,
  },
  {
    what: 'a 2xx without Contact',
    of,
    edit: alterHeader(both(ok, leg('sip:b-ue-2@')), 'Contact', () => ''),
    fails: says.complete,
    because: /no Contact/,
  },
  {
    what: "the Contact of the crossing 200 still names the far server's pod when it arrives",
    of,
    edit: alterHeader(both(ok, crossing, at('a-mcx')), 'Contact', (value) =>
      value.replace(/@[^;>]+/, '@10.244.0.26:5060'),
    ),
    fails: says.complete,
    because: /the ACK is for .*, the Contact says/,
  },
  {
    what: 'the ACK is for somebody else than the Contact',
    of,
    edit: alterSip(both(request('ACK'), leg('sip:b-ue-1@'), at('b-mcx')), (message) => ({
      ...message,
      uri: 'sip:b-ue-1@10.244.0.99:5060',
    })),
    fails: says.complete,
    because: /the ACK is for sip:b-ue-1@10.244.0.99:5060/,
  },
  {
    what: 'the ACK has another number than its INVITE',
    of,
    edit: setHeader(both(request('ACK'), crossing), 'CSeq', '2 ACK'),
    fails: says.complete,
    because: /number/,
  },
  {
    what: 'the ACK belongs to another dialog',
    of,
    edit: alterHeader(both(request('ACK'), leg('sip:a-ue-2@')), 'To', otherTag),
    fails: says.complete,
    because: /To tag/,
  },
  {
    what: 'the ACK of the 200 uses the branch of its INVITE',
    of,
    edit: alterHeader(both(leg('sip:b-ue-1@'), at('b-mcx')), 'Via', (value) =>
      value.replace(/branch=[^;]+/, 'branch=z9hG4bKsame'),
    ),
    fails: says.complete,
    because: /branch/,
  },
  {
    what: "the 200 loses its INVITE's Record-Route",
    of,
    edit: setHeader(both(request('INVITE'), crossing, at('b-mcx')), 'Record-Route', '<sip:token@10.244.0.25:5060;lr>'),
    fails: says.complete,
    because: /Record-Route/,
  },
  {
    what: "the ACK does not go by the 200's Record-Route",
    of,
    edit: setHeader(both(ok, crossing, at('a-mcx')), 'Record-Route', '<sip:token@10.244.0.5:5060;lr>'),
    fails: says.complete,
    because: /Route/,
  },
  {
    what: 'a 200 without an SDP answer',
    of,
    edit: alterSip(both(ok, leg('sip:b-ue-1@')), (message) => withPart(message, 'application/sdp', new Uint8Array())),
    fails: says.complete,
    because: /SDP/,
  },
  {
    what: 'the answer has fewer media than the offer',
    of,
    edit: alterSdp(both(ok, leg('sip:b-ue-1@')), (sdp) => ({ ...sdp, media: sdp.media.slice(0, 1) })),
    fails: says.complete,
    because: /media/,
  },
  {
    what: 'the answer refuses the audio',
    of,
    edit: alterSdp(both(ok, leg('sip:a-ue-2@')), (sdp) => ({
      ...sdp,
      media: sdp.media.map(({ lines }) => ({
        lines: lines.map((line) =>
          line.type === 'm' ? { ...line, value: line.value.replace(/^audio \d+/, 'audio 0') } : line,
        ),
      })),
    })),
    fails: says.complete,
    because: /audio/,
  },
  {
    what: "the crossing INVITE asserts an identity of the called agency's domain",
    of,
    edit: alterHeader(both(request('INVITE'), crossing), 'P-Asserted-Identity', () => '<sip:cf@ic.b.mcx.test>'),
    fails: says.complete,
    because: /asserts sip:cf@ic.b.mcx.test/,
  },
  {
    what: 'the crossing INVITE asserts no identity',
    of,
    edit: alterHeader(both(request('INVITE'), crossing), 'P-Asserted-Identity', () => ''),
    fails: says.complete,
    because: /asserts nobody/,
  },
  {
    what: 'the far edge replaces the identity of the crossing INVITE',
    of,
    edit: alterHeader(
      both(request('INVITE'), crossing, from('10.244.0.25')),
      'P-Asserted-Identity',
      () => '<sip:guest@b.mcx.test>',
    ),
    fails: says.complete,
    because: /asserts sip:guest@b.mcx.test/,
    symptom: 'agency-treated-as-client',
  },
  {
    what: 'isfocus is lost at the far edge',
    of,
    edit: alterHeader(both(request('INVITE'), crossing, from('10.244.0.25')), 'Contact', (value) =>
      value.replace(';isfocus', ''),
    ),
    fails: says.noSymptom,
    because: /agency-treated-as-client/,
    symptom: 'agency-treated-as-client',
  },
  {
    what: 'no BYE on one leg',
    of,
    edit: lose(both(request('BYE'), leg('sip:b-ue-1@'))),
    fails: says.ended,
    because: /b-mcx to b-ue-1: no BYE/,
  },
  {
    what: 'the BYE that crosses is lost behind the node',
    of,
    edit: lose(both(request('BYE'), crossing, at('b-edge', 'b-mcx'))),
    fails: says.ended,
    because: /the BYE does not arrive/,
  },
  {
    what: 'the BYE has no 200',
    of,
    edit: lose(both(answer('BYE', 200), leg('sip:a-ue-2@'))),
    fails: says.ended,
    because: /the BYE has no 200/,
  },
  {
    what: 'the BYE is answered 481',
    of,
    edit: alterSip(both(answer('BYE', 200), leg('sip:b-ue-2@')), (message) =>
      withStatus(message, 481, 'Call/Transaction Does Not Exist'),
    ),
    fails: says.ended,
    because: /refused/,
  },
  {
    what: 'the BYE has the tags of another dialog',
    of,
    edit: alterHeader(both(request('BYE'), leg('sip:b-ue-1@')), 'To', otherTag),
    fails: says.ended,
    because: /dialog/,
  },
  {
    what: 'the BYE has a number that its dialog has used',
    of,
    edit: setHeader(both(request('BYE'), leg('sip:a-ue-2@')), 'CSeq', '1 BYE'),
    fails: says.ended,
    because: /number/,
  },
  {
    what: 'the 200 that crosses is repeated once',
    of: '@R5',
    edit: again(both(ok, crossing), 100),
    fails: says.once,
    because: /the 200 is sent 2 times/,
  },
  {
    what: 'the ACK that crosses passes the far edge twice',
    of: '@R5',
    edit: again(both(request('ACK'), crossing, from('10.244.0.25')), 10),
    fails: says.once,
    because: /twice/,
  },
  {
    what: 'the ACK that crosses comes later than T1',
    of: '@R5',
    edit: replace(both(request('ACK'), crossing), (packet) => [later(packet, 150)]),
    fails: says.once,
    because: /the ACK takes 1\d\d ms/,
  },
  {
    what: 'the ACK that crosses is lost at the far edge',
    of: '@R5',
    edit: lose(both(request('ACK'), crossing, from('10.244.0.25'))),
    fails: says.complete,
    because: /the ACK does not arrive/,
  },
];
