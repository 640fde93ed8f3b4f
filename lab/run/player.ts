import { join } from 'node:path';
import { type ControlConnection, connectControl, controlOver } from '../../emulators/kit/control-client.ts';
import { LabError } from '../errors.ts';
import type { PlacedProcess, RunningFabric } from '../fabric/fabric.ts';
import type { CastMember } from './cast.ts';

/** A process of the cast and the thumb on it. */
export interface Player {
  readonly emulator: CastMember['emulator'];
  readonly process: PlacedProcess;
  readonly control: ControlConnection;
  ended: boolean;
}

const readyMs = 60_000;

/** Starts an emulator at rest. @throws LabError `CAST-ENDED`, `CAST-NOT-READY` (inconclusive). */
export async function startPlayer(running: RunningFabric, member: CastMember, log: string): Promise<Player> {
  const { emulator, place, config } = member;
  const { name } = config.process;
  const { node, project, sockets } = running.residence(place);
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
  const control = await Promise.race([reach(running, place, socket), died]);
  const player: Player = { emulator, process: started, control, ended: false };
  void started.ended.then(() => {
    player.ended = true;
  });
  return player;
}

async function reach(running: RunningFabric, place: string, socket: string): Promise<ControlConnection> {
  const { local, node, project } = running.residence(place);
  if (local) return connectControl(socket, readyMs);
  const relay = join(project, 'emulators/kit/control-relay.ts');
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
  if (reply.ok) return control;
  throw new LabError('CAST-NOT-READY', `${socket}: ${reply.error}`, { exitCode: 3, where: place });
}
