import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Illustrator } from '../lab/run/run.ts';
import { drawFloorTimeline } from './floor-timeline.ts';
import { renderReport } from './html.ts';
import { renderJunit } from './junit.ts';
import { drawLadder } from './ladder.ts';
import type { Drawings } from './page/scenario.ts';
import { markup } from './text.ts';

/**
 * Draws each scenario while its packets are in memory, and keeps the drawings alone; writes index.html and junit.xml
 * at the end.
 */
export function illustrate(): Illustrator {
  const drawings = new Map<string, Drawings>();
  return {
    scenario({ id, topology }, timeline) {
      drawings.set(
        id,
        draw(
          () => drawLadder(timeline, topology),
          () => drawFloorTimeline(timeline, topology),
        ),
      );
    },
    async finish(folder, plan, run) {
      await writeFile(join(folder, 'index.html'), renderReport(run, { plan, drawings }));
      await writeFile(join(folder, 'junit.xml'), renderJunit(run, plan));
    },
  };
}

/** A drawing that cannot be made must not cost the run its report. */
function draw(ladder: () => Drawings['ladder'], floor: () => Drawings['floor']): Drawings {
  const safely = (make: () => Drawings['ladder']): Drawings['ladder'] => {
    try {
      return make();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return markup`<p class="banner">This drawing could not be made: ${why}</p>`;
    }
  };
  return { ladder: safely(ladder), floor: safely(floor) };
}
