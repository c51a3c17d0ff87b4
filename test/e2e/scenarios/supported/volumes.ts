import type { ClusterFixture } from '../../../support/cluster-fixture.js';
import { inNode } from '../../../support/docker.js';
import { pod, podSpec, probeContainer } from '../../../support/manifests.js';
import { useNamespace } from '../../../support/namespace.js';

const DATA = [{ name: 'data', mountPath: '/data' }];
const LOCAL_PATH = '/var/lib/kindbox-test/local-volume';

/** emptyDir, hostPath and a persistent volume on a node's own disk. */
export function volumeScenarios(cluster: ClusterFixture, image: () => string): void {
  describe('volumes', () => {
    const namespace = useNamespace(cluster, 'volumes');
    const worker = (): string => cluster.nodes.at(-1) ?? '';
    const recreate = async (manifest: object, name: string): Promise<void> => {
      await namespace.run(['delete', 'pod', name, '--ignore-not-found']);
      await namespace.apply(manifest);
      await namespace.ready(name);
    };

    test('an emptyDir is shared by the containers of a pod, and empty for the next pod', async () => {
      const shared = pod('empty', {
        ...podSpec({ image: image(), volumeMounts: DATA }),
        containers: [probeContainer({ image: image(), volumeMounts: DATA }), { name: 'other', image: image(), imagePullPolicy: 'Never', args: ['serve', ':8081'], volumeMounts: DATA }],
        volumes: [{ name: 'data', emptyDir: {} }],
      });
      await recreate(shared, 'empty');
      await namespace.run(['exec', 'empty', '--container=probe', '--', '/probe', 'write', '/data/note', 'from the first']);
      expect(await namespace.run(['exec', 'empty', '--container=other', '--', '/probe', 'read', '/data/note'])).toBe('from the first');
      await recreate(shared, 'empty');
      await expect(namespace.run(['exec', 'empty', '--container=probe', '--', '/probe', 'read', '/data/note'])).rejects.toThrow('no such file');
    });

    test('a hostPath is a folder of the node', async () => {
      const path = '/var/lib/kindbox-test/host-path';
      await namespace.apply(pod('host', podSpec({ image: image(), volumeMounts: DATA }, {
        nodeName: worker(), volumes: [{ name: 'data', hostPath: { path, type: 'DirectoryOrCreate' } }],
      })));
      await namespace.ready('host');
      await namespace.probe('host', 'write', '/data/note', 'from the pod');
      expect(await inNode(worker(), ['cat', `${path}/note`])).toBe('from the pod');
      await inNode(worker(), ['tee', `${path}/answer`], 'from the node');
      expect(await namespace.probe('host', 'read', '/data/answer')).toBe('from the node');
    });

    test('a persistent volume brings its pod to its node, and keeps what the pod before has written', async () => {
      await inNode(worker(), ['mkdir', '--parents', LOCAL_PATH]);
      await namespace.apply(localClass, localVolume(worker()), claim);
      const keeper = pod('keeper', podSpec({ image: image(), volumeMounts: DATA }, { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] }));
      await recreate(keeper, 'keeper');
      await namespace.probe('keeper', 'write', '/data/note', 'kept');
      await recreate(keeper, 'keeper');
      expect(await namespace.probe('keeper', 'read', '/data/note')).toBe('kept');
      const { spec } = await namespace.get<{ spec: { nodeName: string } }>('pod', 'keeper');
      expect(spec.nodeName).toBe(worker());
    });
  });
}

const localClass = {
  apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'local' },
  provisioner: 'kubernetes.io/no-provisioner', volumeBindingMode: 'WaitForFirstConsumer',
};

const claim = {
  apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data' },
  spec: { storageClassName: 'local', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '10Mi' } } },
};

function localVolume(node: string): object {
  const onNode = { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [node] }] };
  return {
    apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'local-data' },
    spec: {
      storageClassName: 'local', capacity: { storage: '10Mi' }, accessModes: ['ReadWriteOnce'], persistentVolumeReclaimPolicy: 'Retain',
      local: { path: LOCAL_PATH }, nodeAffinity: { required: { nodeSelectorTerms: [onNode] } },
    },
  };
}
