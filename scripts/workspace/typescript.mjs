// Lets scripts import the TypeScript of test/, which no build makes: `import './workspace/typescript.mjs'` first.
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
