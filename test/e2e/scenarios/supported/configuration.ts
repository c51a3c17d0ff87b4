import type { ClusterFixture } from '../../../support/cluster-fixture.js';
import { eventually } from '../../../support/eventually.js';
import { pod, podSpec } from '../../../support/manifests.js';
import { useNamespace } from '../../../support/namespace.js';

/** ConfigMaps and Secrets, as variables and as files. */
export function configurationScenarios(cluster: ClusterFixture, image: () => string): void {
  describe('configuration', () => {
    const namespace = useNamespace(cluster, 'configuration');

    beforeAll(async () => {
      await namespace.apply(
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { COLOUR: 'green', 'app.conf': 'level = 1\n' } },
        { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'credentials' }, stringData: { PASSWORD: 'hunter2', key: 'line one\nline two\n' } },
        pod('reader', podSpec({
          image: image(),
          env: [{ name: 'COLOUR', valueFrom: { configMapKeyRef: { name: 'settings', key: 'COLOUR' } } }, { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'credentials', key: 'PASSWORD' } } }],
          volumeMounts: [{ name: 'settings', mountPath: '/settings' }, { name: 'credentials', mountPath: '/credentials', readOnly: true }],
        }, {
          volumes: [{ name: 'settings', configMap: { name: 'settings' } }, { name: 'credentials', secret: { secretName: 'credentials', defaultMode: 0o400 } }],
        })),
      );
      await namespace.ready('reader');
    });

    test('a pod has a ConfigMap as variables and as files', async () => {
      expect(await namespace.probe('reader', 'variable', 'COLOUR')).toBe('green');
      expect(await namespace.probe('reader', 'read', '/settings/app.conf')).toBe('level = 1');
    });

    test('a pod has a Secret as variables and as files', async () => {
      expect(await namespace.probe('reader', 'variable', 'PASSWORD')).toBe('hunter2');
      expect(await namespace.probe('reader', 'read', '/credentials/key')).toBe('line one\nline two');
    });

    test('the files of a Secret are in memory and on no disk of the node', async () => {
      const mounts = await namespace.probe('reader', 'read', '/proc/self/mounts');
      expect(mounts).toMatch(/^tmpfs \/credentials tmpfs ro\b/m);
    });

    test('a ConfigMap that changes, changes in the pod that has mounted it', async () => {
      await namespace.run(['patch', 'configmap', 'settings', '--patch={"data":{"app.conf":"level = 2\\n"}}']);
      // The kubelet looks at a pod's volumes when the pod changes, and otherwise once in a minute.
      await namespace.run(['annotate', 'pod', 'reader', 'kindbox.dev/look=again']);
      await eventually(async () => {
        expect(await namespace.probe('reader', 'read', '/settings/app.conf')).toBe('level = 2');
      });
    });
  });
}
