import { randomBytes } from 'node:crypto';
import type { BuildRequest } from './options.js';
import { hashOf, subtree, withoutSubtree, type SourceEntry } from './source-tree.js';

/** Changes when the pipeline itself makes another image of the same inputs. */
const PIPELINE = '1';

export const CACHE_VOLUME = 'kindbox-build-cache';
/** Of the images that compile or download; apart, so that a build of one kind leaves the other's alone. */
export const BUILDER_REPOSITORIES = { source: 'kindbox/builder', release: 'kindbox/fetcher' } as const;
export const STAGE_REPOSITORY = 'kindbox/node-stage';

/** Labels of what a build makes besides the node image. */
export const BUILD_LABELS = {
  /** `cache` is kept for the next build; `output` and `container` are gone when the build ends. */
  role: 'dev.kindbox.build.role',
  run: 'dev.kindbox.build.run',
  /** The base of an intermediate image: those of another base are not outdated, they serve other builds. */
  base: 'dev.kindbox.build.base',
  /** Likewise. */
  variant: 'dev.kindbox.build.variant',
} as const;

/** All that a build's outcome follows from, and the names that follow from it. */
export interface BuildInputs {
  readonly request: BuildRequest;
  /** As in OCI images. */
  readonly architecture: string;
  readonly contentHash: string;
  readonly builderFiles: readonly SourceEntry[];
  readonly builderHash: string;
  readonly builderRepository: string;
  readonly builderReference: string;
  readonly stageFiles: readonly SourceEntry[];
  readonly stageHash: string;
  readonly stageReference: string;
  /** What compiles or downloads. */
  readonly sourceFiles: readonly SourceEntry[];
  readonly run: string;
  /** Of this run only: two builds at once must not write into each other's. */
  readonly outputVolume: string;
}

export function inputsOf(files: readonly SourceEntry[], request: BuildRequest, architecture: string): BuildInputs {
  const { kubernetesVersion, base, from } = request;
  const built = files.filter(({ path }) => !path.endsWith('.md'));
  const sourceFiles = subtree(built, from);
  const builderFiles = sourceFiles.filter(({ path }) => path === 'Dockerfile');
  const stageFiles = withoutSubtree(withoutSubtree(built, 'source'), 'release');
  const common = { pipeline: PIPELINE, architecture, base };
  const builderHash = hashOf(builderFiles, common);
  const stageHash = hashOf(stageFiles, common);
  const builderRepository = BUILDER_REPOSITORIES[from];
  const run = randomBytes(6).toString('hex');
  return {
    request, architecture, builderFiles, builderHash, builderRepository, stageFiles, stageHash, sourceFiles, run,
    contentHash: hashOf([...stageFiles, ...sourceFiles.map((file) => ({ ...file, path: `${from}/${file.path}` }))], { ...common, kubernetesVersion, from }),
    builderReference: `${builderRepository}:${builderHash.slice(0, 12)}`,
    stageReference: `${STAGE_REPOSITORY}:${stageHash.slice(0, 12)}`,
    outputVolume: `kindbox-build-output-${run}`,
  };
}
