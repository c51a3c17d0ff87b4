import fc from 'fast-check';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import http, { type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listClusters } from '../../../src/cluster/list.js';
import { KindboxError } from '../../../src/errors/index.js';
import { LABELS } from '../../../src/nodes/labels.js';
import { connectDocker } from '../../../src/provider/docker/connect.js';
import { OutputCollector } from '../../../src/provider/docker/exec.js';
import { FrameParser } from '../../../src/provider/docker/streams/frame-parser.js';
import { LineSplitter } from '../../../src/provider/docker/streams/line-splitter.js';
import { clusterTable } from '../../../src/ui/result/table.js';
import { expectUnpolluted, hostileJson, RUNS, STEERING } from './support.js';

const json = hostileJson(['Id', 'Names', 'Image', 'State', 'Status', 'Created', 'Labels', 'Ports', 'NetworkSettings', 'Networks', 'Volumes', 'Name', 'IPAM', 'Config', 'Subnet', 'NetworkID', 'IPAddress']);
const identity = { [LABELS.cluster]: 'demo', [LABELS.role]: 'worker', [LABELS.index]: '0' };
/** Near enough to a container, a network or a volume to be looked into. */
const object = fc.dictionary(fc.constantFrom('Id', 'Names', 'Name', 'Image', 'State', 'Status', 'Created', 'Ports', 'NetworkSettings', 'IPAM', 'Driver'), json)
  .chain((fields) => fc.oneof(json, fc.constant(identity)).map((labels) => ({ Names: ['/demo-worker-0'], Name: 'demo', ...fields, Labels: labels })));
const answer = fc.oneof(fc.array(fc.oneof(object, json), { maxLength: 3 }), fc.array(object, { maxLength: 3 }).map((Volumes) => ({ Volumes })));

describe('a daemon that answers what nobody expects', () => {
  let server: Server;
  let folder = '';
  let answers: readonly unknown[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kindbox-daemon-'));
    let next = 0;
    server = http.createServer((request, response) => {
      request.resume();
      response.setHeader('content-type', 'application/json');
      const chosen = request.url?.includes('/volumes') === true ? { Volumes: answers } : answers;
      response.end(JSON.stringify(next++ % 3 === 0 ? chosen : answers));
    }).listen(join(folder, 'docker.sock'));
    await once(server, 'listening');
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => { server.close(resolve); });
    await rm(folder, { recursive: true });
  });

  test('is listed, or refused in words; and no terminal obeys it', async () => {
    const provider = await connectDocker({ DOCKER_HOST: `unix://${join(folder, 'docker.sock')}` });
    await fc.assert(fc.asyncProperty(answer, async (value) => {
      answers = value as readonly unknown[];
      try {
        const clusters = await listClusters({ provider, emit: () => undefined, signal: new AbortController().signal, environment: {} });
        expect(clusterTable(clusters, true)).not.toMatch(STEERING);
        for (const { name } of clusters) expect(name).toMatch(/^[a-z0-9-]+$/);
      } catch (error) {
        expect(error instanceof KindboxError ? undefined : error).toBeUndefined();
      }
      expectUnpolluted();
      // Half of the answers are none of the API's, and asked for again for half a second.
    }), { numRuns: 40 });
  });
});

describe('output of commands', () => {
  test('any bytes are frames, or told to be none', () => {
    fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 10 }), (chunks) => {
      const output = new OutputCollector(() => undefined);
      const parser = new FrameParser((stream, payload) => output.push(stream, payload));
      try {
        for (const chunk of chunks) parser.push(Buffer.from(chunk));
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
      expect(typeof output.texts().stdout).toBe('string');
    }), RUNS);
  });

  test('that has no end, or lines without one, does not fill the memory', () => {
    const output = new OutputCollector();
    const chunk = Buffer.alloc(10e6, 'x');
    expect(() => { for (let times = 0; times < 50; times += 1) output.push('stdout', chunk); }).toThrow(KindboxError);
    expect(output.texts().stdout).toBe('');
    let longest = 0;
    const splitter = new LineSplitter((line) => { longest = Math.max(longest, line.length); });
    for (let times = 0; times < 100; times += 1) splitter.push(Buffer.alloc(100_000, 'x'));
    splitter.end();
    expect(longest).toBeLessThan(2_000_000);
  });
});
