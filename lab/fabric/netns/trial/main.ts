import { scenarios } from './scenarios.ts';

const [name = '', folder = '.'] = process.argv.slice(2);
const scenario = scenarios[name];
if (scenario === undefined) throw new Error(`no scenario ${name}`);
process.stdout.write(JSON.stringify(await scenario(folder)));
process.exit(0);
