/**
 * The restart policy of nodes that come back with Docker. Not `unless-stopped`: a daemon that was killed stops on its return
 * what it finds running, and counts that as the user's wish (20.10; moby's killWithSignal).
 */
export const KEPT = 'always';
