import { CancelledError, KindboxError } from '../../../src/errors/index.js';
import { ApiError, ApiUnreachable } from '../../../src/kubernetes/api-error.js';
import { openApi } from '../../../src/kubernetes/api-client.js';
import { certificate, status, testCredentials } from './support/fake-api-server.js';
import { fixture, rejection, until, type Fixture } from './support/fixture.js';

let f: Fixture;
beforeEach(async () => { f = await fixture(); });
afterEach(async () => { await f.end(); });

test('many requests share one tunnel', async () => {
  f.server.handler = (call) => { call.json(200, { path: call.path }); };
  const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => f.api.request('GET', `/n/${n}`)));
  expect(answers[49]).toEqual({ path: '/n/49' });
  expect(f.tunnels.argvs).toEqual([['/usr/local/lib/kindbox/node-tunnel', '6443']]);
});

test('sends a body with its type, and reads text as text', async () => {
  f.server.handler = (call) => { call.text(200, `${call.headers['content-type'] as string} ${call.body}`); };
  expect(await f.api.request('PATCH', '/x', { body: { a: 'ü' }, contentType: 'application/merge-patch+json' }))
    .toBe('application/merge-patch+json {"a":"ü"}');
});

test('reads answers larger than a flow control window', async () => {
  const big = 'é'.repeat(300_000);
  f.server.handler = (call) => { call.json(200, { big }); };
  expect(await f.api.request('GET', '/big')).toEqual({ big });
});

test('a refusal becomes an ApiError', async () => {
  f.server.handler = (call) => { call.json(409, status(409, 'AlreadyExists', 'it exists', { causes: [{ reason: 'X', message: 'why' }] })); };
  const error = await rejection(f.api.request('POST', '/x', { body: {} }));
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ status: 409, reason: 'AlreadyExists', message: 'it exists', causes: [{ reason: 'X', message: 'why' }] });
});

test('comes back when a busy server says so, unless told not to', async () => {
  f.server.handler = (call) => {
    if (f.server.calls.length < 3) call.json(429, status(429, 'TooManyRequests', 'busy'), { 'retry-after': '0' });
    else call.json(200, { ok: true });
  };
  expect(await rejection(f.api.request('GET', '/x', { rejectBusy: true }))).toMatchObject({ status: 429, retryAfterMs: 0 });
  expect(await f.api.request('POST', '/x')).toEqual({ ok: true });
});

test.each(['lost session', 'lost tunnel', 'GOAWAY'])('reconnects after a %s', async (how) => {
  f.server.handler = (call) => { call.json(200, { ok: true }); };
  await f.api.request('GET', '/x');
  if (how === 'lost session') f.server.dropSessions();
  if (how === 'lost tunnel') f.tunnels.opened[0]?.destroy();
  if (how === 'GOAWAY') f.server.goAway();
  expect(await f.api.request('GET', '/y')).toEqual({ ok: true });
  await until(() => f.tunnels.opened.length === 2 && f.tunnels.open === 1);
});

test('an answer that breaks off is asked for again, never handed over in part', async () => {
  f.server.handler = (call) => {
    if (f.server.calls.length > 1) return call.json(200, { whole: true });
    call.stream.respond({ ':status': 200, 'content-type': 'text/plain' });
    call.stream.write('part');
    setTimeout(() => { f.tunnels.opened[0]?.destroy(); }, 30);
  };
  expect(await f.api.request('GET', '/x')).toEqual({ whole: true });
});

test('a POST that may have arrived is not repeated', async () => {
  f.server.handler = () => { f.server.dropSessions(); };
  expect(await rejection(f.api.request('POST', '/x'))).toBeInstanceOf(ApiUnreachable);
  expect(f.server.calls).toHaveLength(1);
});

test('a POST declared idempotent is repeated', async () => {
  f.server.handler = (call) => { if (f.server.calls.length < 3) f.server.dropSessions(); else call.json(201, {}); };
  await f.api.request('POST', '/x', { idempotent: true });
  expect(f.server.calls).toHaveLength(3);
});

test('a request that nobody answers runs out of time and leaves the others alone', async () => {
  f.server.handler = (call) => { if (!call.path.startsWith('/silent')) call.json(200, {}); };
  const error = await rejection(f.api.request('GET', '/silent?a=b', { timeoutMs: 80 }));
  expect(error).toMatchObject({ reason: 'timeout', message: 'The API server did not answer GET /silent within 0.1 s' });
  await f.api.request('GET', '/x');
  expect(f.tunnels.opened).toHaveLength(1);
});

test('a request is cancelled by its own signal and by that of the client', async () => {
  f.server.handler = () => undefined;
  const own = new AbortController();
  const [first, second] = [rejection(f.api.request('GET', '/a', { signal: own.signal })), rejection(f.api.request('GET', '/b'))];
  await until(() => f.server.calls.length === 2);
  own.abort();
  expect(await first).toBeInstanceOf(CancelledError);
  f.run.abort(new CancelledError('terminated'));
  expect(await second).toMatchObject({ reason: 'terminated' });
  await until(() => f.tunnels.open === 0);
  expect(await rejection(f.api.request('GET', '/c'))).toMatchObject({ reason: 'terminated' });
});

test('a connection that is being made is given up with the last who waits for it', async () => {
  await f.server.stop();
  f.tunnels.retryMs = 5000;
  const own = new AbortController();
  const waiting = rejection(f.api.request('GET', '/a', { signal: own.signal }));
  setTimeout(() => { own.abort(); }, 50);
  expect(await waiting).toBeInstanceOf(CancelledError);
  await f.server.listen();
  await until(() => f.tunnels.opened.length === 1 && f.tunnels.open === 0);
});

test('what the provider refuses is not tried again', async () => {
  f.tunnels.failure = new KindboxError('Node x is not running', { reason: 'cluster' });
  expect(await rejection(f.api.request('GET', '/x'))).toBe(f.tunnels.failure);
  expect(f.tunnels.argvs).toHaveLength(1);
});

test('a server of another CA is refused at once', async () => {
  const api = openApi(f.tunnels, 'id', { ...testCredentials, ca: certificate('other-ca.crt') }, f.run.signal);
  const error = await rejection(api.request('GET', '/x'));
  expect(error).toMatchObject({ name: 'KindboxError', reason: 'cluster' });
  expect(error['because']).toMatch(/certificate/);
  expect(f.tunnels.opened).toHaveLength(1);
  expect(f.tunnels.open).toBe(0);
});

test('a key that cannot be read is not quoted', async () => {
  const api = openApi(f.tunnels, 'id', { ...testCredentials, key: 'secret rubbish' }, f.run.signal);
  const error = await rejection(api.request('GET', '/x'));
  expect(error).toMatchObject({ name: 'KindboxError', because: 'its certificate or key cannot be read' });
  expect(error.cause).toBeUndefined();
});

test('tells the time of the server', async () => {
  f.server.handler = (call) => { call.json(200, {}, { date: new Date(Date.now() + 3_600_000).toUTCString() }); };
  const ahead = await f.api.serverTime() - Date.now();
  expect(Math.abs(ahead - 3_600_000)).toBeLessThan(1500);
});

test('close leaves no tunnel, not even one that the server asked to leave', async () => {
  f.server.handler = (call) => { if (call.path !== '/held') call.json(200, {}); };
  const held = rejection(f.api.request('GET', '/held'));
  await until(() => f.server.calls.length === 1);
  f.server.goAway();
  await f.api.request('GET', '/x');
  await f.api.close();
  expect(f.tunnels.open).toBe(0);
  expect((await held).message).toMatch(/closed/);
});
