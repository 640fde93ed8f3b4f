import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** What a client writes of itself: a request without a body, as a person would send it with netcat. */
export function request(method: string, uri: string, user: string, host: string): string {
  const address = `<sip:${user}>`;
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/UDP ${host}:5060;rport;branch=z9hG4bK-by-hand-${method}`,
    'Max-Forwards: 70',
    `From: ${address};tag=by-hand`,
    `To: ${address}`,
    `Call-ID: by-hand-${method}`,
    `CSeq: 1 ${method}`,
    `Contact: <sip:${host}:5060>;+g.3gpp.mcptt;expires=60`,
    'Content-Length: 0',
    '\r\n',
  ].join('\r\n');
}

/** The status of the final answer; repeated as RFC 3261 17.1.2.2 does, for 8 seconds. */
export async function statusOf(text: string, host: string, port: number): Promise<number> {
  const socket = createSocket('udp4');
  const timers = [0, 500, 1500, 3500, 7500].map((ms) => setTimeout(() => socket.send(text, port, host), ms));
  try {
    for (;;) {
      const [answer] = await once(socket, 'message', { signal: AbortSignal.timeout(8000) });
      const status = Number(/^SIP\/2\.0 (\d{3}) /.exec(String(answer))?.[1] ?? 0);
      if (status >= 200) return status;
    }
  } finally {
    for (const timer of timers) clearTimeout(timer);
    socket.close();
  }
}
