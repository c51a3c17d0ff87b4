import { KindboxError } from '../../../src/errors/index.js';
import { isTooDeep } from '../../../src/config/yaml-limits.js';
import { load, KINDS, OURS, refusal } from './support.js';

test.each([
  ['lists', '['.repeat(100_000)], ['mappings', '{a: '.repeat(100_000)], ['list items', '- '.repeat(100_000)], ['keys', '? '.repeat(100_000)],
  ['indented mappings', Array.from({ length: 500 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join('')],
])('%s that are nested too deeply for the parser do not reach it', async (_, text) => {
  expect(await refusal(text)).toEqual(['stdin:1:1: this is nested too deeply for a configuration']);
});

test('depth within texts does not count', () => {
  expect(isTooDeep(`a: |\n  ${'['.repeat(90)}\n${' '.repeat(90)}x\nb: "${'{'.repeat(90)}"\nc: '${'- '.repeat(90)}'\n`)).toBe(false);
  expect(isTooDeep('a:\n- b:\n  - c: {d: [e]}\n'.repeat(100))).toBe(false);
});

test('aliases that multiply', async () => {
  const laughs = Array.from({ length: 9 }, (_, level) => `l${level + 1}: &l${level + 1} [${Array.from({ length: 9 }, () => `*l${level}`).join(', ')}]`);
  expect((await refusal(`${OURS}l0: &l0 [a]\n${laughs.join('\n')}\n`))[0]).toMatch(/aliases cannot be resolved/);
});

test.each([
  ['of nothing', 'name: *absent'], ['of itself', 'workers: &a [*a]'], ['of what is around it', 'workerDefaults: &a {labels: *a}'],
])('an alias %s', async (_, text) => {
  expect((await refusal(`${OURS}${text}\n`)).length).toBeGreaterThan(0);
});

test('aliases and merge keys that are meant well', async () => {
  const { config } = await load(`${OURS}controlPlane: &node\n  cpus: 2\nworkers:\n- *node\n- <<: *node\n  memory: 1g\n`);
  expect(config?.workers).toEqual([{ count: 1, cpus: 2 }, { count: 1, cpus: 2, memory: '1g' }]);
});

test.each([
  `${OURS}__proto__: {runtime: evil}\n`, `${OURS}workerDefaults: {__proto__: {cpus: 9}}\n`, `${OURS}workerDefaults: {labels: {__proto__: evil}}\n`,
  `${OURS}featureGates: {__proto__: true}\n`, `${KINDS}nodes: [{__proto__: {gpus: all}}]\n`, `${OURS}constructor: {prototype: {evil: 1}}\n`,
])('a field that JavaScript takes for something else: %j', async (text) => {
  expect((await refusal(text)).join('\n')).toMatch(/is not the name of a field|there is no field/);
  expect(({} as { evil?: unknown }).evil).toBeUndefined();
});

test('a patch in place cannot reach JavaScript either', async () => {
  expect((await refusal(`${OURS}kubeadmConfigPatches: [{kind: KubeletConfiguration, __proto__: {x: 1}}]\n`))[0]).toMatch(/is not the name of a field/);
});

test.each(['? [a, b]\n: c\n', '!!js/function "x": 1\n', 'name: !!binary aGk=\n', 'name: !evil x\n', '%YAML 9.9\n---\nname: a\n', 'name: "\\x1b[31mred"\n'])('odd YAML: %j', async (text) => {
  expect((await refusal(`${text.startsWith('%') ? '' : OURS}${text}`)).join('\n')).not.toContain('\u001b');
});

test('a message shows no more than the first line of a text', async () => {
  const [line = ''] = await refusal(`${OURS}cni:\n- |\n  password\nkubeconfig: |\n  first\n  secret\n`).then((lines) => [lines.join(' ')]);
  expect(line).toContain('"first"');
  expect(line).not.toContain('secret');
});

test('whatever is done to a file, it is taken or refused', async () => {
  const files = [
    `${OURS}name: demo\nworkers:\n- labels: {a: b}\n  taints: [{key: a, effect: NoSchedule}]\n- &x {cpus: 1.5, memory: 1g}\n- *x\nkubeadmConfigPatches:\n- |\n  kind: KubeletConfiguration\n  maxPods: 3\n`,
    `${KINDS}nodes:\n- role: control-plane\n  extraPortMappings:\n  - {containerPort: 80, hostPort: 80}\n- role: worker\nnetworking: {podSubnet: "10.244.0.0/16"}\ncontainerdConfigPatches:\n- |-\n  [plugins.x]\n    a = 1\n`,
  ];
  const pieces = ['[', ']', '{', '}', ':', '- ', '\n', '  ', '"', "'", '|', '&x ', '*x', '<<: ', '!!', '#', '%', '\t', '\0', '\ud800', '__proto__', '-1', '1e999', '.nan', 'null', '~', '? ', '---\n', '=', ',', '[[x]]\n'];
  const random = randomNumbers(20_26);
  for (let round = 0; round < 600; round += 1) {
    let text = files[round % files.length] ?? '';
    for (let change = 0; change <= round % 4; change += 1) {
      const [at, length] = [random(text.length), random(12)];
      text = `${text.slice(0, at)}${pieces[random(pieces.length)]}${text.slice(at + (random(2) === 0 ? length : 0))}`;
    }
    const outcome = await load(text).then(() => undefined, (error: unknown) => error);
    if (outcome !== undefined && !(outcome instanceof KindboxError && /^stdin[: ]/.test(outcome.message))) throw new Error(`${JSON.stringify(text)} is a bug`, { cause: outcome });
  }
});

/** The same ones in every run (a linear congruential generator). */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
