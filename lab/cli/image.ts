import type { Command } from 'commander';
import { castImage, loadImage, removeImages, tagImage } from '../fabric/kind/image.ts';

interface ImageFlags {
  readonly tag?: string;
  readonly load?: string[];
  readonly remove?: true;
}

export function addImage(program: Command): void {
  program
    .command('image')
    .description('the image of the cast in the local engine; its reference goes to standard output')
    .option('--tag <name>', 'another name for it: mcx-lab/cast:0.1.0, as in the manifests, or one of a registry')
    .option('--load <cluster>', 'put it on the nodes of a kind cluster', (one: string, before: string[] = []) => [
      ...before,
      one,
    ])
    .option('--remove', 'take every image of the cast that was built here out of the engine')
    .action(async ({ tag, load = [], remove }: ImageFlags) => {
      if (remove) return removeImages();
      const built = await castImage();
      const reference = tag ?? built;
      if (tag !== undefined) await tagImage(built, tag);
      for (const cluster of load) await loadImage(reference, cluster);
      process.stdout.write(`${reference}\n`);
    });
}
