import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { ClusterFixture } from '../../../support/cluster-fixture.js';
import { addressOf } from '../../../support/docker.js';
import { eventually } from '../../../support/eventually.js';
import { useNamespace } from '../../../support/namespace.js';
import { fetchFromHost } from '../../../support/probe.js';
import { ensureHelm } from '../../../support/programs.js';

const CHART = fileURLToPath(new URL('../../../support/charts/greeter', import.meta.url));
const RELEASE = 'greeter';

interface Release {
  readonly name: string;
  readonly revision: string;
  readonly status: string;
}

/** Helm on the machine of the user, with the kubeconfig that kindbox has written. Each test takes the release where the one before has left it. */
export function helmScenarios(cluster: ClusterFixture, image: () => string): void {
  describe('Helm', () => {
    const namespace = useNamespace(cluster, 'charts');
    const helm = async (...argv: string[]): Promise<string> => {
      const { home } = cluster.kindbox;
      const { stdout } = await execa(await ensureHelm(), [...argv, `--namespace=${namespace.name}`], { stdin: 'ignore', env: { HOME: home, KUBECONFIG: cluster.kubeconfig } });
      return stdout;
    };
    const values = (greeting: string, replicas: number): string[] => ['--set', `image=${image()},greeting=${greeting},replicas=${replicas}`, '--wait', '--timeout=180s'];
    const releases = async (): Promise<Release[]> => JSON.parse(await helm('list', '--output=json')) as Release[];
    const greetingBecomes = async (wanted: string): Promise<void> => {
      const url = `http://${await addressOf(cluster.master)}:${await namespace.nodePort(RELEASE)}/greeting`;
      await eventually(async () => { expect(await fetchFromHost(url)).toBe(wanted); });
    };
    const replicas = async (): Promise<number> => (await namespace.get<{ status: { readyReplicas: number } }>('deployment', RELEASE)).status.readyReplicas;

    test('installs a chart that answers', async () => {
      await helm('install', RELEASE, CHART, ...values('hello', 1));
      expect(await releases()).toEqual([expect.objectContaining({ name: RELEASE, revision: '1', status: 'deployed' })]);
      await greetingBecomes('hello');
    });

    test('upgrades it to other values', async () => {
      await helm('upgrade', RELEASE, CHART, ...values('welcome', 2));
      expect(await replicas()).toBe(2);
      await greetingBecomes('welcome');
    });

    test('rolls it back', async () => {
      await helm('rollback', RELEASE, '1', '--wait', '--timeout=180s');
      expect(await releases()).toEqual([expect.objectContaining({ name: RELEASE, revision: '3', status: 'deployed' })]);
      await greetingBecomes('hello');
    });

    test('uninstalls it with all of its objects', async () => {
      await helm('uninstall', RELEASE, '--wait', '--timeout=180s');
      expect(await releases()).toEqual([]);
      await eventually(async () => {
        expect((await namespace.get<{ items: object[] }>('deployments,services,pods')).items).toEqual([]);
      });
    });
  });
}
