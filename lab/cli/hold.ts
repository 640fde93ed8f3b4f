import type { Command } from 'commander';
import { LabError } from '../errors.ts';
import { clearLeftovers, leftovers } from '../fabric/kind/leftovers.ts';
import { clearHostRules } from '../fabric/kube/host-access.ts';
import { requireIsolation } from '../run/environment.ts';
import { heldLabs, holdLab, releaseLab } from '../run/hold.ts';
import { readConfigFile } from '../run/settings/settings.ts';
import { enterCommand, namespacesOf } from './enter.ts';

export function addHold(program: Command, project: string): void {
  program
    .command('up')
    .description('hold a lab open: two agencies, registered UEs, nothing judged')
    .option('--name <name>', 'what to call it', 'default')
    .option('--config <lab.yaml>', 'configuration of the products')
    .action(async (options: { name: string; config?: string }) => {
      if (!/^[a-z0-9-]{1,40}$/.test(options.name))
        throw new LabError('LAB-NAME', `${options.name} is no name for a lab`, { next: 'Use a-z, 0-9 and -.' });
      await requireIsolation();
      const layer = options.config === undefined ? {} : await readConfigFile(options.config);
      const lab = await holdLab(project, options.name, layer);
      process.stdout.write(`${lab.name} is open: ${lab.places.join(' ')}\n`);
      process.stdout.write(`logs and growing captures: ${lab.folder}\n`);
      const enter = enterCommand(lab, await namespacesOf(lab.inside), 'a-mcx');
      if (enter !== undefined) process.stdout.write(`enter a place:\n  ${enter}\n`);
      process.stdout.write(`close it:\n  npm run lab -- down --name ${lab.name}\n`);
    });
  program
    .command('down')
    .description('close a held lab, and what a crash or --keep left on the engine')
    .option('--name <name>', 'only this one; all of them when absent')
    .action(async (options: { name?: string }) => {
      const labs = (await heldLabs(project)).filter((lab) => options.name === undefined || lab.name === options.name);
      if (options.name !== undefined && labs.length === 0)
        throw new LabError('LAB-UNKNOWN', `no lab is called ${options.name}`, {
          next: 'See which are open:',
          command: 'npm run lab -- status',
        });
      for (const lab of labs) {
        await releaseLab(project, lab);
        process.stdout.write(`${lab.name} closed${lab.alive ? '' : ' (it had ended already)'}\n`);
      }
      if (options.name === undefined) {
        await clearLeftovers((line) => void process.stdout.write(`${line}\n`));
        await clearHostRules();
      }
      if (labs.length === 0) process.stdout.write('no lab is open\n');
    });
  program
    .command('status')
    .description('labs that are held open, and what stands on the engine')
    .option('--json', 'one JSON document on standard output')
    .action(async (options: { json?: true }) => {
      const labs = await heldLabs(project);
      const engine = await leftovers();
      if (options.json) return void process.stdout.write(`${JSON.stringify({ labs, engine }, undefined, 2)}\n`);
      for (const lab of labs)
        process.stdout.write(`${lab.name}  ${lab.alive ? `open, process ${lab.pid}` : 'ended'}\n`);
      for (const one of engine) process.stdout.write(`${one.kind} ${one.name}  ${one.state}\n`);
      if (labs.length === 0) process.stdout.write('no lab is open\n');
    });
}
