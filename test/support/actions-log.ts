export interface Annotation {
  readonly kind: 'notice' | 'warning' | 'error';
  readonly title: string | undefined;
  readonly message: string;
}

interface Command {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

/** Those that change something when a log that is not trusted contains them are among them. */
const REGISTERED = new Set([
  'add-mask', 'add-matcher', 'add-path', 'debug', 'echo', 'endgroup', 'error', 'group', 'notice', 'remove-matcher', 'save-state', 'set-env', 'set-output', 'stop-commands', 'warning',
]);

/** Obeys what a step prints as actions/runner does. Sources: ActionCommand.cs and ActionCommandManager.cs. */
export class LogReader {
  readonly lines: string[] = [];
  readonly obeyed: string[] = [];
  readonly annotations: Annotation[] = [];
  #stopToken: string | undefined;

  read(line: string): void {
    this.lines.push(line);
    const command = this.#commandIn(line);
    if (command === undefined) return;
    if (this.#stopToken !== undefined) {
      if (command.name === this.#stopToken) this.#stopToken = undefined;
      return;
    }
    this.obeyed.push(command.name);
    if (command.name === 'stop-commands') this.#stopToken = command.data;
    const { name, properties: { title }, data: message } = command;
    if (name === 'notice' || name === 'warning' || name === 'error') this.annotations.push({ kind: name, title, message });
  }

  #commandIn(line: string): Command | undefined {
    const [, name = '', properties = '', data = ''] = /^\s*::([^ :]+)(?: (.*?))?::(.*)$/.exec(line) ?? /##\[([^ \]]+)(?: ([^\]]*))?\](.*)$/.exec(line) ?? [];
    if (!REGISTERED.has(name) && name !== this.#stopToken) return undefined;
    const pairs = properties.split(/[,;]/).filter((pair) => pair.includes('='));
    return {
      name, data: unescapedData(data),
      properties: Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), unescapedProperty(pair.slice(pair.indexOf('=') + 1))])),
    };
  }
}

function unescapedData(text: string): string {
  return text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
}

function unescapedProperty(text: string): string {
  return unescapedData(text.replaceAll('%3A', ':').replaceAll('%2C', ','));
}
