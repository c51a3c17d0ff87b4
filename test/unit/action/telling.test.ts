import { describeFailure } from '../../../.github/actions/kindbox/lib/create.mjs';
import { isolationNotice } from '../../../.github/actions/kindbox/lib/docker.mjs';
import { environmentOfPrograms, run } from '../../../.github/actions/kindbox/lib/process.mjs';
import { Progress } from '../../../.github/actions/kindbox/lib/progress.mjs';
import { failureSummary, logsSummary } from '../../../.github/actions/kindbox/lib/summary.mjs';

describe('the isolation of the nodes', () => {
  test('nothing is said where Sysbox was chosen, or nothing: kindbox refuses by itself', () => {
    expect([isolationNotice(undefined, ['runc']), isolationNotice('sysbox-runc', ['runc'])]).toEqual([undefined, undefined]);
  });

  test('where there is no Sysbox it is said, with what the chosen runtime costs', () => {
    expect(isolationNotice('runc', ['runc', 'io.containerd.runc.v2'])).toMatch(/^This runner has no Sysbox\..*runc.*not isolated/);
  });

  test('where there is Sysbox, or Docker could not be asked, it is not claimed that there is none', () => {
    for (const available of [['runc', 'sysbox-runc'], undefined]) {
      const said = isolationNotice('runc', available);
      expect(said).toContain('not isolated');
      expect(said).not.toContain('no Sysbox');
    }
  });
});

describe('progress', () => {
  const step = (stage: string, status: string, more: object = {}): string => JSON.stringify({ type: 'step', id: stage, stage, parentId: 'nodes', title: `Doing ${stage}`, status, at: 1, ...more });
  const shown = (level: 'quiet' | 'info' | 'debug', ...lines: string[]): string[] => {
    const printed: string[] = [];
    const progress = new Progress(level, (text: string) => printed.push(text));
    lines.forEach((line) => progress.take(line));
    return printed;
  };

  test('what has ended is shown, with its time', () => {
    expect(shown('info', step('create-node', 'running'), step('create-node', 'done', { durationMs: 1234 }))).toEqual(['  ✔ Doing create-node [1.2s]']);
  });

  test('quiet shows no events, but words that are none', () => {
    expect(shown('quiet', step('create-node', 'done'), 'This is a bug')).toEqual(['This is a bug']);
  });

  test('debug shows what begins, and details', () => {
    expect(shown('debug', step('join', 'running', { detail: 'try 2' }), step('join', 'failed', { detail: 'no' }))).toEqual(['  … Doing join (try 2)', '  ✘ Doing join: no']);
  });

  test('the cluster is the run\'s own only once it has made something', () => {
    const made = (...lines: string[]): boolean => {
      const progress = new Progress('info', () => undefined);
      lines.forEach((line) => progress.take(line));
      return progress.made;
    };
    expect(made()).toBe(false);
    expect(made(step('create-network', 'running'), step('create-network', 'failed'))).toBe(false);
    expect(made(step('create-network', 'done'))).toBe(true);
    expect(made(step('create-node', 'done'))).toBe(true);
  });
});

describe('a failure', () => {
  const refused = { message: 'No Sysbox', reason: 'host', because: 'Docker has runc only.', next: ['Install Sysbox', 'kindbox create --runtime=runc demo'], logTail: null };

  test('is told with its cause, the commands, and what a workflow has instead', () => {
    expect(describeFailure({ code: 3, made: false, refused })).toBe([
      'No Sysbox', 'Docker has runc only.', '', 'Try:', '  Install Sysbox', '  $ kindbox create --runtime=runc demo', '  In a workflow: add "runtime: runc" to the inputs of this step',
    ].join('\n'));
  });

  test('without words is told by its exit code', () => {
    expect(describeFailure({ code: 137, made: false })).toContain('137');
  });

  test('is text in the summary, whatever is in it', () => {
    const summary = failureSummary('<img src=x> [a](javascript:b) | `c`\n# d');
    expect(summary).not.toMatch(/<img|\]\(|`|^#(?!## kindbox)/m);
  });

  test('a long list of logs is cut in the summary', () => {
    const summary = logsSummary('ci', '/logs', Array.from({ length: 100 }, (_, index) => `file${index}`));
    expect(summary).toContain('60 more');
    expect(summary).not.toContain('file99');
  });
});

describe('programs that are run', () => {
  test('are given neither inputs, nor states, nor tokens of the job', () => {
    const environment = { PATH: '/bin', INPUT_X: '1', STATE_Y: '2', ACTIONS_RUNTIME_TOKEN: '3', GITHUB_TOKEN: '4', GITHUB_ENV: '5', GITHUB_SHA: '6', KUBECONFIG: '7' };
    expect(environmentOfPrograms(environment, { KUBECONFIG: undefined })).toEqual({ PATH: '/bin', GITHUB_SHA: '6' });
  });

  const environment = environmentOfPrograms(process.env);

  test('that do not exist end with 127', async () => {
    expect((await run(['kindbox-no-such-program'], { environment })).code).toBe(127);
    expect((await run(['kindbox-no-such-program'], { environment, onErrorLine: () => undefined })).code).toBe(127);
  });

  test('end with their code, or their signal\'s', async () => {
    const node = (script: string): readonly [string, ...string[]] => [process.execPath, '-e', script];
    expect(await run(node('console.log("out"); console.error("err"); process.exitCode = 3'), { environment })).toEqual({ code: 3, stdout: 'out\n', stderr: 'err\n' });
    expect((await run(node('process.kill(process.pid, "SIGTERM"); setInterval(() => {}, 1000)'), { environment })).code).toBe(143);
  });

  test('that take too long are ended', async () => {
    expect((await run([process.execPath, '-e', 'setInterval(() => {}, 1000)'], { environment, signal: AbortSignal.timeout(200) })).code).not.toBe(0);
  });
});
