import fc from 'fast-check';
import { KindboxError } from '../../../src/errors/index.js';
import type { ApiClient } from '../../../src/kubernetes/api-client.js';
import { ApiError, ConnectionLost, explainRefusal } from '../../../src/kubernetes/api-error.js';
import { mintBootstrapToken, newBootstrapToken } from '../../../src/kubernetes/bootstrap-token.js';
import { conform } from '../../../src/kubernetes/conform.js';
import { parseAdminConfig } from '../../../src/kubernetes/credentials.js';
import { describeNode, describePod } from '../../../src/kubernetes/describe.js';
import { drainNode } from '../../../src/kubernetes/drain.js';
import { lines } from '../../../src/kubernetes/lines.js';
import { awaitNodeRegistered, awaitNodesReady, changeTaints, listNodes } from '../../../src/kubernetes/nodes.js';
import { awaitDnsBack, awaitNodesBack } from '../../../src/kubernetes/revival.js';
import type { NodeObject, Pod } from '../../../src/kubernetes/types.js';
import { watchObjects } from '../../../src/kubernetes/watch.js';
import { awaitDeploymentAvailable, imagesOfEveryNode } from '../../../src/kubernetes/workloads.js';
import { fixture, rejection, type Fixture } from '../kubernetes/support/fixture.js';
import { expectUnpolluted, hostileJson, hostileText, RUNS } from './support.js';

const FIELDS = ['kind', 'metadata', 'name', 'namespace', 'resourceVersion', 'uid', 'labels', 'annotations', 'ownerReferences', 'deletionTimestamp', 'items', 'spec', 'status', 'conditions',
  'type', 'object', 'reason', 'message', 'taints', 'nodeName', 'containerStatuses', 'state', 'lastState', 'terminated', 'waiting', 'running', 'template', 'containers', 'image', 'selector', 'matchLabels', 'phase'];
const json = hostileJson(FIELDS);
const signal = new AbortController().signal;
const SOON = 15;

/** An API server that is somebody's who means no good: it answers, and sends events, as `values` have it. */
function hostileApi(values: readonly unknown[]): Pick<ApiClient, 'request' | 'watch' | 'serverTime'> {
  let next = 0;
  const value = (): unknown => values[next++ % values.length];
  const server = {
    request: async <T>(): Promise<T> => conform(JSON.parse(JSON.stringify(value())), 'GET /x') as T,
    async *stream(): AsyncGenerator<string, void, undefined> { for (const each of values) yield JSON.stringify(each); },
  };
  return { ...server, watch: (path, options) => watchObjects(server, path, options), serverTime: () => Promise.resolve(0) };
}

const OPERATIONS: Readonly<Record<string, (api: Pick<ApiClient, 'request' | 'watch' | 'serverTime'>) => Promise<unknown>>> = {
  'listing nodes': (api) => listNodes(api, signal),
  'waiting for nodes': (api) => awaitNodesReady(api, ['demo-master'], SOON, signal),
  'waiting for a registration': (api) => awaitNodeRegistered(api, 'demo-master', SOON, signal),
  'waiting for a Deployment': (api) => awaitDeploymentAvailable(api, 'kube-system', 'coredns', SOON, signal),
  'waiting for nodes to come back': (api) => awaitNodesBack(api, new Map([['demo-master', 1]]), SOON, signal, () => undefined),
  'waiting for DNS': (api) => awaitDnsBack(api, new Map(), SOON, signal),
  'draining': (api) => drainNode(api, 'demo-worker-0', { timeoutMs: SOON, force: false, signal }),
  'changing taints': (api) => changeTaints(api, 'demo-master', (taints) => [...taints.map((taint) => ({ ...taint })), { key: 'a', effect: 'NoSchedule' }], signal),
  'looking for images': (api) => imagesOfEveryNode(api, signal),
  'minting a token': (api) => mintBootstrapToken(api, newBootstrapToken(), 1, signal),
};

/** Which no URL can hold. */
const HALF_A_CHARACTER = [{ metadata: { resourceVersion: '\ud800', name: '\udc00' }, items: [{ metadata: { name: '\ud800' } }] }, { metadata: null, items: [] }];

