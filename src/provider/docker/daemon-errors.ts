import type { ExitReason } from '../../errors/index.js';

/** One kind of refusal of the Docker daemon, told from its message: its status codes changed with every release. */
export interface DaemonRule {
  readonly pattern: RegExp;
  readonly reason: ExitReason;
  readonly explain: (match: RegExpExecArray) => { what: string; because: string; next: readonly string[] };
}

/** The port in the daemon's various ways of saying that it is taken. */
export const PORT_TAKEN = /(?:bind for|listen (?:tcp|udp)[46]?|ports are not available: exposing port \w+|failed to bind (?:host )?port(?: for)?)\D.*?:(\d+).*?(?:port is already allocated|address already in use|bind: )/i;
/** A device of the host that the daemon was asked for and does not find. */
export const DEVICE_MISSING = /custom device "([^"]+)"/;
export const CAPABILITY_UNKNOWN = /unknown capability: "?(?:CAP_)?([A-Z_]+)"?/;
/** No address may be chosen on Docker's default network, and on others only where their subnet was. */
export const ADDRESS_NOT_OURS_TO_CHOOSE = /user[- ]specified IP address is supported (?:only when connecting to networks with user configured subnets|on user[- ]defined networks only)/i;
export const ADDRESS_TAKEN = /(?:^|networking: )Address already in use/;
export const NAME_TAKEN = /already in use by container "?([0-9a-f]{12,64})/;

