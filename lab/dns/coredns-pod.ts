/** The spec of a pod that runs CoreDNS with a Corefile from a ConfigMap and needs no rights whatever. */
export function coreDnsPod({
  image,
  configMap,
  keys,
}: {
  readonly image: string;
  readonly configMap: string;
  readonly keys: readonly string[];
}): object {
  return {
    dnsPolicy: 'ClusterFirst',
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'coredns',
        image,
        imagePullPolicy: 'IfNotPresent',
        args: ['-conf', '/etc/coredns/Corefile'],
        readinessProbe: { httpGet: { path: '/ready', port: 8181 }, periodSeconds: 1 },
        resources: { requests: { cpu: '20m', memory: '32Mi' } },
        // The published binary carries this capability in its file: without it in the bounding set it cannot even be
        // started.
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] },
        },
        volumeMounts: [{ name: 'config', mountPath: '/etc/coredns', readOnly: true }],
      },
    ],
    volumes: [{ name: 'config', configMap: { name: configMap, items: keys.map((key) => ({ key, path: key })) } }],
  };
}
