import { describe, expect, it, test } from '@jest/globals';
import { nodeLabels } from '../../../../src/nodes/labels.js';
import { buildContainerRequest } from '../../../../src/provider/docker/build-container.js';
import { withoutInherited } from '../../../../src/provider/docker/commit.js';
import { nodePrivileges } from '../../../../src/provider/docker/node-privileges.js';
import { nodeRequest } from '../../../../src/provider/docker/node-request.js';
import { nodeOfList } from '../../../../src/provider/docker/observed-node.js';
import { DOCKER_HUB, parseReference } from '../../../../src/provider/docker/references.js';
import type { NodeSpec } from '../../../../src/provider/types.js';

const spec: NodeSpec = {
  name: 'demo-worker-0', image: 'node:v1', runtime: 'sysbox-runc', network: 'n1', labels: nodeLabels('demo', 'r', 'worker', 0),
  ports: [{ nodePort: 6443, hostPort: 0 }, { nodePort: 80, hostPort: 8080, hostAddress: '127.0.0.1' }],
};

describe('nodePrivileges', () => {
  it('leaves out what a node must not have, and what the kernel does not know', () => {
    const { capabilities } = nodePrivileges('6.1.0-13-amd64');
    expect(capabilities).toEqual(expect.arrayContaining(['SYS_ADMIN', 'NET_ADMIN', 'BPF', 'PERFMON', 'CHECKPOINT_RESTORE']));
    expect(capabilities).not.toEqual(expect.arrayContaining(['SYS_RESOURCE']));
    expect(capabilities).not.toEqual(expect.arrayContaining(['SYS_MODULE']));
    expect(capabilities).toHaveLength(39);
    expect(nodePrivileges('5.8.1').capabilities).toHaveLength(38);
    expect(nodePrivileges('5.4.0').capabilities).toHaveLength(36);
    expect(nodePrivileges('').capabilities).toHaveLength(36);
  });
});

describe('nodeRequest', () => {
  it('asks Sysbox for nothing', () => {
    expect(nodeRequest(spec, undefined).HostConfig).toEqual({
      Runtime: 'sysbox-runc', NetworkMode: 'n1', RestartPolicy: { Name: 'no' }, Init: false,
      PortBindings: { '6443/tcp': [{ HostIp: '', HostPort: '' }], '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '8080' }] },
    });
  });

  it('gives etcd a volume on control planes only, and labels all', () => {
    const stores = (role: 'worker' | 'control-plane') => {
      const request = nodeRequest({ ...spec, runtime: 'runc', labels: nodeLabels('demo', 'r', role, 0) }, nodePrivileges('6.1'));
      return request.HostConfig?.Mounts as unknown as { Target: string; Source?: string; VolumeOptions: { Labels: object } }[];
    };
    expect(stores('worker').map(({ Target }) => Target)).not.toContain('/var/lib/etcd');
    expect(stores('control-plane').map(({ Target }) => Target)).toContain('/var/lib/etcd');
    expect(stores('worker').every(({ Source, VolumeOptions }) => Source === undefined && 'dev.kindbox.cluster' in VolumeOptions.Labels)).toBe(true);
  });
});

test.each([undefined, nodePrivileges('6.1')])('what builds images is a container of runc\'s whatever the default runtime is', (privileges) => {
  const build = { image: 'stage', argv: ['/assemble', 'x'], environment: { A: '1' }, labels: {}, volumes: [{ name: 'out', path: '/out', readOnly: true }], files: [], nodePrivileges: privileges !== undefined };
  const request = buildContainerRequest(build, privileges);
  expect(request).toMatchObject({ Image: 'stage', Entrypoint: ['/assemble'], Cmd: ['x'], Env: ['A=1'], HostConfig: { Runtime: 'runc', Init: false } });
  expect(request.HostConfig?.Mounts).toEqual([{ Type: 'volume', Source: 'out', Target: '/out', ReadOnly: true }]);
  expect(request.HostConfig?.CapAdd).toEqual(privileges?.capabilities);
});

describe('nodeOfList', () => {
  const container = {
    Id: 'c1', Names: ['/other/alias', '/demo-worker-0'], Image: 'node:v1', State: 'exited', Status: 'Exited (255) 2 minutes ago', Created: 1000,
    Labels: spec.labels, Ports: null, NetworkSettings: { Networks: { n: { NetworkID: 'n1', IPAddress: '' } } },
  };

  it('reads a stopped node', () => {
    expect(nodeOfList(container)).toMatchObject({ name: 'demo-worker-0', state: 'stopped', exitCode: 255, addresses: [], ports: [], createdAt: 1_000_000 });
  });

  it.each([
    ['no labels', null],
    ['a role that is none', { ...spec.labels, 'dev.kindbox.role': 'king' }],
    ['an index that is none', { ...spec.labels, 'dev.kindbox.index': '-1' }],
    ['a huge index', { ...spec.labels, 'dev.kindbox.index': '9'.repeat(400) }],
    ['no cluster', { ...spec.labels, 'dev.kindbox.cluster': '' }],
  ])('skips %s', (_title, Labels) => {
    expect(nodeOfList({ ...container, Labels })).toBeUndefined();
  });
});

it.each([
  ['nestybox/k8s-node:v1', 'nestybox/k8s-node', 'v1', DOCKER_HUB],
  ['debian', 'debian', 'latest', DOCKER_HUB],
  ['docker.io/library/debian:12', 'docker.io/library/debian', '12', DOCKER_HUB],
  ['localhost:5000/a/b', 'localhost:5000/a/b', 'latest', 'localhost:5000'],
  ['ghcr.io/a/b:v1@sha256:abc', 'ghcr.io/a/b', 'sha256:abc', 'ghcr.io'],
])('the reference %s is taken apart', (reference, repository, tag, registry) => {
  expect(parseReference(reference)).toEqual({ repository, tag, registry });
});

it('empties what a commit would inherit from its container', () => {
  expect(withoutInherited({ PATH: '/bin', HTTPS_PROXY: 'secret', LANG: 'x' }, { PATH: '/bin', LANG: 'C' }, { A: 'b' })).toEqual({ HTTPS_PROXY: '', LANG: 'C', A: 'b' });
});
