import type { ApiClient } from './api-client.js';
import { describeNode } from './describe.js';
import { getNode } from './nodes.js';

/** One sentence on why a node is not Ready. */
export async function explainNotReady(api: Pick<ApiClient, 'request'>, name: string, signal?: AbortSignal): Promise<string> {
  return describeNode(name, await getNode(api, name, signal));
}
