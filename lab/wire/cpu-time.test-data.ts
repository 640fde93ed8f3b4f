/** Milliseconds that this thread has computed: what a test takes on a busy machine as on an idle one. */
export function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
