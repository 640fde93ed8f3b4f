import { Buffer } from 'node:buffer';
import type { ControlAct } from '../kit/control/control.ts';
import type { Emulator, Kit } from '../kit/start/start.ts';
import { openUdp, type UdpSocket } from '../kit/udp.ts';
import type { StrangerConfig } from './config.ts';

type Send = Extract<ControlAct, { readonly do: 'send' }>;

/** A burst, then a breath: a flood that overran its own socket, or a recorder, would prove nothing about who receives it. */
const burstDatagrams = 16;
const pauseMs = 2;

/** Sends the datagrams that it is given, one act after the other, and answers nothing. */
export function openStranger(config: StrangerConfig, kit: Kit): Emulator {
  const sockets = new Map<string, Promise<UdpSocket>>();
  const counters = { sent: 0, received: 0 };
  let queue: Promise<unknown> = Promise.resolve();

  function socketAt(address: string, port: number): Promise<UdpSocket> {
    const key = `${address}:${port}`;
    const known = sockets.get(key);
    if (known !== undefined) return known;
    const onDatagram = () => {
      counters.received += 1;
    };
    const opening = openUdp({ address, port, log: kit.log, onDatagram });
    sockets.set(key, opening);
    // An address that this host does not have: the next act may try again.
    opening.catch(() => sockets.delete(key));
    return opening;
  }

  async function send({ fromAddress, fromPort, to, payload, times = 1 }: Send): Promise<void> {
    const socket = await socketAt(fromAddress ?? config.address, fromPort);
    const bytes = Buffer.from(payload, 'base64');
    for (let sent = 0; sent < times; sent++) {
      socket.send(bytes, to);
      counters.sent += 1;
      if (counters.sent % burstDatagrams === 0) {
        await new Promise<void>((resolve) => {
          kit.clock.after(pauseMs, resolve);
        });
      }
    }
  }

  return {
    control: {
      send: (act) => {
        const done = queue.then(() => send(act));
        queue = done.catch(() => undefined);
        return done;
      },
      describe: () => ({ ...counters, sockets: [...sockets.keys()] }),
    },
    close: async () => {
      const open = await Promise.allSettled(sockets.values());
      await Promise.all(open.map((one) => (one.status === 'fulfilled' ? one.value.close() : undefined)));
    },
  };
}
