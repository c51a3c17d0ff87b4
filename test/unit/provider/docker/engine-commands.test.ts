import { execa } from 'execa';
import { divideNetwork, nodeAddress } from '../../../../src/nodes/addresses.js';
import { plannedCommands } from '../../../../src/provider/docker/engine-commands.js';
import type { NodeSpec } from '../../../../src/provider/types.js';

// With Sysbox nothing has to be found out about the daemon.
const commands = plannedCommands(undefined as never, undefined as never, 'sysbox-runc');
const node: NodeSpec = { name: 'n', image: 'i', runtime: 'sysbox-runc', network: 'net', labels: {}, ports: [] };

/** Runs lines in a shell whose `docker` is this. @returns the arguments of each call. */
async function calls(lines: readonly string[], docker: string): Promise<string[][]> {
  const { stderr } = await execa('sh', ['-eu'], { input: [`docker() { ${docker}; printf '%s\\037' "$@" >&2; echo >&2; }`, ...lines].join('\n') });
  return stderr.split('\n').filter((line) => line !== '').map((line) => line.split('\u001f').slice(0, -1));
}

test.each(['172.18.0.0/16', '192.168.112.0/20', '10.1.2.0/24', '10.0.0.8/29', '224.0.0.0/8'])('in %s a shell gives nodes the addresses that kindbox gives them', async (subnet) => {
  const { functions, network, node: run } = await commands;
  const lines = [...functions, ...network({ name: 'net', labels: { 'a b': "c'd" }, dividing: true, mtu: 1400 }), ...run(node, 2), ...run(node, 3), ...run(node, 300)];
  const inspected = `if [ "$2" = inspect ]; then echo ${subnet}; fi`;
  const made = await calls(lines, inspected);
  const { gateway, dynamicRange } = divideNetwork(subnet);
  const addressOf = (index: number): string | undefined => nodeAddress(subnet, 'worker', index);
  expect(made[0]).toEqual(['network', 'create', 'net']);
  expect(made.slice(2, 4)).toEqual([
    ['network', 'rm', 'net'],
    ['network', 'create', '--driver', 'bridge', '--label', "a b=c'd", '--opt', 'com.docker.network.driver.mtu=1400', '--subnet', subnet, '--gateway', gateway, '--ip-range', dynamicRange, 'net'],
  ]);
  expect(made.slice(4).map((words) => words[words.indexOf('--ip') + 1])).toEqual(
    [nodeAddress(subnet, 'control-plane', 0), addressOf(0), addressOf(297)].map((address) => address ?? 'run'));
});

test('a subnet that another network takes meanwhile is chosen anew', async () => {
  const { functions, network } = await commands;
  const docker = 'case "$2 $*" in inspect*) echo 172.18.0.0/16;; create*--subnet*) tries=$((${tries:-0} + 1)); [ "$tries" -gt 1 ] || return 1;; esac';
  const made = await calls([...functions, ...network({ name: 'net', labels: {}, dividing: true })], docker);
  expect(made.map(([, verb]) => verb)).toEqual(['create', 'inspect', 'rm', 'create', 'inspect', 'rm', 'create']);
});

test('a subnet of the user\'s is not asked of Docker', async () => {
  const { functions, network } = await commands;
  const made = await calls([...functions, ...network({ name: 'net', labels: {}, subnet: '10.9.0.0/24', dividing: true })], ':');
  expect(made).toEqual([['network', 'create', '--driver', 'bridge', '--subnet', '10.9.0.0/24', '--gateway', '10.9.0.1', '--ip-range', '10.9.0.128/25', 'net']]);
});

test('a shell gives docker the very words that it is to have', async () => {
  const { node: run, inNode, keep, volume } = await commands;
  const hostile = `$(exit 9) 'a' "b" \\ , \`exit 9\` *`;
  const [words] = await calls(run({ ...node, labels: { hostile }, mounts: [{ hostPath: `/${hostile}`, nodePath: '/x' }], environment: { A: hostile } }), ':');
  expect(words).toEqual(expect.arrayContaining([`hostile=${hostile}`, `A=${hostile}`, `type=bind,"source=/${hostile.replaceAll('"', '""')}",target=/x`, 'i']));
  expect(await calls([inNode('n', ['echo', hostile]), keep(['a', 'b']), volume('v', { hostile })], ':')).toEqual([
    ['exec', 'n', 'echo', hostile], ['update', '--restart', 'always', 'a', 'b'], ['volume', 'create', '--label', `hostile=${hostile}`, 'v'],
  ]);
});
