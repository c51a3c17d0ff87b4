import http from 'node:http';
import { dockerHost, isLocalHost } from '../../scripts/machine/docker-endpoint.mjs';

/** A GET of the Docker Engine API: sizes and statistics, which the docker command only prints rounded. */
export function dockerApi(path) {
  const host = dockerHost();
  if (!isLocalHost(host)) return Promise.reject(new Error(`A benchmark needs a local Docker daemon, not ${host}`));
  return new Promise((resolve, reject) => {
    const request = http.get({ socketPath: host.slice('unix://'.length), path }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        if (response.statusCode === 200) resolve(JSON.parse(body));
        else reject(new Error(`GET ${path}: ${response.statusCode} ${body}`));
      });
    });
    request.on('error', reject);
  });
}
