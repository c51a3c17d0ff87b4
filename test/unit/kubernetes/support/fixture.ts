import { openApi, type ApiClient } from '../../../../src/kubernetes/api-client.js';
import { FakeApiServer, FakeTunnels, testCredentials } from './fake-api-server.js';

export interface Fixture {
  readonly server: FakeApiServer;
  readonly tunnels: FakeTunnels;
  readonly api: ApiClient;
  readonly run: AbortController;
  end(): Promise<void>;
}

export async function fixture(): Promise<Fixture> {
  const server = new FakeApiServer();
  await server.listen();
  const tunnels = new FakeTunnels(server);
  const run = new AbortController();
  const api = openApi(tunnels, 'node-id', testCredentials, run.signal);
  return {
    server, tunnels, api, run,
    end: async () => {
      await api.close();
      await server.stop();
    },
  };
}

export async function rejection(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await promise;
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error('it was expected to reject');
}

export function until(condition: () => boolean, limitMs = 3000): Promise<void> {
  const end = Date.now() + limitMs;
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (condition()) resolve();
      else if (Date.now() > end) reject(new Error('the condition did not come true'));
      else setTimeout(look, 5);
    };
    look();
  });
}
