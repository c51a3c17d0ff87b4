// Run by `node --test scripts/vm/`.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { machineArguments, resultsOf } from './machine.mjs';

const platform = { qemu: 'qemu', machine: 'q35', console: 'ttyS0' };
const files = { console: '/o/console', results: '/o/results', log: '/o/log', bundle: '/o/bundle' };
const disks = [{ path: '/c/disk', serial: 'root', writable: true }, { path: '/c/payload', serial: 'payload' }];

test('the machine writes to no disk of ours, and reaches no network', () => {
  const argv = machineArguments({ accelerator: 'tcg', disks, kernel: '/c/kernel', initrd: '/c/initrd', files, environment: { A: 'b,c' }, platform });
  const drives = argv.filter((word) => word.includes('file=/c/'));
  assert.equal(drives.length, 2);
  assert.ok(drives.every((drive) => /\b(snapshot|readonly)=on\b/.test(drive)), drives.join(' '));
  assert.ok(argv.includes('user,restrict=on,model=virtio-net-pci'));
  assert.ok(argv.at(-1).endsWith(' systemd.setenv=A=b,c'));
});

test('only whole lines of JSON are results', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kindbox-vm-'));
  try {
    const file = join(folder, 'results');
    writeFileSync(file, '{"step":"boot"}\r\nLoaded image: x\n{"step":"doc');
    assert.deepEqual(resultsOf(file), [{ step: 'boot' }]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
