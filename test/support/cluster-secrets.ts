import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { inNode } from './docker.js';

interface SecretList {
  readonly items: readonly { readonly type?: string; readonly metadata: { readonly name: string }; readonly data?: Readonly<Record<string, string>> }[];
}

/** The bootstrap tokens that a cluster has while it is looked at: kindbox revokes its own at the end of each run. */
export class TokenWatch {
  readonly #tokens = new Set<string>();
  #ended = false;
  readonly #watching: Promise<void>;

  constructor(private readonly master: string) {
    this.#watching = this.#watch();
  }

  async end(): Promise<string[]> {
    this.#ended = true;
    await this.#watching;
    return [...this.#tokens];
  }

  async #watch(): Promise<void> {
    while (!this.#ended) {
      for (const file of ['super-admin.conf', 'admin.conf']) {
        const { stdout, failed } = await execa('docker', ['exec', this.master, 'kubectl', `--kubeconfig=/etc/kubernetes/${file}`, '--request-timeout=5s',
          'get', 'secrets', '--namespace=kube-system', '--output=json'], { reject: false, stdin: 'ignore' });
        if (failed) continue;
        for (const { type, data = {} } of parsed(stdout).items) {
          if (type === 'bootstrap.kubernetes.io/token') this.#tokens.add(decoded(data['token-secret']));
        }
        break;
      }
      await sleep(200);
    }
  }
}

/** An exec of an old Docker can lack the end of its output: the next look will have it. */
function parsed(text: string): SecretList {
  try {
    return JSON.parse(text) as SecretList;
  } catch {
    return { items: [] };
  }
}

function decoded(text = ''): string {
  return Buffer.from(text, 'base64').toString('utf8');
}

/** Parts of every private key on a node, as PEM has them and as kubeconfigs and Secrets do. */
export async function privateKeysOf(node: string): Promise<string[]> {
  const pem = await inNode(node, ['find', '/etc/kubernetes', '/var/lib/kubelet/pki', '-type', 'f', '(', '-name', '*.key', '-o', '-name', '*.pem', ')', '-exec', 'cat', '{}', '+']);
  const keys = pem.match(/-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]+-----END [A-Z ]*PRIVATE KEY-----/g) ?? [];
  const configs = await inNode(node, ['find', '/etc/kubernetes', '-maxdepth', '1', '-name', '*.conf', '-exec', 'cat', '{}', '+']);
  const encoded = [...configs.matchAll(/client-key-data: (\S+)/g)].map(([, data = '']) => data);
  const all = [...keys, ...encoded.map(decoded)];
  return [...new Set(all.flatMap((key) => [
    ...key.split('\n').filter((line) => /^[A-Za-z0-9+/=]{40,}$/.test(line)),
    // From its middle: the beginning of a key in base64 is that of every key.
    Buffer.from(key).toString('base64').slice(80, 140),
  ]))];
}
