import { inNode } from './docker.js';

/** The kubectl of a cluster's control plane. */
export class Kubectl {
  constructor(private readonly master: string, private readonly execute: typeof inNode = inNode) {}

  async run(argv: readonly string[], input?: string): Promise<string> {
    return this.execute(this.master, ['kubectl', ...argv], input);
  }

  async get<T>(...argv: string[]): Promise<T> {
    return JSON.parse(await this.run(['get', ...argv, '--output=json'])) as T;
  }

  async apply(...objects: object[]): Promise<void> {
    await this.run(['apply', '--filename=-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
  }

  async rolledOut(workload: string): Promise<void> {
    await this.run(['rollout', 'status', workload, '--timeout=180s']);
  }

  async nodes(): Promise<KubernetesNode[]> {
    const { items } = await this.get<{ items: KubernetesNode[] }>('nodes');
    return items.sort((a, b) => a.metadata.name.localeCompare(b.metadata.name));
  }

  async pods(selector: string): Promise<Pod[]> {
    return (await this.get<{ items: Pod[] }>('pods', `--selector=${selector}`)).items;
  }
}

export interface KubernetesNode {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly unschedulable?: boolean };
  readonly status: {
    readonly conditions: readonly { readonly type: string; readonly status: string }[];
    readonly nodeInfo: { readonly kubeletVersion: string; readonly containerRuntimeVersion: string };
    readonly addresses: readonly { readonly type: string; readonly address: string }[];
  };
}

export interface Pod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly spec: { readonly nodeName: string };
  readonly status: {
    readonly phase: string;
    readonly podIP: string;
    readonly podIPs?: readonly { readonly ip: string }[];
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

export function isReady({ status }: KubernetesNode | Pod): boolean {
  return (status.conditions ?? []).some(({ type, status: value }) => type === 'Ready' && value === 'True');
}
