import { setTimeout as sleep } from 'node:timers/promises';
import type { Access } from '../cluster-access.ts';
import type { KubeObject, ListOf } from '../objects.ts';
import { objectPath } from './path.ts';
import { type ApiProxy, openProxy } from './proxy.ts';
import { Talk } from './talk.ts';

/** A watch that ends at once is not begun again at once. */
const AGAIN_MS = 100;
/** Whose fields of an object are the lab's (server-side apply). */
const MANAGER = 'mcx-lab';

export interface Named {
  readonly metadata: { readonly name: string };
}

/** The API of one cluster, as the lab speaks with it: what a kubectl for each word would take half a second for. */
export interface KubeApi {
  readonly access: Access;
  list<T>(path: string, selector?: string): Promise<readonly T[]>;
  /** One after the other; the objects as they are then. */
  apply<T extends object = KubeObject>(objects: readonly KubeObject[]): Promise<readonly T[]>;
  /** A merge patch (RFC 7396). */
  patch(path: string, change: object): Promise<void>;
  /** What is gone already is gone. It goes by its own grace period, or by this one. */
  remove(path: string, gracePeriodSeconds?: number): Promise<void>;
  /**
   * Looks at the objects of a collection now and whenever one changes, until `look` finds something or throws.
   * @returns undefined when it has not within the time.
   */
  until<T extends Named, R>(
    path: string,
    selector: string | undefined,
    look: (items: readonly T[]) => R | undefined,
    patienceMs: number,
  ): Promise<R | undefined>;
  close(): Promise<void>;
}

/** @throws LabError of `explain`, by what the API or kubectl says. */
export async function openApi(access: Access): Promise<KubeApi> {
  return apiOver(access, await openProxy(access));
}

export function apiOver(access: Access, proxy: ApiProxy): KubeApi {
  const talk = new Talk(access, proxy.socket);
  const list = <T>(path: string, selector: string | undefined) =>
    talk.json<ListOf<T>>('GET', withSelector(path, selector));

  return {
    access,
    list: async <T>(path: string, selector?: string) => (await list<T>(path, selector)).items,
    apply: async <T extends object>(objects: readonly KubeObject[]) => {
      const applied: T[] = [];
      for (const object of objects) {
        const path = `${objectPath(object)}?fieldManager=${MANAGER}&force=true`;
        applied.push(await talk.json<T>('PATCH', path, { type: 'application/apply-patch+yaml', body: object }));
      }
      return applied;
    },
    patch: async (path, change) => {
      await talk.json('PATCH', path, { type: 'application/merge-patch+json', body: change });
    },
    remove: async (path, gracePeriodSeconds) => {
      const body = gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds };
      await talk.json('DELETE', path, { type: 'application/json', body }, [404]);
    },
    until: async <T extends Named, R>(
      path: string,
      selector: string | undefined,
      look: (items: readonly T[]) => R | undefined,
      patienceMs: number,
    ) => {
      const deadline = Date.now() + patienceMs;
      for (;;) {
        const { items, metadata } = await list<T>(path, selector);
        const present = new Map(items.map((item) => [nameOf(item), item]));
        const see = () => look([...present.values()]);
        const found = see();
        const leftMs = deadline - Date.now();
        if (found !== undefined || leftMs <= 0) return found;
        const seen = await talk.watch<T, R>(
          watchPath(path, selector, metadata?.resourceVersion),
          leftMs,
          (type, item) => {
            if (type === 'DELETED') present.delete(nameOf(item));
            else present.set(nameOf(item), item);
            return see();
          },
        );
        if (seen !== undefined) return seen;
        await sleep(AGAIN_MS);
      }
    },
    close: proxy.close,
  };
}

const nameOf = ({ metadata }: Named): string => metadata.name;

function withSelector(path: string, selector: string | undefined): string {
  return selector === undefined ? path : `${path}?labelSelector=${encodeURIComponent(selector)}`;
}

function watchPath(path: string, selector: string | undefined, resourceVersion = ''): string {
  const from = `watch=1&resourceVersion=${encodeURIComponent(resourceVersion)}`;
  const listed = withSelector(path, selector);
  return `${listed}${listed.includes('?') ? '&' : '?'}${from}`;
}
