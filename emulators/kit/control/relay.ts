import { openControlSocket } from './socket.ts';

/**
 * Carries the control channel over standard input and output: `node emulators/kit/control/relay.ts SOCKET [DEADLINE_MS]`,
 * inside the pod, behind `kubectl exec -i`. Tries until the emulator has opened its socket; ends with its input (0), with
 * the emulator's closing (1), or when the socket did not open within the deadline (3).
 */
const [, , path, deadline = '60000'] = process.argv;
function end(code: number, why?: string): void {
  if (why !== undefined) process.stderr.write(`${why}\n`);
  process.exit(code);
}

if (path === undefined || !(Number(deadline) > 0)) {
  end(2, 'use: node relay.ts SOCKET [DEADLINE_MS]');
} else {
  // What comes before the socket is open waits in the pipe.
  const socket = await openControlSocket(path, Number(deadline));
  if (socket === undefined) {
    end(3, `no control channel at ${path} within ${deadline} ms`);
  } else {
    let inputEnded = false;
    process.stdin.on('end', () => {
      inputEnded = true;
    });
    // Whoever listened has gone: nobody is left to tell.
    process.stdout.on('error', () => end(0));
    socket.on('error', () => {});
    socket.on('close', () =>
      end(inputEnded ? 0 : 1, inputEnded ? undefined : 'the emulator closed its control channel'),
    );
    process.stdin.pipe(socket);
    socket.pipe(process.stdout);
  }
}
