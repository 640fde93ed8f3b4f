/** Ports for the legs of a server: even RTP, RTCP on the next one, floor control after it; legs stand four ports apart. */
export interface LegPorts {
  readonly rtpPort: number;
  readonly floorPort: number;
}

export interface PortPool {
  /** Undefined when every leg of the range is in use. */
  take(): LegPorts | undefined;
  /** Gives ports back; ports that are not out are ignored. */
  release(ports: LegPorts): void;
  readonly free: number;
}

const STEP = 4;

/**
 * First returned, last taken again: what a peer still sends to the ports of an ended leg should not fall into the
 * next call.
 */
export function createPortPool([from, to]: readonly [number, number]): PortPool {
  const first = from + (from % 2);
  const idle: number[] = [];
  const taken = new Set<number>();
  for (let port = first; port + 2 <= to; port += STEP) idle.push(port);
  return {
    take() {
      const rtpPort = idle.shift();
      if (rtpPort === undefined) return undefined;
      taken.add(rtpPort);
      return { rtpPort, floorPort: rtpPort + 2 };
    },
    release({ rtpPort }) {
      if (taken.delete(rtpPort)) idle.push(rtpPort);
    },
    get free() {
      return idle.length;
    },
  };
}
