export type Table = Record<string, unknown>;

const CRI = 'io.containerd.grpc.v1.cri';
const IMAGES = 'io.containerd.cri.v1.images';
const RUNTIME = 'io.containerd.cri.v1.runtime';

/** What of version 2's one CRI plugin is about images. The rest is about how containers run. */
const IMAGE_SETTINGS = new Set([
  'registry', 'image_decryption', 'max_concurrent_downloads', 'image_pull_progress_timeout', 'image_pull_with_sync_fs', 'stats_collect_period',
]);
const IMAGE_SETTINGS_OF_CONTAINERD = new Set(['snapshotter', 'disable_snapshot_annotations', 'discard_unpacked_layers']);
/** What stayed with the plugin of that name. */
const SERVER_SETTINGS = new Set([
  'disable_tcp_service', 'stream_server_address', 'stream_server_port', 'stream_idle_timeout', 'enable_tls_streaming', 'x509_key_pair_streaming',
]);

export function usesVersion2Names(settings: Table): boolean {
  return Object.keys(criOf(settings)).some((name) => !SERVER_SETTINGS.has(name));
}

/**
 * The settings under the names of version 3. containerd's own migration does not do for drop-ins: it loses runtimes
 * that the main configuration does not know, and puts defaults in the place of what that one says (2.1.8).
 */
export function inVersion3(settings: Table): Table {
  const images: Table = {};
  const runtime: Table = {};
  const server: Table = {};
  for (const [name, value] of Object.entries(criOf(settings))) {
    if (name === 'sandbox_image') images['pinned_images'] = { sandbox: value };
    else if (name === 'containerd' && isTable(value)) splitContainerd(value, images, runtime);
    else (IMAGE_SETTINGS.has(name) ? images : SERVER_SETTINGS.has(name) ? server : runtime)[name] = value;
  }
  const { [CRI]: _cri, ...others } = isTable(settings['plugins']) ? settings['plugins'] : {};
  const moved = Object.entries({ [IMAGES]: images, [RUNTIME]: runtime, [CRI]: server }).filter(([, table]) => Object.keys(table).length > 0);
  return { ...settings, plugins: { ...others, ...Object.fromEntries(moved) } };
}

function splitContainerd(settings: Table, images: Table, runtime: Table): void {
  const entries = Object.entries(settings);
  Object.assign(images, Object.fromEntries(entries.filter(([name]) => IMAGE_SETTINGS_OF_CONTAINERD.has(name))));
  const rest = entries.filter(([name]) => !IMAGE_SETTINGS_OF_CONTAINERD.has(name));
  if (rest.length > 0) runtime['containerd'] = Object.fromEntries(rest);
}

function criOf(settings: Table): Table {
  const { plugins } = settings;
  if (!isTable(plugins)) return {};
  const cri = plugins[CRI];
  return isTable(cri) ? cri : {};
}

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
