// @ts-check
import { Progress } from './progress.mjs';
import { run } from './process.mjs';

/** @typedef {import('./inputs.mjs').Inputs} Inputs */
/**
 * What `kindbox create --json` prints.
 * @typedef {{name: string, workers: number, image: string, kubernetesVersion: string, runtime: string, cni: string, kubeconfig: string | null,
 *   context: string, server: string, nodes: {name: string, id: string, role: string}[], durationMs: number}} Created
 * @typedef {{message: string, reason: string, because: string | null, next: string[], logTail: string | null}} Refused
 * @typedef {{readonly code: number, readonly made: boolean, readonly created?: Created, readonly refused?: Refused}} Outcome
 */

/**
 * What kindbox is called with. Only what the workflow has set is passed on, so that a configuration file decides the rest.
 * Values are joined to their options, and the name follows `--`: none of them can be taken for an option.
 * @param {Inputs} inputs
 * @returns {string[]}
 */
export function createArgv(inputs) {
  const option = (/** @type {string} */ name, /** @type {string | undefined} */ value) => (value === undefined ? [] : [`--${name}=${value}`]);
  return [
    'create', '--json', '--progress=json', '--retain',
    ...option('config', inputs.config),
    ...option('image', inputs.nodeImage),
    ...option('k8s-version', inputs.kubernetesVersion),
    ...option('num-workers', inputs.workers),
    ...option('runtime', inputs.runtime),
    ...option('cni', inputs.cni),
    ...option('wait', inputs.wait),
    ...(inputs.waitAll ? ['--wait-all'] : []),
    ...option('kubeconfig', inputs.kubeconfig === undefined ? 'separate' : 'merge'),
    '--', inputs.clusterName,
  ];
}

/**
 * Creates the cluster and prints how it goes. What a failed run has made is kept, for its logs: the post step destroys it.
 * @param {import('./process.mjs').Argv} kindbox
 * @param {Inputs} inputs
 * @param {NodeJS.ProcessEnv} environment
 * @param {{print: (text: string) => void, onMade: () => void}} tell `onMade` is called as soon as there is something to be destroyed.
 * @returns {Promise<Outcome>}
 */
export async function createCluster(kindbox, inputs, environment, { print, onMade }) {
  const progress = new Progress(inputs.logLevel, print);
  const { code, stdout } = await run([...kindbox, ...createArgv(inputs)], {
    environment,
    onErrorLine: (line) => {
      const before = progress.made;
      progress.take(line);
      if (progress.made && !before) onMade();
    },
  });
  const { made } = progress;
  const printed = jsonIn(stdout);
  if (code === 0 && printed !== undefined) return { code, made, created: printed };
  return { code, made, ...(printed?.error === undefined ? {} : { refused: printed.error }) };
}

/**
 * A failure in the words of kindbox, with the ways out that a workflow has.
 * @param {Outcome} outcome
 */
export function describeFailure({ code, refused }) {
  if (refused === undefined) return `kindbox create exited with ${code}.`;
  const ways = refused.next.map((step) => (/^[a-z]/.test(step) ? `$ ${step}` : step));
  // A command line is of no use in a workflow: the same is an input there.
  if (ways.some((way) => way.includes('--runtime=runc'))) ways.push('In a workflow: add "runtime: runc" to the inputs of this step');
  return [refused.message, ...(refused.because === null ? [] : [refused.because]), ...(ways.length === 0 ? [] : ['', 'Try:', ...ways.map((way) => `  ${way}`)])].join('\n');
}

/** @param {string} text @returns {any} */
function jsonIn(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
