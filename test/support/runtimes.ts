/** The OCI runtimes under test; what depends on the runtime is proven on every one of them. */
export const runtimes: readonly string[] = (process.env['KINDBOX_TEST_RUNTIMES'] ?? 'sysbox-runc,runc').split(',').map((name) => name.trim());

/** For scenarios that no runtime takes part in. */
export const anyRuntime: string = runtimes[0] ?? 'runc';

/**
 * For what a runtime has a part in, but does not decide: its own privileges, mounts and cgroups are proven elsewhere. All
 * of them once a night (KINDBOX_TEST_EVERYTHING), as a run of everything on two cores would take longer than CI has.
 */
export const runtimesOfFeatures: readonly string[] = everything() ? runtimes : [anyRuntime];

/** Of several circumstances that another test has in common with this one: the first, and all of them once a night. */
export function mainOf<T>(first: T, ...others: readonly T[]): T[] {
  return everything() ? [first, ...others] : [first];
}

function everything(): boolean {
  return Boolean(process.env['KINDBOX_TEST_EVERYTHING']);
}
