import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterFixture } from '../../support/cluster-fixture.js';
import { getByKubeconfig, readKubeconfig } from '../../support/kubeconfig.js';

/** The kubeconfig, and the API server at the published port of the host. */
export function accessScenarios(cluster: ClusterFixture): void {
  test('the kubeconfig is the only file made, at ~/.kube/NAME-config, and readable by its owner alone', async () => {
    const path = join('.kube', `${cluster.name}-config`);
    expect(await cluster.kindbox.files()).toEqual([path]);
    expect(cluster.kubeconfig).toBe(join(cluster.kindbox.home, path));
    expect((await stat(cluster.kubeconfig)).mode & 0o777).toBe(0o600);
  });

  test('the kubeconfig has the context and the user of the cluster', async () => {
    const config = await readKubeconfig(cluster.kubeconfig);
    const context = `kubernetes-admin@${cluster.name}`;
    const user = `kubernetes-admin-${cluster.name}`;
    expect(config['current-context']).toBe(context);
    expect(config.contexts).toEqual([{ name: context, context: { cluster: config.clusters[0]?.name, user } }]);
    expect(config.users.map(({ name }) => name)).toEqual([user]);
  });

  test('kubeconfig path and kubeconfig get agree with the file', async () => {
    const path = await cluster.kindbox.succeed(['kubeconfig', 'path', cluster.name]);
    const content = await cluster.kindbox.succeed(['kubeconfig', 'get', cluster.name]);
    expect(path.stdout).toBe(cluster.kubeconfig);
    expect(content.stdout.trim()).toBe((await readFile(cluster.kubeconfig, 'utf8')).trim());
  });

  test('the API server answers at the published port, with a certificate that is valid for it', async () => {
    const config = await readKubeconfig(cluster.kubeconfig);
    expect(config.clusters[0]?.cluster.server).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const { gitVersion } = await getByKubeconfig<{ gitVersion: string }>(config, '/version');
    expect(gitVersion).toBe(cluster.created.kubernetesVersion);
  });

  test('the user of the kubeconfig may read the nodes', async () => {
    const config = await readKubeconfig(cluster.kubeconfig);
    const { items } = await getByKubeconfig<{ items: { metadata: { name: string } }[] }>(config, '/api/v1/nodes');
    expect(items.map(({ metadata }) => metadata.name).sort()).toEqual(cluster.nodes);
  });
}
