import { mustRun } from '../machine/commands.mjs';

/** The lines that a docker command prints. */
export async function docker(...argv) {
  const { out } = await mustRun(['docker', ...argv]);
  return out.toString().split('\n').filter((line) => line !== '');
}

/** The compiler image that `kindbox image build` leaves behind, or undefined. */
export async function newestBuilderImage() {
  const [newest] = await docker('image', 'ls', '--format', '{{.Repository}}:{{.Tag}}', 'kindbox/builder');
  return newest;
}
