import { KindboxError } from '../../../src/errors/index.js';
import {
  validateClusterName, validateImageReference, validateKubernetesVersion, validateNetworkName, validatePodSubnet, validatePort, validateWorkerCount,
} from '../../../src/cluster/validate.js';

function refusal(check: () => unknown): KindboxError {
  try {
    check();
  } catch (error) {
    if (error instanceof KindboxError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

test.each(['a', 'a-b', 'demo', '0', 'x1-y2', 'a'.repeat(50)])('the cluster name %s is taken', (name) => {
  expect(() => { validateClusterName(name); }).not.toThrow();
});

test.each(['', 'x;id', '$(id)', 'Upper', '-a', 'a-', 'a_b', 'a.b', '../a', 'é', 'a b', 'a\n', 'a'.repeat(80), '\u001b[31m'])('the cluster name %j is refused', (name) => {
  const error = refusal(() => { validateClusterName(name); });
  expect(error.reason).toBe('usage');
  expect(error.message).not.toMatch(/[^\x20-\x7e]/);
});

test.each([-1, 1.5, Number.NaN, 501, Infinity])('%d workers are refused', (count) => {
  expect(refusal(() => { validateWorkerCount(count); }).exitCode).toBe(2);
});

test.each(['10.244.0.0/16', '192.168.0.0/17', '172.16.0.0/23'])('the pod subnet %s is taken', (cidr) => {
  expect(() => { validatePodSubnet(cidr); }).not.toThrow();
});

test('a pod subnet has room for as many nodes as it has networks of 24 bits', () => {
  expect(() => { validatePodSubnet('10.244.0.0/16', undefined, 255); }).not.toThrow();
  expect(refusal(() => { validatePodSubnet('10.244.0.0/16', undefined, 256); }).message).toContain('room for 256 nodes, not for 257');
});

test.each(['10.244.0.0', '10.244.0.0/33', '10.244.0.1/16', '10.300.0.0/16', '10.244.0.0/24', 'x', '10.96.0.0/16', '10.0.0.0/8', '::/64'])('the pod subnet %s is refused', (cidr) => {
  expect(refusal(() => { validatePodSubnet(cidr); }).reason).toBe('usage');
});

test('versions are given their v, and nothing else passes', () => {
  expect(validateKubernetesVersion('1.36.3')).toBe('v1.36.3');
  expect(validateKubernetesVersion('v1.36.3')).toBe('v1.36.3');
  for (const version of ['1.36', 'latest', 'v1.36.3;id', '']) expect(refusal(() => validateKubernetesVersion(version)).reason).toBe('usage');
});

test('networks, images and ports', () => {
  for (const name of ['host', 'none', '-x', 'a b', '']) expect(refusal(() => { validateNetworkName(name); }).reason).toBe('usage');
  for (const image of ['--privileged', 'a b', '', 'x:$(id)', 'a'.repeat(300)]) expect(refusal(() => { validateImageReference(image); }).reason).toBe('usage');
  for (const port of [-1, 65536, 1.5]) expect(refusal(() => { validatePort(port); }).reason).toBe('usage');
  expect(() => { validateNetworkName('bridge'); validateImageReference('registry.example:5000/a/b:v1'); validatePort(0); }).not.toThrow();
});
