import { customizationFiles, installArgv, RESTART_CONTAINERD } from '../cluster/handlers/customize.js';
import { bootSeconds } from '../cluster/handlers/nodes.js';
import { containerRuntime } from '../nodes/container-runtime.js';
import { LABELS } from '../nodes/labels.js';
import { withInput } from '../shell/here-document.js';
import type { Renderers } from './facts.js';

/** What is done in a node before Kubernetes is. */
export const nodeCommands: Renderers<'await-runtime' | 'customize-node'> = {
  'await-runtime': ({ node }, { engine, nodes, waitSeconds }) => [
    engine.inNode(node, [containerRuntime(nodes.get(node)?.labels[LABELS.cri]).awaitProgram, String(bootSeconds(waitSeconds * 1000))]),
  ],

  'customize-node': ({ node }, { engine, customization, master }) => [
    ...customizationFiles(customization, node === master ? 'control-plane' : 'worker')
      .flatMap(({ path, content }) => withInput(engine.inNode(node, installArgv(path), 'stdin'), content)),
    ...(customization.containerd.length > 0 ? [engine.inNode(node, RESTART_CONTAINERD)] : []),
  ],
};
