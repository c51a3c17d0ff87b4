import { showCreateCommands } from '../../../src/byhand/show-commands.js';
import { createCluster } from '../../../src/cluster/create.js';
import { previewCluster } from '../../../src/cluster/preview.js';
import { proxyOfCluster } from '../../../src/cluster/proxy.js';
import type { EngineContext } from '../../../src/engine.js';
import { LABELS } from '../../../src/nodes/labels.js';
import { parseProxyFile, PROXY_FILE } from '../../../src/nodes/runtime-proxy.js';
import type { NodeSpec } from '../../../src/provider/types.js';
import { observedNode } from '../../support/observed.js';
import { CREATE, fakeEngine, type FakeEngine } from './support/fake-engine.js';

const HTTPS_PROXY = 'http://me:hush-hush@proxy.corp:3128';
let engine: FakeEngine;
let proxied: EngineContext;
let specs: NodeSpec[];

beforeEach(async () => {
  engine = await fakeEngine();
  proxied = { ...engine.context, environment: { ...engine.context.environment, HTTPS_PROXY } };
  specs = [];
  engine.provider.onCreateNode = (spec) => { specs.push(spec); return Promise.resolve(); };
  engine.provider.subnetOfNetworks = '172.30.0.0/16';
});

test('every node of a create is told of the proxy, and of all that is not for it', async () => {
  await createCluster(proxied, CREATE).catch(() => undefined);
  expect(specs.map(({ name }) => name)).toEqual(expect.arrayContaining(['demo-master', 'demo-worker-0', 'demo-worker-1']));
  for (const { name, files = [] } of specs) {
    const told = parseProxyFile(files.find(({ path }) => path === PROXY_FILE)?.content ?? '');
    expect(told?.variables['HTTPS_PROXY']).toBe(HTTPS_PROXY);
    expect(told?.exempt).toEqual(expect.arrayContaining(['172.30.0.0/16', '10.244.0.0/16', '10.96.0.0/12', 'demo-master', 'demo-worker-0', 'demo-worker-1', name]));
  }
});

test('on a network that exists, too', async () => {
  engine.provider.networks.set('theirs', { id: 'theirs', name: 'theirs', labels: {}, subnets: ['192.168.77.0/24'] });
  await createCluster(proxied, { ...CREATE, network: 'theirs' }).catch(() => undefined);
  const told = parseProxyFile(specs[0]?.files?.[0]?.content ?? '');
  expect(told?.exempt).toContain('192.168.77.0/24');
});

test('neither plan, labels, events nor commands hold the password', async () => {
  const { plan } = await previewCluster(proxied, CREATE);
  const { script } = await showCreateCommands(proxied, CREATE);
  await createCluster(proxied, CREATE).catch(() => undefined);
  const text = JSON.stringify([plan, script, engine.events, engine.provider.calls, specs.map(({ labels, environment }) => [labels, environment])]);
  expect(text).toContain(`"${LABELS.proxied}":"true"`);
  expect(text).not.toContain('hush-hush');
  expect(script).toContain('not told of your proxy');
});

test('without a proxy a node is asked for as ever', async () => {
  await createCluster(engine.context, CREATE).catch(() => undefined);
  expect(specs.length).toBeGreaterThan(0);
  expect(specs.filter((spec) => 'files' in spec || LABELS.proxied in spec.labels)).toEqual([]);
});

test('a proxy on the loopback is told, and no node of it', async () => {
  await createCluster({ ...proxied, environment: { ...proxied.environment, HTTPS_PROXY: 'http://me:hush-hush@localhost:3128' } }, CREATE).catch(() => undefined);
  expect(specs.filter(({ files }) => files !== undefined)).toEqual([]);
  expect(engine.events).toContainEqual(expect.objectContaining({ type: 'note', level: 'warning', message: expect.stringMatching(/^HTTPS_PROXY names a loopback address/) }));
});

test('later nodes are told what the control plane was, and one that was told nothing is not asked', async () => {
  const node = { ...observedNode('demo', 'control-plane', 0), id: 'node-x' };
  engine.provider.nodes.set(node.id, node);
  engine.provider.onExec = () => Promise.resolve({ exitCode: 0, stdout: 'HTTP_PROXY="http://a:1"\nNO_PROXY="10.96.0.0/12"\n', stderr: '' });
  expect(await proxyOfCluster(engine.context, node)).toBeUndefined();
  expect(engine.provider.calls).toEqual([]);
  expect(await proxyOfCluster(engine.context, { ...node, labels: { ...node.labels, [LABELS.proxied]: 'true' } }))
    .toEqual({ variables: { HTTP_PROXY: 'http://a:1' }, exempt: ['10.96.0.0/12'] });
});
