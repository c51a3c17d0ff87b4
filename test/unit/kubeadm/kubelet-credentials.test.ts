import { parseKubeletCredentials, kubeletConfig } from '../../../src/kubeadm/kubelet-credentials.js';
import { parseAdminConfig } from '../../../src/kubernetes/credentials.js';

const pem = (name: string): string => `-----BEGIN ${name}-----\nAAAA\n-----END ${name}-----\n`;
const base64 = (text: string): string => Buffer.from(text).toString('base64');

test('each node has the credentials that were made for it, and other lines are nobody\'s', () => {
  const printed = 'demo-worker-0 Q0VSVA== S0VZ\nopenssl: some warning of two words\ndemo-worker-1 Q0VSVDI= S0VZMg==\ndemo-worker-2\n';
  expect([...parseKubeletCredentials(printed, ['demo-worker-0', 'demo-worker-1'])]).toEqual([
    ['demo-worker-0', { certificate: 'Q0VSVA==', key: 'S0VZ' }], ['demo-worker-1', { certificate: 'Q0VSVDI=', key: 'S0VZMg==' }],
  ]);
});

test('where some have none, as the program failed half way, none has: all join alike', () => {
  expect(parseKubeletCredentials('demo-worker-0 Q0VSVA== S0VZ\n', ['demo-worker-0', 'demo-worker-1'])).toEqual(new Map());
});

test('its kubeconfig is complete in itself, and its user is the node', () => {
  const credentials = { certificate: base64(pem('CERTIFICATE')), key: base64(pem('EC PRIVATE KEY')) };
  const config = kubeletConfig('https://172.18.0.2:6443', pem('CERTIFICATE'), 'demo-worker-0', credentials);
  expect(parseAdminConfig(config)).toEqual({ server: 'https://172.18.0.2:6443', ca: pem('CERTIFICATE'), cert: pem('CERTIFICATE'), key: pem('EC PRIVATE KEY') });
  expect(config).toContain('system:node:demo-worker-0');
});
