import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findCredentials } from '../../../../src/provider/docker/credentials.js';
import { DOCKER_HUB } from '../../../../src/provider/docker/references.js';

let folder: string;
const environment = () => ({ DOCKER_CONFIG: folder, PATH: `${folder}:${process.env['PATH']}` });

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kindbox-credentials-'));
  const helper = path.join(folder, 'docker-credential-kbtest');
  await writeFile(helper, '#!/bin/sh\nread server\n[ "$server" = broken.test ] && exit 1\necho "{\\"Username\\":\\"<token>\\",\\"Secret\\":\\"for $server\\"}"\n');
  await chmod(helper, 0o755);
  const auth = Buffer.from('me:pass:word').toString('base64');
  await writeFile(path.join(folder, 'config.json'), JSON.stringify({
    auths: { [DOCKER_HUB]: { auth }, 'https://old.test': { auth }, 'token.test': { identitytoken: 't' } },
    credHelpers: { 'helped.test': 'kbtest', 'broken.test': 'kbtest', 'absent.test': 'kbtest-absent', 'evil.test': '../x' },
  }));
});

afterAll(() => rm(folder, { recursive: true }));

it.each([
  [DOCKER_HUB, { username: 'me', password: 'pass:word', serveraddress: DOCKER_HUB }],
  ['old.test', { username: 'me', password: 'pass:word', serveraddress: 'old.test' }],
  ['token.test', { identitytoken: 't', serveraddress: 'token.test' }],
  ['helped.test', { identitytoken: 'for helped.test', serveraddress: 'helped.test' }],
  ['broken.test', undefined],
  ['absent.test', undefined],
  ['evil.test', undefined],
  ['unknown.test', undefined],
])('for %s', async (registry, expected) => {
  expect(await findCredentials(registry, environment())).toEqual(expected);
});
