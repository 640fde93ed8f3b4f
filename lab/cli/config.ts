import { type Command, InvalidArgumentError, Option } from 'commander';
import { settingsOf } from '../run/settings/provenance.ts';
import { readConfigFile } from '../run/settings/settings.ts';
import { type ConfigurationFlags, flagLayer } from './run-options.ts';

type PrintOptions = ConfigurationFlags & { readonly config?: string; readonly json?: true };

export function addConfig(program: Command): void {
  program
    .command('config')
    .description('the configuration that a run would have')
    .command('print')
    .description('every key with its value and where it comes from')
    .option('--config <lab.yaml>', 'configuration of the products')
    .option('--agencies <n>', 'number of agencies', whole)
    .addOption(new Option('--nat <kind>').choices(['preserve', 'symmetric', 'none']))
    .addOption(new Option('--cidr <kind>').choices(['overlap', 'distinct']))
    .addOption(new Option('--timers <set>').choices(['fast', 'standard']))
    .option('--json', 'one JSON document on standard output')
    .action(async (options: PrintOptions) => {
      const file =
        options.config === undefined ? [] : [{ from: options.config, layer: await readConfigFile(options.config) }];
      const settings = settingsOf([...file, { from: 'command line', layer: flagLayer(options) }]);
      if (options.json) return void process.stdout.write(`${JSON.stringify({ version: 1, settings }, undefined, 2)}\n`);
      for (const { key, value, from } of settings) {
        process.stdout.write(`${key.padEnd(26)} ${String(value).padEnd(20)} ${from}\n`);
      }
      process.stdout.write('what a scenario names itself wins: npm run lab -- list --json\n');
    });
}

function whole(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('a whole number is wanted');
  return Number(text);
}
