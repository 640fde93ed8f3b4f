import { dialogKeyOf } from '../../../lab/machines/sip/dialog.ts';
import type { IncomingRequest } from '../../kit/sip/endpoint.ts';

/** One dialog of this server, as the requests of its peer find it. */
export interface DialogUser {
  receive(incoming: IncomingRequest): void;
}

/** RFC 3261 12: Call-ID and both tags name a dialog; the Request-URI does not. As many entries as there are legs. */
export class DialogTable {
  readonly #users = new Map<string, DialogUser>();

  add(key: string, user: DialogUser): void {
    this.#users.set(key, user);
  }

  remove(key: string): void {
    this.#users.delete(key);
  }

  find(incoming: IncomingRequest): DialogUser | undefined {
    return this.#users.get(dialogKeyOf(incoming.request));
  }

  get size(): number {
    return this.#users.size;
  }
}
