import { flags, message, NETFILTER } from './netlink.ts';
import type { Step } from './steps.ts';

const CTNETLINK = 1;
const CT_DELETE = 2;

/** What `conntrack -F` asks: nfgenmsg is family u8 (0: all), version u8, resource u16; without a tuple all entries go. */
export const forgetTranslations: Step = {
  verb: 'netlink',
  family: NETFILTER,
  requests: [
    { name: 'conntrack flush', message: message((CTNETLINK << 8) | CT_DELETE, flags.change, new Uint8Array(4)) },
  ],
};
