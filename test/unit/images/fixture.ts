import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import type { EngineEvent, StepEvent } from '../../../src/events/event.js';
import { buildNodeImage, type BuildContext, type BuildOptions, type BuildOrigin, type BuildResult } from '../../../src/images/build/index.js';
import { FakeImageBuilder } from '../../support/fake-image-builder.js';

const FILES: Readonly<Record<string, string>> = {
  'Dockerfile': 'FROM base',
  'rootfs/etc/hello': 'hello',
  'release/Dockerfile': 'FROM base',
  'release/fetch.sh': '#!/bin/sh',
  'release/versions.json': JSON.stringify({ containerd: 'v2.1.8', runc: 'v1.3.6', cniPlugins: 'v1.9.1', flannelCniPlugin: 'v1.9.1-flannel1', flannel: 'v0.28.4' }),
  'source/Dockerfile': 'FROM base',
  'source/compile.sh': '#!/bin/sh',
  'source/versions/v1.36.3.env': 'KUBERNETES=kubernetes-v1.36.3',
};
const OPTIONS: BuildOptions = { kubernetesVersion: 'v1.36.3', base: 'debian:bookworm-slim', from: 'source', force: false };

export const TAG = 'nestybox/k8s-node:v1.36.3';
/** What runs in containers, and in builds from where. */
export const SCRIPTS: [script: string, from: BuildOrigin][] = [
  ['/src/compile.sh', 'source'], ['/usr/local/lib/kindbox/assemble', 'source'],
  ['/src/fetch.sh', 'release'], ['/usr/local/lib/kindbox/assemble', 'release'],
];

/** A folder of sources and an engine, new for each test of the file that calls this. */
export class Fixture {
  folder = '';
  builder = new FakeImageBuilder();
  events: EngineEvent[] = [];

  constructor() {
    beforeEach(async () => {
      this.folder = await mkdtemp(join(tmpdir(), 'kindbox-images-'));
      for (const [path, content] of Object.entries(FILES)) {
        await mkdir(dirname(join(this.folder, path)), { recursive: true });
        await writeFile(join(this.folder, path), content);
      }
      this.builder = new FakeImageBuilder();
      this.events = [];
    });
    afterEach(() => rm(this.folder, { recursive: true }));
  }

  build(options: Partial<BuildOptions> = {}, context: Partial<BuildContext> = {}): Promise<BuildResult> {
    return buildNodeImage({
      builder: this.builder, folder: this.folder,
      provider: { listImages: this.builder.listImages, describeHost: async () => ({ architecture: 'amd64' }) },
      emit: (event) => this.events.push(event),
      signal: new AbortController().signal,
      environment: {},
      bootstrap: async () => ({ rootfs: Readable.from([Buffer.from('rootfs')]), ended: Promise.resolve() }),
      ...context,
    }, { ...OPTIONS, ...options });
  }

  get steps(): StepEvent[] {
    return this.events.filter((event): event is StepEvent => event.type === 'step');
  }
}
