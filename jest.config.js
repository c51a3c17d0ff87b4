const shared = {
  testEnvironment: 'node',
  // Between files Jest 30 hangs a warning on each global's property, and now and then calls itself in doing so until the stack is full.
  testEnvironmentOptions: { globalsCleanup: 'off' },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' }, sourceMaps: 'inline' }],
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
};

// Kubernetes 1.23 takes ten minutes to compile on a machine that has not done it before: by night, like every runtime.
const byNight = process.env.KINDBOX_TEST_EVERYTHING ? [] : ['<rootDir>/test/e2e/inner-docker.test.ts'];

export default {
  // Only here does Jest take it. Unit tests wait for nothing, but these machines can be busy; e2e is given its own.
  testTimeout: 30_000,
  projects: [
    { ...shared, displayName: 'unit', testMatch: ['<rootDir>/test/unit/**/*.test.ts'] },
    // Real clusters share one Docker daemon: run these with --runInBand (a project cannot ask for it itself).
    { ...shared, displayName: 'e2e', testMatch: ['<rootDir>/test/e2e/**/*.test.ts'], testPathIgnorePatterns: ['/node_modules/', ...byNight] },
    // Every fault at every stage takes a quarter of an hour: npm run faults, and by night.
    { ...shared, displayName: 'faults', testMatch: ['<rootDir>/test/faults/**/*.test.ts'] },
  ],
};
