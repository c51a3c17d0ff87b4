/** The OCI runtimes under test; each scenario on a cluster is proven on every one of them. */
export const runtimes: readonly string[] = (process.env['KINDBOX_TEST_RUNTIMES'] ?? 'sysbox-runc,runc').split(',').map((name) => name.trim());

/** For scenarios that no runtime takes part in. */
export const anyRuntime: string = runtimes[0] ?? 'runc';
