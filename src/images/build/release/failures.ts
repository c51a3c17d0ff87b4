import { KindboxError } from '../../../errors/index.js';
import { causeOnMachine, scriptFailure } from '../failures.js';
import { isMirrored, type Mirrors } from './mirrors.js';

export interface ReleaseBuild {
  readonly kubernetesVersion: string;
  readonly mirrors: Mirrors;
}

type Explanation = Pick<KindboxError, 'message'> & { readonly because: string; readonly next: readonly string[] };

const KEPT = 'Run the command again: what has arrived is kept';
const OTHER_MIRROR = 'Choose where binaries come from with --mirror kubernetes=URL and --mirror github=URL';

const EXPLANATIONS: Readonly<Record<string, (subject: string, build: ReleaseBuild, log: string) => Explanation>> = {
  missing: (url, { kubernetesVersion, mirrors }) => isMirrored(mirrors, url)
    ? {
      message: `The mirror does not have ${url}`,
      because: 'It answered that there is no such file (HTTP 404).',
      next: ['Put the file and its checksum on the mirror, or correct its address in --mirror'],
    }
    : {
      message: `There is no ${url}`,
      because: `There may be no release ${kubernetesVersion} of Kubernetes, or none for this architecture (HTTP 404).`,
      next: ['Choose a version that https://kubernetes.io/releases lists'],
    },
  unlisted: (url) => ({
    message: `${url} has no checksum of the file that it belongs to`,
    because: 'Nothing is installed whose checksum is not published.',
    next: [OTHER_MIRROR],
  }),
  checksum: (url, { mirrors }) => ({
    message: `The checksum of ${url} is wrong`,
    because: 'The file is not the one whose SHA-256 is published beside it: it was damaged or replaced on its way. It was thrown away.',
    next: [
      'Run the command again: it is downloaded anew',
      isMirrored(mirrors, url) ? 'If it stays wrong, tell the keeper of the mirror, or leave --mirror out' : OTHER_MIRROR,
    ],
  }),
  download: (url, _build, log) => ({
    message: `${url} could not be downloaded`,
    because: 'The server cannot be reached from a container, or the connection broke off.',
    next: [KEPT, OTHER_MIRROR, 'Set HTTPS_PROXY and HTTP_PROXY if there is a proxy here'],
    ...causeOnMachine(log),
  }),
  registry: (image, { mirrors }, log) => {
    const registry = image.replace(/\/.*/, '');
    const mirror = mirrors.registries[registry];
    const whence = mirror === undefined ? registry : `the mirror of ${registry}, ${mirror.host},`;
    return {
      message: `The pod image ${image} could not be pulled`,
      because: /not found/i.test(log)
        ? `Either ${whence} does not have it, or it is not for this architecture.`
        : `Either ${whence} cannot be reached from a container, or the connection broke off.`,
      next: [KEPT, `Choose where it comes from with --registry-mirror ${registry}=URL`],
      ...causeOnMachine(log),
    };
  },
  containerd: () => ({
    message: 'The downloaded containerd does not start',
    because: 'It may not be for this architecture, or want a newer C library than the base image has.',
    next: ['Leave --base out, for debian:bookworm-slim'],
  }),
};

/** What fetch.sh could not do: its line `::failed KIND SUBJECT` says it. */
export function releaseFailure(build: ReleaseBuild, exitCode: number, logTail: string): KindboxError {
  const lines = logTail.split('\n');
  const [, kind = '', subject = ''] = lines.map((line) => /^::failed (\S+) (.+)$/.exec(line)).find((match) => match !== null) ?? [];
  const log = lines.filter((line) => !line.startsWith('::failed ')).join('\n');
  const explain = EXPLANATIONS[kind];
  if (explain === undefined) return scriptFailure(`Downloading Kubernetes ${build.kubernetesVersion}`, exitCode, log);
  const { message, because, next } = explain(subject, build, log);
  return new KindboxError(message, { reason: 'image', because, next, logTail: log === '' ? undefined : log });
}
