import { tagOf } from '../../lab/machines/sip/identity.ts';
import { makeResponse, type ResponseParts } from '../../lab/machines/sip/response.ts';
import { listValues } from '../../lab/wire/sip/headers.ts';
import type { SipRequest } from '../../lab/wire/sip/message.ts';
import { ResolverClient } from '../kit/resolver/client.ts';
import { type IncomingRequest, openSipEndpoint, type ServerTransaction } from '../kit/sip/endpoint.ts';
import type { Emulator, Kit } from '../kit/start/start.ts';
import { Calls } from './calls.ts';
import type { AgencyConfig } from './config.ts';
import { type AgencyContext, shownAt } from './context.ts';
import { GroupDirectory } from './groups.ts';
import { DialogTable } from './legs/dialog-table.ts';
import { refuse } from './legs/incoming-leg.ts';
import { MediaPorts } from './legs/media-ports.ts';
import { Registrar } from './registrar.ts';
import { Router } from './routing.ts';
import { allowedMethods, supportedExtensions } from './service.ts';

/** Opens the SIP socket of an MCPTT server and connects its parts. */
export async function openAgency(config: AgencyConfig, kit: Kit): Promise<Emulator> {
  const { log, ids, clock } = kit;
  const resolver = new ResolverClient(config.resolvConf, log);
  let receive = (_incoming: IncomingRequest): void => {};
  const endpoint = await openSipEndpoint({
    address: config.address,
    port: config.sipPort,
    sentBy: shownAt(config, 'partner'),
    timers: config.sipTimers,
    ids,
    log,
    clock,
    // TS 24.379 6.3.3: a function that has to ask others first says so at once.
    tryingAfterMs: 0,
    onRequest: (incoming) => receive(incoming),
  });
  const ctx: AgencyContext = {
    config,
    clock,
    ids,
    log,
    endpoint,
    router: new Router(config, resolver),
    registrar: new Registrar(config.domain, config.users),
    groups: new GroupDirectory(config),
    dialogs: new DialogTable(),
    mediaPorts: new MediaPorts(config.address, config.mediaPorts, kit),
  };
  const calls = new Calls(ctx);
  receive = (incoming) => dispatch(ctx, calls, incoming);
  return {
    control: {
      describe: () => ({
        registered: ctx.registrar.describe(clock.nowMs()),
        calls: calls.describe(),
        dialogs: ctx.dialogs.size,
        freeMediaPorts: ctx.mediaPorts.free,
        sip: { ...endpoint.counters },
      }),
    },
    close: async () => {
      resolver.close();
      await endpoint.close();
    },
  };
}

/** RFC 3261 8.2, 12.2.2: inside a dialog by its tags, outside by method. */
function dispatch(ctx: AgencyContext, calls: Calls, incoming: IncomingRequest): void {
  const { request, transaction } = incoming;
  const inDialog = tagOf(request, 'to') !== undefined;
  const user = inDialog ? ctx.dialogs.find(incoming) : undefined;
  if (user !== undefined) {
    user.receive(incoming);
  } else if (transaction === undefined) {
    ctx.log.warn('ACK for no dialog', { uri: request.uri });
  } else if (inDialog) {
    answer(ctx, transaction, 481);
  } else {
    outside(ctx, calls, transaction);
  }
}

function outside(ctx: AgencyContext, calls: Calls, transaction: ServerTransaction): void {
  const { request } = transaction;
  const unknown = listValues(request, 'require').filter((tag) => !supportedExtensions.includes(tag.toLowerCase()));
  if (unknown.length > 0) {
    // RFC 3261 8.2.2.3.
    answer(ctx, transaction, 420, { headers: [{ name: 'Unsupported', value: unknown.join(', ') }] });
    return;
  }
  switch (request.method) {
    case 'INVITE':
      calls.invite(transaction).catch((error: unknown) => {
        ctx.log.fault('call failed', error);
        answer(ctx, transaction, 500);
      });
      break;
    case 'REGISTER':
      register(ctx, transaction, request);
      break;
    case 'OPTIONS':
      // RFC 3261 11.2.
      answer(ctx, transaction, 200, { headers: [allow, { name: 'Accept', value: 'application/sdp' }] });
      break;
    case 'BYE':
    case 'UPDATE':
      answer(ctx, transaction, 481);
      break;
    default:
      answer(ctx, transaction, 405, { headers: [allow] });
  }
}

const allow = { name: 'Allow', value: allowedMethods };

function register(ctx: AgencyContext, transaction: ServerTransaction, request: SipRequest): void {
  const result = ctx.registrar.register(request, ctx.clock.nowMs());
  if (result.ok) answer(ctx, transaction, 200, { headers: result.headers });
  else refuse(ctx, transaction, result.refusal, ctx.ids.tag());
}

function answer(ctx: AgencyContext, transaction: ServerTransaction, status: number, parts: ResponseParts = {}): void {
  transaction.respond(makeResponse(transaction.request, status, { toTag: ctx.ids.tag(), ...parts }));
}
