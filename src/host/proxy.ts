type Environment = Readonly<Record<string, string | undefined>>;

const PROXY_VARIABLES = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'FTP_PROXY', 'ALL_PROXY'];

/** Programs disagree about the case of these names, so each is passed in both. */
export function proxyVariables(environment: Environment): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const name of PROXY_VARIABLES) {
    const lower = name.toLowerCase();
    const value = environment[lower] ?? environment[name];
    if (value !== undefined && value !== '') Object.assign(variables, { [name]: value, [lower]: value });
  }
  return variables;
}

/** A proxy on the user's own loopback address is another machine's as far as a container is concerned. */
export function isOnLoopback(url: string): boolean {
  return /^(\w+:\/\/)?([^@/]*@)?(localhost|127\.|\[::1\])/.test(url);
}

/** Names and passwords in the addresses of proxies, as written and as meant: what must not be in anything that is handed on. */
export function proxySecrets(environment: Environment): string[] {
  const users = Object.values(proxyVariables(environment)).flatMap((url) => /^(?:\w+:\/\/)?([^/]*)@/.exec(url)?.[1] ?? []);
  const passwords = users.map((user) => user.slice(user.indexOf(':') + 1));
  return [...new Set(passwords.flatMap((password) => [password, decoded(password)]))];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
