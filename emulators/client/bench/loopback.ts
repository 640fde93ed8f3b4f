/** Addresses of the loopback that no other run of the tests uses at the same time: the ports of the UE are fixed. */
export function loopback(last: number): string {
  const { pid } = process;
  return `127.${41 + (pid % 100)}.${Math.floor(pid / 100) % 256}.${last}`;
}
