// npm run quickstart: from a bare machine to a cluster that serves a request.
import { homedir } from 'node:os';
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { isMain, mustRun } from './machine/commands.mjs';
import { ensureBaseImage } from './machine/ensure-base-image.mjs';
import { ensureDocker } from './machine/ensure-docker.mjs';
import { ensureKernel } from './machine/ensure-kernel.mjs';
import { findEarlier, rememberMaster } from './quickstart/earlier-cluster.mjs';
import { captureOutput } from './quickstart/output.mjs';
import { chooseRuntime } from './quickstart/runtime.mjs';
import { fetchPage, nodePort, webManifest } from './quickstart/web.mjs';
import { ensureBuilt } from './workspace/ensure-built.mjs';
import { kindbox } from './workspace/paths.mjs';

const cluster = 'quickstart';
const master = `${cluster}-master`;
const shownKindbox = relative(process.cwd(), kindbox) || kindbox;

const say = (text = '') => process.stdout.write(`${text}\n`);
const heading = (text) => say(`\n==> ${text}`);

const intent = `kindbox quickstart: a Kubernetes cluster of three containers that serves a web page.

What this does, in this order; what is there already is left as it is:
  1. a Docker daemon: installed from the distribution's packages and started, if none answers
  2. the kernel: modules overlay and br_netfilter, higher limits for inotify and keys, until the next boot
  3. this project: its npm packages, and a build of bin/kindbox
  4. the node image, compiled from source without any registry: some ten minutes on four cores, once
  5. a cluster named "${cluster}" with two workers; that of an earlier quickstart is replaced
  6. a Deployment of two replicas and a NodePort Service, fetched with HTTP through every node
Nothing else is touched. Ctrl-C stops it at any time.`;

async function quickstart() {
  const startedAt = Date.now();
  say(intent);

  heading('Docker');
  const { host } = await ensureDocker({ log: say });
  const { runtime, because } = await chooseRuntime(host);
  say(`Runtime: ${runtime}, because ${because}.`);

  heading('Kernel');
  await ensureKernel({ log: say });

  heading('bin/kindbox');
  await ensureBuilt({ log: say });

  heading('Node image');
  await ensureBaseImage({ log: say });
  await kindboxCommand('image', 'build');

  heading('Cluster');
  await removeEarlier();
  const created = await createCluster(runtime);

  heading('A Deployment and a Service');
  await deployWeb();

  heading('The page, through every node');
  for (const node of [...created.nodes].sort((a, b) => a.name.localeCompare(b.name))) {
    const { url, text } = await fetchPage(node.address);
    say(`${node.name.padEnd(`${cluster}-worker-0`.length)}  ${url}  ${text}`);
  }
  say(`\nIt works: ${Math.round((Date.now() - startedAt) / 1000)} s in all, of which ${Math.round(created.durationMs / 1000)} s for the cluster.`);
  say(farewell(created));
}

async function kindboxCommand(...argv) {
  say(`$ ${[shownKindbox, ...argv].join(' ')}`);
  await mustRun([kindbox, ...argv], { show: true });
}

async function removeEarlier() {
  const earlier = await findEarlier(master);
  if (earlier === 'foreign') {
    throw new Error(`There is a container ${master} that no quickstart made, so it is left alone.
If it may go: ${shownKindbox} destroy ${cluster}`);
  }
  if (earlier === 'ours') await kindboxCommand('destroy', cluster);
}

async function createCluster(runtime) {
  const argv = ['create', '--num-workers=2', `--runtime=${runtime}`, '--wait-all', cluster];
  say(`$ ${[shownKindbox, ...argv].join(' ')}`);
  const created = JSON.parse(await captureOutput([kindbox, ...argv, '--json']));
  rememberMaster(created.nodes.find(({ name }) => name === master).id);
  return created;
}

async function deployWeb() {
  const flannel = ['get', 'daemonset', '--namespace=kube-flannel', '--output=jsonpath={.items[0].spec.template.spec.containers[0].image}'];
  const image = (await kubectl(flannel)).trim();
  say(`$ docker exec -i ${master} kubectl apply -f -`);
  say((await kubectl(['apply', '-f', '-'], JSON.stringify(webManifest(image)))).trim());
  await kubectl(['rollout', 'status', 'deployment/hello', '--timeout=120s']);
  say(`$ docker exec ${master} kubectl get pods -o wide`);
  say((await kubectl(['get', 'pods', '-o', 'wide'])).trim());
}

async function kubectl(argv, input) {
  const { out } = await mustRun(['docker', 'exec', '--interactive', master, 'kubectl', ...argv], { input: input ?? '' });
  return out.toString();
}

function farewell({ kubeconfig, nodes }) {
  const path = kubeconfig.replace(homedir(), '~');
  return `
What to try next:
  ${shownKindbox} list -l
  docker exec ${master} kubectl get nodes -o wide
  curl http://${nodes[0].address}:${nodePort}/
  ${shownKindbox} resize --num-workers=3 ${cluster}
  KUBECONFIG=${path} kubectl get pods -A        # with a kubectl of your own

To clean up:
  ${shownKindbox} destroy ${cluster}`;
}

if (isMain(import.meta.url)) {
  parseArgs({ options: {} });
  quickstart().catch((error) => {
    process.stderr.write(`\n${error.message}\n`);
    process.exitCode = 1;
  });
}
