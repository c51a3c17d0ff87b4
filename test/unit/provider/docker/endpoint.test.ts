import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isLocal, parseEndpoint, resolveEndpoint } from '../../../../src/provider/docker/endpoint.js';
import { sshArguments } from '../../../../src/provider/docker/ssh-agent.js';
import { hostNameIn, sshHostName } from '../../../../src/provider/docker/ssh-host.js';

let home: string;

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'kindbox-endpoint-'));
});

afterEach(async () => {
  await rm(home, { recursive: true });
});

describe('DOCKER_HOST', () => {
  it.each([
    ['unix:///run/x.sock', { transport: 'socket', socketPath: '/run/x.sock' }],
    ['unix://', { transport: 'socket', socketPath: '/var/run/docker.sock' }],
    ['npipe:////./pipe/docker', { transport: 'socket', socketPath: '//./pipe/docker' }],
    ['tcp://box:2375', { transport: 'tcp', host: 'box', port: 2375 }],
    ['box:1234', { transport: 'tcp', host: 'box', port: 1234 }],
    ['tcp://[::1]:2375', { transport: 'tcp', host: '::1', port: 2375 }],
    ['ssh://me@box:2222', { transport: 'ssh', host: 'box', port: 2222, user: 'me' }],
  ])('%s is understood', async (address, expected) => {
    expect(await resolveEndpoint({ HOME: home, DOCKER_HOST: address })).toMatchObject({ ...expected, chosenBy: 'DOCKER_HOST' });
  });

  it.each(['tcp://', 'ftp://box', 'tcp://box:99999'])('%s is refused', async (address) => {
    await expect(resolveEndpoint({ HOME: home, DOCKER_HOST: address })).rejects.toMatchObject({ reason: 'usage' });
  });

  it('comes with TLS for any value of DOCKER_TLS_VERIFY', async () => {
    const environment = { HOME: home, DOCKER_HOST: 'tcp://box', DOCKER_CERT_PATH: '/certs' };
    const tls = { ca: '/certs/ca.pem', cert: '/certs/cert.pem', key: '/certs/key.pem', verify: true };
    expect(await resolveEndpoint({ ...environment, DOCKER_TLS_VERIFY: 'yes' })).toMatchObject({ port: 2376, tls });
    expect(await resolveEndpoint({ ...environment, DOCKER_TLS_VERIFY: '' })).not.toHaveProperty('tls');
  });

  it('goes before a context', async () => {
    await writeConfig({ currentContext: 'far' });
    expect(await resolveEndpoint({ HOME: home, DOCKER_HOST: 'unix:///x', DOCKER_CONTEXT: 'far' })).toMatchObject({ socketPath: '/x' });
  });
});

describe('docker contexts', () => {
  it('are read with their TLS files', async () => {
    await writeConfig({ currentContext: 'far' });
    const folder = await writeContext('far', { Host: 'tcp://far.test:2376', SkipTLSVerify: true });
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, 'ca.pem'), 'ca');
    expect(await resolveEndpoint({ HOME: home })).toEqual({
      url: 'tcp://far.test:2376', transport: 'tcp', host: 'far.test', port: 2376, chosenBy: 'context "far"',
      tls: { ca: path.join(folder, 'ca.pem'), verify: false },
    });
  });

  it('are chosen by DOCKER_CONTEXT first, and `default` is none', async () => {
    await writeConfig({ currentContext: 'far' });
    await writeContext('near', { Host: 'unix:///near.sock' });
    expect(await resolveEndpoint({ HOME: home, DOCKER_CONTEXT: 'near' })).toMatchObject({ socketPath: '/near.sock' });
    expect(await resolveEndpoint({ HOME: home, DOCKER_CONTEXT: 'default' })).toMatchObject({ chosenBy: 'the default' });
  });

  it('that do not exist are refused', async () => {
    await expect(resolveEndpoint({ HOME: home, DOCKER_CONTEXT: 'gone' })).rejects.toMatchObject({ reason: 'host', message: expect.stringContaining('"gone"') });
  });

  it('live in DOCKER_CONFIG, and a broken config.json counts as none', async () => {
    await writeFile(path.join(home, 'config.json'), '{broken');
    expect(await resolveEndpoint({ HOME: '/nonexistent', DOCKER_CONFIG: home })).toMatchObject({ chosenBy: 'the default' });
  });
});

it('is local for sockets and loopback addresses only', () => {
  const local = (address: string) => isLocal(parseEndpoint(address, 'test'));
  expect(['unix:///x', 'tcp://localhost:1', 'tcp://127.0.0.1:1', 'tcp://[::1]:1'].map(local)).toEqual([true, true, true, true]);
  expect(['ssh://localhost', 'tcp://10.0.0.1:1', 'tcp://127.0.0.1.evil.test:1'].map(local)).toEqual([false, false, false]);
});

it('never lets a host name be an option of ssh', () => {
  const argv = sshArguments({ url: '', transport: 'ssh', host: '-oProxyCommand=x', chosenBy: 'test' });
  expect(argv.indexOf('--')).toBe(argv.indexOf('-oProxyCommand=x') - 1);
});

describe('the host behind ssh', () => {
  const endpoint = parseEndpoint('ssh://me@box:2222', 'test');
  const fakeSsh = async (...lines: string[]): Promise<{ PATH: string }> => {
    await writeFile(path.join(home, 'ssh'), ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o755 });
    return { PATH: `${home}:${process.env['PATH']}` };
  };

  it('is the one that ssh would connect to', async () => {
    const environment = await fakeSsh('[ "$*" = "-G -l me -p 2222 -- box" ] || exit 1', 'echo user me', 'echo hostname box.example.test', 'echo port 2222');
    expect(await sshHostName(endpoint, environment, new AbortController().signal)).toBe('box.example.test');
  });

  it('is the name itself where ssh does not tell', async () => {
    expect(await sshHostName(endpoint, await fakeSsh('exit 255'), new AbortController().signal)).toBe('box');
    expect(hostNameIn('user me\nhostkeyalias hostname x')).toBeUndefined();
  });
});

async function writeConfig(config: object): Promise<void> {
  await mkdir(path.join(home, '.docker'), { recursive: true });
  await writeFile(path.join(home, '.docker/config.json'), JSON.stringify(config));
}

/** @returns the folder of the context's TLS files, not made yet. */
async function writeContext(name: string, docker: object): Promise<string> {
  const hash = createHash('sha256').update(name).digest('hex');
  const folder = path.join(home, '.docker/contexts/meta', hash);
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'meta.json'), JSON.stringify({ Name: name, Endpoints: { docker } }));
  return path.join(home, '.docker/contexts/tls', hash, 'docker');
}
