import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { observeClusters } from '../../../src/cluster/observe.js';
import { listClusters } from '../../../src/cluster/list.js';
import { destroyClusters } from '../../../src/cluster/destroy.js';
import { validateApiServerAddress } from '../../../src/cluster/api-server.js';
import { validateClusterName, validateImageReference, validateNetworkName, validatePodSubnet, validateRuntimeName, validateVersionWish } from '../../../src/cluster/validate.js';
import { KindboxError } from '../../../src/errors/index.js';
import { safeSegment } from '../../../src/logs/bundle-folder.js';
import { LABELS } from '../../../src/nodes/labels.js';
import { parseCpus, parseLabels, parseMemory, parseMount, parsePort, parseTaint } from '../../../src/nodes/settings-text.js';
import { shellComment, shellQuote } from '../../../src/shell/words.js';
import { FakeProvider } from '../../support/fake-provider.js';
import { observedNode } from '../../support/observed.js';
import { expectUnpolluted, hostileText, RUNS } from './support.js';


const signal = new AbortController().signal;

/** True when it was taken. @throws what is no refusal */
function taken(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(KindboxError);
    expect((error as KindboxError).reason).toBe('usage');
    expect((error as KindboxError).message).toMatch(/^[ -~]*$/);
    return false;
  }
}

test.each<[string, (text: string) => unknown, RegExp]>([
  ['cluster', validateClusterName, /^[a-z0-9-]{1,50}$/], ['network', validateNetworkName, /^[\w.-]+$/], ['runtime', validateRuntimeName, /^[\w./-]+$/],
  ['image', validateImageReference, /^[\w.:/@-]+$/], ['version', validateVersionWish, /^v?[\d.]+[\w.+-]*$/], ['subnet', validatePodSubnet, /^[\d./]+$/],
  ['address', validateApiServerAddress, /^[\w.:-]+$/],
])('a hostile name of a %s is refused in printable words, before anything is contacted', (_, validate, harmless) => {
  fc.assert(fc.property(fc.oneof(hostileText(), hostileText().map((text) => `demo${text}`)), (text) => {
    if (taken(() => validate(text))) expect(text).toMatch(harmless);
  }), { numRuns: 500 });
});

test('texts of settings are taken or refused', () => {
  for (const parse of [(text: string) => parseLabels([text]), parseTaint, parseMemory, parseCpus, parseMount, parsePort] as ((text: string) => unknown)[]) {
    fc.assert(fc.property(fc.oneof(hostileText(), hostileText().map((text) => `a=${text}`), hostileText().map((text) => `/a:/${text}`)), (text) => { taken(() => parse(text)); }), RUNS);
  }
  expect(taken(() => parseLabels(['__proto__=x']))).toBe(false);
  expectUnpolluted();
});

test('containers that others have labelled as they like are clusters only if a cluster can be called so', async () => {
  await fc.assert(fc.asyncProperty(fc.oneof(hostileText(), fc.constantFrom('../../etc', '$(id)', '__proto__', 'constructor', 'a/b', 'A', '-a')), async (name) => {
    const provider = new FakeProvider();
    for (const cluster of [name, 'demo']) {
      const node = observedNode(cluster, 'control-plane', 0);
      provider.nodes.set(node.id, node);
      provider.volumes.set(cluster, { id: cluster, labels: { [LABELS.cluster]: cluster } });
      provider.networks.set(cluster, { id: cluster, name: cluster, labels: { [LABELS.cluster]: cluster }, subnets: [] });
    }
    const found = [...(await observeClusters(provider, signal)).keys()];
    expect(found).toContain('demo');
    for (const each of found) expect(each).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
    const context = { provider, emit: () => undefined, signal, environment: {} };
    expect((await listClusters(context)).map((cluster) => cluster.name)).toEqual(found);
    expect((await destroyClusters(context, { names: [], all: true })).destroyed.map(({ name: each }) => each)).toEqual(found);
    expectUnpolluted();
  }), RUNS);
});

test('a part of a path is a part of a path', () => {
  fc.assert(fc.property(hostileText(), (text) => {
    expect(safeSegment(text)).toMatch(/^[\w@+-][\w.@+-]*$/);
  }), RUNS);
});

test('a word for the shell is that word, and a remark ends with its line', () => {
  const words = fc.sample(hostileText().filter((text) => !text.includes('\0') && Buffer.from(text).toString() === text), { numRuns: 60, seed: 7 });
  const script = words.map((word) => `printf '%s\\0' ${shellQuote(word)}\n${shellComment(word)}`).join('\n');
  expect(execFileSync('sh', ['-c', script]).toString('utf8')).toBe(words.map((word) => `${word}\0`).join(''));
});
