import { execa } from 'execa';
import { join } from 'node:path';
import { statfs } from 'node:fs/promises';
import { useKindbox } from '../support/cluster-fixture.js';
import { describeRun } from '../support/kindbox.js';
import { leftoversOf, NOTHING } from '../support/leftovers.js';
import { filePrefix } from '../support/names.js';
import { NODE_IMAGE } from '../support/node-image.js';
import { anyRuntime } from '../support/runtimes.js';
import { failureOf } from './support/failure.js';
import { injectAt } from './support/inject.js';
import { useOwnDaemon } from './support/own-daemon.js';
import { recorded } from './support/record.js';

const MB = 1_000_000;
const name = `${filePrefix}-s`;
const create = ['create', '--json', `--runtime=${anyRuntime}`, `--image=${NODE_IMAGE}`, '--num-workers=1', '--wait-all', '--wait=60s', name];

const daemon = useOwnDaemon({ diskBytes: 6000 * MB });
const home = useKindbox(name);

beforeEach(() => leaveFree(undefined));
afterEach(async () => {
  // The disk is still full.
  await home.kindbox.succeed(['destroy', name]);
  await home.kindbox.succeed(['destroy', name]);
  expect(await leftoversOf(name)).toEqual(NOTHING);
});

test('a disk of Docker that is full before a create: refused before anything is made', async () => {
  await recorded({ verb: 'create', stage: '-', fault: 'disk full' }, async () => {
    await leaveFree(50 * MB);
    const run = await home.kindbox.run(create);
    expect([run.exitCode, failureOf(run).message]).toEqual([3, expect.stringContaining('Disk of Docker')]);
    expect(await leftoversOf(name)).toEqual(NOTHING);
    return run;
  });
});

test.each(['create-node', 'init-control-plane', 'join-worker'])('a disk of Docker that fills up while %s: it is told, and all is removed while it is full', async (stage) => {
  await recorded({ verb: 'create', stage, fault: 'disk fills up' }, async () => {
    const run = await injectAt(home.kindbox, create, { stage }, () => { void leaveFree(0); });
    if (![3, 7, 8, 9].includes(run.exitCode ?? -1)) throw new Error(describeRun(run));
    const { message, because, logTail } = failureOf(run);
    expect([message, because, logTail].join('\n')).toMatch(/disk.*full|no space left|DiskPressure|disk pressure/i);
    if (run.exitCode !== 9) expect(await leftoversOf(name)).toEqual(NOTHING);
    return run;
  });
});

/** Fills the disk of the daemon up to so many bytes; undefined frees it. */
async function leaveFree(bytes: number | undefined): Promise<void> {
  const filler = join(daemon.dockerd.dataRoot, 'filler');
  await execa('rm', ['-f', filler]);
  if (bytes === undefined) return;
  const { bavail, bsize } = await statfs(daemon.dockerd.dataRoot);
  await execa('fallocate', ['--length', String(bavail * bsize - bytes), filler], { reject: false });
}
