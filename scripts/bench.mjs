// npm run bench -- [--nodes 1,3,10] [--runs 3] [--contestants kindbox,kindbox-ephemeral,by-hand,kind,kind-shared] [--runtime R] [--svg FILE]
// npm run bench -- --soak ROUNDS | --capacity NODES | --preload WORKERS: of kindbox alone, see scripts/bench/modes.mjs.
// One after the other and interleaved, so that a busy moment of the machine hits all: a table on stderr, JSON on stdout.
import './workspace/typescript.mjs';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { MODES } from './bench/modes.mjs';
import { mustRun, runMain, toStderr } from './machine/commands.mjs';
import { daemonInfo } from './machine/docker-endpoint.mjs';
import { ensureBaseImage } from './machine/ensure-base-image.mjs';
import { ensureDocker } from './machine/ensure-docker.mjs';
import { ensureKernel } from './machine/ensure-kernel.mjs';
import { runtimeFor } from './quickstart/runtime.mjs';
import { ensureBuilt } from './workspace/ensure-built.mjs';
import { kindbox } from './workspace/paths.mjs';

const VERSION = 'v1.36.3';
const NODE_IMAGE = `nestybox/k8s-node:${VERSION}`;

runMain(import.meta.url, async (args) => {
  const { values } = parseArgs({
    args,
    options: {
      nodes: { type: 'string', default: '1,3,10' }, runs: { type: 'string', default: '3' }, runtime: { type: 'string' },
      contestants: { type: 'string', default: 'kindbox,kindbox-ephemeral,by-hand,kind,kind-shared' }, svg: { type: 'string' },
      ...Object.fromEntries(Object.keys(MODES).map((name) => [name, { type: 'string' }])),
    },
  });
  const sizes = values.nodes.split(',').map((text) => positive('nodes', text));
  const runs = positive('runs', values.runs);

  const { host } = await ensureDocker();
  await ensureKernel();
  await ensureBuilt();
  await ensureBaseImage();
  await mustRun([kindbox, 'image', 'build', '--progress', 'plain'], { show: true });
  const info = await daemonInfo(host);
  const runtime = values.runtime ?? runtimeFor(info.Runtimes).runtime;
  const machine = { cpus: cpus().length, memoryBytes: totalmem(), kernel: info.KernelVersion, docker: info.ServerVersion, cgroup: info.CgroupVersion };
  const print = (result) => process.stdout.write(`${JSON.stringify({ machine, runtime, ...result }, undefined, 2)}\n`);
  const mode = Object.keys(MODES).find((name) => values[name] !== undefined);
  if (mode !== undefined) {
    const { Engine } = await import('../test/bench/engine.ts');
    return print(await MODES[mode]({ engine: new Engine(host), runtime, nodeImage: NODE_IMAGE }, positive(mode, values[mode])));
  }
  const measured = await race({ host, runtime, sizes, runs, names: values.contestants.split(',') });

  const [{ summarize, tablesOf }, { chartOf }] = await Promise.all([import('../test/bench/summary.ts'), import('../test/bench/chart.ts')]);
  const summaries = summarize(measured);
  toStderr(`\n${tablesOf(summaries)}`);
  if (values.svg !== undefined) writeFileSync(values.svg, chartOf(summaries, 'serving'));
  print({ summaries, runs: measured });
});

async function race({ host, runtime, sizes, runs, names }) {
  const { measureCluster } = await import('../test/bench/measure.ts');
  const { contestants, close } = await prepare(host, runtime, names);
  const measured = [];
  try {
    for (const nodes of sizes) {
      for (let run = 1; run <= runs; run += 1) {
        // Back and forth: whoever always followed the one that leaves the most files to be deleted would pay for them.
        for (const contestant of run % 2 === 1 ? contestants : contestants.toReversed()) {
          const resizes = nodes === 10 ? { from: 4, to: 9 } : undefined;
          const result = await measureCluster(contestant, `kbb${randomBytes(3).toString('hex')}`, nodes, resizes);
          measured.push(result);
          toStderr(`${contestant.name}, ${nodes} nodes, run ${run} of ${runs}: returned after ${result.returnedMs} ms, Ready ${result.readyMs} ms, DNS ${result.dnsMs} ms`);
        }
      }
    }
    return measured;
  } finally {
    await close();
  }
}

/** Whatever is compiled, built or copied is so before the first measurement. */
async function prepare(host, runtime, names) {
  const { Engine } = await import('../test/bench/engine.ts');
  const engine = new Engine(host);
  const build = async (...options) => JSON.parse((await mustRun([kindbox, 'image', 'build', ...options, '--json', '--progress=quiet'])).out.toString()).image;
  const contestants = [];
  let daemon;
  const close = async () => {
    for (const contestant of contestants) await contestant.close();
    await daemon?.stop();
  };
  const onSecondDaemon = async (name, image) => {
    const [{ SecondDockerd }, { kindContestant }] = await Promise.all([import('../test/support/second-dockerd.ts'), import('../test/bench/contestants/kind.ts')]);
    daemon ??= await SecondDockerd.start({ defaultRuntime: runtime });
    await daemon.copyImages(image);
    return kindContestant(name, daemon, image);
  };
  const byHand = async (laidOut, options = {}) => {
    const [{ byHandContestant }, { publishedManifest, withCniPluginImage }, { imagesOf }] = await Promise.all([import('../test/bench/contestants/by-hand.ts'), import('../test/bench/published-flannel.ts'), import('../src/cni/images.ts')]);
    const flannel = await publishedManifest();
    const preloaded = `${NODE_IMAGE}-by-hand-shared`;
    const plugin = imagesOf(flannel).find((name) => name.includes('cni-plugin'));
    await withCniPluginImage(plugin, NODE_IMAGE, () => mustRun([kindbox, 'image', 'preload', '--tag', preloaded, '--from-node', NODE_IMAGE, '--image', plugin, '--progress=quiet']));
    return byHandContestant({ engine, runtime, image: await laidOut(preloaded), kubernetesVersion: VERSION, flannel, ...options });
  };
  const ordinary = async (image) => (await import('../test/bench/ordinary-layout.ts')).inOrdinaryLayout(image, `${NODE_IMAGE}-by-hand`);
  const make = {
    kindbox: async () => (await import('../test/bench/contestants/kindbox.ts')).kindboxContestant(engine, runtime),
    'kindbox-ephemeral': async () => (await import('../test/bench/contestants/kindbox.ts')).kindboxContestant(engine, runtime, { name: 'kindbox --ephemeral', options: ['--ephemeral'] }),
    'by-hand': () => byHand(ordinary),
    'by-hand-hasty': () => byHand(ordinary, { hasty: true }),
    'by-hand-shared': () => byHand((image) => image),
    kind: async () => onSecondDaemon('kind', await build('--for=kind', '--layout=ordinary')),
    'kind-shared': async () => onSecondDaemon('kind, shared layout', await build('--for=kind')),
  };
  try {
    for (const name of names) {
      if (!Object.hasOwn(make, name)) throw new Error(`There is no contestant ${name}: ${Object.keys(make).join(', ')}`);
      contestants.push(await make[name]());
    }
    return { contestants, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function positive(name, text) {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`--${name} takes numbers above 0, not ${text}`);
}
