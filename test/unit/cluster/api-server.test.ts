import { apiServerUrl, publishedApiServer, requireCertifiable, validateApiServerAddress, type ApiServerFacts } from '../../../src/cluster/api-server.js';
import { KindboxError } from '../../../src/errors/index.js';
import { LABELS } from '../../../src/nodes/labels.js';
import { observedNode } from '../../support/observed.js';

const local: ApiServerFacts = { hostAddress: '127.0.0.1', mustPublish: false, ownAddresses: ['127.0.0.1', '192.0.2.7', '2001:db8::7'] };
const remote: ApiServerFacts = { hostAddress: 'build.example', mustPublish: true, ownAddresses: [] };
const desktop: ApiServerFacts = { hostAddress: '127.0.0.1', mustPublish: true, ownAddresses: [] };

test.each<[string, Parameters<typeof publishedApiServer>[0], ApiServerFacts, string | undefined, string[]]>([
  ['a port of this machine is the loopback\'s alone', { publish: 0 }, local, '127.0.0.1', []],
  ['a daemon in a virtual machine of this one publishes on the loopback', {}, desktop, '127.0.0.1', []],
  ['a remote daemon publishes on every address, and is in the certificate', {}, remote, undefined, ['build.example']],
  ['an address of this machine is listened on alone', { apiServerAddress: '192.0.2.7' }, local, '192.0.2.7', ['192.0.2.7']],
  ['a name is reached in ways that are not ours to know', { apiServerAddress: 'dev.example' }, local, undefined, ['dev.example']],
  ['a remote daemon has two names', { apiServerAddress: '203.0.113.9' }, remote, undefined, ['203.0.113.9', 'build.example']],
  ['all addresses are no name', { apiServerAddress: '0.0.0.0' }, local, undefined, []],
  ['all addresses of a remote daemon', { apiServerAddress: '::' }, remote, undefined, ['build.example']],
  ['the loopback by its name', { apiServerAddress: 'localhost' }, local, '127.0.0.1', []],
  ['a host whose name no certificate can have', { apiServerAddress: 'dev.example' }, { ...remote, hostAddress: 'my_box' }, undefined, ['dev.example']],
])('%s', (_title, wish, facts, hostAddress, names) => {
  const { ports, certificateNames } = publishedApiServer(wish, facts);
  expect(ports).toEqual([{ nodePort: 6443, hostPort: 0, ...(hostAddress === undefined ? {} : { hostAddress }) }]);
  expect(certificateNames).toEqual(names);
});

test('nothing is published unasked on this machine', () => {
  expect(publishedApiServer({}, local)).toEqual({ ports: [], certificateNames: [], labels: {} });
});

describe('the address in a kubeconfig', () => {
  const master = (label: string | undefined, ...ports: [string, number][]) => ({
    ...observedNode('demo', 'control-plane', 0), labels: Object.fromEntries(label === undefined ? [] : [[LABELS.apiServerAddress, label]]),
    ports: ports.map(([hostAddress, hostPort]) => ({ nodePort: 6443, hostPort, hostAddress })),
  });
  test.each([
    ['the node itself', master(undefined), '127.0.0.1', 'https://172.18.0.2:6443'],
    ['the published port', master(undefined, ['127.0.0.1', 16443]), '127.0.0.1', 'https://127.0.0.1:16443'],
    ['the remote host', master(undefined, ['0.0.0.0', 32768], ['::', 32769]), 'build.example', 'https://build.example:32768'],
    ['the remote host, which has IPv6', master(undefined, ['0.0.0.0', 32768], ['::', 32769]), '2001:db8::1', 'https://[2001:db8::1]:32769'],
    ['the address that was asked for', master('dev.example', ['0.0.0.0', 16443]), '127.0.0.1', 'https://dev.example:16443'],
    ['what a label of somebody else\'s says is not believed', master('x/../y', ['0.0.0.0', 16443]), '127.0.0.1', 'https://127.0.0.1:16443'],
  ])('%s', (_title, node, hostAddress, url) => {
    expect(apiServerUrl(node, hostAddress, 'https://172.18.0.2:6443')).toBe(url);
  });
});

test.each(['a', 'dev.example', 'x-1.y2', '192.0.2.7', '::1', '0.0.0.0'])('%s is taken for an address', (address) => {
  expect(() => { validateApiServerAddress(address); }).not.toThrow();
});

test.each(['', 'a_b', 'host:6443', '[::1]', 'https://host', '1.2.3', '999.1.1.1', '-a', 'a..b', 'fe80::1%eth0', 'a\nb', 'a'.repeat(260), 'Ä.example'])('%j is not', (address) => {
  expect(() => { validateApiServerAddress(address); }).toThrow(KindboxError);
});

test('a host without a name for a certificate is refused, unless another is given', () => {
  expect(() => { requireCertifiable('my_box', undefined); }).toThrow(/my_box/);
  expect(() => { requireCertifiable('my_box', '0.0.0.0'); }).toThrow(/my_box/);
  expect(() => { requireCertifiable('my_box', 'dev.example'); }).not.toThrow();
});
