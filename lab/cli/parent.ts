/**
 * npm killed with SIGKILL takes nobody along: its child goes to another parent and would run on unseen. So the parent is
 * watched, and with it goes the lab, as soon as it has ended what it must.
 */
export function watchParent(end: () => void | Promise<void>): void {
  const parent = startedBy();
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    void Promise.resolve(end()).finally(() => process.exit(130));
  }, 200);
  timer.unref();
}

/** As `preflight.sh` saw it, where this is the process that it became; by now it may be gone. */
function startedBy(): number {
  const [parent, self] = (process.env.LAB_PARENT ?? '').split(':').map(Number);
  return parent !== undefined && self === process.pid ? parent : process.ppid;
}
