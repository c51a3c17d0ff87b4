// Runs in the virtual machine, as a user who is in the group docker and nothing more. Each step is a line of JSON on stdout.
import { readFileSync, writeSync } from 'node:fs';
import { release, tmpdir, userInfo } from 'node:os';
import { mustRun, run } from '../../machine/commands.mjs';
import { captureOutput } from '../../quickstart/output.mjs';
import { fetchPage, webManifest } from '../../quickstart/web.mjs';

const kindbox = '/opt/kindbox/bin/kindbox';
const wait = '--wait=20m';
const patience = 600_000;
const cluster = 'vm';
const master = `${cluster}-master`;

let current = 'start';
let runtime;

await scenario();

async function scenario() {
  try {
    await step('host', describeHost);
    for (runtime of (process.env.KINDBOX_VM_RUNTIMES ?? 'runc,sysbox-runc').split(',')) await lifeOfACluster();
    runtime = undefined;
    report({ step: 'end' });
  } catch (error) {
    report({ step: current, runtime, ok: false, found: error.message.slice(-3000) });
    process.exitCode = 1;
    await keepLogs();
  }
}

async function lifeOfACluster() {
  await step('doctor', examine);
  await step('create', create);
  await step('cgroups of a node', describeNode);
  await step('NodePort through every node', serve);
  await step('resize to 2', () => resize(2));
  await step('resize to 1', () => resize(1));
  await step('destroy', destroy);
}

// The machine takes its disk with it: the host gets the folder tmp as an archive.
async function keepLogs() {
  const { code, err } = await run([kindbox, 'logs', `--output=${tmpdir()}/${cluster}-logs`, cluster]);
  if (code !== 0) process.stderr.write(`kindbox logs: ${err}\n`);
}

async function step(name, action) {
  current = name;
  const startedAt = Date.now();
  const found = await action();
  report({ step: name, runtime, ok: true, seconds: Math.round((Date.now() - startedAt) / 1000), found });
}

function report(result) {
  writeSync(1, `${JSON.stringify(result)}\n`);
}

async function describeHost() {
  const { uid, username } = userInfo();
  if (uid === 0) throw new Error('This is root: the scenario is about a user who is not.');
  const { out } = await mustRun(['docker', 'info', '--format', '{{.CgroupVersion}} {{.CgroupDriver}} {{.ServerVersion}}']);
  const [version, driver, docker] = out.toString().trim().split(' ');
  if (version !== '2' || driver !== 'systemd') throw new Error(`This is no host with cgroup v2 and systemd: cgroup v${version}, driver ${driver}`);
  const { PRETTY_NAME: system } = Object.fromEntries(readFileSync('/etc/os-release', 'utf8').split('\n').map((line) => line.replaceAll('"', '').split('=')));
  const { out: init } = await mustRun(['systemctl', '--version']);
  return `${system}, kernel ${release()}, ${init.toString().split('\n')[0]}, Docker ${docker}, cgroup v${version}, driver ${driver}, user ${username} (${uid})`;
}

async function examine() {
  const { verdict, findings } = await kindboxJson('doctor', `--runtime=${runtime}`);
  return [verdict, ...findings.filter((finding) => finding.verdict !== 'ok').map(({ title, found, because = '' }) => `${title}: ${found} ${because}`)].join('\n');
}

async function create() {
  const created = await kindboxJson('create', '--num-workers=1', `--runtime=${runtime}`, '--wait-all', '--retain', wait, cluster);
  const nodes = await kubectl(['get', 'nodes', '--no-headers']);
  const ready = nodes.split('\n').filter((line) => / Ready /.test(line));
  if (ready.length !== 2) throw new Error(`Of two nodes ${ready.length} are Ready:\n${nodes}`);
  return `${created.nodes.length} nodes\n${nodes}`;
}

// The kubelet's driver is what it says itself, not what it was told.
async function describeNode() {
  const controllers = (await inNode(['cat', '/sys/fs/cgroup/cgroup.controllers'])).trim();
  const pods = (await inNode(['find', '/sys/fs/cgroup', '-maxdepth', '3', '-name', 'kubepods*.slice'])).trim();
  if (!pods.includes('/sys/fs/cgroup/kubelet.slice/') && !pods.includes('/sys/fs/cgroup/kubepods.slice')) {
    throw new Error(`The pods are in no slice of systemd's: ${pods}`);
  }
  const { out } = await run(['docker', 'exec', master, 'systemctl', 'list-units', '--failed', '--plain', '--no-legend']);
  return `controllers ${controllers}\n${pods}\nfailed units: ${out.toString().trim() || 'none'}`;
}

async function serve() {
  const image = (await kubectl(['get', 'daemonset', '--namespace=kube-flannel', '--output=jsonpath={.items[0].spec.template.spec.containers[0].image}'])).trim();
  await kubectl(['apply', '-f', '-'], JSON.stringify(webManifest(image)));
  await kubectl(['rollout', 'status', 'deployment/hello', `--timeout=${patience / 1000}s`]);
  const addresses = (await kubectl(['get', 'nodes', '--output=jsonpath={.items[*].status.addresses[?(@.type=="InternalIP")].address}'])).trim().split(' ');
  const pages = [];
  for (const address of addresses) pages.push(await fetchPage(address, patience));
  return pages.map(({ url, text }) => `${url}  ${text}`).join('\n');
}

async function resize(workers) {
  await kindboxJson('resize', `--num-workers=${workers}`, '--wait-all', wait, '--drain-timeout=10m', cluster);
  const nodes = (await kubectl(['get', 'nodes', '--no-headers'])).trim();
  if (nodes.split('\n').filter((line) => / Ready /.test(line)).length !== workers + 1) throw new Error(`There are not ${workers + 1} nodes that are Ready:\n${nodes}`);
  return nodes;
}

async function destroy() {
  await kindboxJson('destroy', cluster);
  const left = [];
  for (const argv of [['ps', '--all', '--quiet'], ['volume', 'ls', '--quiet'], ['network', 'ls', '--quiet', '--filter', 'type=custom']]) {
    const { out } = await mustRun(['docker', ...argv]);
    if (out.toString().trim() !== '') left.push(`docker ${argv.join(' ')}: ${out.toString().trim()}`);
  }
  if (left.length > 0) throw new Error(`destroy left something behind:\n${left.join('\n')}`);
  return 'nothing is left';
}

async function kindboxJson(...argv) {
  process.stderr.write(`\n$ kindbox ${argv.join(' ')}\n`);
  const result = await captureOutput([kindbox, ...argv, '--json', '--progress=plain']);
  process.stderr.write(result);
  return JSON.parse(result);
}

async function inNode(argv) {
  const { out } = await mustRun(['docker', 'exec', master, ...argv]);
  return out.toString();
}

async function kubectl(argv, input) {
  const { out } = await mustRun(['docker', 'exec', '--interactive', master, 'kubectl', ...argv], { input: input ?? '' });
  return out.toString();
}