/** The first that matches counts, so the precise ones come before the broad ones. */
export const DAEMON_RULES: readonly DaemonRule[] = [
  {
    pattern: PORT_TAKEN,
    reason: 'conflict',
    explain: ([, port]) => ({
      what: `port ${port} of the host is taken`,
      because: 'Another process or container listens on it.',
      next: [`docker ps --filter publish=${port}`, `sudo ss -ltnp "sport = :${port}"`, 'Choose another port, or let Docker choose one'],
    }),
  },
  {
    pattern: /available.*address pool|address pools? have been fully subnetted|no available network/i,
    reason: 'host',
    explain: () => ({
      what: 'Docker has no address range left for another network',
      because: 'Each network takes one of the daemon\'s default-address-pools (about 30 by default).',
      next: ['docker network prune', 'Add default-address-pools to /etc/docker/daemon.json and restart Docker', 'Name a free subnet yourself'],
    }),
  },
  {
    pattern: /pool overlaps|conflicts with network|overlaps with other/i,
    reason: 'conflict',
    explain: () => ({
      what: 'the subnet overlaps that of another network',
      because: 'Docker networks must not share addresses.',
      next: ['docker network ls', 'ip route', 'Choose another subnet'],
    }),
  },
  {
    pattern: /invalid subnet|invalid CIDR|invalid network config/i,
    reason: 'usage',
    explain: (match) => ({ what: `the subnet is not valid (${match.input})`, because: 'It must be a CIDR such as 10.89.0.0/24.', next: [] }),
  },
  {
    pattern: /network with name (\S+) already exists/,
    reason: 'conflict',
    explain: ([, name]) => ({ what: `a network ${name} exists already`, because: 'Somebody made it meanwhile.', next: [`docker network inspect ${name}`] }),
  },
  {
    pattern: /network (\S+) not found|could not find a network matching/i,
    reason: 'notFound',
    explain: ([, name]) => ({ what: `there is no network ${name ?? 'of that name'}`, because: 'It was removed meanwhile, or its name is misspelt.', next: ['docker network ls'] }),
  },
  {
    pattern: /is a pre-defined network/i,
    reason: 'conflict',
    explain: () => ({ what: 'it is one of Docker\'s own networks', because: 'Docker\'s predefined networks cannot be removed.', next: ['docker network ls'] }),
  },
  {
    pattern: /unknown(?: or invalid)? runtime(?: specified| name:?)?:?\s*"?([\w.-]+)/i,
    reason: 'host',
    explain: ([, runtime]) =>
      runtime === 'sysbox-runc'
        ? {
            what: 'Docker does not know the runtime sysbox-runc',
            because: 'Sysbox is not installed on the Docker host, or not registered in /etc/docker/daemon.json.',
            next: ['docker info --format "{{json .Runtimes}}"', 'Install Sysbox: https://github.com/nestybox/sysbox#installation', 'Choose the runtime runc instead'],
          }
        : {
            what: `Docker does not know the runtime ${runtime}`,
            because: 'It is not registered in /etc/docker/daemon.json.',
            next: ['docker info --format "{{json .Runtimes}}"'],
          },
  },
  {
    pattern: /sysbox-(?:mgr|fs).*(?:grpc|connection|connect|register|dial)/is,
    reason: 'host',
    explain: () => ({
      what: 'the Sysbox services do not answer',
      because: 'The runtime sysbox-runc is registered, but sysbox-mgr or sysbox-fs is stopped.',
      next: ['sudo systemctl restart sysbox', 'systemctl status sysbox sysbox-mgr sysbox-fs'],
    }),
  },
  {
    // sysbox#1011: Docker >= 29.5 asks for a time namespace, which Sysbox 0.7.0 does not know.
    pattern: /namespace \{"?time/,
    reason: 'host',
    explain: () => ({
      what: 'this Sysbox does not know time namespaces',
      because: 'Docker 29.5 and later need Sysbox 0.7.1 or later.',
      next: ['Upgrade Sysbox', 'Or set "features": {"time-namespaces": false} in /etc/docker/daemon.json and restart Docker'],
    }),
  },
  {
    pattern: /no space left on device|disk quota exceeded/i,
    reason: 'host',
    explain: () => ({
      what: 'the disk of the Docker host is full',
      because: 'Docker\'s data folder has no space left.',
      next: ['docker system df', 'df -h "$(docker info --format \'{{.DockerRootDir}}\')"', 'docker system prune'],
    }),
  },
  {
    pattern: /cannot allocate memory/i,
    reason: 'host',
    explain: () => ({ what: 'the Docker host is out of memory', because: 'Its kernel could not give any to a new container.', next: ['free -h', 'docker stats --no-stream'] }),
  },
  {
    pattern: /pull access denied|manifest (?:for .* )?not found|manifest unknown|repository .*not found|no such image/i,
    reason: 'image',
    explain: () => ({ what: 'there is no such image', because: 'The reference is misspelt, or its registry wants you to log in.', next: ['docker image ls', 'docker login'] }),
  },
  {
    pattern: /unauthorized|authentication required|denied: requested access/i,
    reason: 'image',
    explain: () => ({ what: 'the registry refuses access', because: 'The credentials in the docker CLI\'s config.json are missing or wrong.', next: ['docker login'] }),
  },
  {
    pattern: /toomanyrequests|rate limit/i,
    reason: 'image',
    explain: () => ({ what: 'the registry\'s rate limit is reached', because: 'Registries limit pulls, anonymous ones most.', next: ['docker login', 'Try again later'] }),
  },
  {
    pattern: /no matching manifest|does not match the (?:specified|detected) (?:host )?platform|exec format error/i,
    reason: 'image',
    explain: () => ({ what: 'the image is for another processor architecture', because: 'It has no variant for the Docker host.', next: ['docker info --format {{.Architecture}}', 'docker image inspect --format {{.Architecture}} <image>'] }),
  },
  {
    pattern: /invalid reference format|repository name must be/i,
    reason: 'usage',
    explain: () => ({ what: 'that is not an image reference', because: 'References look like registry/name:tag, in lower case.', next: [] }),
  },
  {
    pattern: /(?:get|head|post) "?https?:.*(?:x509|tls: )/i,
    reason: 'image',
    explain: () => ({ what: 'the registry\'s certificate is not trusted', because: 'The Docker host does not know the CA (a company proxy, perhaps).', next: ['Install the CA on the Docker host and restart Docker'] }),
  },
  {
    pattern: /(?:get|head|post) "?https?:/i,
    reason: 'image',
    explain: () => ({ what: 'the registry cannot be reached', because: 'The Docker host has no way to it (no network, or a proxy that Docker was not told of).', next: ['docker image ls', 'https://docs.docker.com/engine/daemon/proxy/'] }),
  },
  {
    pattern: /exec: "([^"]+)".*(?:no such file|not found|permission denied)/is,
    reason: 'image',
    explain: ([, program]) => ({ what: `the image has no ${program} to run`, because: 'It is not a node image, or it is broken.', next: ['Build one: kindbox image build'] }),
  },
  {
    pattern: /no command specified/i,
    reason: 'image',
    explain: () => ({ what: 'the image has nothing to run', because: 'It is not a node image, or it is broken.', next: ['Build one: kindbox image build'] }),
  },
  {
    pattern: /No such container/i,
    reason: 'notFound',
    explain: () => ({ what: 'it does not exist any more', because: 'Somebody removed the container.', next: ['kindbox list'] }),
  },
  {
    pattern: /is not running|is paused|is restarting/i,
    reason: 'cluster',
    explain: (match) => ({ what: `the container ${match[0]}`, because: 'A command can only run in a running node.', next: ['docker ps --all', 'kindbox list'] }),
  },
];
