import { newRequest } from '../../lab/machines/sip/request.ts';
import { addrParam, parseNameAddr } from '../../lab/wire/sip/address.ts';
import { header, listValues } from '../../lab/wire/sip/headers.ts';
import type { SipResponse } from '../../lab/wire/sip/message.ts';
import { parseSipUri, sameUri } from '../../lab/wire/sip/uri.ts';
import { every } from '../kit/clock.ts';
import { allow, contact, registeredContact } from './service.ts';
import type { UserAgent } from './user-agent.ts';

/** Asked for; the registrar says what it gives. */
const expiresS = 600;

/** RFC 5626 4.5 lets a UA wait before it registers again; a lab wants it soon. */
const retryMs = 5000;

/** The UE's registration (RFC 3261 10.2, TS 24.379 7.2.1): made once, refreshed until the UE ends. */
export class Registration {
  readonly #ua: UserAgent;
  readonly #callId: string;
  readonly #tag: string;
  #cseq = 0;
  #state: 'none' | 'registered' | 'lost' = 'none';
  #lastStatus = 0;
  #stopRefresh = () => {};
  #stopKeepAlive: (() => void) | undefined;

  constructor(ua: UserAgent) {
    this.#ua = ua;
    this.#callId = ua.ids.callId();
    this.#tag = ua.ids.tag();
  }

  /** Fulfilled by a 2xx; rejected with what stood in the way. */
  async register(): Promise<void> {
    const response = await this.#send(expiresS);
    const { status } = response;
    // RFC 3261 10.2.8: Interval Too Brief, once
    const longer = status === 423 ? Number(header(response, 'min-expires')) : Number.NaN;
    const final = longer > 0 ? await this.#send(longer) : response;
    this.#lastStatus = final.status;
    if (final.status < 200 || final.status > 299) throw new Error(`REGISTER: ${final.status} ${final.reason}`);
    this.#state = 'registered';
    // RFC 5626 3.5.1: the flow towards the edge is the UE's to keep
    this.#stopKeepAlive ??= every(this.#ua.clock, this.#ua.config.keepAliveMs, () =>
      this.#ua.endpoint.keepAlive(this.#ua.proxy),
    );
    this.#refreshAfter(this.#grantedS(final) * 500);
  }

  describe(): unknown {
    return { state: this.#state, lastStatus: this.#lastStatus };
  }

  stop(): void {
    this.#stopRefresh();
    this.#stopKeepAlive?.();
  }

  #refreshAfter(ms: number): void {
    this.#stopRefresh();
    this.#stopRefresh = this.#ua.clock.after(Math.max(1000, Math.min(ms, 2 ** 31 - 1)), () => {
      this.register().catch((error: unknown) => {
        this.#state = 'lost';
        this.#ua.log.warn('registration not refreshed', { error: String(error) });
        this.#refreshAfter(retryMs);
      });
    });
  }

  /** RFC 3261 10.2.4: the expires of our own Contact, else Expires, else what was asked. */
  #grantedS(response: SipResponse): number {
    const own = parseNameAddr(contact(this.#ua.config))?.uri ?? '';
    for (const value of listValues(response, 'contact')) {
      const bound = parseNameAddr(value);
      const expires = bound && sameUri(bound.uri, own) ? Number(addrParam(bound, 'expires')) : Number.NaN;
      if (expires > 0) return expires;
    }
    const expires = Number(header(response, 'expires'));
    return expires > 0 ? expires : expiresS;
  }

  #send(seconds: number): Promise<SipResponse> {
    const { config, endpoint, proxy } = this.#ua;
    this.#cseq += 1;
    const request = newRequest({
      method: 'REGISTER',
      // RFC 3261 10.2: the domain alone
      uri: `sip:${parseSipUri(config.mcpttId)?.host ?? ''}`,
      from: `<${config.mcpttId}>;tag=${this.#tag}`,
      to: `<${config.mcpttId}>`,
      callId: this.#callId,
      cseq: this.#cseq,
      headers: [
        { name: 'Contact', value: registeredContact(config) },
        { name: 'Expires', value: String(seconds) },
        // RFC 3327 5.1: the edge puts itself into the path of what comes back
        { name: 'Supported', value: 'path' },
        allow,
      ],
    });
    return new Promise((resolve, reject) => {
      endpoint.request(request, proxy, {
        onResponse: (response) => {
          if (response.status >= 200) resolve(response);
        },
        onTimeout: () => reject(new Error('REGISTER: no answer')),
        onTransportError: (error) => reject(new Error(`REGISTER: ${error.message}`)),
      });
    });
  }
}
