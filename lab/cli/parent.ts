/**
 * npm killed with SIGKILL takes nobody along: its child goes to another parent and would run on unseen. So the parent is
 * watched, and with it goes the lab.
 */
export function watchParent(end: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    end();
    process.exit(130);
  }, 200);
  timer.unref();
}
