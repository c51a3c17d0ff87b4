import { parseAdminConfig } from '../../../src/kubernetes/credentials.js';
import { KindboxError } from '../../../src/errors/index.js';
import { testCredentials } from './support/fake-api-server.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

function adminConf(change: (text: string) => string = (text) => text): string {
  return change(`apiVersion: v1
kind: Config
current-context: kubernetes-admin@kubernetes
clusters:
- name: kubernetes
  cluster: {server: "https://10.0.0.2:6443", certificate-authority-data: ${base64(testCredentials.ca)}}
contexts:
- name: kubernetes-admin@kubernetes
  context: {cluster: kubernetes, user: kubernetes-admin}
users:
- name: kubernetes-admin
  user: {client-certificate-data: ${base64(testCredentials.cert)}, client-key-data: ${base64(testCredentials.key)}}
`);
}

test('reads server, CA, certificate and key', () => {
  expect(parseAdminConfig(adminConf())).toEqual(testCredentials);
});

test.each([
  ['no YAML', (text: string) => `${text}\n  : [${base64(testCredentials.key)}`],
  ['no such context', (text: string) => text.replace('current-context: k', 'current-context: other-k')],
  ['no key', (text: string) => text.replace('client-key-data', 'client-key')],
  ['no PEM', (text: string) => text.replace(base64(testCredentials.cert), base64('rubbish'))],
  ['an empty file', () => ''],
])('refuses %s without quoting the file', (_what, change) => {
  let error: unknown;
  try {
    parseAdminConfig(adminConf(change));
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(KindboxError);
  expect((error as Error).cause).toBeUndefined();
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(base64(testCredentials.key).slice(0, 40));
});
