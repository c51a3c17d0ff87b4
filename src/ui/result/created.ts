import type { CreateResult } from '../../cluster/options.js';
import type { Environment } from '../terminal/streams.js';
import { shellQuote } from '../../shell/words.js';

/** The closing words of document 003: how to use what was made. */
export function createdText(result: CreateResult, environment: Environment): string {
  const { name, nodes } = result;
  const master = nodes.find(({ role }) => role === 'control-plane')?.name ?? `${name}-master`;
  const lines = [
    '',
    'Cluster created successfully!',
    '',
    'Use kubectl to control the cluster.',
    '',
    '1) Install kubectl on your host',
    `2) ${accessStep(result, environment)}`,
    '3) kubectl get nodes',
    '',
    'Alternatively, use "docker exec" to control the cluster:',
    '',
    `$ docker exec ${master} kubectl get nodes`,
    '',
  ];
  return lines.join('\n');
}

function accessStep({ name, kubeconfig, kubeconfigMode, context }: CreateResult, environment: Environment): string {
  if (kubeconfig === null) return `kindbox kubeconfig get ${name} > kubeconfig; export KUBECONFIG=$PWD/kubeconfig`;
  const path = inShell(kubeconfig, environment);
  return kubeconfigMode === 'merge' ? `The current context of ${path} is ${context} now` : `export KUBECONFIG=${path}`;
}

/** A shell does not expand a tilde within quotes. */
function inShell(path: string, environment: Environment): string {
  const home = environment['HOME'];
  const quoted = shellQuote(path);
  return home && quoted === path && path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : quoted;
}
