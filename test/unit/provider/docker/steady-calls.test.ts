import { mkdtemp, rm } from 'node:fs/promises';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { nodeLabels, ownedLabels } from '../../../../src/nodes/labels.js';
import { connectDocker, type DockerProvider } from '../../../../src/provider/docker/connect.js';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const { signal } = new AbortController();
const spec = { name: 'demo-worker-0', image: 'node:v1', runtime: 'sysbox-runc', network: 'n1', labels: nodeLabels('demo', 'r1', 'worker', 0), ports: [] };
const inspected = {
  Id: 'c1', Name: '/demo-worker-0', Image: 'sha256:1', Created: '2026-01-01T00:00:00Z', Config: { Image: 'node:v1', Labels: spec.labels, Env: [] },
  State: { Status: 'running', Running: true, Paused: false, ExitCode: 0, StartedAt: '2026-01-01T00:00:00Z' }, NetworkSettings: { Networks: {} },
};
const nameTaken = refusal(409, `Conflict. The container name "/demo-worker-0" is already in use by container "${'c1'.repeat(32)}".`);

let folder: string;
let server: http.Server;
let provider: DockerProvider;
let asked: string[];
let script: Record<string, Answer[]>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kindbox-steady-'));
  asked = [];
  script = {};
  server = http.createServer((request, response) => {
    const call = `${request.method} ${(request.url ?? '').split('?')[0]?.replace('c1'.repeat(32), 'c1')}`;
    asked.push(call);
    request.resume();
    const answers = script[call] ?? [];
    // The last one stands for all that follow.
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    (answer ?? refusal(404, 'no such thing'))(request, response);
  });
  await new Promise<void>((resolve) => server.listen(join(folder, 'docker.sock'), resolve));
  provider = await connect();
});
afterEach(async () => {
  provider.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

const connect = (environment: Record<string, string> = {}): Promise<DockerProvider> => connectDocker({ DOCKER_HOST: `unix://${folder}/docker.sock`, ...environment });

function json(body: unknown, status = 200): Answer {
  return (_, response) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
function refusal(status: number, message: string): Answer {
  return json({ message }, status);
}
const nothing: Answer = (_, response) => response.writeHead(204).end();
const cut: Answer = (request) => request.socket.destroy();
const half: Answer = (request, response) => {
  response.writeHead(200, { 'content-length': 100 }).write('[{"Id":', () => request.socket.destroySoon());
};
const never: Answer = () => undefined;

test.each([['cut', cut], ['half', half], ['of a gateway', refusal(502, 'Bad gateway')], ['no JSON', (_: unknown, response: ServerResponse) => response.end('[{"Id":')]])(
  'a list whose answer is %s is asked for again', async (_, answer) => {
    script['GET /networks'] = [answer, json([{ Id: 'n1', Name: 'x' }])];
    expect(await provider.listNetworks({}, signal)).toMatchObject([{ id: 'n1' }]);
  });

test.each([
  ['breaks off', half, 'closed the connection'],
  ['is no list', json({ message: 'hello' }), 'not a Docker daemon'],
  ['is nothing', (_: unknown, response: ServerResponse) => response.end(), 'not a Docker daemon'],
])('a list whose answer always %s is no empty list', async (_, answer, told) => {
  script['GET /networks'] = [answer];
  await expect(provider.listNetworks({}, signal)).rejects.toMatchObject({ reason: 'host', message: expect.stringContaining(told) });
});

test('a daemon that never answers is named, and what waits for it can be cancelled', async () => {
  script['GET /networks'] = [never];
  const impatient = await connect({ KINDBOX_DOCKER_TIMEOUT: '0.3' });
  await expect(impatient.listNetworks({}, signal)).rejects.toMatchObject({ reason: 'host', message: expect.stringContaining(`${folder}/docker.sock does not answer`) });
  const cancel = new AbortController();
  impatient.close();
  const listing = provider.listNetworks({}, cancel.signal);
  cancel.abort();
  await expect(listing).rejects.toMatchObject({ reason: 'interrupted' });
});

test('a limit that is no number is refused', async () => {
  await expect(connect({ KINDBOX_DOCKER_TIMEOUT: 'soon' })).rejects.toMatchObject({ reason: 'usage' });
});

test('a node whose creation was answered by nobody is found by its name and run', async () => {
  script['POST /containers/create'] = [cut, nameTaken];
  script['GET /containers/c1/json'] = [json(inspected)];
  script['POST /containers/c1/start'] = [cut, refusal(304, '')];
  expect(await provider.createNode(spec, signal)).toMatchObject({ name: 'demo-worker-0' });
  expect(asked.filter((call) => call.startsWith('DELETE'))).toEqual([]);
});

test('a node of that name that another run made is a conflict, and is not touched', async () => {
  script['POST /containers/create'] = [nameTaken];
  script['GET /containers/c1/json'] = [json({ ...inspected, Config: { ...inspected.Config, Labels: { ...spec.labels, ...ownedLabels('demo', 'r2') } } })];
  await expect(provider.createNode(spec, signal)).rejects.toMatchObject({ reason: 'conflict' });
  expect(asked.filter((call) => !call.startsWith('GET'))).toEqual(['POST /containers/create']);
});

test('of two networks of one name that a run has made one stays', async () => {
  const network = (Id: string, run: string): object => ({ Id, Name: 'demo-net', Labels: ownedLabels('demo', run) });
  script['POST /networks/create'] = [json({ Id: 'n2' }, 201)];
  script['GET /networks'] = [json([network('n1', 'r1'), network('n2', 'r1'), { ...network('n3', 'r1'), Name: 'demo-net-too' }])];
  script['DELETE /networks/n1'] = [nothing];
  expect(await provider.createNetwork({ name: 'demo-net', labels: ownedLabels('demo', 'r1') }, signal)).toMatchObject({ id: 'n2' });
  expect(asked.filter((call) => call.startsWith('DELETE'))).toEqual(['DELETE /networks/n1']);
});

test('a network that Docker chose the addresses of is made again with them, though the answer to its removal is lost', async () => {
  const network = (Id: string): object => ({ Id, Name: 'demo-net', Labels: ownedLabels('demo', 'r1'), IPAM: { Config: [{ Subnet: '10.9.0.0/24' }] } });
  script['POST /networks/create'] = [json({ Id: 'n1' }, 201), json({ Id: 'n2' }, 201)];
  script['GET /networks'] = [json([network('n1')]), json([network('n2')])];
  script['DELETE /networks/n1'] = [cut, refusal(404, 'network n1 not found')];
  expect(await provider.createNetwork({ name: 'demo-net', labels: ownedLabels('demo', 'r1'), dividing: true }, signal)).toMatchObject({ id: 'n2' });
});

test('Docker is asked to choose addresses only if those that it would choose are taken, or not enough', async () => {
  const network = (Id: string, Subnet: string): object => ({ Id, Name: 'demo-net', Labels: ownedLabels('demo', 'r1'), IPAM: { Config: [{ Subnet }] } });
  const make = (likelySubnet: string): Promise<unknown> => provider.createNetwork({ name: 'demo-net', labels: ownedLabels('demo', 'r1'), dividing: true, likelySubnet }, signal);
  script['POST /networks/create'] = [json({ Id: 'n1' }, 201)];
  script['GET /networks'] = [json([network('n1', '172.18.0.0/16')])];
  expect(await make('172.18.0.0/16')).toMatchObject({ id: 'n1', subnets: ['172.18.0.0/16'] });
  expect(asked.filter((call) => !call.startsWith('GET'))).toEqual(['POST /networks/create']);

  script['POST /networks/create'] = [refusal(403, 'Pool overlaps with other one on this address space'), json({ Id: 'n2' }, 201), json({ Id: 'n3' }, 201)];
  script['GET /networks'] = [json([]), json([network('n2', '172.19.0.0/16')]), json([network('n3', '172.19.0.0/16')])];
  script['DELETE /networks/n2'] = [nothing];
  expect(await make('172.18.0.0/16')).toMatchObject({ id: 'n3', subnets: ['172.19.0.0/16'] });

  script['POST /networks/create'] = [json({ Id: 'n4' }, 201), json({ Id: 'n5' }, 201)];
  script['GET /networks'] = [json([network('n4', '10.9.0.0/24')]), json([network('n5', '10.9.0.0/24')])];
  script['DELETE /networks/n4'] = [nothing];
  expect(await make('10.8.0.0/30')).toMatchObject({ id: 'n5' });
});

test('a removal is repeated by id, but not by a name that another may have by then', async () => {
  script['DELETE /networks/n1'] = [cut, refusal(404, 'network n1 not found')];
  expect(await provider.removeNetwork('n1')).toBe('absent');
  script['DELETE /volumes/v1'] = [cut, nothing];
  await expect(provider.removeVolume('v1')).rejects.toMatchObject({ reason: 'host' });
});
