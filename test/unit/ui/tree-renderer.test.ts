import { TreeRenderer } from '../../../src/ui/progress/tty/tree-renderer.js';
import { capturedStream, withoutEscapes } from './captured-stream.js';
import { CREATE_EVENTS, note, step } from './events.js';

const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

async function finalTree(events: readonly Parameters<TreeRenderer['handle']>[0][], pauseAfter = events.length): Promise<string> {
  const stream = capturedStream({ isTTY: true, columns: 100, rows: 50 });
  const renderer = new TreeRenderer(stream, false);
  for (const [at, event] of events.entries()) {
    if (at === pauseAfter) await later();
    renderer.handle(event);
  }
  await later();
  await renderer.stop();
  // How long a step took depends on the machine.
  return withoutEscapes(stream.text()).replace(/ \[[\d.]+m?s\]/g, '');
}

describe('the tree on a terminal', () => {
  test('shows every line of the document, whenever its events come', async () => {
    const text = await finalTree(CREATE_EVENTS);
    const titles = CREATE_EVENTS.flatMap((event) => (event.type === 'step' ? [event.title] : []));
    for (const title of titles) expect(text).toContain(`✔ ${title}`);
    expect(text).toContain('Publish apiserver port   : false');
  });

  test('puts steps that appear late under their group, also when another one has begun', async () => {
    const events = [
      step('one', 'One', 'running'),
      step('two', 'Two', 'running'),
      step('two/a', 'Two A', 'running', { parentId: 'two' }),
      step('one/a', 'One A', 'running', { parentId: 'one' }),
      step('one/a', 'One A', 'done', { parentId: 'one' }),
      step('two/a', 'Two A', 'done', { parentId: 'two' }),
      step('one', 'One', 'done'),
      step('two', 'Two', 'done'),
    ];
    expect(await finalTree(events, 3)).toMatch(/✔ One\n {2}✔ One A\n✔ Two\n {2}✔ Two A\n$/);
  });

  test('shows failures with their reasons, cancelled steps and warnings', async () => {
    const events = [
      step('g', 'Workers', 'running'),
      step('a', 'Joining a', 'running', { parentId: 'g' }),
      step('b', 'Joining b', 'running', { parentId: 'g' }),
      note('warning', 'slow disk'),
      step('a', 'Joining a', 'failed', { parentId: 'g', detail: 'kubelet \u001b[31mis down' }),
      step('b', 'Joining b', 'cancelled', { parentId: 'g' }),
      step('g', 'Workers', 'failed', { detail: 'a worker failed' }),
    ];
    const text = await finalTree(events);
    expect(text).toMatch(/✖ Workers\n {2}✖ Joining a\n {4}› kubelet is down\n {2}- Joining b \(cancelled\)\n- Warning: slow disk\n$/);
  });

  test('ends what is still running when it is stopped, and shows the cursor again', async () => {
    const stream = capturedStream({ isTTY: true, columns: 100, rows: 50 });
    const renderer = new TreeRenderer(stream, false);
    renderer.handle(step('g', 'Group', 'running'));
    renderer.handle(step('a', 'Step', 'running', { parentId: 'g' }));
    await later();
    await renderer.stop('failed');
    expect(withoutEscapes(stream.text())).toMatch(/- Step \(stopped\)\n\n$/);
    expect(stream.text().lastIndexOf('\u001b[?25h')).toBeGreaterThan(stream.text().lastIndexOf('\u001b[?25l'));
  });

  test('has colours only when it is told so', async () => {
    for (const coloured of [true, false]) {
      const stream = capturedStream({ isTTY: true, columns: 100, rows: 50 });
      const renderer = new TreeRenderer(stream, coloured);
      for (const event of CREATE_EVENTS) renderer.handle(event);
      await later();
      await renderer.stop();
      expect(stream.text().includes('\u001b[32m')).toBe(coloured);
      expect(/\u001b\[\d+m/.test(stream.text())).toBe(coloured); // eslint-disable-line no-control-regex
    }
  });
});
