// @ts-check
import { fileURLToPath } from 'node:url';
import { mainStep } from './lib/main-step.mjs';
import { runStep } from './lib/run-step.mjs';

await runStep((runner) => mainStep(runner, fileURLToPath(new URL('../../..', import.meta.url))));