describe('whoever is root in a node decides what its API server says', () => {
  test.each(Object.keys(OPERATIONS))('%s ends well, or in an error that says why', async (name) => {
    const events = fc.array(fc.oneof(json, fc.record({ type: fc.constantFrom('ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR', 'EVIL'), object: json }), fc.record({ metadata: json, items: fc.array(json, { maxLength: 3 }) })), { minLength: 1, maxLength: 4 });
    await fc.assert(fc.asyncProperty(events, async (values) => {
      try {
        await OPERATIONS[name]?.(hostileApi(values));
      } catch (error) {
        expect(error instanceof KindboxError || error instanceof ApiError ? undefined : error).toBeUndefined();
      }
      expectUnpolluted();
    }), { numRuns: 60, examples: [[HALF_A_CHARACTER]] });
  });

  test('whatever conforms can be described', () => {
    fc.assert(fc.property(fc.dictionary(fc.constantFrom(...FIELDS), json), (object) => {
      const pod = conform({ metadata: { name: 'a' }, ...object }, 'x');
      if (typeof (pod['metadata'] as { name?: unknown } | undefined)?.name !== 'string') return;
      expect(typeof describePod(pod as unknown as Pod)).toBe('string');
      expect(typeof describeNode('a', pod as unknown as NodeObject)).toBe('string');
    }), { numRuns: 1000 });
  });

  test('what Kubernetes itself sends stays as it is', () => {
    const pod = {
      apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', labels: { ready: 'yes', name: 'x', 'k8s-app': 'dns' }, annotations: { state: 'x' }, ownerReferences: [{ kind: 'DaemonSet', name: 'd', controller: true }] },
      spec: { nodeName: 'n', containers: [{ name: 'c', image: 'i', ports: [{ name: 'dns' }] }] },
      status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: '2026-01-01T00:00:00Z' }], containerStatuses: [{ name: 'c', ready: true, restartCount: 0, state: { running: { startedAt: '2026-01-01T00:00:00Z' } } }] },
    };
    expect(conform(pod, 'x')).toEqual(pod);
    expect(conform({ kind: 'Status', status: 'Failure', code: 409, details: { causes: [{ reason: 'a' }], retryAfterSeconds: 1 } }, 'x')).toEqual({ kind: 'Status', status: 'Failure', code: 409, details: { causes: [{ reason: 'a' }], retryAfterSeconds: 1 } });
  });

  test('objects within objects without end', () => {
    const deep = JSON.parse(`${'{"spec":'.repeat(50_000)}{}${'}'.repeat(50_000)}`) as unknown;
    expect(JSON.stringify(conform(deep, 'x')).length).toBeLessThan(1000);
  });

  test('a server that asks for a pause of years is asked again within a minute', () => {
    expect(ApiError.of(429, undefined, '1e300').retryAfterMs).toBe(60_000);
    expect(ApiError.of(429, undefined, 'Infinity').retryAfterMs).toBeUndefined();
  });

  test('a line without an end does not fill the memory', async () => {
    async function* endless(): AsyncGenerator<Buffer> { for (;;) yield Buffer.alloc(1_000_000, 'x'); }
    await expect((async () => { for await (const line of lines(endless())) expect(line).toBe('none'); })()).rejects.toBeInstanceOf(ConnectionLost);
  });
});

test('a refusal that nobody expected is an error in words, no bug', () => {
  fc.assert(fc.property(hostileText(), (text) => {
    const error = explainRefusal(ApiError.of(403, conform({ kind: 'Status', reason: text, message: text }, 'x')));
    expect(error).toMatchObject({ name: 'KindboxError', reason: 'cluster' });
  }), RUNS);
});

describe('over a real connection', () => {
  let f: Fixture;
  beforeEach(async () => { f = await fixture(); });
  afterEach(async () => { await f.end(); });

  test.each(['null', '[]', '7', '"text"'])('an answer of %s is told as what it is', async (text) => {
    f.server.handler = (call) => { call.json(200, JSON.parse(text)); };
    expect(await rejection(f.api.request('GET', '/api/v1/nodes'))).toMatchObject({ name: 'KindboxError', reason: 'cluster' });
  });

  test('an answer without an end is broken off', async () => {
    f.server.handler = (call) => {
      call.stream.respond({ ':status': 200, 'content-type': 'application/json' });
      const chunk = Buffer.alloc(4_000_000, ' ');
      const more = (): void => { if (!call.stream.destroyed) call.stream.write(chunk, more); };
      more();
    };
    expect(await rejection(f.api.request('GET', '/api/v1/pods'))).toMatchObject({ name: 'KindboxError', message: expect.stringContaining('more than 100 MB') as string });
  });
});

test('a kubeconfig that a node holds is read, or refused without a word of it', () => {
  const field = fc.constantFrom('clusters', 'contexts', 'users', 'current-context', 'name', 'cluster', 'user', 'server', 'client-key-data');
  fc.assert(fc.property(fc.oneof(hostileText(), fc.array(fc.tuple(field, hostileText()).map(([name, text]) => `${name}: ${text}`), { maxLength: 6 }).map((all) => all.join('\n')), json.map((value) => JSON.stringify(value))), (yaml) => {
    try {
      parseAdminConfig(yaml);
    } catch (error) {
      expect(error).toBeInstanceOf(KindboxError);
      expect((error as KindboxError).cause).toBeUndefined();
    }
    expectUnpolluted();
  }), RUNS);
  for (const yaml of ['['.repeat(100_000), 'a: '.repeat(100_000), `a: &a [x]\n${Array.from({ length: 30 }, (_, at) => `b${at}: &b${at} [*a, *a]`).join('\n')}`, 'x'.repeat(2_000_000)]) {
    expect(() => parseAdminConfig(yaml)).toThrow(KindboxError);
  }
});
