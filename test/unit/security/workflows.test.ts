import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';

interface Step { readonly uses?: string; readonly run?: string; readonly with?: Readonly<Record<string, unknown>> }
interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, { readonly permissions?: Readonly<Record<string, string>>; readonly steps: readonly Step[] }>>;
}

const FOLDER = `${process.cwd()}/.github/workflows`;
const workflows = readdirSync(FOLDER).map((file): [string, Workflow] => [file, parse(readFileSync(`${FOLDER}/${file}`, 'utf8')) as Workflow]);

describe.each(workflows)('the workflow %s', (_, { on, permissions, jobs }) => {
  const steps = Object.values(jobs).flatMap((job) => job.steps);

  test('may read the repository, and nothing else', () => {
    expect(permissions).toEqual({ contents: 'read' });
    expect(Object.values(jobs).filter((job) => job.permissions !== undefined)).toEqual([]);
  });

  test('runs nobody else\'s code by a name that can be moved', () => {
    const foreign = steps.flatMap(({ uses }) => uses ?? []).filter((uses) => !uses.startsWith('./') && !uses.startsWith('actions/'));
    expect(foreign.filter((uses) => !/@[0-9a-f]{40}$/.test(uses))).toEqual([]);
  });

  test('leaves no token in the checkout', () => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@') === true);
    expect(checkouts.length).toBeGreaterThan(0);
    for (const checkout of checkouts) expect(checkout.with?.['persist-credentials']).toBe(false);
  });

  test('puts nothing that a stranger can name into a shell, and gives pull requests no secrets', () => {
    expect(steps.flatMap(({ run }) => run ?? []).filter((run) => run.includes('${{'))).toEqual([]);
    expect(Object.keys(on)).not.toContain('pull_request_target');
  });

  test('audits the dependencies', () => {
    expect(steps.map(({ run }) => run)).toContain('npm run audit');
  });
});

describe('the audit of dependencies', () => {
  const counts = (more: object): string => JSON.stringify({ metadata: { vulnerabilities: { info: 0, low: 1, moderate: 2, high: 0, critical: 1, total: 4, ...more } } });

  test('counts from the level of the policy on', async () => {
    const { holesIn } = (await import('../../../scripts/audit.mjs'));
    expect([holesIn(counts({}), 'moderate'), holesIn(counts({}), 'high'), holesIn(counts({ critical: 0 }), 'high')]).toEqual([3, 1, 0]);
  });

  test.each(['', 'npm error network', '{}', '{"message":"ENOTFOUND","error":{"summary":"x"}}', `{"error":{"code":"ENOAUDIT"},${counts({}).slice(1)}`, '{"metadata":{"vulnerabilities":null}}', 'null'])(
    'takes an answer that tells nothing for no pass: %s', async (answer) => {
      const { holesIn } = (await import('../../../scripts/audit.mjs'));
      expect(holesIn(answer, 'high')).toBeUndefined();
    });
});
