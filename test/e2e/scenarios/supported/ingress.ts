import type { ClusterFixture } from '../../../support/cluster-fixture.js';
import { addressOf } from '../../../support/docker.js';
import { eventually } from '../../../support/eventually.js';
import { deployment, podSpec, service } from '../../../support/manifests.js';
import { useNamespace } from '../../../support/namespace.js';
import { ensureTraefikImage } from '../../../support/programs.js';
import { type Answer, fetchAs, ingress, traefik } from '../../../support/traefik.js';

/** Traefik: HTTP requests to one port go to the Service of the name that they ask for. */
export function ingressScenarios(cluster: ClusterFixture, image: () => string): void {
  describe('ingress by Traefik', () => {
    const namespace = useNamespace(cluster, 'ingress');
    let port: number;
    const fetchBy = async (node: string, host: string, path = '/greeting'): Promise<Answer> => fetchAs(host, await addressOf(node), port, path);
    const greets = (greeting: string): object[] => [
      deployment(greeting, 1, podSpec({ image: image(), env: [{ name: 'GREETING', value: greeting }] })), service(greeting, 'ClusterIP'),
    ];

    beforeAll(async () => {
      const controller = await ensureTraefikImage();
      await cluster.kindbox.succeed(['load', 'image', controller, '--cluster', cluster.name]);
      await namespace.apply(
        ...traefik(`docker.io/${controller}`, namespace.name), ...greets('red'), ...greets('blue'),
        ingress('red', 'red.example', { '/': 'red' }), ingress('blue', 'blue.example', { '/': 'blue' }),
        ingress('both', 'both.example', { '/hostname': 'blue', '/greeting': 'red' }),
      );
      for (const name of ['traefik', 'red', 'blue']) await namespace.rolledOut(`deployment/${name}`);
      port = await namespace.nodePort('traefik');
    });

    test.each(['red', 'blue'])('a request for %s.example reaches its Service, by every node', async (name) => {
      for (const node of cluster.nodes) {
        await eventually(async () => { expect(await fetchBy(node, `${name}.example`)).toEqual({ status: 200, body: name }); });
      }
    });

    test('paths of one host reach different Services', async () => {
      await eventually(async () => {
        expect(await fetchBy(cluster.master, 'both.example', '/greeting')).toEqual({ status: 200, body: 'red' });
        expect(await fetchBy(cluster.master, 'both.example', '/hostname')).toEqual({ status: 200, body: expect.stringMatching(/^blue-/) });
      });
    });

    test('a request for a host that no Ingress has is answered 404', async () => {
      await eventually(async () => { expect((await fetchBy(cluster.master, 'red.example')).status).toBe(200); });
      expect((await fetchBy(cluster.master, 'green.example')).status).toBe(404);
    });

    test('an Ingress that is deleted serves no longer, and the others do', async () => {
      await namespace.run(['delete', 'ingress', 'blue']);
      await eventually(async () => { expect((await fetchBy(cluster.master, 'blue.example')).status).toBe(404); });
      expect(await fetchBy(cluster.master, 'red.example')).toEqual({ status: 200, body: 'red' });
    });
  });
}
