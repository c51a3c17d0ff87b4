import { describeHolder, livenessOf, parseHolder, thisProcess, type Holder } from '../../../src/cluster/lock/holder.js';

const elsewhere: Holder = { verb: 'create', pid: 4711, host: 'builder', user: 'ann', since: '2026-11-21T14:02:11.000Z' };

describe('who holds a lock', () => {
  test('is alive, dead, or unknown when it is elsewhere', async () => {
    expect(await livenessOf(await thisProcess('create'))).toBe('alive');
    expect(await livenessOf({ ...await thisProcess('create'), began: '1' })).toBe('dead');
    expect(await livenessOf({ ...await thisProcess('create'), pid: 2 ** 30 })).toBe('dead');
    expect(await livenessOf(elsewhere)).toBe('unknown');
    expect(await livenessOf({ ...await thisProcess('create'), processes: 'of another boot' })).toBe('unknown');
  });

  test('is told by verb, pid, user, host and time', () => {
    expect(describeHolder(parseHolder(JSON.stringify(elsewhere)))).toBe('kindbox create, pid 4711 of ann on builder, since 2026-11-21 14:02:11 UTC');
  });

  test.each(['', 'null', '[]', '{"verb":1}', JSON.stringify({ ...elsewhere, pid: -1 }), JSON.stringify({ ...elsewhere, pid: '1' })])('%j is no record', (text) => {
    expect(parseHolder(text)).toBeUndefined();
  });

  test('cannot send codes to a terminal', () => {
    expect(describeHolder({ ...elsewhere, verb: '\u001b[2Jcreate', user: 'x\n', host: '\u0007', since: '\u001b' })).toMatch(/^[\x20-\x7e]+$/);
  });
});
