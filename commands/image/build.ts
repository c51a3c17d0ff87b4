import type { BuildOrigin, BuildResult, BuildTarget, ImageLayout } from '../../src/index.js';
import { Flags, KindboxCommand } from '../../src/ui/index.js';

const ORIGINS: readonly BuildOrigin[] = ['source', 'release'];
const mirrors = Flags.custom({ multiple: true, multipleNonGreedy: true });
const TARGETS: readonly BuildTarget[] = ['kindbox', 'kind'];
const LAYOUTS: readonly ImageLayout[] = ['shared', 'ordinary'];

export default class ImageBuild extends KindboxCommand {
  static override summary = 'Build the image that nodes are made of';
  static override description = `From source it needs no image registry: everything is compiled from pinned sources. The first build takes about ten minutes, later ones seconds to a few minutes.

From releases it downloads the projects' own binaries, whose published checksums it insists on, and pulls the pod images. A mirror has the files of https://dl.k8s.io or https://github.com at the same paths below its address; KINDBOX_MIRROR and KINDBOX_REGISTRY_MIRROR hold the same as the options, separated by commas.`;
  static override examples = [
    { description: 'nestybox/k8s-node of the default version', command: '<%= config.bin %> image build' },
    { description: 'A patch release, from binaries', command: '<%= config.bin %> image build --from release --k8s-version v1.35.2' },
    { description: 'From your own mirrors', command: '<%= config.bin %> image build --from release --mirror kubernetes=https://mirror.example/k8s --mirror github=https://mirror.example/github --registry-mirror registry.k8s.io=http://registry.example:5000' },
    { description: 'nestybox/kindestnode, for kind create cluster --image', command: '<%= config.bin %> image build --for kind' },
    { description: 'Under a name of your own', command: '<%= config.bin %> image build -t my/node:1' },
  ];
  static override flags = {
    'k8s-version': Flags.string({ helpValue: 'V', description: 'Version of Kubernetes (v1.36.3 if left out)' }),
    base: Flags.string({ helpValue: 'IMAGE', description: 'Image to start from (debian:bookworm-slim if left out); made with mmdebstrap if it cannot be pulled' }),
    from: Flags.option({ options: ORIGINS, default: 'source' as const })({ description: 'Compile sources, or use the projects\' own binaries and images' }),
    for: Flags.option({ options: TARGETS, default: 'kindbox' as const })({ description: 'Tool that starts the nodes' }),
    layout: Flags.option({ options: LAYOUTS, default: 'shared' as const })({ description: 'Share the pod images between nodes, or give each node a copy as other node images do' }),
    tag: Flags.string({ char: 't', helpValue: 'TAG', description: 'Name of the image (nestybox/k8s-node:VERSION, or nestybox/kindestnode:VERSION for kind)' }),
    mirror: mirrors({ helpValue: 'NAME=URL', description: 'With --from release: where the binaries of kubernetes (dl.k8s.io) or github come from' }),
    'registry-mirror': mirrors({ helpValue: 'REGISTRY=URL', description: 'With --from release: what takes the place of registry.k8s.io, ghcr.io or docker.io' }),
    force: Flags.boolean({ description: 'Build even if the image is up to date' }),
  };

  async run(): Promise<BuildResult> {
    const { flags } = await this.parse(ImageBuild);
    const context = await this.engineContext({ consequence: 'stopping; what was compiled so far is kept for the next build' });
    const { buildNodeImage } = await import('../../src/index.js');
    const result = await buildNodeImage(context, {
      kubernetesVersion: flags['k8s-version'],
      base: flags.base,
      from: flags.from,
      target: flags.for,
      layout: flags.layout,
      tag: flags.tag,
      mirrors: flags.mirror,
      registryMirrors: flags['registry-mirror'],
      force: flags.force,
    });
    await this.print(summaryOf(result));
    return result;
  }
}

function summaryOf({ image, kubernetesVersion, cached, sizeBytes, durationMs }: BuildResult): string {
  const about = `${image} (Kubernetes ${kubernetesVersion}, ${Math.round(sizeBytes / 1e6)} MB)`;
  return cached ? `${about} is up to date.` : `Built ${about} in ${Math.round(durationMs / 1000)} s.`;
}
