import type { Command } from 'commander';
import { compileCatalogue, readFeatures, selectScenarios } from '../run/scenario/catalogue.ts';
import { configurationOf } from '../run/settings/settings.ts';

export function addList(program: Command, project: string): void {
  program
    .command('list')
    .description('what there is, without running it')
    .option('--tags <expression>', "a tag expression: '@ladder and not @F5'")
    .option('--name <text>', 'scenarios whose name holds the text')
    .option('--json', 'one JSON document on standard output')
    .action(async (options: { tags?: string; name?: string; json?: true }) => {
      const scenarios = selectScenarios(compileCatalogue(await readFeatures(project)), options);
      const listed = scenarios.map((scenario) => ({
        id: scenario.id,
        name: scenario.name,
        tags: scenario.tags,
        where: `${scenario.uri}:${scenario.line}`,
        configuration: configurationOf(scenario, {}, {}),
      }));
      if (options.json) return void process.stdout.write(`${JSON.stringify({ scenarios: listed }, undefined, 2)}\n`);
      for (const one of listed) process.stdout.write(`${one.name}\n  ${one.where}  ${one.tags.join(' ')}\n`);
      process.stdout.write(`${listed.length} scenarios\n`);
    });
}
