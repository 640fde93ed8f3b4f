import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ControlConnection, connectControl, controlOver } from '../../../emulators/kit/control/client.ts';
import type { ControlReply } from '../../../emulators/kit/control/control.ts';
import { LabError } from '../../errors.ts';
import type { PlaceName, RunningFabric } from '../../fabric/fabric.ts';
import type { CastMember } from '../blueprint/cast.ts';

/** A process of the cast and the thumb on it. */
export interface Player {
  readonly emulator: string;
  readonly place: PlaceName;
  /** As its place counts; 0 where Kubernetes has started it. */
  readonly pid: number;
  readonly control: ControlConnection;
  readonly ended: boolean;
  /** It begins anew with this configuration, and its log goes on in this file. */
  begin(config: CastMember['config'], log: string): Promise<ControlReply>;
  /** The lab is done with it: what the lab has started ends, what was deployed rests. */
  dismiss(): Promise<void>;
}

/** The control socket of every manifest, in the place's folder for sockets. */
export const deployedControl = 'control';

const readyMs = 60_000;

/**
 * An emulator at rest, started; or the one that runs in its place of itself, as it is. @throws LabError `CAST-ENDED`,
 * `CAST-NOT-READY` (inconclusive).
 */
export async function startPlayer(running: RunningFabric, member: CastMember, log: string): Promise<Player> {
  const { emulator, place, config } = member;
  const { name } = config.process;
  const { node, project, sockets, deployable } = running.residence(place);
  if (deployable === emulator) return meetDeployed(running, place);
  const socket = join(sockets, name);
  const program = join(project, 'emulators', emulator, 'main.ts');
  const started = await running.start(place, [node, program, '--rest', name, socket], log);
  const died = started.ended.then((how) => {
    throw new LabError('CAST-ENDED', `${name} ended with ${how} before it was ready`, {
      exitCode: 3,
      where: log,
      next: 'Its log says why:',
      command: `cat ${log}`,
    });
  });
  died.catch(() => undefined);
  const { control } = await Promise.race([reach(running, place, socket), died]);
  return player(running, place, emulator, { pid: started.pid, control, ended: started.ended }, async () => {
    control.close();
    await started.stop(1000);
  });
}

/** The program of a deployable, by the control channel that its manifest names. @throws LabError `CAST-NOT-READY`. */
export async function meetDeployed(running: RunningFabric, place: PlaceName): Promise<Player> {
  const { sockets, deployable = '' } = running.residence(place);
  const { control, ended } = await reach(running, place, join(sockets, deployedControl));
  return player(running, place, deployable, { pid: 0, control, ended }, async () => {
    await control.act({ do: 'rest' }, 1000);
    control.close();
  });
}

interface Reached {
  readonly control: ControlConnection;
  /** Resolves when nobody is at the other end any more, where that can be known. */
  readonly ended: Promise<unknown>;
}

function player(
  running: RunningFabric,
  place: PlaceName,
  emulator: string,
  { pid, control, ended }: Reached & { readonly pid: number },
  dismiss: () => Promise<void>,
): Player {
  let hasEnded = false;
  void ended.then(() => {
    hasEnded = true;
  });
  return {
    emulator,
    place,
    pid,
    control,
    get ended() {
      return hasEnded;
    },
    begin: (config, log) => {
      if (running.residence(place).local) return control.act({ do: 'configure', config, log });
      control.hearLog((line) => append(log, line));
      return control.act({ do: 'configure', config, logHere: true });
    },
    dismiss,
  };
}

/** A log that cannot be written must not end the scenario that it tells of. */
function append(log: string, text: string): void {
  try {
    appendFileSync(log, text);
  } catch {}
}

async function reach(running: RunningFabric, place: PlaceName, socket: string): Promise<Reached> {
  const { local, node, project } = running.residence(place);
  if (local) return { control: await connectControl(socket, readyMs), ended: new Promise(() => undefined) };
  const relay = join(project, 'emulators/kit/control/relay.ts');
  const conversation = await running.converse(place, [node, relay, socket, String(readyMs)]);
  const control = controlOver({
    send: (line) => conversation.send(line),
    listen: (line, ended) => {
      conversation.onLine(line);
      void conversation.ended.then(ended);
    },
    close: () => void conversation.close(),
  });
  const reply = await control.act({ do: 'ready' }, readyMs);
  if (reply.ok) return { control, ended: conversation.ended };
  throw new LabError('CAST-NOT-READY', `${socket}: ${reply.error}`, { exitCode: 3, where: place });
}
