import { splitReference } from '../references.js';

export interface BaseSuite {
  readonly distribution: 'debian' | 'ubuntu';
  /** As the distribution's archive names it. */
  readonly suite: string;
}

const RELEASES: Readonly<Record<BaseSuite['distribution'], Readonly<Record<string, string>>>> = {
  debian: { latest: 'stable', '11': 'bullseye', '12': 'bookworm', '13': 'trixie' },
  ubuntu: { latest: 'noble', '22.04': 'jammy', '24.04': 'noble', '26.04': 'resolute' },
};

/** What `debian:bookworm-slim` and the like are made of; undefined for what only its registry can give. */
export function suiteOf(reference: string): BaseSuite | undefined {
  const { repository, tag = 'latest', digest } = splitReference(reference);
  const distribution = repository.replace(/^(docker\.io\/)?(library\/)?/, '');
  if (digest !== undefined || (distribution !== 'debian' && distribution !== 'ubuntu')) return undefined;
  const release = tag.replace(/-slim$/, '').replace(/-\d{8}(\.\d+)?$/, '');
  const suite = RELEASES[distribution][release] ?? RELEASES[distribution][release.replace(/\.\d+$/, '')] ?? release;
  return /^[a-z]+$/.test(suite) ? { distribution, suite } : undefined;
}
