import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { contentDigest, readRecipe, recipeFiles } from './image-recipe.ts';
import { librariesIn } from './image-system.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'image-'));
  for (const path of ['a', 'a/deep', 'b']) mkdirSync(join(folder, path));
  for (const path of ['a/x.ts', 'a/x.test.ts', 'a/deep/y.ts', 'b/z.md', 'one.json'])
    writeFileSync(join(folder, path), path);
});
afterEach(() => rmSync(folder, { recursive: true }));

const dockerfile = `# comment
FROM node:26
RUN apt-get update \\
 && apt-get install x
WORKDIR /app
COPY one.json one.json
COPY a code/a
  # another
COPY b /elsewhere
ENV A=1
USER 65532:65532
CMD ["node", "--version"]
`;

describe('a Dockerfile followed without its base image', () => {
  test('what is copied, and what is said of the image; FROM and RUN are the other builder’s', () => {
    expect(readRecipe(dockerfile, '# none\n\n**/*.md\n')).toEqual({
      folder: '/app',
      copies: [
        { from: 'one.json', to: '/app/one.json' },
        { from: 'a', to: '/app/code/a' },
        { from: 'b', to: '/elsewhere' },
      ],
      changes: ['WORKDIR /app', 'ENV A=1', 'USER 65532:65532', 'CMD ["node", "--version"]'],
      ignored: ['**/*.md'],
    });
  });

  test('files by name, without what the ignore file names', async () => {
    const files = await recipeFiles(folder, readRecipe(dockerfile, '**/*.test.ts\n**/*.md\n'));
    expect(files).toEqual([
      { from: 'a/deep/y.ts', to: '/app/code/a/deep/y.ts' },
      { from: 'a/x.ts', to: '/app/code/a/x.ts' },
      { from: 'one.json', to: '/app/one.json' },
    ]);
    const without = await recipeFiles(folder, readRecipe(dockerfile, 'a\nb\n'));
    expect(without.map(({ from }) => from)).toEqual(['one.json']);
  });

  test('a source that is missing is an error, not a smaller image', async () => {
    await expect(recipeFiles(folder, readRecipe('COPY nothing /x', ''))).rejects.toThrow('ENOENT');
  });
});

describe('the tag', () => {
  const parts = () => [
    { path: join(folder, 'one.json'), to: '/one' },
    { path: join(folder, 'a/x.ts'), to: '/x' },
  ];

  test('depends on contents and places, not on order or folder', async () => {
    const digest = await contentDigest(parts(), 'words');
    expect(digest).toMatch(/^[0-9a-f]{16}$/);
    expect(await contentDigest(parts().reverse(), 'words')).toBe(digest);
    expect(await contentDigest(parts(), 'other words')).not.toBe(digest);
    expect(
      await contentDigest(
        parts().map((part) => ({ ...part, to: `${part.to}2` })),
        'words',
      ),
    ).not.toBe(digest);
    writeFileSync(join(folder, 'one.json'), 'changed');
    expect(await contentDigest(parts(), 'words')).not.toBe(digest);
  });
});

test('libraries, the loader among them', () => {
  const ldd = `	linux-vdso.so.1 (0x00007ffd)
	libpcap.so.0.8 => /lib/x86_64-linux-gnu/libpcap.so.0.8 (0x00007f1)
	libgone.so => not found
	/lib64/ld-linux-x86-64.so.2 (0x00007f2)
`;
  expect(librariesIn(ldd)).toEqual(['/lib/x86_64-linux-gnu/libpcap.so.0.8', '/lib64/ld-linux-x86-64.so.2']);
  expect(librariesIn('	not a dynamic executable\n')).toEqual([]);
});

describe('the image of the cast', () => {
  const project = join(import.meta.dirname, '../../..');
  const read = (name: string) => readFileSync(join(project, 'emulators/image', name), 'utf8');
  const recipe = readRecipe(read('Dockerfile'), read('Dockerfile.dockerignore'));

  test('has the program of every emulator, the relay and the probe, and no test', async () => {
    const files = (await recipeFiles(project, recipe)).map(({ to }) => to);
    const emulators = readdirSync(join(project, 'emulators')).filter(
      (name) => !['kit', 'image', 'deploy'].includes(name),
    );
    for (const name of emulators) expect(files).toContain(`/mcx/emulators/${name}/main.ts`);
    expect(files).toContain('/mcx/emulators/kit/control/relay.ts');
    expect(files).toContain('/mcx/lab/fabric/probe/main.ts');
    expect(files.filter((file) => /\.test\.ts$|\.md$/.test(file))).toEqual([]);
  });

  test('has every package that its programs import', async () => {
    const files = await recipeFiles(project, recipe);
    const there = new Set(files.map(({ to }) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(to)?.[1]));
    for (const { from } of files.filter((file) => file.from.endsWith('.ts') && !file.from.startsWith('node_modules'))) {
      const text = readFileSync(join(project, from), 'utf8');
      const imports = text.matchAll(/^(?:import|export)\s[^;]*?from '([^'.][^']*)'|import\('([^'.][^']*)'\)/gm);
      for (const [, fixed, dynamic] of imports) {
        const specifier = fixed ?? dynamic ?? '';
        const name = /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? '';
        if (!name.startsWith('node:')) expect([from, there.has(name) ? name : 'absent']).toEqual([from, name]);
      }
    }
  });
});
