/** What stands in the place of a secret. */
export const REDACTED = '<redacted>';

/** Lines of a private key that has no end: so many are dropped at most, and the log goes on. */
const LONGEST_KEY = 200;
const KEY_BEGINS = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/;
const KEY_ENDS = /-----END [A-Z0-9 ]*PRIVATE KEY-----/;
/** A whole key in one line, its line ends written as \n or as nothing. */
const KEY_IN_LINE = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.{0,16384}?-----END [A-Z0-9 ]*PRIVATE KEY-----/g;
/** PEM in base64, as in kubeconfigs and Secrets. */
const ENCODED_PEM = /LS0tLS1CRUdJTi[A-Za-z0-9+/]*={0,2}/g;

/** kubeadm's: six characters, a dot, sixteen. Events of a node named x-master look like it from the dash on. */
const BOOTSTRAP_TOKEN = /(?<![\w.-])[a-z0-9]{6}\.[a-z0-9]{16}(?![a-z0-9])/g;
const JSON_WEB_TOKEN = /\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/g;
const BEARER = /\b(bearer|basic)(\s+|%20)[\w.~+/=-]{8,}/gi;
const USER_INFO = /(:\/\/)[^\s/@:"']*:[^\s/@"']+@/g;
/** Decrypts the certificates that kubeadm uploads; elsewhere 64 hexadecimal digits are a harmless digest. */
const CERTIFICATE_KEY = /(certificate-?key\W{1,4})[0-9a-f]{64}\b/gi;
/** An object as it was last applied, in one line: all that is removed from its fields is in there once more. */
const LAST_APPLIED = /("kubectl\.kubernetes\.io\/last-applied-configuration":\s*)"(?:[^"\\]|\\.)*"/;
/** `{"auths": {"registry": {"auth": "..."}}}` */
const REGISTRY_AUTH = /(\\?"auth\\?"\s*:\s*\\?")[^"\\]+/g;

const SENSITIVE = 'pass(?:word|wd|phrase)?|pwd|secret|token|api[-_]?key|access[-_]?key|secret[-_]?key|private[-_]?key|key-data|credentials?|dockerconfigjson|dockercfg|authorization|x-registry-auth|cookie';
const NAME = `[\\w.-]*(?:${SENSITIVE})`;
const SENSITIVE_NAME = new RegExp(`^${NAME}$`, 'i');
const QUOTED = '"(?:[^"\\\\]|\\\\.)*"|\'[^\']*\'';
/** `NAME=value`, `--name value`, `"name": "value"`, `\"name\":\"value\"`; what opens an object or a list is no value. */
const ASSIGNMENT = new RegExp(`(?<![\\w.-])(${NAME}\\\\?["']?\\s*[=:]\\s*|--${NAME}\\s+)(\\\\"[^"\\\\]*\\\\"|${QUOTED}|[^\\s"',;}{\\[\\\\&)]+)`, 'gi');
/** YAML: the rest of the line, spaces and all. */
const YAML_VALUE = new RegExp(`^(\\s*(?:-\\s+)?${NAME}:\\s+)(?![{[|>"'&*])(\\S.*\\s.*)$`, 'i');
/** Settings whose names look secret. */
const HARMLESS = /^["'\\]*(?:true|false|null|nil|none|\d{1,6}|<[\w ]+>)?["'\\,]*$/i;
/** `"name": "DB_PASSWORD"`, of which the value follows in the next line. */
const NAMED_ENTRY = /^\s*(?:-\s+)?"?name"?:\s*"?([\w.-]+)"?,?\s*$/;
const VALUE_ENTRY = /^(\s*"?value"?:\s*).*?(,?)$/;

/**
 * Removes what must not be in a log that is handed on, line by line: a private key, or the value of a variable, may
 * span several. Pure but for that. What it does not know by its form or name it cannot remove: `known` secrets are
 * removed wherever they stand.
 */
export class Scrubber {
  #linesOfKey = 0;
  #valueIsSecret = false;
  readonly #known: readonly string[];

  constructor(known: readonly string[] = []) {
    this.#known = known.filter((secret) => secret.length >= 6);
  }

  /** One line without its end; undefined when nothing is to be left of it. */
  line(text: string): string | undefined {
    if (this.#linesOfKey > 0) return this.#withinKey(text);
    const scrubbed = this.#named(withoutPatterns(this.#withoutKnown(text)));
    const begins = KEY_BEGINS.exec(scrubbed);
    if (begins === null) return scrubbed;
    this.#linesOfKey = 1;
    return `${scrubbed.slice(0, begins.index)}${REDACTED}`;
  }

  #withinKey(text: string): string | undefined {
    const end = KEY_ENDS.exec(text);
    if (end !== null) {
      this.#linesOfKey = 0;
      const rest = text.slice(end.index + end[0].length);
      return rest === '' ? undefined : this.line(rest);
    }
    this.#linesOfKey = this.#linesOfKey >= LONGEST_KEY ? 0 : this.#linesOfKey + 1;
    return undefined;
  }

  #withoutKnown(text: string): string {
    return this.#known.reduce((left, secret) => left.replaceAll(secret, REDACTED), text);
  }

  /** A variable's name and its value stand in two lines of JSON and of YAML. */
  #named(text: string): string {
    const secret = this.#valueIsSecret;
    const name = NAMED_ENTRY.exec(text)?.[1];
    this.#valueIsSecret = name !== undefined && SENSITIVE_NAME.test(name);
    return secret ? text.replace(VALUE_ENTRY, `$1"${REDACTED}"$2`) : text;
  }
}

/** A text of several lines. */
export function scrubText(text: string, known: readonly string[] = []): string {
  const scrubber = new Scrubber(known);
  return text.split('\n').map((line) => scrubber.line(line)).filter((line) => line !== undefined).join('\n');
}

/** What an engine says of its objects, as text. */
export function scrubbedJson(value: unknown, known: readonly string[] = []): string {
  return `${scrubText(JSON.stringify(value, null, 2), known)}\n`;
}

function withoutPatterns(text: string): string {
  return text
    .replace(LAST_APPLIED, `$1"${REDACTED}"`)
    .replace(KEY_IN_LINE, REDACTED)
    .replace(ENCODED_PEM, (encoded) => (isPrivateKey(encoded) ? REDACTED : encoded))
    .replace(USER_INFO, `$1${REDACTED}@`)
    .replace(BEARER, `$1$2${REDACTED}`)
    .replace(JSON_WEB_TOKEN, REDACTED)
    .replace(CERTIFICATE_KEY, `$1${REDACTED}`)
    .replace(BOOTSTRAP_TOKEN, REDACTED)
    .replace(REGISTRY_AUTH, `$1${REDACTED}`)
    .replace(YAML_VALUE, (_, before: string) => `${before}${REDACTED}`)
    .replace(ASSIGNMENT, (all, before: string, value: string) => (HARMLESS.test(value) ? all : `${before}${likeQuoted(value)}`));
}

/** The head of the text tells it: certificates, which are no secrets, may stay. */
function isPrivateKey(encoded: string): boolean {
  return Buffer.from(encoded.slice(0, 64), 'base64').toString('latin1').includes('PRIVATE KEY');
}

/** In the quotes that it had: what was JSON stays JSON. */
function likeQuoted(value: string): string {
  const quote = /^(\\"|["'])/.exec(value)?.[0] ?? '';
  return `${quote}${REDACTED}${quote}`;
}
