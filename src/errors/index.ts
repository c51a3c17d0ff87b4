export { EXIT_CODES, type ExitReason } from './exit-codes.js';
export { CancelledError, KindboxError, throwIfCancelled, type KindboxErrorDetails } from './kindbox-error.js';
export { messageOf, messageWithLog } from './message.js';
