export { KindboxCommand } from './command/kindbox-command.js';
export { Args, clusterArg, durationFlag, Flags } from './command/flags.js';
export { undoingTexts } from './interruption.js';
export { usageError } from './error/usage.js';
export { createFlags, createOptions } from './command/create-flags.js';
export { configSource, createWish } from './command/config-file.js';
