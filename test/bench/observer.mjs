// Run in a control plane's network namespace, with what admin.conf says of the cluster and the user, and the number of nodes, as JSON on stdin:
// says on stdout, in milliseconds since the epoch, when all nodes are Ready and when CoreDNS has answered through its Service.
import { Resolver } from 'node:dns/promises';
import https from 'node:https';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 100;
/** A question that is lost while kube-proxy makes its rules is asked again, and is not to cost a second. */
const DNS_TIMEOUT_MS = 200;
const LIMIT_MS = 600_000;
const CLUSTER_DNS = '10.96.0.10';

const { nodes: wanted, server, 'certificate-authority-data': ca, 'client-certificate-data': cert, 'client-key-data': key } = JSON.parse(String(await buffer(process.stdin)));
const agent = new https.Agent({ keepAlive: true, ...Object.fromEntries(Object.entries({ ca, cert, key }).map(([name, text]) => [name, Buffer.from(text, 'base64')])) });
const resolver = new Resolver({ timeout: DNS_TIMEOUT_MS, tries: 1 });
resolver.setServers([CLUSTER_DNS]);

const [readyAt, dnsAt] = await Promise.all([first(allReady), first(async () => (await resolver.resolve4('kubernetes.default.svc.cluster.local')).length > 0)]);
process.stdout.write(JSON.stringify({ readyAt, dnsAt }));
process.exit();

async function first(check) {
  const end = Date.now() + LIMIT_MS;
  while (Date.now() < end) {
    if (await check().catch(() => false)) return Date.now();
    await sleep(POLL_MS);
  }
  throw new Error('not within ten minutes');
}

async function allReady() {
  const { items } = await get('/api/v1/nodes?resourceVersion=0');
  const isReady = ({ status }) => status.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True');
  return items.length === wanted && items.every(isReady);
}

function get(path) {
  return new Promise((resolve, reject) => {
    https.get(new URL(path, server), { agent }, (response) => buffer(response).then((body) => resolve(JSON.parse(String(body))), reject)).on('error', reject);
  });
}
