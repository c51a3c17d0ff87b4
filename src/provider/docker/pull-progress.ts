import type { ProgressLine } from './streams/progress.js';

/** Sums the bytes of an image's layers, which the daemon reports one by one and in no order. */
export class PullProgress {
  private readonly layers = new Map<string, { current: number; total: number }>();

  constructor(private readonly onProgress: (current: number, total: number) => void) {}

  add(line: ProgressLine): void {
    if (line.id === undefined) return;
    const layer = this.layers.get(line.id);
    if (line.status === 'Downloading' && line.progressDetail?.total) {
      const { current = 0, total } = line.progressDetail;
      this.layers.set(line.id, { current, total });
    } else if (layer && /^(Verifying Checksum|Download complete|Extracting|Pull complete)$/.test(line.status ?? '')) {
      layer.current = layer.total;
    } else {
      return;
    }
    this.report();
  }

  private report(): void {
    const layers = [...this.layers.values()];
    this.onProgress(
      layers.reduce((sum, layer) => sum + layer.current, 0),
      layers.reduce((sum, layer) => sum + layer.total, 0),
    );
  }
}
