import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CreatePreview, ShownCommands } from '../../src/index.js';
import type { ResizeResult } from '../../src/cluster/options.js';
import { Hand } from '../support/by-hand.js';
import { clusterName, KindboxFixture, useKindbox } from '../support/cluster-fixture.js';
import { eventually } from '../support/eventually.js';
import { isReady } from '../support/kubectl.js';
import { everythingInDocker } from '../support/leftovers.js';
import { filePrefix } from '../support/names.js';
import { anyRuntime, runtimes } from '../support/runtimes.js';

describe.each(runtimes)('a cluster made by hand on %s', (runtime) => {
  const name = clusterName(filePrefix, runtime);
  const home = useKindbox(name);
  const hand = new Hand(home, name);
  let folder = '';
  let flags: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kindbox, "by" hand\'s-'));
    // Docker would choose another subnet each time, of another size even.
    const subnet = `10.${randomInt(128, 200)}.${randomInt(256)}.0/24`;
    flags = [
      `--runtime=${runtime}`, '--num-workers=2', '--cpus=1.5', '--memory=2g', `--mount=${folder}:/mnt/by hand:ro`, `--port=${await freePort()}:30080`, '--publish=0', `--subnet=${subnet}`,
    ];
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  // Others may work on the same Docker meanwhile: they do not do so every time.
  test('before it is made, plan and commands are shown without anything being made', () => eventually(async () => {
    const before = await everythingInDocker();
    const preview = await home.kindbox.json<CreatePreview>(['create', '--dry-run', ...flags, name]);
    const shown = await home.kindbox.json<ShownCommands>(['showcmds', ...flags, name]);
    expect(await everythingInDocker()).toEqual(before);
    expect(preview.plan.operations.filter(({ kind }) => kind === 'create-node').map(({ title }) => title)).toEqual(hand.nodes(2).map((node) => `Creating node ${node}`));
    expect(shown).toMatchObject({ name, exists: false });
  }));

  test('the commands for options, and those of a cluster, make what create makes', async () => {
    const planned = await hand.commands(flags);
    await home.kindbox.succeed(['create', ...flags, '--wait-all', name]);
    const created = await hand.everything(2);
    const recalled = await hand.commands();
    await hand.destroy();

    await hand.run(planned);
    expect(await hand.everything(2)).toEqual(created);
    await hand.destroy();

    await hand.run(recalled);
    expect(await hand.everything(2)).toEqual(created);
  });

  test('kindbox resizes it and destroys it like one of its own', async () => {
    const resize = (count: number): Promise<ResizeResult> => home.kindbox.json(['resize', `--num-workers=${count}`, '--wait-all', name]);
    expect(await resize(3)).toMatchObject({ added: [`${name}-worker-2`], removed: [] });
    expect((await hand.kubectl.nodes()).map((node) => [node.metadata.name, isReady(node)])).toEqual(hand.nodes(3).map((node) => [node, true]));
    expect(await resize(1)).toMatchObject({ added: [], removed: [`${name}-worker-2`, `${name}-worker-1`] });
    await hand.destroy();
  });
});

test('the commands of a cluster made by hand and changed since make it as it is now', async () => {
  const name = clusterName(`${filePrefix}c`, anyRuntime);
  const home = new KindboxFixture(name);
  await home.setUp();
  try {
    const hand = new Hand(home, name);
    await hand.run(await hand.commands([`--runtime=${anyRuntime}`]));
    await home.kindbox.succeed(['resize', '--num-workers=3', '--wait-all', name]);
    await home.kindbox.succeed(['node', 'remove', `${name}-worker-1`]);
    const created = await hand.everything(2);
    const recalled = await hand.commands();
    await hand.destroy();

    await hand.run(recalled);
    expect(await hand.everything(2)).toEqual(created);
  } finally {
    await home.tearDown();
  }
});

/** Another process may take it meanwhile, which is unlikely. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => { server.close(resolve); });
  return port;
}
