import { CancelledError } from '../../../src/errors/index.js';
import { lines } from '../../../src/kubernetes/lines.js';
import type { KubernetesObject, WatchEvent } from '../../../src/kubernetes/types.js';
import { status, type Call } from './support/fake-api-server.js';
import { fixture, rejection, until, type Fixture } from './support/fixture.js';

let f: Fixture;
beforeEach(async () => { f = await fixture(); });
afterEach(async () => { await f.end(); });

const object = (name: string, version: number): KubernetesObject => ({ metadata: { name, uid: name, resourceVersion: String(version) } });
const list = (version: number, ...items: KubernetesObject[]): object => ({ metadata: { resourceVersion: String(version) }, items });
const told = (event: WatchEvent<KubernetesObject>): string => event.type === 'SYNCED' ? 'SYNCED' : `${event.type} ${event.object.metadata.name}`;

function begin(call: Call, ...events: [string, object][]): void {
  call.stream.respond({ ':status': 200, 'content-type': 'application/json' });
  for (const [type, about] of events) call.stream.write(`${JSON.stringify({ type, object: about })}\n`);
}

async function take(count: number, resourceVersion?: string): Promise<string[]> {
  const seen: string[] = [];
  for await (const event of f.api.watch('/things', { signal: f.run.signal, ...(resourceVersion && { resourceVersion }) })) {
    seen.push(told(event));
    if (seen.length === count) break;
  }
  return seen;
}

test('lists, tells that the list is complete, and goes on from its version', async () => {
  f.server.handler = (call) => {
    if (!call.path.includes('watch=1')) call.json(200, list(7, object('a', 3)));
    else begin(call, ['MODIFIED', object('a', 8)], ['BOOKMARK', object('', 9)], ['DELETED', object('a', 10)]);
  };
  expect(await take(4)).toEqual(['ADDED a', 'SYNCED', 'MODIFIED a', 'DELETED a']);
  expect(f.server.calls[1]?.path).toBe('/things?watch=1&allowWatchBookmarks=true&resourceVersion=7');
});

test('ends its request when nobody reads on', async () => {
  f.server.handler = (call) => { begin(call, ['ADDED', object('a', 8)]); };
  await take(1, '7');
  const stream = f.server.calls[0]?.stream;
  await until(() => stream?.destroyed === true);
  expect(f.tunnels.open).toBe(1);
});

test('characters that lie in two frames arrive whole', async () => {
  f.server.handler = (call) => {
    begin(call);
    const bytes = Buffer.from(`${JSON.stringify({ type: 'ADDED', object: object('zwölf €𝄞', 8) })}\n`);
    void (async () => {
      for (const byte of bytes) {
        call.stream.write(Buffer.of(byte));
        await new Promise((resolve) => { setImmediate(resolve); });
      }
    })();
  };
  expect(await take(1, '7')).toEqual(['ADDED zwölf €𝄞']);
});

test('goes on from the last version after its connection is lost', async () => {
  f.server.handler = (call) => {
    if (f.server.calls.length > 1) return begin(call, ['MODIFIED', object('a', 9)]);
    begin(call, ['ADDED', object('a', 8)]);
    setTimeout(() => { f.server.dropSessions(); }, 30);
  };
  expect(await take(2, '7')).toEqual(['ADDED a', 'MODIFIED a']);
  expect(f.server.calls[1]?.path).toContain('resourceVersion=8');
});

test.each(['an ERROR event', 'HTTP status 410'])('lists again after %s, and tells what vanished unseen', async (how) => {
  f.server.handler = (call) => {
    const lists = f.server.paths('GET').filter((path) => !path.includes('watch')).length;
    if (!call.path.includes('watch')) return call.json(200, lists === 1 ? list(7, object('a', 3), object('b', 4)) : list(20, object('b', 4), object('c', 15)));
    if (lists === 2) return begin(call, ['MODIFIED', object('c', 21)]);
    const gone = status(410, 'Expired', 'too old resource version');
    if (how === 'an ERROR event') begin(call, ['ERROR', gone]);
    else call.json(410, gone);
  };
  expect(await take(7)).toEqual(['ADDED a', 'ADDED b', 'SYNCED', 'ADDED c', 'DELETED a', 'SYNCED', 'MODIFIED c']);
});

test('passes over a server that is starting, and ends with a refusal that lasts', async () => {
  f.server.handler = (call) => {
    if (f.server.calls.length === 1) call.json(500, status(500, 'InternalError', 'etcd'));
    else call.json(403, status(403, 'Forbidden', 'no'));
  };
  expect(await rejection(take(1))).toMatchObject({ status: 403 });
});

test('ends with its signal, waiting for an event or for a connection', async () => {
  f.server.handler = (call) => { begin(call); };
  const waiting = rejection(take(1, '7'));
  await until(() => f.server.calls.length === 1);
  f.run.abort();
  expect(await waiting).toBeInstanceOf(CancelledError);
});

test('lines drops what is not finished', async () => {
  const seen: string[] = [];
  async function* chunks(): AsyncGenerator<Buffer> {
    for (const part of ['a\nb', 'c\n\n', 'd']) yield Buffer.from(part);
  }
  for await (const line of lines(chunks())) seen.push(line);
  expect(seen).toEqual(['a', 'bc']);
});
