import { createSocket, type Socket } from 'node:dgram';
import { createInterface } from 'node:readline';
import type { ProbeEvent, ProbeRequest } from './protocol.ts';

// A process in a place that opens UDP sockets, sends what it is told and says what arrives. It ends with its stdin.

const sockets = new Map<number, Socket>();
const connected = new Set<number>();
let opened = 0;

function say(event: ProbeEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

function errorCode(error: Error): string {
  return (error as NodeJS.ErrnoException).code ?? error.message;
}

function open(id: number, address: string, port: number): void {
  const socket = createSocket({ type: 'udp4' });
  const number = ++opened;
  const fail = (error: Error): void => say({ event: 'failed', id, error: errorCode(error) });
  socket.once('error', fail);
  socket.bind({ address, port, exclusive: true }, () => {
    socket.off('error', fail);
    socket.on('error', (error) => say({ event: 'error', socket: number, error: errorCode(error) }));
    socket.on('message', (bytes, from) =>
      say({
        event: 'datagram',
        socket: number,
        address: from.address,
        port: from.port,
        text: bytes.toString('latin1'),
      }),
    );
    sockets.set(number, socket);
    say({ event: 'done', id, socket: number, port: socket.address().port });
  });
}

function send(request: Extract<ProbeRequest, { op: 'send' }>, socket: Socket): void {
  const { id, socket: number, address, port, text } = request;
  const sent = (error: Error | null): void =>
    error === null
      ? say({ event: 'done', id, socket: number, port })
      : say({ event: 'failed', id, error: errorCode(error) });
  if (connected.has(number)) socket.send(text, sent);
  else socket.send(text, port, address, sent);
}

function close(id: number, number: number, socket: Socket): void {
  sockets.delete(number);
  socket.close(() => say({ event: 'done', id, socket: number, port: 0 }));
}

function act(request: ProbeRequest): void {
  if (request.op === 'open') {
    open(request.id, request.address, request.port);
    return;
  }
  const { id, socket: number } = request;
  const socket = sockets.get(number);
  // A probe may close what it has closed already, at the end of its group.
  if (socket === undefined && request.op === 'close') say({ event: 'done', id, socket: number, port: 0 });
  else if (socket === undefined) say({ event: 'failed', id, error: 'no such socket' });
  else if (request.op === 'send') send(request, socket);
  else if (request.op === 'close') close(id, number, socket);
  else {
    connected.add(number);
    socket.connect(request.port, request.address, () => say({ event: 'done', id, socket: number, port: request.port }));
  }
}

createInterface({ input: process.stdin })
  .on('line', (line) => act(JSON.parse(line) as ProbeRequest))
  .on('close', () => process.exit(0));
