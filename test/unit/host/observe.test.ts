import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os, { tmpdir } from 'node:os';
import { join } from 'node:path';
import { observeHost } from '../../../src/host/examine.js';
import { examineHost } from '../../../src/host/doctor.js';
import { KindboxError } from '../../../src/errors/index.js';
import { observeSysbox } from '../../../src/host/observe-sysbox.js';
import type { EngineFacts } from '../../../src/provider/engine-facts.js';
import { FakeProvider } from '../../support/fake-provider.js';

let folder: string;
let provider: FakeProvider;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kindbox-'));
  provider = new FakeProvider();
});
afterEach(() => rm(folder, { recursive: true }));

/** An engine on this very machine. */
function here(more: Partial<EngineFacts> = {}): EngineFacts {
  return {
    version: '28.2.2', hostName: os.hostname(), viaSocket: true, osType: 'linux', dataRoot: folder, storageDriver: 'overlay2', securityOptions: [], runtimePaths: {},
    missingLimits: [], ipForwarding: true, proxy: '', clockOffsetMs: 0, addressPools: [{ base: '10.0.0.0/8', size: 24 }], subnets: [], ...more,
  };
}

test('this machine is read when the engine is on it, and only then', async () => {
  const host = { ...provider.host, kernelVersion: os.release() };
  const read = await observeHost({ ...host, facts: here() }, 'runc', {});
  expect(read.machine?.disk?.freeBytes).toBeGreaterThan(0);
  expect(read.machine?.inotifyInstances).toBeGreaterThan(0);
  for (const facts of [here({ hostName: 'elsewhere' }), here({ viaSocket: false }), undefined]) {
    expect((await observeHost({ ...host, ...(facts === undefined ? {} : { facts }) }, 'runc', {})).machine).toBeUndefined();
  }
  expect((await observeHost({ ...host, operatingSystem: 'Docker Desktop', facts: here() }, 'runc', {})).machine).toBeUndefined();
});

test('a program under the name of Sysbox is asked what it is', async () => {
  const program = join(folder, 'sysbox-runc');
  await writeFile(program, '#!/bin/sh\nprintf "sysbox-runc\\n\\tversion: \\t0.6.7\\n"\n');
  await chmod(program, 0o755);
  expect(await observeSysbox(program)).toMatchObject({ path: program, version: '0.6.7', says: 'sysbox-runc' });
  expect(await observeSysbox(join(folder, 'absent'))).toMatchObject({ version: undefined, says: undefined });
});

test('an engine that does not answer is a finding; what is not of the host is an error', async () => {
  const context = { provider, emit: () => undefined, signal: new AbortController().signal, environment: {} };
  provider.describeHost = () => Promise.reject(new KindboxError('Docker is not running', { reason: 'host', next: ['sudo systemctl start docker'] }));
  expect(await examineHost(context, { runtime: 'runc', numWorkers: 1 })).toMatchObject({
    verdict: 'failure', engine: null, findings: [{ id: 'engine', found: 'Docker is not running', next: ['sudo systemctl start docker'] }],
  });
  provider.describeHost = () => Promise.reject(new KindboxError('interrupted', { reason: 'interrupted' }));
  await expect(examineHost(context, { runtime: 'runc', numWorkers: 1 })).rejects.toThrow('interrupted');
  await expect(examineHost(context, { runtime: 'runc', numWorkers: -1 })).rejects.toThrow('0 or more');
});
