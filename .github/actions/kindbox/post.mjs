// @ts-check
import { postStep } from './lib/post-step.mjs';
import { runStep } from './lib/run-step.mjs';

await runStep(postStep);
