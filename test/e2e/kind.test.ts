import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useKindbox } from '../support/cluster-fixture.js';
import { eventually } from '../support/eventually.js';
import { KindCluster } from '../support/kind-cluster.js';
import { readKubeconfig } from '../support/kubeconfig.js';
import { isReady, type KubernetesNode } from '../support/kubectl.js';
import { filePrefix } from '../support/names.js';
import { ensureProbeImage } from '../support/probe-image.js';
import { Probe, PROBE_NODE_PORT } from '../support/probe.js';

const SYSBOX = 'sysbox-runc';
const WORKERS = 9;
const CONFIGURATION = [
  'kind: Cluster', 'apiVersion: kind.x-k8s.io/v1alpha4', 'nodes:', '- role: control-plane', ...Array.from({ length: WORKERS }, () => '- role: worker'),
].join('\n');
const NAMES = ['kind-control-plane', 'kind-worker', ...Array.from({ length: WORKERS - 1 }, (_, index) => `kind-worker${index + 2}`)];

describe('kind as it is published, with an image of kindbox\'s and Sysbox as the default runtime', () => {
  const home = useKindbox(`${filePrefix}-kind`);
  let cluster: KindCluster;
  beforeAll(async () => {
    cluster = await KindCluster.prepare(home.kindbox, SYSBOX);
    await cluster.create(CONFIGURATION);
  });
  afterAll(() => cluster.remove());

  test('every node is a container of Sysbox\'s', async () => {
    const runtimes = await cluster.daemon.docker(['container', 'inspect', '--format', '{{.HostConfig.Runtime}}', ...NAMES]);
    expect(runtimes.split('\n')).toEqual(NAMES.map(() => SYSBOX));
  });

  test('all ten nodes become Ready, as kind\'s kubeconfig shows it', async () => {
    await eventually(async () => {
      const nodes = await cluster.kubectl.nodes();
      expect(nodes.map((node) => [node.metadata.name, isReady(node)])).toEqual(NAMES.map((name) => [name, true]));
    });
    const kubeconfig = await readKubeconfig(cluster.kubeconfig);
    expect(kubeconfig['current-context']).toBe('kind-kind');
  });

  test('workers have no bytes of the pod images of their own', async () => {
    const report = JSON.parse(await cluster.inNode('kind-worker', ['/usr/local/lib/kindbox/layout-report'])) as { blobBytes: number; treeBytes: number }[];
    const shared = report.reduce((sum, { blobBytes, treeBytes }) => sum + blobBytes + treeBytes, 0);
    expect(shared).toBeGreaterThan(500e6);
    for (const worker of NAMES.slice(1)) expect(await cluster.ownBytes(worker)).toBeLessThan(shared / 50);
  });

  describe('with a probe on every node, whose image kind has loaded', () => {
    let image: string;
    let probe: Probe;
    beforeAll(async () => {
      image = await ensureProbeImage();
      await cluster.daemon.copyImages(image);
      await cluster.kind(['load', 'docker-image', image]);
      probe = await Probe.deploy({ kubectl: cluster.kubectl, nodes: NAMES }, { present: `docker.io/${image}` });
    });

    test('each node knows the image by the ID that Docker has for it, so that kind need not load it again', async () => {
      const id = await cluster.daemon.docker(['image', 'inspect', '--format', '{{.Id}}', image]);
      for (const node of NAMES) {
        const { status } = JSON.parse(await cluster.inNode(node, ['crictl', 'inspecti', `docker.io/${image}`])) as { status: unknown };
        expect(status).toMatchObject({ id, repoTags: [`docker.io/${image}`] });
      }
    });

    test('there is one Ready pod on each node', () => {
      expect(probe.pods.map(({ spec }) => spec.nodeName).sort()).toEqual(NAMES);
    });

    test('CoreDNS resolves a Service from every pod', async () => {
      for (const pod of probe.pods) {
        expect(await eventually(() => probe.run(pod, 'resolve', `${Probe.serviceName}.default.svc.cluster.local`))).toBe(probe.clusterIp);
      }
    });

    test('the host reaches the Service by the NodePort of every node', async () => {
      for (const node of await cluster.kubectl.nodes()) {
        const url = `http://${internalAddress(node)}:${PROBE_NODE_PORT}/hostname`;
        expect(probe.podNames).toContain(await eventually(() => cluster.daemon.run(process.execPath, ['--eval', FETCH, url])));
      }
    });
  });

  test('a claim that names no class gets a volume, which outlives the pod that has written to it', async () => {
    await cluster.kubectl.apply(CLAIM, podWith('writer', 'echo kept > /data/note'));
    await cluster.kubectl.run(['wait', '--for=jsonpath={.status.phase}=Succeeded', 'pod/writer', '--timeout=180s']);
    await cluster.kubectl.run(['delete', 'pod', 'writer']);
    await cluster.kubectl.apply(podWith('reader', 'read note < /data/note && echo "$note"'));
    await cluster.kubectl.run(['wait', '--for=jsonpath={.status.phase}=Succeeded', 'pod/reader', '--timeout=180s']);
    expect(await cluster.kubectl.run(['logs', 'reader'])).toBe('kept');
    await cluster.kubectl.run(['delete', 'pod/reader', `persistentvolumeclaim/${CLAIM.metadata.name}`]);
    await eventually(async () => expect(await cluster.kubectl.get('persistentvolumes')).toMatchObject({ items: [] }));
  });

  test('kind exports the logs of every node', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kindbox-kind-logs-'));
    try {
      await cluster.kind(['export', 'logs', folder]);
      for (const node of NAMES) {
        expect(await readFile(join(folder, node, 'images.log'), 'utf8')).toMatch(/^registry\.k8s\.io\/kube-proxy +v\d/m);
        expect(await readFile(join(folder, node, 'kubelet.log'), 'utf8')).toContain('Started kubelet');
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('kind deletes everything that there was of the nodes', async () => {
    await cluster.kind(['delete', 'cluster']);
    expect(await cluster.daemon.docker(['ps', '--all', '--quiet'])).toBe('');
    expect(await cluster.daemon.docker(['volume', 'ls', '--quiet'])).toBe('');
  });

  // Sysbox's documentation says that it takes no privileged containers, and kind makes no others.
  test('nodes are no worse for the lack of --privileged', async () => {
    await cluster.dropPrivileged();
    await cluster.create(CONFIGURATION.replaceAll('\n- role: worker', ''));
    expect(await cluster.daemon.docker(['container', 'inspect', '--format', '{{.HostConfig.Privileged}} {{.HostConfig.Runtime}}', 'kind-control-plane'])).toBe(`false ${SYSBOX}`);
    await eventually(async () => expect((await cluster.kubectl.nodes()).map(isReady)).toEqual([true]));
    await cluster.kubectl.run(['--namespace=kube-system', 'rollout', 'status', 'deployment/coredns', '--timeout=180s']);
    await cluster.kind(['delete', 'cluster']);
  });
});

const FETCH = "fetch(process.argv.at(-1)).then(async (response) => process.stdout.write(await response.text()))";

const CLAIM = {
  apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'notes' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } },
};

/** Of the one image in a node that is certain to have a shell: the provisioner makes folders with it. */
function podWith(name: string, script: string): object {
  const container = { name, image: 'docker.io/rancher/local-path-provisioner:v0.0.30', imagePullPolicy: 'Never', command: ['sh', '-c', script], volumeMounts: [{ name: 'notes', mountPath: '/data' }] };
  return {
    apiVersion: 'v1', kind: 'Pod', metadata: { name },
    spec: { restartPolicy: 'Never', containers: [container], volumes: [{ name: 'notes', persistentVolumeClaim: { claimName: CLAIM.metadata.name } }] },
  };
}

function internalAddress({ status }: KubernetesNode): string {
  return status.addresses.find(({ type }) => type === 'InternalIP')?.address ?? '';
}
