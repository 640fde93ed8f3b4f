import { describe, expect, test } from 'vitest';
import { configOfPod, type PodSurroundings, readResolvConf } from './pod-config.ts';

const kubelet = `search mcx.svc.cluster.local svc.cluster.local cluster.local
nameserver 10.96.0.10
options ndots:5
`;
const pod: PodSurroundings = {
  environment: { POD_IP: '10.244.0.5', HOST_IP: '172.18.0.2', EMPTY: '' },
  readText: (path) => {
    if (path === '/etc/resolv.conf') return kubelet;
    throw new Error(`ENOENT ${path}`);
  },
};

describe('a configuration in a ConfigMap', () => {
  test('variables of the pod, wherever a string stands', () => {
    const text = { address: '$(POD_IP)', deep: [{ uri: 'sip:$(HOST_IP):30060' }, 7, null, true], '$(POD_IP)': 'key' };
    expect(configOfPod(text, pod)).toEqual({
      address: '10.244.0.5',
      deep: [{ uri: 'sip:172.18.0.2:30060' }, 7, null, true],
      '$(POD_IP)': 'key',
    });
  });

  test.each(['$(NOBODY)', '$(EMPTY)'])('%s is not set: refused', (text) => {
    expect(() => configOfPod([text], pod)).toThrow('the environment has no');
  });

  test('what a variable holds is not looked at again', () => {
    const odd = { ...pod, environment: { A: '$(B)', B: 'x' } };
    expect(configOfPod('$(A) $B $', odd)).toBe('$(B) $B $');
  });

  test('the path of a resolv.conf in place of what it says', () => {
    expect(configOfPod({ resolvConf: '/etc/resolv.conf', resolvConfNameservers: '/etc/resolv.conf' }, pod)).toEqual({
      resolvConf: {
        nameservers: ['10.96.0.10'],
        search: ['mcx.svc.cluster.local', 'svc.cluster.local', 'cluster.local'],
        ndots: 5,
        timeoutMs: 5000,
        attempts: 2,
      },
      resolvConfNameservers: ['10.96.0.10'],
    });
    expect(() => configOfPod({ resolvConf: '/nowhere' }, pod)).toThrow('ENOENT');
  });

  test('a configuration that is whole stays as it is', () => {
    const whole = { address: '10.0.0.1', resolvConf: { nameservers: ['10.0.0.2'] }, resolvConfNameservers: [] };
    expect(configOfPod(whole, pod)).toEqual(whole);
    expect(configOfPod(undefined, pod)).toBeUndefined();
  });
});

test('resolv.conf: comments, several nameservers, the last search, options', () => {
  const text = `# nothing
nameserver 10.0.0.1 # here
nameserver 10.0.0.2
search one.test
domain two.test
search three.test .
options ndots:2 timeout:0 attempts:3 edns0
options timeout:x
`;
  expect(readResolvConf(text)).toEqual({
    nameservers: ['10.0.0.1', '10.0.0.2'],
    search: ['three.test'],
    ndots: 2,
    timeoutMs: 1000,
    attempts: 3,
  });
  expect(readResolvConf('')).toEqual({ nameservers: [], search: [], ndots: 1, timeoutMs: 5000, attempts: 2 });
});
