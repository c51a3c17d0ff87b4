import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** A file of about 10 kB still fits a screen or three and one idea. */
const MAX_FILE_LINES = 260;
const MAX_COMMAND_LINES = 60;

const userInterfaceLibraries = ['@oclif/*', 'listr2', 'chalk', 'cli-table3'];
const forbid = (group, message) => ({ group, message });
const onlyInProvider = forbid(['dockerode', 'docker-modem'], 'Only src/provider/docker talks to Docker.');

const engineBorders = [
  forbid(userInterfaceLibraries, 'The engine is a library: it emits events and never prints.'),
  forbid(['**/ui/**', '**/commands/**'], 'The engine does not know its user interface.'),
];

const engineGlobals = [
  { object: 'process', property: 'exit', message: 'Throw a KindboxError; src/ui decides how the process ends.' },
  { object: 'process', property: 'env', message: 'Use context.environment.' },
  { object: 'process', property: 'stdout', message: 'Emit an event.' },
  { object: 'process', property: 'stderr', message: 'Emit an event.' },
];

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/', 'test-results/', 'images/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.test.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // An interface may promise what one of its implementations needs not wait for.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      'max-lines': ['error', { max: MAX_FILE_LINES, skipBlankLines: true }],
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/ui/**', 'src/provider/docker/**'],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns: [onlyInProvider, ...engineBorders] }] },
  },
  {
    files: ['src/provider/docker/**/*.ts'],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns: engineBorders }] },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/ui/**'],
    rules: { 'no-restricted-properties': ['error', ...engineGlobals] },
  },
  {
    files: ['src/ui/**/*.ts'],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns: [onlyInProvider] }] },
  },
  {
    files: ['commands/**/*.ts'],
    rules: {
      'max-lines': ['error', MAX_COMMAND_LINES],
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            onlyInProvider,
            forbid(userInterfaceLibraries, 'Commands use src/ui.'),
            {
              regex: '^(\\.\\./)+src/(?!index\\.js$|ui/|provider/docker/connect\\.js$)',
              message: 'Commands use src/index, src/ui and src/provider/docker/connect only.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // Jest's asymmetric matchers are any.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
      'no-console': 'off',
    },
  },
  {
    files: ['**/*.{js,cjs,mjs}', 'bin/kindbox'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly', setTimeout: 'readonly', clearTimeout: 'readonly', fetch: 'readonly', Buffer: 'readonly', performance: 'readonly', AbortController: 'readonly', AbortSignal: 'readonly' } },
  },
  {
    // A runner starts it from a checkout in which nothing was installed or built.
    files: ['.github/actions/**/*.mjs'],
    rules: {
      'max-lines': ['error', { max: MAX_FILE_LINES, skipBlankLines: true }],
      'no-console': 'error',
      eqeqeq: 'error',
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^(?!node:|\\.\\.?/(lib/)?[a-z-]+\\.mjs$)', message: "An action imports Node's own modules and its own files only; kindbox is called as a program." }] },
      ],
    },
  },
  {
    files: ['.github/actions/**/*.mjs'],
    ignores: ['.github/actions/*/lib/run-step.mjs'],
    rules: {
      'no-restricted-properties': [
        'error',
        ...engineGlobals.filter(({ property }) => property !== 'exit').map((rule) => ({ ...rule, message: 'Use the Runner that run-step.mjs makes.' })),
        { object: 'process', property: 'exit', message: 'Throw an ActionError; run-step.mjs decides how the process ends.' },
      ],
    },
  },
  {
    files: ['bin/kindbox', 'scripts/**/*.cjs'],
    languageOptions: { sourceType: 'commonjs', globals: { require: 'readonly', __dirname: 'readonly' } },
  },
);
