import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Illustrator } from '../lab/run/run.ts';
import { drawFloorTimeline } from './floor-timeline.ts';
import { renderReport } from './html.ts';
import { renderJunit } from './junit.ts';
import { drawLadder } from './ladder.ts';
import { anchorOf, type Drawings } from './page/scenario.ts';
import { type Markup, markup } from './text.ts';
import { drawWays } from './way.ts';

/**
 * Draws each scenario while its packets are in memory, and keeps the drawings alone; writes index.html and junit.xml
 * at the end.
 */
export function illustrate(): Illustrator {
  const drawings = new Map<string, Drawings>();
  return {
    scenario({ id, topology }, timeline) {
      const prefix = anchorOf({ id });
      drawings.set(id, {
        ladder: safely(
          () => drawLadder(timeline, topology, prefix),
          (html) => ({ html, rowIds: new Map(), excerpt: () => undefined }),
        ),
        floor: safely(
          () => drawFloorTimeline(timeline, topology),
          (html) => html,
        ),
        ways: safely(
          () => drawWays(timeline, topology, prefix),
          (html) => html,
        ),
      });
    },
    async finish(folder, plan, run) {
      await writeFile(join(folder, 'index.html'), renderReport(run, { plan, drawings }));
      await writeFile(join(folder, 'junit.xml'), renderJunit(run, plan));
    },
  };
}

/** A drawing that cannot be made must not cost the run its report. */
function safely<T>(make: () => T, instead: (html: Markup) => T): T {
  try {
    return make();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return instead(markup`<p class="banner">This drawing could not be made: ${why}</p>`);
  }
}
