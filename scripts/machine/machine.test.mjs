// Run by `node --test scripts/machine/`. Needs root and a dockerd: it starts one of its own, beside the machine's.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { buildStandin } from './build-standin.mjs';
import { findCommand, isRoot } from './commands.mjs';
import { daemonInfo, daemonState, dockerHost, waitFor } from './docker-endpoint.mjs';
import { ensureDocker } from './ensure-docker.mjs';
import { ensureStandin } from './ensure-standin.mjs';

const canStartDockerd = isRoot() && Boolean(findCommand('dockerd'));
const builderImage = process.env.KINDBOX_TEST_BUILDER_IMAGE;
const quiet = () => {};

test('the host is looked up as the docker command does', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kindbox-context-'));
  const meta = join(folder, 'contexts/meta', createHash('sha256').update('mine').digest('hex'));
  mkdirSync(meta, { recursive: true });
  writeFileSync(join(meta, 'meta.json'), '{"Endpoints": {"docker": {"Host": "unix:///mine.sock"}}}');
  assert.equal(dockerHost({ DOCKER_CONFIG: folder }), 'unix:///var/run/docker.sock');
  writeFileSync(join(folder, 'config.json'), '{"currentContext": "mine"}');
  assert.equal(dockerHost({ DOCKER_CONFIG: folder }), 'unix:///mine.sock');
  assert.equal(dockerHost({ DOCKER_CONFIG: folder, DOCKER_HOST: 'tcp://a:1' }), 'tcp://a:1');
  rmSync(folder, { recursive: true });
});

test('the stand-in compiles in a builder container', { skip: !builderImage }, async () => {
  const binary = await buildStandin({ builderImage, host: dockerHost(), log: quiet, goCommand: '' });
  assert.equal(binary.subarray(1, 4).toString(), 'ELF');
});

test('a daemon that is elsewhere is neither installed nor started', async () => {
  const before = process.env.DOCKER_HOST;
  process.env.DOCKER_HOST = 'unix:///nowhere/docker.sock';
  try {
    const install = () => assert.fail('installed something');
    await assert.rejects(ensureDocker({ log: quiet, install }), /No Docker daemon answers at unix:\/\/\/nowhere/);
  } finally {
    if (before === undefined) delete process.env.DOCKER_HOST;
    else process.env.DOCKER_HOST = before;
  }
});

describe('a machine of its own', { skip: !canStartDockerd }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'kindbox-machine-'));
  const at = (name) => join(folder, name);
  const daemon = {
    host: `unix://${at('docker.sock')}`,
    pidFile: at('docker.pid'),
    execRoot: at('exec'),
    logFile: at('log/dockerd.log'),
    extraArguments: ['--data-root', at('data'), '--bridge', 'none', '--iptables=false', '--config-file', at('daemon.json')],
    // With `--bridge none` dockerd removes docker0, wherever it is from: not out of the machine's own network!
    launcher: ['unshare', '--net'],
  };
  const places = { folder: at('standin'), daemonConfig: at('daemon.json'), pidFile: daemon.pidFile };
  const install = () => assert.fail('installed something');
  const ensure = (options) => ensureStandin({ log: quiet, host: daemon.host, places, ...options });

  before(() => writeFileSync(places.daemonConfig, '{"debug": false, "runtimes": {"other": {"path": "/bin/true"}}}'));

  after(async () => {
    const pid = Number(readFileSync(daemon.pidFile, 'utf8'));
    process.kill(pid, 'SIGTERM');
    await waitFor(() => !existsSync(`/proc/${pid}`), 20_000);
    rmSync(folder, { recursive: true, force: true });
  });

  test('a dockerd that fails says why', async () => {
    const broken = { ...daemon, extraArguments: [...daemon.extraArguments, '--no-such-option'] };
    await assert.rejects(ensureDocker({ log: quiet, daemon: broken, install }), /it ended with 1[\s\S]*no-such-option/);
  });

  test('dockerd is started in spite of a stale pid file', async () => {
    const lines = [];
    writeFileSync(daemon.pidFile, `${process.pid}`);
    const { started } = await ensureDocker({ log: (line) => lines.push(line), daemon, install });
    assert.equal(started, true);
    assert.equal(await daemonState(daemon.host), 'answers');
    assert.ok(lines.some((line) => line.includes('stale')));
  });

  test('a second time nothing is done', async () => {
    const log = (line) => assert.fail(line);
    assert.deepEqual(await ensureDocker({ log, daemon, install }), { host: daemon.host, started: false });
  });

  test('the stand-in is compiled and registered', { skip: !findCommand('go') }, async () => {
    assert.deepEqual(await ensure(), { real: false, changed: true });
    assert.ok((await daemonInfo(daemon.host)).Runtimes['sysbox-runc']);
    const config = JSON.parse(readFileSync(places.daemonConfig, 'utf8'));
    assert.equal(config.debug, false);
    assert.equal(config.runtimes.other.path, '/bin/true');
    assert.deepEqual(await ensure(), { real: false, changed: false });
  });

  test('a changed source replaces the binary', { skip: !findCommand('go') }, async () => {
    const source = at('source');
    mkdirSync(source);
    writeFileSync(join(source, 'go.mod'), 'module changed\n\ngo 1.19\n');
    writeFileSync(join(source, 'main.go'), 'package main\n\nfunc main() {}\n');
    const binary = join(places.folder, 'sysbox-runc');
    const old = readFileSync(binary);
    assert.deepEqual(await ensure({ source }), { real: false, changed: true });
    assert.ok(!readFileSync(binary).equals(old));
  });

  test('a real Sysbox is left alone', async () => {
    const elsewhere = { ...places, folder: '/some/other/folder' };
    const result = await ensureStandin({ log: quiet, host: daemon.host, places: elsewhere });
    assert.deepEqual(result, { real: true, changed: false });
  });
});
