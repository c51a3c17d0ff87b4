import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { scrubbing } from '../../../src/logs/scrub-stream.js';
import { scrubbedJson, scrubText } from '../../../src/logs/scrub.js';

const PEM = (kind: string, body: readonly string[]): string => [`-----BEGIN ${kind}-----`, ...body, `-----END ${kind}-----`].join('\n');
const KEY = PEM('EC PRIVATE KEY', ['MHcCAQEEIAbcdefghijklmnopqrstuvwxyz', 'oAoGCCqGSM49']);
const SECRET = 'hunter2-s3cr3t';

test.each([
  ['a bootstrap token', 'kubeadm join --token abcdef.0123456789abcdef 10.0.0.1:6443', '0123456789abcdef'],
  ['a bootstrap token at the end of a sentence', 'used abcdef.0123456789abcdef.', '0123456789abcdef'],
  ['a bearer token', 'curl -H "Authorization: Bearer abc.DEF-123456"', 'abc.DEF-123456'],
  ['a basic authorization', 'authorization: Basic dXNlcjpodW50ZXIy', 'dXNlcjpodW50ZXIy'],
  ['a service account token', 'sent eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl', 'eyJzdWIiOiJ4In0'],
  ['a password in a URL', `HTTP_PROXY=http://user:${SECRET}@proxy:3128`, SECRET],
  ['a variable', `    "Env": ["DB_PASSWORD=${SECRET}"]`, SECRET],
  ['an option', `app --db-password ${SECRET} --verbose`, SECRET],
  ['an option with =', `app --client-secret=${SECRET}`, SECRET],
  ['a field of JSON', `{"token": "${SECRET}", "a": 1}`, SECRET],
  ['a field of JSON in a string', `msg="got {\\"apiKey\\":\\"${SECRET}\\"}"`, SECRET],
  ['a field of YAML with spaces', `  password: correct ${SECRET} battery`, SECRET],
  ['credentials of a registry', `{"auths":{"r":{"auth":"${Buffer.from(`u:${SECRET}`).toString('base64')}"}}}`, Buffer.from(`u:${SECRET}`).toString('base64')],
  ['a key of a kubeconfig', `    client-key-data: ${Buffer.from(KEY).toString('base64')}`, Buffer.from(KEY).toString('base64').slice(20, 60)],
  ['a key in base64 anywhere', `wrote ${Buffer.from(KEY).toString('base64')} to disk`, Buffer.from(KEY).toString('base64').slice(40)],
  ['a key in one line', `key="${KEY.replaceAll('\n', '\\n')}"`, 'MHcCAQEEIA'],
  ['a key of several lines', `before\n${KEY}\nafter`, 'oAoGCCqGSM49'],
  ['the key of uploaded certificates', `--certificate-key ${'ab12'.repeat(16)}`, 'ab12ab12'],
  ['a variable of a pod, in two lines', `"name": "API_TOKEN",\n"value": "${SECRET}"\n`, SECRET],
  ['a variable of a pod in YAML', `- name: API_TOKEN\n  value: ${SECRET}\n`, SECRET],
  ['an object as it was applied', `"kubectl.kubernetes.io/last-applied-configuration": "{\\"env\\":\\"${SECRET}\\"}",`, SECRET],
])('%s is removed', (_what, line, secret) => {
  expect(line).toContain(secret);
  expect(scrubText(line)).not.toContain(secret);
  expect(scrubText(line)).toContain('<redacted>');
});

test.each([
  'sha256:2b5d3f4d1c0a9e8f7061524334251607f8e9dacbbcad9e8f7061524334251607',
  'automountServiceAccountToken: false',
  '--tls-private-key-file=/etc/kubernetes/pki/apiserver.key --enable-bootstrap-token-auth=true',
  `client-certificate-data: ${Buffer.from(PEM('CERTIFICATE', ['MIIB'])).toString('base64')}`,
  PEM('CERTIFICATE', ['MIIBszCCAVmgAwIBAgIBADAKBggqhkjOPQQDAjAV']),
  '"serviceAccountToken": {', 'secretName: ingress-tls', '"tokenExpirationSeconds": 3607',
  'I1121 07:52:21.524352 kubelet.go:123] "Node became not ready" node="demo-worker-0"',
  '"name": "demo-master.18a1b2c3d4e5f678"',
  'image: registry.k8s.io/kube-apiserver:v1.36.3',
])('what is no secret stays: %s', (line) => {
  expect(scrubText(line)).toBe(line);
});

test('what stood around a key stays, and a key that has no end does not take the rest of the log', () => {
  expect(scrubText(`before\nx ${KEY} y\nafter`)).toBe('before\nx <redacted>\n y\nafter');
  const endless = ['-----BEGIN PRIVATE KEY-----', ...Array.from({ length: 300 }, (_, line) => `line ${line}`)].join('\n');
  expect(scrubText(endless)).toContain('line 299');
});

test('a secret that is known is removed wherever it stands', () => {
  expect(scrubText('odd=plain-looking!', ['plain-looking'])).toBe('odd=<redacted>!');
});

test('JSON stays JSON', () => {
  const inspection = { Config: { Env: [`TOKEN=${SECRET}`, `A={"password":"${SECRET}"}`, 'B=2'], Labels: { secret: SECRET } }, Key: KEY, Empty: { token: '' } };
  const scrubbed = scrubbedJson(inspection);
  expect(scrubbed).not.toContain(SECRET);
  expect(JSON.parse(scrubbed)).toMatchObject({ Config: { Env: ['TOKEN=<redacted>', expect.anything(), 'B=2'], Labels: { secret: '<redacted>' } }, Key: '<redacted>' });
});

test('a stream is scrubbed however it is cut, and keeps its text', async () => {
  const log = `grüße\n${KEY}\ntoken=${SECRET}\n\u001b[31mred\u001b[0m \u0007end`;
  const bytes = Buffer.from(log);
  for (const size of [1, 2, 3, 7, 1000]) {
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
    expect(await text(Readable.from(chunks).pipe(scrubbing()))).toBe('grüße\n<redacted>\ntoken=<redacted>\nred end\n');
  }
});

test('a line that does not end is not held as a whole', async () => {
  const words = `${'word '.repeat(200_000)}token=${SECRET}`;
  const scrubbed = await text(Readable.from([Buffer.from(words)]).pipe(scrubbing()));
  expect(scrubbed.split('\n').length).toBeGreaterThan(2);
  expect(scrubbed).not.toContain(SECRET);
});
