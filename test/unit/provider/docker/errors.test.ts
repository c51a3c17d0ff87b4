import { describe, expect, it } from '@jest/globals';
import { KindboxError } from '../../../../src/errors/index.js';
import { daemonMessage, explainDaemonMessage, explainFailure, statusOf } from '../../../../src/provider/docker/errors.js';

const endpoint = { url: 'unix:///var/run/docker.sock', transport: 'socket', socketPath: '/var/run/docker.sock', chosenBy: 'the default' } as const;

describe('what the daemon says', () => {
  it.each([
    ['driver failed programming external connectivity on endpoint x (abc): Bind for 0.0.0.0:6443 failed: port is already allocated', 'conflict', 'port 6443'],
    ['driver failed programming external connectivity on endpoint x (abc): Error starting userland proxy: listen tcp4 0.0.0.0:6443: bind: address already in use', 'conflict', 'port 6443'],
    ['failed to set up container networking: driver failed programming: failed to bind host port for 127.0.0.1:6443:172.17.0.2:6443/tcp: address already in use', 'conflict', 'port 6443'],
    ['Ports are not available: exposing port TCP 0.0.0.0:6443 -> 0.0.0.0:0: listen tcp 0.0.0.0:6443: bind: address already in use', 'conflict', 'port 6443'],
    ['could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network', 'host', 'no address range left'],
    ['all predefined address pools have been fully subnetted', 'host', 'no address range left'],
    ['Pool overlaps with other one on this address space', 'conflict', 'overlaps'],
    ['Invalid subnet 172.17.0/16 : invalid CIDR address: 172.17.0/16', 'usage', 'not valid'],
    ['network with name demo-net already exists', 'conflict', 'demo-net'],
    ['Unknown runtime specified sysbox-runc', 'host', 'does not know the runtime sysbox-runc'],
    ['unknown or invalid runtime name: sysbox-runc', 'host', 'does not know the runtime sysbox-runc'],
    ['OCI runtime create failed: container_linux.go: failed to register with sysbox-mgr: failed to invoke Register via grpc: connection refused', 'host', 'Sysbox services'],
    ['OCI runtime create failed: namespace {"time" ""} does not exist: unknown', 'host', 'time namespaces'],
    ['write /var/lib/docker/x: no space left on device', 'host', 'is full'],
    ['pull access denied for nestybox/nothing, repository does not exist or may require \'docker login\'', 'image', 'no such image'],
    ['No such image: demo:v1', 'image', 'no such image'],
    ['Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io: no such host', 'image', 'cannot be reached'],
    ['Get "https://ghcr.io/v2/": x509: certificate signed by unknown authority', 'image', 'not trusted'],
    ['toomanyrequests: You have reached your pull rate limit', 'image', 'rate limit'],
    ['no matching manifest for linux/arm64/v8 in the manifest list entries', 'image', 'architecture'],
    ['failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/sbin/init": stat /sbin/init: no such file or directory: unknown', 'image', '/sbin/init'],
    ['No command specified', 'image', 'nothing to run'],
    ['no command specified', 'image', 'nothing to run'],
    ['something new\nwith details', 'host', 'something new'],
  ])('%s', (message, reason, told) => {
    const error = explainDaemonMessage(message, 'Cannot work');
    expect(error).toMatchObject({ reason });
    expect(error.message).toContain(`Cannot work: `);
    expect(error.message).toContain(told);
    expect(error.message).not.toContain('\n');
    expect(error.because).toBeTruthy();
  });
});

describe('a daemon that is not reached', () => {
  it.each([
    ['ENOENT', 'Docker is not running: there is no'],
    ['ECONNREFUSED', 'Docker is not running: nothing answers'],
    ['EACCES', 'Permission denied'],
    ['ENOTFOUND', 'cannot be found'],
    ['ETIMEDOUT', 'does not answer'],
    ['ECONNRESET', 'closed the connection'],
    ['HPE_INVALID_CONSTANT', 'not a Docker daemon'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'No trusted TLS connection'],
  ])('%s has words and next steps of its own', (code, told) => {
    const error = explainFailure(Object.assign(new Error('x'), { code }), 'Cannot work', endpoint) as KindboxError;
    expect(error).toBeInstanceOf(KindboxError);
    expect(error.reason).toBe('host');
    expect(error.message).toContain(told);
    expect(error.next.length).toBeGreaterThan(0);
  });

  it('is not blamed for a bug', () => {
    const bug = new TypeError('x is not a function');
    expect(explainFailure(bug, 'Cannot work', endpoint)).toBe(bug);
  });
});

it('finds status and words of a refusal, wrapped or not', () => {
  const refusal = Object.assign(new Error('(HTTP code 409) conflict - It is so '), { statusCode: 409, json: { message: 'It is so' } });
  const wrapped = explainFailure(refusal, 'Cannot work', endpoint);
  expect([statusOf(refusal), statusOf(wrapped), daemonMessage(refusal), daemonMessage(wrapped)]).toEqual([409, 409, 'It is so', 'It is so']);
  const bare = Object.assign(new Error('(HTTP code 500) server error - Alas '), { statusCode: 500, json: null });
  expect(daemonMessage(bare)).toBe('Alas');
});
