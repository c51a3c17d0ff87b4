import type { ClusterFixture } from './cluster-fixture.js';
import { Kubectl } from './kubectl.js';

/** kubectl in a namespace of its own, so that scenarios share a cluster and nothing in it. */
export class Namespace extends Kubectl {
  constructor(master: string, readonly name: string) {
    super(master);
  }

  override async run(argv: readonly string[], input?: string): Promise<string> {
    return super.run([`--namespace=${this.name}`, ...argv], input);
  }

  /** Runs the probe program in a pod, or in what kubectl takes for one, such as `deployment/NAME`. */
  async probe(pod: string, ...argv: string[]): Promise<string> {
    return this.run(['exec', pod, '--', '/probe', ...argv]);
  }

  async ready(pod: string): Promise<void> {
    await this.run(['wait', '--for=condition=Ready', `pod/${pod}`, '--timeout=180s']);
  }

  async nodePort(service: string): Promise<number> {
    const { spec } = await this.get<{ spec: { ports: { nodePort: number }[] } }>('service', service);
    const [port] = spec.ports;
    if (port === undefined) throw new Error(`the Service ${service} has no port`);
    return port.nodePort;
  }
}

/** Made before the tests of the block. */
export function useNamespace(cluster: ClusterFixture, name: string): Namespace {
  const namespace = new Namespace(cluster.master, name);
  beforeAll(async () => {
    await cluster.kubectl.run(['create', 'namespace', name]);
  });
  return namespace;
}
