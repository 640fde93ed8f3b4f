import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { LabError } from '../errors.ts';
import { restrictedCredential, revokeCredential } from './credential.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'credential-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const forbidden = 'Error from server (Forbidden): configmaps "coredns" is forbidden';
const view = JSON.stringify({
  clusters: [{ cluster: { server: 'https://10.0.0.1:6443', 'certificate-authority-data': 'CA' } }],
  users: [{ user: { 'client-key-data': 'ADMIN' } }],
});

/** An API server: who may read kube-system, and what is in the namespace. */
function server(
  may: { admin: boolean; account: boolean },
  there: { namespace?: boolean; made?: boolean; left?: string } = {},
) {
  const commands: string[] = [];
  const run = async (command: readonly string[]): Promise<string> => {
    const line = command.join(' ');
    commands.push(line);
    if (line.includes('-n kube-system get configmap')) {
      const allowed = line.includes('--kubeconfig') ? may.account : may.admin;
      if (!allowed) throw new LabError('dns/kubectl', forbidden);
      return 'configmap/coredns';
    }
    if (line.includes('get namespaces -l')) return there.made ? 'namespace/mcx' : '';
    if (line.includes('get namespace ')) return there.namespace ? 'namespace/mcx' : '';
    if (line.includes('get deployments,')) return there.left ?? '';
    if (line.includes('config view')) return view;
    return line.includes('create token') ? 'TOKEN\n' : '';
  };
  return { commands, said: [] as string[], run };
}
const tools = (at: ReturnType<typeof server>) => ({ run: at.run, say: (line: string) => void at.said.push(line) });
const access = { context: 'kind-b' };

describe('a credential with rights in one namespace', () => {
  test('a context that has none in kube-system is used as it is', async () => {
    const at = server({ admin: false, account: false });
    expect(await restrictedCredential(access, 'mcx', folder, tools(at))).toMatchObject({ access, refusal: forbidden });
    expect(at.commands).toHaveLength(1);
  });

  test("an administrator's makes an account, and nothing of the administrator's own goes along", async () => {
    const at = server({ admin: true, account: false });
    const made = await restrictedCredential(access, 'mcx', folder, tools(at));
    expect(made.refusal).toBe(forbidden);
    const path = made.access.kubeconfig ?? '';
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const config = readFileSync(path, 'utf8');
    expect(JSON.parse(config)).toMatchObject({
      clusters: [{ cluster: { server: 'https://10.0.0.1:6443' } }],
      users: [{ user: { token: 'TOKEN' } }],
    });
    expect(config).not.toContain('ADMIN');
    await made.dispose();
    expect(existsSync(path)).toBe(false);
  });

  test.each([true, false])('the namespace is made only where there is none (there: %s)', async (namespace) => {
    const at = server({ admin: true, account: false }, { namespace });
    await (await restrictedCredential(access, 'mcx', folder, tools(at))).dispose();
    const text = readFileSync(join(folder, 'mcx-dns-harness.yaml'), 'utf8');
    const kinds = parseAllDocuments(text).map((document) => document.toJS().kind);
    expect(kinds).toEqual([...(namespace ? [] : ['Namespace']), 'ServiceAccount', 'Role', 'RoleBinding']);
    expect(text).not.toContain('ClusterRole');
    expect(text).not.toContain('"*"');
  });

  test('an account that kube-system lets in is refused, and its kubeconfig goes', async () => {
    const at = server({ admin: true, account: true });
    const made = restrictedCredential(access, 'mcx', folder, tools(at));
    await expect(made).rejects.toMatchObject({ code: 'dns/credential-too-strong', exitCode: 3 });
    const path = /--kubeconfig (\S+)/.exec(at.commands.join('\n'))?.[1] ?? '';
    expect(path).not.toBe('');
    expect(existsSync(path)).toBe(false);
  });

  test('a server that does not answer is no refusal', async () => {
    const run = async (): Promise<string> => {
      throw new LabError('dns/kubectl', 'connection was refused');
    };
    const made = restrictedCredential(access, 'mcx', folder, { run, say: () => {} });
    await expect(made).rejects.toThrow('connection was refused');
  });
});

describe('taken back', () => {
  const deletes = (at: ReturnType<typeof server>) => at.commands.filter((line) => line.includes(' delete '));

  test('the account, and a namespace that was made here and is empty', async () => {
    const at = server({ admin: true, account: false }, { made: true });
    await revokeCredential(access, 'mcx', tools(at));
    expect(deletes(at)).toEqual([
      'kubectl --context kind-b -n mcx delete rolebinding,role,serviceaccount mcx-dns-harness --ignore-not-found',
      'kubectl --context kind-b delete namespace mcx --timeout=60s',
    ]);
  });

  test('a namespace that somebody uses, or that is not ours, stays', async () => {
    const used = server({ admin: true, account: false }, { made: true, left: 'deployment.apps/edge\npod/edge-1' });
    await revokeCredential(access, 'mcx', tools(used));
    expect(deletes(used)).toHaveLength(1);
    expect(used.said).toEqual(['namespace mcx stays: deployment.apps/edge, pod/edge-1']);
    const foreign = server({ admin: true, account: false }, { made: false });
    await revokeCredential(access, 'mcx', tools(foreign));
    expect(deletes(foreign)).toHaveLength(1);
  });

  test('a credential without rights takes nothing back', async () => {
    const at = server({ admin: false, account: false });
    await revokeCredential(access, 'mcx', tools(at));
    expect(deletes(at)).toEqual([]);
  });
});
