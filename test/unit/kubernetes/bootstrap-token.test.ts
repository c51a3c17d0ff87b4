import { mintBootstrapToken, newBootstrapToken, revokeBootstrapToken } from '../../../src/kubernetes/bootstrap-token.js';
import { status } from './support/fake-api-server.js';
import { fixture, rejection, type Fixture } from './support/fixture.js';

let f: Fixture;
beforeEach(async () => { f = await fixture(); });
afterEach(async () => { await f.end(); });

function decoded(): Record<string, string> {
  const { data } = JSON.parse(f.server.calls.at(-1)?.body ?? '') as { data: Record<string, string> };
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
}

test('tokens are random and of the form that kubeadm wants', () => {
  const tokens = Array.from({ length: 200 }, newBootstrapToken);
  for (const token of tokens) {
    expect(token.value).toMatch(/^[a-z0-9]{6}\.[a-z0-9]{16}$/);
    expect(token.value).toBe(`${token.id}.${token.secret}`);
  }
  expect(new Set(tokens.map(({ secret }) => secret)).size).toBe(200);
});

test('a token expires by the clock of the server, and does not sign cluster-info unasked', async () => {
  const serverNow = Date.parse('2030-01-01T00:00:00Z');
  f.server.handler = (call) => { call.json(200, {}, { date: new Date(serverNow).toUTCString() }); };
  const token = newBootstrapToken();
  await mintBootstrapToken(f.api, token, 3_600_000, f.run.signal);
  const call = f.server.calls.at(-1);
  expect(call).toMatchObject({ method: 'PATCH', path: `/api/v1/namespaces/kube-system/secrets/bootstrap-token-${token.id}?fieldManager=kindbox` });
  expect(call?.headers['content-type']).toBe('application/apply-patch+yaml');
  expect(JSON.parse(call?.body ?? '')).toMatchObject({
    apiVersion: 'v1', kind: 'Secret', type: 'bootstrap.kubernetes.io/token',
    metadata: { name: `bootstrap-token-${token.id}`, namespace: 'kube-system' },
  });
  const { expiration, ...rest } = decoded();
  expect(expiration).toMatch(/^2030-01-01T0(0:59:5\d|1:00:0\d)Z$/);
  expect(rest).toEqual({
    'token-id': token.id, 'token-secret': token.secret, 'usage-bootstrap-authentication': 'true',
    'auth-extra-groups': 'system:bootstrappers:kubeadm:default-node-token', description: 'Made by kindbox for one run; revoked at its end.',
  });
  await mintBootstrapToken(f.api, token, 1000, f.run.signal, { signing: true, description: 'd' });
  expect(decoded()).toMatchObject({ 'usage-bootstrap-signing': 'true', description: 'd' });
});

test('revoking an absent token is a success, a refusal is not', async () => {
  await revokeBootstrapToken(f.api, newBootstrapToken());
  f.server.handler = (call) => { call.json(403, status(403, 'Forbidden', 'no')); };
  expect(await rejection(revokeBootstrapToken(f.api, newBootstrapToken()))).toMatchObject({ status: 403 });
});
